//! What a program gives for a template's parameters, brought into the template's order.
//!
//! A program says its values in the places where they stand: header, body, buttons. What it gives twice
//! (a one-time code) or needn't give (what a quick reply hands back) is one value here.

use tresen_types::Currency;
use tresen_view::{
    self as view, ButtonDraft, ParameterDraft, ParameterType, TemplateView, ValueDraft,
};

use crate::{
    api_error::ApiError,
    request::{
        HeaderFile, MediaKind,
        template::{Given, GivenValue, Place},
    },
};

/// A value that is ready, or a file that is still to be offered.
#[derive(Clone, Debug)]
pub(crate) enum Ready<'a> {
    /// A value.
    Value(ValueDraft),
    /// A file.
    File(&'a HeaderFile),
}

/// The values in the order of the template's parameters.
pub(crate) fn values<'a>(
    template: &TemplateView,
    given: &'a [Given],
) -> Result<Vec<Ready<'a>>, ApiError> {
    let mut left: Vec<Option<&Given>> = given.iter().map(Some).collect();
    let mut ready = Vec::with_capacity(template.parameters.len());
    for (number, parameter) in (1_usize..).zip(&template.parameters) {
        let mark = mark_of(parameter, number);
        let place = place_of(template, parameter, &mark);
        let is_it = |one: &Option<&Given>| {
            one.is_some_and(|one| {
                one.place == place
                    && (parameter.name.is_empty()
                        || one.name.as_ref().is_none_or(|name| *name == parameter.name))
            })
        };
        let found = left.iter_mut().find(|one| is_it(one)).and_then(Option::take);
        ready.push(match (found, default(template, &mark)) {
            (Some(given), _) => one(template, parameter, given)?,
            (None, Some(text)) => Ready::Value(ValueDraft::Payload(text)),
            (None, None) => return Err(wrong_count(template, given.len())),
        });
    }
    if left.into_iter().flatten().all(|extra| needs_nothing(template, extra)) {
        return Ok(ready);
    }
    Err(wrong_count(template, given.len()))
}

fn mark_of(parameter: &ParameterDraft, number: usize) -> String {
    if parameter.name.is_empty() { number.to_string() } else { parameter.name.clone() }
}

/// Where a parameter stands; one that stands in words and in a button is given with the words.
fn place_of(template: &TemplateView, parameter: &ParameterDraft, mark: &str) -> Place {
    let written = format!("{{{{{mark}}}}}");
    for (number, card) in (0_u64..).zip(&template.cards) {
        if card.media == mark {
            return Place::CardHeader(number);
        }
        if card.body.contains(&written) && !template.body.contains(&written) {
            return Place::CardBody(number);
        }
        if let Some((at, _)) = (0_u64..).zip(&card.buttons).find(|(_, one)| names(one, mark)) {
            return Place::CardButton(number, at);
        }
    }
    if template.offer.as_ref().is_some_and(|offer| offer.ends.as_deref() == Some(mark)) {
        return Place::Offer;
    }
    let is_above = template.header_file == Some(view::HeaderFile::Goods);
    if matches!(parameter.kind, ParameterType::File | ParameterType::Place)
        || (is_above && parameter.kind == ParameterType::Goods)
    {
        return Place::Header;
    }
    if template.header.contains(&written) {
        return Place::Header;
    }
    if template.body.contains(&written) {
        return Place::Body;
    }
    let at = (0_u64..).zip(&template.buttons).find(|(_, button)| names(button, mark));
    at.map_or(Place::Body, |(at, _)| Place::Button(at))
}

/// Whether a button has this parameter.
fn names(button: &ButtonDraft, mark: &str) -> bool {
    match button {
        ButtonDraft::QuickReply { payload, .. } => payload.as_deref() == Some(mark),
        ButtonDraft::Url { suffix, .. } => suffix.as_deref() == Some(mark),
        ButtonDraft::Goods { goods, .. } => goods.as_deref() == Some(mark),
        ButtonDraft::CopyCode { code, .. } | ButtonDraft::OneTimeCode { code, .. } => code == mark,
        ButtonDraft::Phone { .. } => false,
    }
}

/// The text of the quick reply that hands back this parameter.
fn default(template: &TemplateView, mark: &str) -> Option<String> {
    let of_cards = template.cards.iter().flat_map(|card| &card.buttons);
    template.buttons.iter().chain(of_cards).find_map(|button| match button {
        ButtonDraft::QuickReply { text, payload } if payload.as_deref() == Some(mark) => {
            Some(text.clone())
        }
        _ => None,
    })
}

