//! From the components of a call to a draft.

use serde_json::{Map, Value};
use tresen_types::Category;
use tresen_view::{
    ButtonDraft, CardDraft, HeaderFile, OfferDraft, ParameterDraft, ParameterType, TemplateDraft,
};

use super::code;
use crate::{api_error::ApiError, http::params::Params, templates::category};

/// The headers that aren't texts.
const FILES: &[(&str, HeaderFile)] = &[
    ("IMAGE", HeaderFile::Image),
    ("VIDEO", HeaderFile::Video),
    ("GIF", HeaderFile::Video),
    ("DOCUMENT", HeaderFile::Document),
    ("LOCATION", HeaderFile::Place),
    ("PRODUCT", HeaderFile::Goods),
];

/// The parts in the order in which their parameters are counted.
const PARTS: [&str; 6] = ["HEADER", "BODY", "FOOTER", "LIMITED_TIME_OFFER", "BUTTONS", "CAROUSEL"];

/// The draft that a call describes.
pub(super) fn draft(params: &Params) -> Result<TemplateDraft, ApiError> {
    let named = params.required("category")?.to_ascii_uppercase();
    let known = [Category::Utility, Category::Marketing, Category::Authentication];
    let of = known.into_iter().find(|one| category(*one) == named).ok_or_else(|| {
        ApiError::parameter("Param category must be one of {UTILITY, MARKETING, AUTHENTICATION}.")
    })?;
    let listed = match params.fields().get("components") {
        Some(Value::Array(components)) => components.clone(),
        Some(Value::String(text)) => serde_json::from_str(text)
            .map_err(|_json| ApiError::parameter("Param components must be an array."))?,
        _ => return Err(ApiError::parameter("The parameter components is required.")),
    };
    let mut draft = TemplateDraft {
        name: params.required("name")?,
        language: params.required("language")?.replace('_', "-"),
        category: of,
        header: String::new(),
        header_file: None,
        body: String::new(),
        footer: String::new(),
        buttons: Vec::new(),
        cards: Vec::new(),
        offer: None,
        parameters: Vec::new(),
        link_domains: Vec::new(),
        time_to_live_s: 0,
    };
    for wanted in PARTS {
        for component in &listed {
            let Value::Object(component) = component else { return Err(odd("components")) };
            let kind = word(component, "type");
            if kind == wanted {
                add(&mut draft, &kind, component)?;
            } else if !PARTS.contains(&kind.as_str()) {
                return Err(ApiError::parameter("A kind of component is not supported."));
            }
        }
    }
    if draft.body.is_empty() {
        return Err(ApiError::parameter("The component BODY with a text is required."));
    }
    name_the_rest(&mut draft);
    Ok(draft)
}

fn add(
    draft: &mut TemplateDraft,
    kind: &str,
    component: &Map<String, Value>,
) -> Result<(), ApiError> {
    let text = component.get("text").and_then(Value::as_str).unwrap_or_default();
    let is_code = draft.category == Category::Authentication;
    match kind {
        "HEADER" if word(component, "format") == "TEXT" => {
            draft.header = numbered(draft, text, &examples(component, "header_text"))?;
        }
        "HEADER" => {
            let format = word(component, "format");
            let known = FILES.iter().find(|(name, _)| *name == format);
            let (_, file) =
                known.ok_or_else(|| ApiError::parameter("A kind of header is not supported."))?;
            draft.header_file = Some(*file);
            let kind = match file {
                HeaderFile::Place => ParameterType::Place,
                HeaderFile::Goods => ParameterType::Goods,
                HeaderFile::Image | HeaderFile::Video | HeaderFile::Document => ParameterType::File,
            };
            drop(parameter(draft, kind, String::new()));
            if let (HeaderFile::Goods, Some(one)) = (file, draft.parameters.last_mut()) {
                one.length_max = 1;
            }
        }
        "BODY" if is_code => draft.body = code::body(draft, component),
        "FOOTER" if is_code => draft.footer = code::footer(&draft.language, component)?,
        "BODY" => draft.body = numbered(draft, text, &examples(component, "body_text"))?,
        "FOOTER" => text.clone_into(&mut draft.footer),
        "LIMITED_TIME_OFFER" => draft.offer = Some(offer(draft, component)?),
        "CAROUSEL" => {
            let Some(Value::Array(cards)) = component.get("cards") else {
                return Err(odd("cards"));
            };
            for card in cards {
                let card = read_card(draft, card)?;
                draft.cards.push(card);
            }
        }
        _ => {
            let Some(Value::Array(buttons)) = component.get("buttons") else {
                return Err(odd("buttons"));
            };
            for button in buttons {
                let Value::Object(button) = button else { return Err(odd("buttons")) };
                let button = read_button(draft, button)?;
                draft.buttons.push(button);
            }
        }
    }
    Ok(())
}

