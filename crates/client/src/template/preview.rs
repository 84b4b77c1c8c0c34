//! A draft as its messages would look: the examples stand in the places of the values.

use tresen_content::template::lint::lint;
use tresen_statement::{Button, Card, Header, Parameter, Piece, TemplateDoc, TemplateText};
use tresen_view::{
    Answer, SpanView, TemplateAction, TemplateButton, TemplateCardView, TemplateContent,
    TemplateDraft, TemplateHeader, TemplateOffer, TemplatePreview,
};

use super::{draft, remark};
use crate::{client::Inner, error::Result};

/// Looks at a draft; nothing is kept and nothing leaves the device.
pub(crate) fn preview(inner: &Inner, draft: &TemplateDraft) -> Result<Answer> {
    let own = inner.own()?;
    let template = draft::document(own.account, draft)?;
    Ok(Answer::TemplatePreview(Box::new(TemplatePreview {
        content: content(&template),
        findings: lint(&template).iter().map(remark::of_finding).collect(),
        problems: template.problems().into_iter().map(remark::of_problem).collect(),
    })))
}

fn content(template: &TemplateDoc) -> TemplateContent {
    let header = match &template.header {
        Some(Header::Text(text)) => Some(TemplateHeader::Text(spans(template, text))),
        Some(Header::Goods { parameter }) => {
            Some(TemplateHeader::Goods(example(template, *parameter)))
        }
        Some(Header::Media { .. } | Header::Location { .. }) | None => None,
    };
    TemplateContent {
        name: template.name.clone(),
        category: template.category,
        language: template.language.clone(),
        header,
        body: spans(template, &template.body),
        footer: template.footer.clone(),
        buttons: buttons(template, &template.buttons),
        cards: template.carousel.iter().map(|card| card_view(template, card)).collect(),
        offer: template
            .offer
            .as_ref()
            .map(|offer| TemplateOffer { text: offer.text.clone(), ends_at: None }),
    }
}

fn card_view(template: &TemplateDoc, card: &Card) -> TemplateCardView {
    TemplateCardView {
        part: card.media,
        file: None,
        body: spans(template, &card.body),
        buttons: buttons(template, &card.buttons),
    }
}

fn buttons(template: &TemplateDoc, buttons: &[Button]) -> Vec<TemplateButton> {
    buttons.iter().map(|button| button_view(template, button)).collect()
}

fn button_view(template: &TemplateDoc, button: &Button) -> TemplateButton {
    let action = match button {
        Button::QuickReply { .. } => TemplateAction::Reply,
        Button::Url { url, suffix, .. } => {
            let suffix = suffix.map(|number| example(template, number)).unwrap_or_default();
            TemplateAction::Open(format!("{url}{suffix}"))
        }
        Button::Phone { number, .. } => TemplateAction::Call(number.clone()),
        Button::CopyCode { code, .. } | Button::OneTimeCode { code, .. } => {
            TemplateAction::Copy(example(template, *code))
        }
        Button::Goods { .. } => TemplateAction::Goods(Vec::new()),
    };
    TemplateButton { text: button.text().to_owned(), action }
}

fn spans(template: &TemplateDoc, text: &TemplateText) -> Vec<SpanView> {
    text.0
        .iter()
        .map(|piece| match piece {
            Piece::Fixed(words) => SpanView { text: words.clone(), is_value: false },
            Piece::Parameter(number) => {
                SpanView { text: example(template, *number), is_value: true }
            }
        })
        .collect()
}

/// The example, else the parameter's name, else its number.
fn example(template: &TemplateDoc, number: u8) -> String {
    let known = template.parameter(number);
    let words = |of: fn(&Parameter) -> &String| known.map(of).filter(|text| !text.is_empty());
    let found = words(|known| &known.example).or_else(|| words(|known| &known.name));
    found.cloned().unwrap_or_else(|| number.saturating_add(1).to_string())
}
