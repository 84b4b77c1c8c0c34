//! The awning of a shop front: only on the first page, the profile and the poster.

use leptos::prelude::*;

use super::sign::colour_class;

/// An awning in the sign's colour; decorative.
#[component]
pub fn Awning(#[prop(into)] colour: String, #[prop(optional)] big: bool) -> impl IntoView {
    let big = if big { " big" } else { "" };
    view! {
        <div class=format!("awning{big} {}", colour_class(&colour)) aria-hidden="true">
            <i></i>
        </div>
    }
}