/// An offer that ends, or has no end.
fn offer(
    draft: &mut TemplateDraft,
    component: &Map<String, Value>,
) -> Result<OfferDraft, ApiError> {
    let Some(Value::Object(offer)) = component.get("limited_time_offer") else {
        return Err(odd("limited_time_offer"));
    };
    let text = offer.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
    let ends = offer.get("has_expiration").and_then(Value::as_bool).unwrap_or_default();
    let ends = ends.then(|| parameter(draft, ParameterType::Date, "31 December".to_owned()));
    Ok(OfferDraft { text, ends })
}

/// A card of a carousel: its file, its words and its buttons.
fn read_card(draft: &mut TemplateDraft, card: &Value) -> Result<CardDraft, ApiError> {
    let Some(Value::Array(components)) = card.get("components") else {
        return Err(odd("cards[]['components']"));
    };
    let part = |wanted: &str| {
        components.iter().filter_map(Value::as_object).find(|one| word(one, "type") == wanted)
    };
    let format = part("HEADER").map(|header| word(header, "format")).unwrap_or_default();
    let known = FILES.iter().find(|(name, file)| {
        *name == format && matches!(file, HeaderFile::Image | HeaderFile::Video)
    });
    let (_, kind) =
        known.ok_or_else(|| ApiError::parameter("A card has a picture or a film above it."))?;
    let media = parameter(draft, ParameterType::File, String::new());
    let body = match part("BODY") {
        Some(body) => {
            let text = body.get("text").and_then(Value::as_str).unwrap_or_default();
            numbered(draft, text, &examples(body, "body_text"))?
        }
        None => return Err(ApiError::parameter("A card has a BODY with a text.")),
    };
    let mut buttons = Vec::new();
    let listed = part("BUTTONS").and_then(|buttons| buttons.get("buttons"));
    for button in listed.and_then(Value::as_array).into_iter().flatten() {
        let Value::Object(button) = button else { return Err(odd("buttons")) };
        buttons.push(read_button(draft, button)?);
    }
    Ok(CardDraft { kind: *kind, media, body, buttons })
}

/// Where some parameters have names, all have, also those of the header's file and of buttons.
fn name_the_rest(draft: &mut TemplateDraft) {
    if draft.parameters.iter().all(|known| known.name.is_empty()) {
        return;
    }
    for (number, parameter) in (1_usize..).zip(&mut draft.parameters) {
        if !parameter.name.is_empty() {
            continue;
        }
        parameter.name = format!("value_{number}");
        let (mark, name) = (number.to_string(), parameter.name.clone());
        let of_cards = draft.cards.iter_mut().flat_map(|card| {
            let buttons = card.buttons.iter_mut().filter_map(slot_of);
            std::iter::once(&mut card.media).chain(buttons)
        });
        let of_offer = draft.offer.iter_mut().filter_map(|offer| offer.ends.as_mut());
        let of_buttons = draft.buttons.iter_mut().filter_map(slot_of);
        for slot in of_buttons.chain(of_offer).chain(of_cards).filter(|slot| **slot == mark) {
            slot.clone_from(&name);
        }
    }
}

/// What names a button's parameter, if it has one.
fn slot_of(button: &mut ButtonDraft) -> Option<&mut String> {
    match button {
        ButtonDraft::QuickReply { payload, .. } => payload.as_mut(),
        ButtonDraft::Url { suffix, .. } => suffix.as_mut(),
        ButtonDraft::Goods { goods, .. } => goods.as_mut(),
        ButtonDraft::CopyCode { code, .. } | ButtonDraft::OneTimeCode { code, .. } => Some(code),
        ButtonDraft::Phone { .. } => None,
    }
}

