//! What is wrong, said where it is to be mended.

use leptos::prelude::*;

use super::{Glyph, Icon};

/// A sentence that says what to do, read out as soon as it stands there; nothing while nothing is wrong.
#[component]
pub fn Wrong(
    #[prop(into)] error: Signal<Option<String>>,
    /// What the field's `aria-describedby` names.
    #[prop(optional, into)]
    id: Option<String>,
    /// Whether it takes the focus when it stands in the way, because no field does.
    #[prop(optional)]
    takes_focus: bool,
) -> impl IntoView {
    let is_shown = move || takes_focus && error.with(Option::is_some);
    view! {
        <p
            class="err-t"
            role="alert"
            id=id
            tabindex=move || is_shown().then_some("-1")
            data-wrong=move || is_shown().then_some("")
        >
            {move || {
                error
                    .get()
                    .map(|error| {
                        view! {
                            <Icon glyph=Glyph::CircleAlert small=true />
                            <span>{error}</span>
                        }
                    })
            }}
        </p>
    }
}
