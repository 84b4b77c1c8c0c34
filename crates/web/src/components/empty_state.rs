//! What stands where nothing is, or where something went wrong: one sentence, one action.

use leptos::prelude::*;

use super::{Glyph, Icon};

/// Nothing here yet; with `whole_page` there is nothing else on the page either.
#[component]
pub fn EmptyState(
    glyph: Glyph,
    #[prop(into)] title: String,
    #[prop(optional, into)] text: String,
    #[prop(optional)] whole_page: bool,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let heading = if whole_page {
        view! { <h1>{title}</h1> }.into_any()
    } else {
        view! { <h2>{title}</h2> }.into_any()
    };
    state("empty", glyph, heading, text, children)
}

/// Something went wrong with a whole page; `text` says what is safe and what to do.
#[component]
pub fn ErrorState(
    glyph: Glyph,
    #[prop(into)] title: String,
    #[prop(optional, into)] text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let heading = view! { <h1>{title}</h1> }.into_any();
    state("empty bad", glyph, heading, text, children)
}

fn state(
    class: &'static str,
    glyph: Glyph,
    heading: AnyView,
    text: String,
    children: Option<Children>,
) -> AnyView {
    view! {
        <div class=class>
            <span class="empty-i" aria-hidden="true">
                <Icon glyph />
            </span>
            {heading}
            {(!text.is_empty()).then(|| view! { <p>{text}</p> })}
            {children.map(|children| children())}
        </div>
    }
    .into_any()
}
