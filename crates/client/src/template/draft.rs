//! From what a person types to a template's pieces, and back.

use tresen_content::template::TemplateValue;
use tresen_statement::{
    Button, Charset, Header, Parameter, ParameterKind, Piece, TemplateDoc, TemplateText,
};
use tresen_types::{AccountId, Currency, Money};
use tresen_view::{ButtonDraft, ParameterDraft, ParameterType, TemplateDraft, ValueDraft};

use crate::error::{Error, Result};

const UNKNOWN: Error = Error::Invalid("a parameter that isn't there");

/// The document of a draft, as version 1.
pub(super) fn document(business: AccountId, draft: &TemplateDraft) -> Result<TemplateDoc> {
    let parameters: Vec<Parameter> = draft.parameters.iter().map(parameter).collect();
    let number = |name: &str| number(&parameters, name);
    let optional = |name: &Option<String>| name.as_deref().map(number).transpose();
    let mut buttons = Vec::with_capacity(draft.buttons.len());
    for button in &draft.buttons {
        buttons.push(match button.clone() {
            ButtonDraft::QuickReply { text, payload } => {
                Button::QuickReply { text, payload: optional(&payload)? }
            }
            ButtonDraft::Url { text, url, suffix } => {
                Button::Url { text, url, suffix: optional(&suffix)? }
            }
            ButtonDraft::Phone { text, number } => Button::Phone { text, number },
            ButtonDraft::CopyCode { text, code } => Button::CopyCode { text, code: number(&code)? },
            ButtonDraft::OneTimeCode { text, code } => {
                Button::OneTimeCode { text, code: number(&code)? }
            }
        });
    }
    let header = match draft.header.as_str() {
        "" => None,
        header => Some(Header::Text(text(&parameters, header)?)),
    };
    let mut link_domains = draft.link_domains.clone();
    link_domains.sort_unstable();
    link_domains.dedup();
    Ok(TemplateDoc {
        business,
        name: draft.name.clone(),
        language: draft.language.clone(),
        version: 1,
        category: draft.category,
        header,
        body: text(&parameters, &draft.body)?,
        footer: draft.footer.clone(),
        buttons,
        carousel: Vec::new(),
        offer: None,
        parameters,
        link_domains,
        time_to_live_s: draft.time_to_live_s,
    })
}

/// A text with its marks as an author writes it.
pub(super) fn source(template: &TemplateDoc, text: &TemplateText) -> String {
    text.0
        .iter()
        .map(|piece| match piece {
            Piece::Fixed(words) => words.clone(),
            Piece::Parameter(at) => {
                let name = template.parameter(*at).map(|known| known.name.clone());
                match name.filter(|name| !name.is_empty()) {
                    Some(name) => format!("{{{{{name}}}}}"),
                    None => format!("{{{{{}}}}}", at.saturating_add(1)),
                }
            }
        })
        .collect()
}

/// The buttons as an author writes them.
pub(super) fn button_drafts(template: &TemplateDoc) -> Vec<ButtonDraft> {
    let name = |number: u8| {
        let name = template.parameter(number).map(|known| known.name.clone());
        let name = name.filter(|name| !name.is_empty());
        name.unwrap_or_else(|| number.saturating_add(1).to_string())
    };
    let draft = |button: &Button| match button.clone() {
        Button::QuickReply { text, payload } => {
            ButtonDraft::QuickReply { text, payload: payload.map(name) }
        }
        Button::Url { text, url, suffix } => {
            ButtonDraft::Url { text, url, suffix: suffix.map(name) }
        }
        Button::Phone { text, number } => ButtonDraft::Phone { text, number },
        Button::CopyCode { text, code } => ButtonDraft::CopyCode { text, code: name(code) },
        Button::OneTimeCode { text, code } => ButtonDraft::OneTimeCode { text, code: name(code) },
    };
    template.buttons.iter().map(draft).collect()
}

/// A parameter as an author writes it; the types that need a file aren't written by hand.
pub(super) fn parameter_draft(parameter: &Parameter) -> ParameterDraft {
    ParameterDraft {
        name: parameter.name.clone(),
        kind: match parameter.kind {
            ParameterKind::Number => ParameterType::Number,
            ParameterKind::Amount => ParameterType::Amount,
            ParameterKind::Date => ParameterType::Date,
            ParameterKind::Code => ParameterType::Code,
            ParameterKind::UrlSuffix => ParameterType::UrlSuffix,
            ParameterKind::Payload => ParameterType::Payload,
            ParameterKind::Text | ParameterKind::Media | ParameterKind::Location => {
                ParameterType::Text
            }
        },
        length_max: parameter.length_max,
        example: parameter.example.clone(),
    }
}

