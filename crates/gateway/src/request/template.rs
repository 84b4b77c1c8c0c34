//! The `template` of a message: which one, and the values in the order of header, body and buttons.

use serde_json::{Map, Value};
use tresen_types::{
    Timestamp,
    card::{PlaceOnMap, Product, ProductSection},
};

use super::{HeaderFile, MediaKind, card, goods, required_text_in, source, wrong};
use crate::{
    api_error::ApiError,
    limits::{SLIDES_MAX, TEMPLATE_VALUES_MAX},
};

/// The buttons of templates that aren't there.
const BUTTONS_OFF: &[&str] = &["flow", "voice_call", "order_details"];

/// A message of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateSend {
    /// Its name.
    pub name: String,
    /// Its language, like `en_US`.
    pub language: String,
    /// The values, in the order of header, body and buttons.
    pub values: Vec<Given>,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The parameter's name, where parameters have names.
    pub name: Option<String>,
    /// Where it stands.
    pub place: Place,
    /// What it is.
    pub value: GivenValue,
}

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Above the body.
    Header,
    /// In the body.
    Body,
    /// When an offer ends.
    Offer,
    /// In the button of this number, from 0.
    Button(u64),
    /// Above the words of the card of this number, from 0.
    CardHeader(u64),
    /// In the words of a card.
    CardBody(u64),
    /// In a button of a card.
    CardButton(u64, u64),
}

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GivenValue {
    /// Words.
    Text(String),
    /// Money.
    Amount {
        /// The currency.
        code: String,
        /// A thousand for one unit.
        amount_1000: i64,
        /// As the program writes it; may be empty.
        shown: String,
    },
    /// What a quick reply hands back.
    Payload(String),
    /// A file.
    File(HeaderFile),
    /// A place.
    Place(PlaceOnMap),
    /// A time.
    Time(Timestamp),
    /// Goods of the catalogue.
    Goods(GivenGoods),
}

/// Goods, by their ids alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GivenGoods {
    /// The catalogue, where it is named.
    pub catalogue: Option<String>,
    /// The one whose picture is shown.
    pub thumbnail: Option<Product>,
    /// Those that are opened; empty for all.
    pub sections: Vec<ProductSection>,
}

/// Reads a template.
pub(super) fn read(template: &Map<String, Value>) -> Result<TemplateSend, ApiError> {
    let name = required_text_in(template, "template", "name")?;
    let language = match template.get("language") {
        Some(Value::Object(language)) => {
            required_text_in(language, "template['language']", "code")?
        }
        Some(Value::String(code)) => code.clone(),
        _ => return Err(wrong("template['language']")),
    };
    let components = match template.get("components") {
        None => &[][..],
        Some(Value::Array(components)) => components.as_slice(),
        Some(_) => return Err(wrong("template['components']")),
    };
    let mut parts = Vec::new();
    for component in components {
        if kind_of(component) == "carousel" {
            parts.extend(cards(component)?);
        } else {
            let place = place_of(component)?;
            parts.push((place, values_of(component, place)?));
        }
    }
    parts.sort_by_key(|(place, _)| *place);
    let values: Vec<Given> = parts.into_iter().flat_map(|(_, values)| values).collect();
    if values.len() > TEMPLATE_VALUES_MAX {
        return Err(ApiError::new(132_000));
    }
    Ok(TemplateSend { name, language, values })
}

fn kind_of(component: &Value) -> String {
    component.get("type").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase()
}

/// The parts of a carousel, card by card.
fn cards(carousel: &Value) -> Result<Vec<(Place, Vec<Given>)>, ApiError> {
    let Some(Value::Array(listed)) = carousel.get("cards") else {
        return Err(wrong("template['components'][]['cards']"));
    };
    if listed.len() > SLIDES_MAX {
        return Err(ApiError::new(132_000));
    }
    let mut parts = Vec::new();
    for (at, card) in (0_u64..).zip(listed) {
        let number = match card.get("card_index") {
            None => at,
            Some(index) => index.as_u64().ok_or_else(|| wrong("cards[]['card_index']"))?,
        };
        let Some(Value::Array(components)) = card.get("components") else {
            return Err(wrong("template['components'][]['cards'][]['components']"));
        };
        for component in components {
            let place = match place_of(component)? {
                Place::Header => Place::CardHeader(number),
                Place::Body => Place::CardBody(number),
                Place::Button(index) => Place::CardButton(number, index),
                _ => return Err(wrong("cards[]['components'][]['type']")),
            };
            parts.push((place, values_of(component, place)?));
        }
    }
    Ok(parts)
}

/// Header, body, then buttons by their index.
fn place_of(component: &Value) -> Result<Place, ApiError> {
    match kind_of(component).as_str() {
        "header" => Ok(Place::Header),
        "body" => Ok(Place::Body),
        "limited_time_offer" => Ok(Place::Offer),
        "button" => {
            let index = match component.get("index") {
                Some(Value::Number(number)) => number.as_u64(),
                Some(Value::String(text)) => text.parse().ok(),
                _ => None,
            };
            Ok(Place::Button(index.ok_or_else(|| wrong("template['components'][]['index']"))?))
        }
        other => {
            let other: String = other.chars().take(32).collect();
            Err(ApiError::with(132_012, format!("component '{other}' isn't supported here")))
        }
    }
}

