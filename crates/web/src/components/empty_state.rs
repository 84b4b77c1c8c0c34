//! What stands where nothing is, or where something went wrong: one sentence, one action.

use leptos::prelude::*;

use super::{Glyph, Icon};

/// Nothing here yet.
#[component]
pub fn EmptyState(
    glyph: Glyph,
    #[prop(into)] title: String,
    #[prop(optional, into)] text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    state("empty", glyph, title, text, children)
}

/// Something went wrong; `text` says what is safe and what to do.
#[component]
pub fn ErrorState(
    glyph: Glyph,
    #[prop(into)] title: String,
    #[prop(optional, into)] text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    state("empty bad", glyph, title, text, children)
}

fn state(
    class: &'static str,
    glyph: Glyph,
    title: String,
    text: String,
    children: Option<Children>,
) -> AnyView {
    view! {
        <div class=class>
            <span class="empty-i" aria-hidden="true">
                <Icon glyph />
            </span>
            <h2>{title}</h2>
            {(!text.is_empty()).then(|| view! { <p>{text}</p> })}
            {children.map(|children| children())}
        </div>
    }
    .into_any()
}
