//! A message of a template: the template's words, its values as they are, and its buttons.

use leptos::prelude::*;
use tresen_types::MessageId;
use tresen_view::{SpanView, TemplateAction, TemplateButton, TemplateContent, TemplateHeader};

use super::{Glyph, card::opens};
use crate::parts::{self, Seldom};

/// The inside of a template's bubble. A value is shown as it is: no link and no mark in it counts.
#[component]
pub fn TemplateCard(
    /// What is shown.
    template: TemplateContent,
    /// The message that it is; none in a preview.
    message: Option<MessageId>,
    /// Whether the reader may choose a quick reply.
    can_choose: bool,
    /// The text of the quick reply that is chosen.
    on_choose: Callback<String>,
    /// The goods that it is about are opened.
    on_open: Callback<()>,
) -> impl IntoView {
    let has_extras = !template.cards.is_empty() || template.offer.is_some();
    let extras = has_extras.then(|| {
        let template = template.clone();
        move || parts::seldom(Seldom::Extras(template.clone(), message, can_choose, on_choose))
    });
    let header = template.header.map(|header| match header {
        TemplateHeader::Text(text) => view! { <p class="tpl-head">{words(text)}</p> }.into_any(),
        TemplateHeader::Goods(name) => {
            view! { <p class="tpl-head" dir="auto">{name}</p> }.into_any()
        }
        // Shown as every file: see the bubble.
        TemplateHeader::File(_) => ().into_any(),
        TemplateHeader::Place(name, address) => {
            view! { <p class="tpl-head">{name} " " <span class="mut">{address}</span></p> }
                .into_any()
        }
    });
    let footer = (!template.footer.is_empty())
        .then(|| view! { <p class="mut tpl-foot">{template.footer}</p> });
    view! {
        <div class="tpl" lang=template.language>
            {header}
            <p class="tpl-body">{words(template.body)}</p>
            {footer}
            {extras}
            {template
                .buttons
                .into_iter()
                .map(|one| match one.action {
                    TemplateAction::Goods(_) if can_choose => opens(one.text, Glyph::Store, true, on_open),
                    _ => button(one, can_choose, on_choose),
                })
                .collect_view()}
        </div>
    }
}

pub(super) fn words(spans: Vec<SpanView>) -> String {
    spans.into_iter().map(|span| span.text).collect()
}

pub(super) fn button(
    button: TemplateButton,
    can_choose: bool,
    on_choose: Callback<String>,
) -> AnyView {
    let text = button.text;
    match button.action {
        TemplateAction::Open(url) => view! {
            <a class="btn tpl-btn" href=url target="_blank" rel="noopener noreferrer">
                {text}
            </a>
        }
        .into_any(),
        TemplateAction::Call(number) => {
            let url = format!("tel:{number}");
            view! { <a class="btn tpl-btn" href=url>{text}</a> }.into_any()
        }
        TemplateAction::Copy(code) => {
            view! { <p class="tpl-btn">{text} ": " <code>{code}</code></p> }.into_any()
        }
        // Who made it has nothing to open; cards of a carousel have none.
        TemplateAction::Goods(_) => view! { <p class="tpl-btn mut">{text}</p> }.into_any(),
        TemplateAction::Reply if !can_choose => {
            view! { <p class="tpl-btn mut">{text}</p> }.into_any()
        }
        TemplateAction::Reply => {
            let shown = text.clone();
            view! {
                <button
                    type="button"
                    class="btn tpl-btn"
                    on:click=move |_| on_choose.run(text.clone())
                >
                    {shown}
                </button>
            }
            .into_any()
        }
    }
}