fn values_of(component: &Value, place: Place) -> Result<Vec<Given>, ApiError> {
    let parameters = match component.get("parameters") {
        None => return Ok(Vec::new()),
        Some(Value::Array(parameters)) => parameters,
        Some(_) => return Err(wrong("template['components'][]['parameters']")),
    };
    let sub_type = component.get("sub_type").and_then(Value::as_str).unwrap_or_default();
    if BUTTONS_OFF.iter().any(|off| sub_type.eq_ignore_ascii_case(off)) {
        let details = format!(
            "buttons of the type '{}' aren't supported here",
            sub_type.to_ascii_lowercase()
        );
        return Err(ApiError::with(132_012, details));
    }
    let is_reply = sub_type.eq_ignore_ascii_case("quick_reply");
    let of = |parameter: &Value| {
        let given = given(parameter, place)?;
        Ok(match given.value {
            // The API's own examples write a payload as a text.
            GivenValue::Text(text) if is_reply => {
                Given { value: GivenValue::Payload(text), ..given }
            }
            _ => given,
        })
    };
    parameters.iter().map(of).collect()
}

fn given(parameter: &Value, place: Place) -> Result<Given, ApiError> {
    let kind = parameter.get("type").and_then(Value::as_str).unwrap_or("text");
    let text = |name: &str| match parameter.get(name) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        Some(Value::Bool(flag)) => Ok(flag.to_string()),
        _ => Err(ApiError::with(132_012, format!("a parameter without '{name}'"))),
    };
    let value = match kind.to_ascii_lowercase().as_str() {
        "text" => GivenValue::Text(text("text")?),
        "limited_time_offer" => {
            let end =
                parameter.get("limited_time_offer").and_then(|it| it.get("expiration_time_ms"));
            let end = end.and_then(|end| match end {
                Value::Number(number) => number.as_i64(),
                Value::String(text) => text.parse().ok(),
                _ => None,
            });
            let end = end.filter(|end| *end > 0);
            let end = end.ok_or_else(|| ApiError::with(132_012, "an offer without its end"))?;
            GivenValue::Time(Timestamp::from_millis(end))
        }
        "coupon_code" => GivenValue::Text(text("coupon_code")?),
        "payload" => GivenValue::Payload(text("payload")?),
        "image" => file(parameter, "image", MediaKind::Image)?,
        "video" => file(parameter, "video", MediaKind::Video)?,
        "gif" => file(parameter, "gif", MediaKind::Video)?,
        "document" => file(parameter, "document", MediaKind::Document)?,
        "location" => match parameter.get("location") {
            Some(Value::Object(location)) => GivenValue::Place(card::place(location)?),
            _ => return Err(ApiError::with(132_012, "a location without its place")),
        },
        "product" => match parameter.get("product") {
            Some(Value::Object(product)) => GivenValue::Goods(goods::above(product)?),
            _ => return Err(ApiError::with(132_012, "a product without its id")),
        },
        "action" => match parameter.get("action") {
            Some(Value::Object(action)) => GivenValue::Goods(goods::behind(action)?),
            _ => return Err(ApiError::with(132_012, "an action without its object")),
        },
        "currency" => {
            let currency = parameter.get("currency");
            let code = currency.and_then(|it| it.get("code")).and_then(Value::as_str);
            let amount = currency.and_then(|it| it.get("amount_1000")).and_then(Value::as_i64);
            let (Some(code), Some(amount_1000)) = (code, amount) else {
                return Err(ApiError::with(132_012, "a currency needs code and amount_1000"));
            };
            let shown = currency.and_then(|it| it.get("fallback_value")).and_then(Value::as_str);
            let shown = shown.unwrap_or_default().to_owned();
            GivenValue::Amount { code: code.to_owned(), amount_1000, shown }
        }
        "date_time" => {
            let shown = parameter.get("date_time").and_then(|it| it.get("fallback_value"));
            let shown = shown.and_then(Value::as_str);
            let shown =
                shown.ok_or_else(|| ApiError::with(132_012, "a date_time without words"))?;
            GivenValue::Text(shown.to_owned())
        }
        other => {
            let other: String = other.chars().take(32).collect();
            let details = format!("parameters of the type '{other}' aren't supported here");
            return Err(ApiError::with(132_012, details));
        }
    };
    let name = parameter.get("parameter_name").and_then(Value::as_str).map(ToOwned::to_owned);
    Ok(Given { name, place, value })
}

fn file(parameter: &Value, name: &str, kind: MediaKind) -> Result<GivenValue, ApiError> {
    let Some(Value::Object(described)) = parameter.get(name) else {
        return Err(ApiError::with(132_012, format!("a parameter without '{name}'")));
    };
    let (source, filename) = source(name, described)?;
    Ok(GivenValue::File(HeaderFile { kind, source, filename }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_in_the_order_of_header_body_and_buttons() {
        let template = serde_json::json!({
            "name": "ready", "language": { "code": "en_US" },
            "components": [
                { "type": "BUTTON", "sub_type": "url", "index": "1",
                  "parameters": [{ "type": "text", "text": "d" }] },
                { "type": "button", "sub_type": "quick_reply", "index": 0,
                  "parameters": [{ "type": "payload", "payload": "c" }] },
                { "type": "body", "parameters": [{ "text": 7 }] },
                { "type": "Header", "parameters": [{ "type": "text", "text": "a" }] },
            ],
        });
        let Value::Object(template) = template else { panic!("an object") };
        let read = read(&template).unwrap();
        assert_eq!((read.name.as_str(), read.language.as_str()), ("ready", "en_US"));
        let values: Vec<GivenValue> = read.values.into_iter().map(|given| given.value).collect();
        let text = |text: &str| GivenValue::Text(text.to_owned());
        let payload = GivenValue::Payload("c".to_owned());
        assert_eq!(values, [text("a"), text("7"), payload, text("d")]);
    }
}
