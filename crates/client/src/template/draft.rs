//! From what a person types to a template's pieces, and back.

use tresen_content::template::TemplateValue;
use tresen_statement::{
    Button, Card, Charset, Header, LimitedTimeOffer, MediaKind, Parameter, ParameterKind, Piece,
    TemplateDoc, TemplateText,
};
use tresen_types::{AccountId, Currency, Money};
use tresen_view::{
    ButtonDraft, CardDraft, HeaderFile, OfferDraft, ParameterDraft, ParameterType, TemplateDraft,
    ValueDraft,
};

use crate::error::{Error, Result};

const UNKNOWN: Error = Error::Invalid("a parameter that isn't there");

/// The document of a draft, as version 1.
pub(super) fn document(business: AccountId, draft: &TemplateDraft) -> Result<TemplateDoc> {
    let parameters: Vec<Parameter> = draft.parameters.iter().map(parameter).collect();
    let buttons = buttons(&parameters, &draft.buttons)?;
    let mut carousel = Vec::with_capacity(draft.cards.len());
    for card in &draft.cards {
        let kind = match card.kind {
            HeaderFile::Image => MediaKind::Image,
            HeaderFile::Video => MediaKind::Video,
            HeaderFile::Document | HeaderFile::Place | HeaderFile::Goods => {
                return Err(Error::Invalid("a card shows a picture or a film"));
            }
        };
        carousel.push(Card {
            kind,
            media: number(&parameters, &card.media)?,
            body: text(&parameters, &card.body)?,
            buttons: self::buttons(&parameters, &card.buttons)?,
        });
    }
    let offer = match &draft.offer {
        Some(offer) => {
            let ends = offer.ends.as_deref().map(|name| number(&parameters, name)).transpose()?;
            Some(LimitedTimeOffer { text: offer.text.clone(), ends })
        }
        None => None,
    };
    let header = match (draft.header_file, draft.header.as_str()) {
        (None, "") => None,
        (None, header) => Some(Header::Text(text(&parameters, header)?)),
        (Some(file), "") => Some(file_header(&parameters, file)?),
        (Some(_), _) => return Err(Error::Invalid("two headers")),
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
        carousel,
        offer,
        parameters,
        link_domains,
        time_to_live_s: draft.time_to_live_s,
    })
}

fn buttons(parameters: &[Parameter], drafts: &[ButtonDraft]) -> Result<Vec<Button>> {
    let number = |name: &str| number(parameters, name);
    let optional = |name: &Option<String>| name.as_deref().map(number).transpose();
    let button = |draft: &ButtonDraft| {
        Ok(match draft.clone() {
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
            ButtonDraft::Goods { text, goods } => Button::Goods { text, goods: optional(&goods)? },
        })
    };
    drafts.iter().map(button).collect()
}

/// A header that is a file, a place or an item: the parameter of that type.
fn file_header(parameters: &[Parameter], file: HeaderFile) -> Result<Header> {
    let at = |kind: ParameterKind| {
        let at = parameters.iter().position(|known| known.kind == kind);
        at.and_then(|at| u8::try_from(at).ok()).ok_or(UNKNOWN)
    };
    let media = |kind| Ok(Header::Media { kind, parameter: at(ParameterKind::Media)? });
    match file {
        HeaderFile::Image => media(MediaKind::Image),
        HeaderFile::Video => media(MediaKind::Video),
        HeaderFile::Document => media(MediaKind::Document),
        HeaderFile::Place => Ok(Header::Location { parameter: at(ParameterKind::Location)? }),
        HeaderFile::Goods => Ok(Header::Goods { parameter: at(ParameterKind::Goods)? }),
    }
}

/// The file, place or item above a template's body.
pub(super) const fn header_file(template: &TemplateDoc) -> Option<HeaderFile> {
    match template.header {
        Some(Header::Media { kind: MediaKind::Image, .. }) => Some(HeaderFile::Image),
        Some(Header::Media { kind: MediaKind::Video, .. }) => Some(HeaderFile::Video),
        Some(Header::Media { kind: MediaKind::Document, .. }) => Some(HeaderFile::Document),
        Some(Header::Location { .. }) => Some(HeaderFile::Place),
        Some(Header::Goods { .. }) => Some(HeaderFile::Goods),
        Some(Header::Text(_)) | None => None,
    }
}

/// A text with its marks as an author writes it.
pub(super) fn source(template: &TemplateDoc, text: &TemplateText) -> String {
    text.0
        .iter()
        .map(|piece| match piece {
            Piece::Fixed(words) => words.clone(),
            Piece::Parameter(at) => format!("{{{{{}}}}}", name(template, *at)),
        })
        .collect()
}

/// Buttons as an author writes them.
pub(super) fn button_drafts(template: &TemplateDoc, buttons: &[Button]) -> Vec<ButtonDraft> {
    let name = |number: u8| name(template, number);
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
        Button::Goods { text, goods } => ButtonDraft::Goods { text, goods: goods.map(name) },
    };
    buttons.iter().map(draft).collect()
}

/// The cards as an author writes them.
pub(super) fn card_drafts(template: &TemplateDoc) -> Vec<CardDraft> {
    let draft = |card: &Card| CardDraft {
        kind: match card.kind {
            MediaKind::Video => HeaderFile::Video,
            MediaKind::Image | MediaKind::Document => HeaderFile::Image,
        },
        media: name(template, card.media),
        body: source(template, &card.body),
        buttons: button_drafts(template, &card.buttons),
    };
    template.carousel.iter().map(draft).collect()
}

/// The offer as an author writes it.
pub(super) fn offer_draft(template: &TemplateDoc) -> Option<OfferDraft> {
    template.offer.as_ref().map(|offer| OfferDraft {
        text: offer.text.clone(),
        ends: offer.ends.map(|number| name(template, number)),
    })
}

/// What an author calls a parameter.
fn name(template: &TemplateDoc, number: u8) -> String {
    let name = template.parameter(number).map(|known| known.name.clone());
    let name = name.filter(|name| !name.is_empty());
    name.unwrap_or_else(|| number.saturating_add(1).to_string())
}

/// A parameter as an author writes it.
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
            ParameterKind::Text => ParameterType::Text,
            ParameterKind::Media => ParameterType::File,
            ParameterKind::Location => ParameterType::Place,
            ParameterKind::Goods => ParameterType::Goods,
        },
        length_max: parameter.length_max,
        example: parameter.example.clone(),
    }
}

/// The values of many messages: none of them is a file.
pub(crate) fn values(drafts: Vec<ValueDraft>) -> Result<Vec<TemplateValue>> {
    drafts.into_iter().map(value).collect()
}

/// A value that is no file: those are uploaded first.
pub(super) fn value(draft: ValueDraft) -> Result<TemplateValue> {
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
        ValueDraft::Place(place) => TemplateValue::Location(place),
        ValueDraft::Goods(sections) => TemplateValue::Goods(sections),
        ValueDraft::File(_) => return Err(Error::Invalid("a file in many messages")),
    })
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
        ParameterType::File => ParameterKind::Media,
        ParameterType::Place => ParameterKind::Location,
        ParameterType::Goods => ParameterKind::Goods,
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
            header_file: None,
            body: body.to_owned(),
            footer: String::new(),
            buttons: Vec::new(),
            cards: Vec::new(),
            offer: None,
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
