//! A message's text: formatting becomes nodes, never HTML.

use leptos::prelude::*;
use tresen_content::{
    format::{Block, Inline, parse},
    is_big_emoji,
};

/// Formatted text; one to three emoji alone are big.
#[component]
pub fn FormattedText(#[prop(into)] text: String) -> impl IntoView {
    if let Some(count) = is_big_emoji(&text) {
        return view! { <p class=format!("big-emoji n{count}")>{text}</p> }.into_any();
    }
    parse(&text).into_iter().map(block).collect_view().into_any()
}

fn block(block: Block) -> AnyView {
    match block {
        Block::Paragraph(inlines) => view! { <p dir="auto">{nodes(inlines)}</p> }.into_any(),
        Block::Quote(inlines) => {
            view! { <blockquote dir="auto">{nodes(inlines)}</blockquote> }.into_any()
        }
        Block::Bullets(items) => view! { <ul>{list_items(items)}</ul> }.into_any(),
        Block::Numbers { start, items } => {
            view! { <ol start=start.to_string()>{list_items(items)}</ol> }.into_any()
        }
        Block::Code(code) => view! { <pre><code>{code}</code></pre> }.into_any(),
    }
}

fn list_items(items: Vec<Vec<Inline>>) -> Vec<AnyView> {
    items.into_iter().map(|item| view! { <li dir="auto">{nodes(item)}</li> }.into_any()).collect()
}

fn nodes(inlines: Vec<Inline>) -> Vec<AnyView> {
    inlines.into_iter().map(node).collect()
}

fn node(inline: Inline) -> AnyView {
    match inline {
        Inline::Text(text) => text.into_any(),
        Inline::Bold(inner) => view! { <strong>{nodes(inner)}</strong> }.into_any(),
        Inline::Italic(inner) => view! { <em>{nodes(inner)}</em> }.into_any(),
        Inline::Strike(inner) => view! { <s>{nodes(inner)}</s> }.into_any(),
        Inline::Code(code) => view! { <code>{code}</code> }.into_any(),
        Inline::Link { text, url } => view! {
            <a href=url target="_blank" rel="noopener noreferrer nofollow">
                {text}
            </a>
        }
        .into_any(),
        Inline::LineBreak => view! { <br /> }.into_any(),
    }
}