fn read_button(
    draft: &mut TemplateDraft,
    button: &Map<String, Value>,
) -> Result<ButtonDraft, ApiError> {
    let of = |name: &str| button.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let text = of("text");
    let example = match button.get("example") {
        Some(Value::Array(examples)) => {
            examples.first().and_then(Value::as_str).unwrap_or_default().to_owned()
        }
        Some(Value::String(example)) => example.clone(),
        _ => String::new(),
    };
    match word(button, "type").as_str() {
        "QUICK_REPLY" => {
            let payload = Some(parameter(draft, ParameterType::Payload, String::new()));
            Ok(ButtonDraft::QuickReply { text, payload })
        }
        "PHONE_NUMBER" => {
            let number = of("phone_number");
            let number = format!("+{}", number.trim_start_matches('+'));
            Ok(ButtonDraft::Phone { text, number })
        }
        "CATALOG" => Ok(ButtonDraft::Goods { text: or(text, "View catalog"), goods: None }),
        "MPM" => {
            let goods = Some(parameter(draft, ParameterType::Goods, String::new()));
            Ok(ButtonDraft::Goods { text: or(text, "View items"), goods })
        }
        "SPM" if draft.header_file == Some(HeaderFile::Goods) => {
            // The one that stands above, which was counted first.
            let goods = Some("1".to_owned());
            Ok(ButtonDraft::Goods { text: or(text, "View"), goods })
        }
        "SPM" => Err(ApiError::parameter("A button SPM belongs to a header PRODUCT.")),
        // What fills in by itself elsewhere is copied here.
        "OTP" => code::button(draft, text, &word(button, "otp_type")),
        "URL" => {
            let whole = of("url");
            let host = url::Url::parse(&whole.replace("{{1}}", "x"))
                .ok()
                .and_then(|url| url.host_str().map(ToOwned::to_owned));
            draft.link_domains.push(host.ok_or_else(|| odd("url"))?);
            Ok(match whole.strip_suffix("{{1}}") {
                None => ButtonDraft::Url { text, url: whole, suffix: None },
                Some(start) => {
                    // An example may be the whole URL.
                    let end = example.strip_prefix(start).unwrap_or(&example).to_owned();
                    let suffix = Some(parameter(draft, ParameterType::UrlSuffix, end));
                    ButtonDraft::Url { text, url: start.to_owned(), suffix }
                }
            })
        }
        "COPY_CODE" => {
            let code = parameter(draft, ParameterType::Code, example);
            Ok(ButtonDraft::CopyCode { text: or(text, "Copy code"), code })
        }
        _ => Err(ApiError::parameter("A kind of button is not supported.")),
    }
}

/// A button's own words, or those that the API's clients leave to it.
fn or(text: String, words: &str) -> String {
    if text.is_empty() { words.to_owned() } else { text }
}

/// Adds a parameter; gives the number that names it.
pub(super) fn parameter(draft: &mut TemplateDraft, kind: ParameterType, example: String) -> String {
    draft.parameters.push(ParameterDraft { name: String::new(), kind, length_max: 0, example });
    draft.parameters.len().to_string()
}

/// Adds a text's parameters, and gives the text with its marks counted through the whole template.
fn numbered(
    draft: &mut TemplateDraft,
    text: &str,
    examples: &[(String, String)],
) -> Result<String, ApiError> {
    let (mut shown, mut rest) = (String::new(), text);
    let before = draft.parameters.len();
    while let Some((words, tail)) = rest.split_once("{{") {
        let (mark, tail) = tail.split_once("}}").ok_or_else(|| odd("text"))?;
        let mark = mark.trim();
        shown.push_str(words);
        match mark.parse::<usize>() {
            Ok(number) => {
                let place = before.saturating_add(number);
                if place > draft.parameters.len().saturating_add(1) || number == 0 {
                    return Err(ApiError::parameter("Variables must be counted from 1 on."));
                }
                if place > draft.parameters.len() {
                    let example = examples.get(number.saturating_sub(1));
                    let example = example.map(|(_, example)| example.clone()).unwrap_or_default();
                    drop(parameter(draft, ParameterType::Text, example));
                }
                shown.push_str(&format!("{{{{{place}}}}}"));
            }
            Err(_name) => {
                if draft.parameters.iter().all(|known| known.name != mark) {
                    let example = examples.iter().find(|(name, _)| name == mark);
                    draft.parameters.push(ParameterDraft {
                        name: mark.to_owned(),
                        kind: ParameterType::Text,
                        length_max: 0,
                        example: example.map(|(_, example)| example.clone()).unwrap_or_default(),
                    });
                }
                shown.push_str(&format!("{{{{{mark}}}}}"));
            }
        }
        rest = tail;
    }
    shown.push_str(rest);
    Ok(shown)
}

/// The examples of a text, with names where parameters have names.
fn examples(component: &Map<String, Value>, name: &str) -> Vec<(String, String)> {
    let Some(example) = component.get("example") else { return Vec::new() };
    if let Some(Value::Array(named)) = example.get(format!("{name}_named_params")) {
        let of = |one: &Value, field: &str| {
            one.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        return named.iter().map(|one| (of(one, "param_name"), of(one, "example"))).collect();
    }
    let Some(Value::Array(listed)) = example.get(name) else { return Vec::new() };
    // The body's examples are a list in a list.
    let listed = match listed.first() {
        Some(Value::Array(inner)) => inner,
        _ => listed,
    };
    let text = |one: &Value| (String::new(), one.as_str().unwrap_or_default().to_owned());
    listed.iter().map(text).collect()
}

fn word(fields: &Map<String, Value>, name: &str) -> String {
    fields.get(name).and_then(Value::as_str).unwrap_or_default().to_ascii_uppercase()
}

pub(super) fn odd(name: &str) -> ApiError {
    ApiError::parameter(format!("Param {name} has a value of the wrong kind."))
}