/// What may be given though the template has no value for it.
fn needs_nothing(template: &TemplateView, extra: &Given) -> bool {
    let nth = |at: u64| usize::try_from(at).ok();
    let button = match extra.place {
        Place::Button(at) => nth(at).and_then(|at| template.buttons.get(at)),
        Place::CardButton(card, at) => {
            let card = nth(card).and_then(|card| template.cards.get(card));
            card.zip(nth(at)).and_then(|(card, at)| card.buttons.get(at))
        }
        _ => return false,
    };
    match (button, &extra.value) {
        // A template from before payloads: its text comes back.
        (Some(ButtonDraft::QuickReply { payload: None, .. }), GivenValue::Payload(_)) => true,
        (Some(ButtonDraft::OneTimeCode { .. }), GivenValue::Text(_)) => true,
        // The picture of the catalogue, which opens whole.
        (Some(ButtonDraft::Goods { goods: None, .. }), GivenValue::Goods(goods)) => {
            goods.sections.is_empty()
        }
        _ => false,
    }
}

fn wrong_count(template: &TemplateView, given: usize) -> ApiError {
    let wanted = template.parameters.len();
    let details = format!("the template has {wanted} parameters, {given} values are given");
    ApiError::with(132_000, details)
}

fn one<'a>(
    template: &TemplateView,
    parameter: &ParameterDraft,
    given: &'a Given,
) -> Result<Ready<'a>, ApiError> {
    match (parameter.kind, &given.value) {
        (ParameterType::File, GivenValue::File(file)) if fits(template, given.place, file) => {
            Ok(Ready::File(file))
        }
        (_, given) => value(parameter, given).map(Ready::Value),
    }
}

/// Whether a file is of the kind that stands above the template, or above a card.
fn fits(template: &TemplateView, place: Place, file: &HeaderFile) -> bool {
    let above = match place {
        Place::CardHeader(card) => usize::try_from(card)
            .ok()
            .and_then(|card| template.cards.get(card))
            .map(|card| card.kind),
        _ => template.header_file,
    };
    let wanted = match above {
        Some(view::HeaderFile::Image) => MediaKind::Image,
        Some(view::HeaderFile::Video) => MediaKind::Video,
        Some(view::HeaderFile::Document) => MediaKind::Document,
        Some(view::HeaderFile::Place | view::HeaderFile::Goods) | None => return false,
    };
    file.kind == wanted
}

fn value(parameter: &ParameterDraft, given: &GivenValue) -> Result<ValueDraft, ApiError> {
    let mismatch =
        || ApiError::with(132_012, "a parameter's value isn't of the kind that the template says");
    match (parameter.kind, given) {
        (ParameterType::Text, GivenValue::Text(text)) => Ok(ValueDraft::Text(text.clone())),
        // Money among words that were made over the API: as the program writes it.
        (ParameterType::Text, GivenValue::Amount { shown, .. }) if !shown.is_empty() => {
            Ok(ValueDraft::Text(shown.clone()))
        }
        (ParameterType::Code, GivenValue::Text(code)) => Ok(ValueDraft::Code(code.clone())),
        (ParameterType::UrlSuffix, GivenValue::Text(suffix)) => {
            Ok(ValueDraft::UrlSuffix(suffix.clone()))
        }
        (ParameterType::Payload, GivenValue::Payload(payload)) => {
            Ok(ValueDraft::Payload(payload.clone()))
        }
        (ParameterType::Date, GivenValue::Time(at)) => Ok(ValueDraft::Date(*at)),
        (ParameterType::Place, GivenValue::Place(place)) => Ok(ValueDraft::Place(place.clone())),
        (ParameterType::Goods, GivenValue::Goods(goods)) if !goods.sections.is_empty() => {
            Ok(ValueDraft::Goods(goods.sections.clone()))
        }
        (ParameterType::Number, GivenValue::Text(number)) => {
            let (whole, part) = number.split_once('.').unwrap_or((number, ""));
            let digits = format!("{whole}{part}").parse().map_err(|_words| mismatch())?;
            let decimals = u8::try_from(part.len()).map_err(|_long| mismatch())?;
            Ok(ValueDraft::Number { digits, decimals })
        }
        (ParameterType::Amount, GivenValue::Amount { code, amount_1000, .. }) => {
            let currency = Currency::parse(code).map_err(|_unknown| mismatch())?;
            // Thousandths of a unit, down to the smallest unit that the currency has.
            let minor = amount_1000.saturating_mul(currency.minor_per_unit());
            if minor % 1_000 != 0 {
                return Err(mismatch());
            }
            Ok(ValueDraft::Amount { minor: minor / 1_000, currency: code.clone() })
        }
        _ => Err(mismatch()),
    }
}
