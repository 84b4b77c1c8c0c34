//! The quoted message above a reply; pressing it jumps there.

use leptos::prelude::*;
use tresen_view::Quote;

use crate::i18n::t;

/// A quote; a button when `on_jump` is given.
#[component]
pub fn QuoteBlock(quote: Quote, #[prop(optional)] on_jump: Option<Callback<()>>) -> impl IntoView {
    let preview =
        if quote.preview.is_empty() { t().quote_missing.to_owned() } else { quote.preview };
    let content = view! {
        <b dir="auto">{quote.sender_name}</b>
        <span class="ell" dir="auto">{preview}</span>
    };
    match on_jump {
        Some(jump) => view! {
            <button type="button" class="q" title=t().quote_go on:click=move |_| jump.run(())>
                <span class="vh">{t().quote_go}</span>
                {content}
            </button>
        }
        .into_any(),
        None => view! { <div class="q">{content}</div> }.into_any(),
    }
}