/// The values of a message.
pub(crate) fn values(drafts: Vec<ValueDraft>) -> Result<Vec<TemplateValue>> {
    let value = |draft| {
        Ok(match draft {
            ValueDraft::Text(text) => TemplateValue::Text(text),
            ValueDraft::Number { digits, decimals } => TemplateValue::Number { digits, decimals },
            ValueDraft::Amount { minor, currency } => {
                let currency =
                    Currency::parse(&currency).map_err(|_unknown| Error::Invalid("currency"))?;
                TemplateValue::Amount(Money { minor, currency })
            }
            ValueDraft::Date(at) => TemplateValue::Date(at),
            ValueDraft::Code(code) => TemplateValue::Code(code),
            ValueDraft::UrlSuffix(suffix) => TemplateValue::UrlSuffix(suffix),
            ValueDraft::Payload(payload) => TemplateValue::Payload(payload),
        })
    };
    drafts.into_iter().map(value).collect()
}

fn parameter(draft: &ParameterDraft) -> Parameter {
    let kind = match draft.kind {
        ParameterType::Text => ParameterKind::Text,
        ParameterType::Number => ParameterKind::Number,
        ParameterType::Amount => ParameterKind::Amount,
        ParameterType::Date => ParameterKind::Date,
        ParameterType::Code => ParameterKind::Code,
        ParameterType::UrlSuffix => ParameterKind::UrlSuffix,
        ParameterType::Payload => ParameterKind::Payload,
    };
    Parameter {
        name: draft.name.clone(),
        kind,
        length_max: if draft.length_max == 0 { kind.length_limit() } else { draft.length_max },
        charset: Charset::Any,
        example: draft.example.clone(),
    }
}

/// The number of a parameter by its name, or by its number from 1 on.
fn number(parameters: &[Parameter], name: &str) -> Result<u8> {
    let at = match name.parse::<usize>() {
        Ok(number) => number.checked_sub(1).filter(|at| *at < parameters.len()),
        Err(_name) => parameters.iter().position(|known| known.name == name),
    };
    at.and_then(|at| u8::try_from(at).ok()).ok_or(UNKNOWN)
}

fn text(parameters: &[Parameter], source: &str) -> Result<TemplateText> {
    let mut pieces = Vec::new();
    let mut rest = source;
    while let Some((words, tail)) = rest.split_once("{{") {
        let (name, tail) = tail.split_once("}}").ok_or(Error::Invalid("a mark without its end"))?;
        if !words.is_empty() {
            pieces.push(Piece::Fixed(words.to_owned()));
        }
        pieces.push(Piece::Parameter(number(parameters, name.trim())?));
        rest = tail;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Fixed(rest.to_owned()));
    }
    Ok(TemplateText(pieces))
}

#[cfg(test)]
mod tests {
    use tresen_types::{AccountKind, Category};

    use super::*;

    fn draft(body: &str, names: &[&str]) -> TemplateDraft {
        let parameter = |name: &&str| ParameterDraft {
            name: (*name).to_owned(),
            kind: ParameterType::Text,
            length_max: 0,
            example: "Priya".to_owned(),
        };
        TemplateDraft {
            name: "pick_up".to_owned(),
            language: "en".to_owned(),
            category: Category::Utility,
            header: String::new(),
            body: body.to_owned(),
            footer: String::new(),
            buttons: Vec::new(),
            parameters: names.iter().map(parameter).collect(),
            link_domains: Vec::new(),
            time_to_live_s: 0,
        }
    }

    fn business() -> AccountId {
        AccountId::from_random(AccountKind::Business, [1; 16])
    }

    #[test]
    fn marks_by_number_and_by_name_become_parameters_and_back() {
        for (body, names) in [
            ("Hello {{1}}, your order {{2}} is ready.", ["", ""]),
            ("Hello {{name}}, your order {{order}} is ready.", ["name", "order"]),
        ] {
            let document = document(business(), &draft(body, &names)).unwrap();
            assert!(document.encode().is_ok(), "{:?}", document.problems());
            assert_eq!(document.body.parameters().collect::<Vec<_>>(), [0, 1]);
            assert_eq!(source(&document, &document.body), body);
        }
    }

    #[test]
    fn marks_that_lead_nowhere_are_refused() {
        for body in ["Hello {{3}} you", "Hello {{0}} you", "Hello {{other}} you", "Hello {{1 you"] {
            assert!(document(business(), &draft(body, &["", ""])).is_err(), "{body}");
        }
    }
}
