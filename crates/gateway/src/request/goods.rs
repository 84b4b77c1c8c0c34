//! Interactive messages about goods, and those that ask for an address: what stands in their `action`.

use serde_json::{Map, Value};
use tresen_types::card::{
    Contact, Labelled, OfferAction, PostalAddress, Product, ProductSection, Slide, SlideAction,
};

use super::{
    HeaderFile,
    card::{buttons, header_of, link, list, said, short, text, too_many},
    missing, object, required_text_in,
    template::GivenGoods,
    wrong,
};
use crate::{
    api_error::ApiError,
    limits::{
        CONTACT_CHARS_MAX, PRODUCT_ID_CHARS_MAX, PRODUCTS_MAX, ROW_TITLE_CHARS_MAX, SECTIONS_MAX,
        SLIDE_BODY_CHARS_MAX, SLIDES_MAX,
    },
};

const ACTION: &str = "interactive['action']";
/// What an address may be told in besides city, state and postal code; together they are its street.
const STREET: &[&str] = &[
    "house_number",
    "floor_number",
    "tower_number",
    "unit_number",
    "building_name",
    "address",
    "landmark_area",
];
/// The names of a postal code.
const ZIP: &[&str] = &["in_pin_code", "sg_post_code", "zip"];

/// The one catalogue that an action names, at whatever depth; several are wrong.
pub(super) fn named_catalogue(action: &Map<String, Value>) -> Result<Option<String>, ApiError> {
    let cards = list(action, "cards", SLIDES_MAX)?;
    let of_cards = cards.iter().filter_map(|card| card.get("action")?.as_object());
    let mut named = None;
    for action in std::iter::once(action).chain(of_cards) {
        let Some(found) = action.get("catalog_id") else { continue };
        let found = match found {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return Err(wrong("interactive['action']['catalog_id']")),
        };
        if named.as_ref().is_some_and(|named| *named != found) {
            return Err(ApiError::with(131_009, "the cards name several catalogues"));
        }
        named = Some(found);
    }
    Ok(named)
}

fn product_of(fields: &Map<String, Value>, path: &str) -> Result<Product, ApiError> {
    let item = said(required_text_in(fields, path, "product_retailer_id")?, path)?;
    let item = short(item, path, PRODUCT_ID_CHARS_MAX)?;
    Ok(Product { item, name: String::new() })
}

/// The item above the words of a template.
pub(super) fn above(product: &Map<String, Value>) -> Result<GivenGoods, ApiError> {
    let catalogue = named_catalogue(product)?;
    let products = vec![product_of(product, "parameters[]['product']")?];
    let sections = vec![ProductSection { title: String::new(), products }];
    Ok(GivenGoods { catalogue, thumbnail: None, sections })
}

/// What a template's button opens: the goods in its sections, else the whole catalogue.
pub(super) fn behind(action: &Map<String, Value>) -> Result<GivenGoods, ApiError> {
    let name = "thumbnail_product_retailer_id";
    let item = text(action, "parameters[]['action']", name, PRODUCT_ID_CHARS_MAX)?;
    let thumbnail = (!item.is_empty()).then_some(Product { item, name: String::new() });
    let sections = match action.get("sections") {
        None => Vec::new(),
        Some(_) => match products(action)? {
            OfferAction::Products(sections) => sections,
            _ => return Err(wrong("parameters[]['action']['sections']")),
        },
    };
    Ok(GivenGoods { catalogue: named_catalogue(action)?, thumbnail, sections })
}

pub(super) fn product(action: &Map<String, Value>) -> Result<OfferAction, ApiError> {
    let products = vec![product_of(action, ACTION)?];
    Ok(OfferAction::Products(vec![ProductSection { title: String::new(), products }]))
}

pub(super) fn products(action: &Map<String, Value>) -> Result<OfferAction, ApiError> {
    let mut sections = Vec::new();
    for section in list(action, "sections", SECTIONS_MAX)? {
        let title = text(section, "sections[]", "title", ROW_TITLE_CHARS_MAX)?;
        let products = list(section, "product_items", PRODUCTS_MAX)?;
        let of = |one: &Map<String, Value>| product_of(one, "sections[]['product_items'][]");
        let products: Vec<Product> = products.into_iter().map(of).collect::<Result<_, _>>()?;
        if products.is_empty() {
            return Err(missing("interactive['action']['sections'][]['product_items']"));
        }
        sections.push(ProductSection { title, products });
    }
    let count: usize = sections.iter().map(|section| section.products.len()).sum();
    match count {
        0 => Err(missing("interactive['action']['sections']")),
        count if count > PRODUCTS_MAX => {
            Err(too_many("interactive['action']['sections']", PRODUCTS_MAX))
        }
        _ if sections.len() > 1 && sections.iter().any(|section| section.title.is_empty()) => {
            Err(missing("interactive['action']['sections'][]['title']"))
        }
        _ => Ok(OfferAction::Products(sections)),
    }
}

pub(super) fn catalogue(action: &Map<String, Value>) -> Result<OfferAction, ApiError> {
    let none = Map::new();
    let parameters = match action.get("parameters") {
        None => &none,
        Some(_) => object(action, "parameters")?,
    };
    let name = "thumbnail_product_retailer_id";
    let item = text(parameters, ACTION, name, PRODUCT_ID_CHARS_MAX)?;
    let product = (!item.is_empty()).then_some(Product { item, name: String::new() });
    Ok(OfferAction::Catalogue(product))
}

/// Cards beside each other, and the pictures that stand above them.
pub(super) fn slides(
    action: &Map<String, Value>,
) -> Result<(OfferAction, Vec<HeaderFile>), ApiError> {
    let mut cards = list(action, "cards", SLIDES_MAX)?;
    if cards.len() < 2 {
        return Err(ApiError::with(131_009, "a carousel has two cards or more"));
    }
    cards.sort_by_key(|card| card.get("card_index").and_then(Value::as_u64));
    let (mut slides, mut files) = (Vec::new(), Vec::new());
    for card in cards {
        let inner = object(card, "action")?;
        let body = match card.get("body") {
            None => String::new(),
            Some(_) => {
                text(object(card, "body")?, "cards[]['body']", "text", SLIDE_BODY_CHARS_MAX)?
            }
        };
        let is_product = inner.contains_key("product_retailer_id");
        let slide_action = if is_product {
            SlideAction::Product(product_of(inner, "cards[]['action']")?)
        } else if inner.contains_key("buttons") {
            SlideAction::Buttons(reply_buttons(inner)?)
        } else {
            match link(inner)? {
                OfferAction::Link { text, url } => SlideAction::Link { text, url },
                _ => return Err(wrong("cards[]['action']")),
            }
        };
        files.extend(header_of(card)?);
        slides.push(Slide { body, action: slide_action });
    }
    let action = OfferAction::Slides(slides);
    let mut ids: Vec<&str> = action.rows().map(|row| row.id.as_str()).collect();
    ids.sort_unstable();
    if ids.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(ApiError::with(131_009, "two of the ids in the cards are the same"));
    }
    Ok((action, files))
}

/// Buttons of a card are written as `quick_reply` too.
fn reply_buttons(
    action: &Map<String, Value>,
) -> Result<Vec<tresen_types::card::OfferRow>, ApiError> {
    let mut action = action.clone();
    for button in action.get_mut("buttons").and_then(Value::as_array_mut).into_iter().flatten() {
        let Some(button) = button.as_object_mut() else { continue };
        if let Some(reply) = button.remove("quick_reply") {
            button.insert("type".to_owned(), "reply".into());
            button.insert("reply".to_owned(), reply);
        }
    }
    buttons(&action)
}

/// An address is asked for; what was wrong with the last one is said in the body.
pub(super) fn ask_address(
    action: &Map<String, Value>,
    body: &mut String,
) -> Result<OfferAction, ApiError> {
    let parameters = object(action, "parameters")?;
    let path = "interactive['action']['parameters']";
    let country = required_text_in(parameters, path, "country")?.to_ascii_uppercase();
    if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(ApiError::with(131_009, "the country is a code of two letters"));
    }
    let saved = list(parameters, "saved_addresses", SECTIONS_MAX)?;
    let saved = saved.first().and_then(|first| first.get("value")?.as_object());
    let known = match parameters.get("values") {
        None => saved.map(known_address),
        Some(_) => Some(known_address(object(parameters, "values")?)),
    };
    if let Some(errors) = parameters.get("validation_errors") {
        let errors = errors.as_object().ok_or_else(|| wrong("validation_errors"))?;
        for (field, error) in errors {
            let error = error.as_str().ok_or_else(|| wrong("validation_errors"))?;
            body.push_str(&format!("\n{}: {error}", field.replace('_', " ")));
        }
    }
    let known = Box::new(known.transpose()?.unwrap_or_default());
    Ok(OfferAction::AskAddress { country, known })
}

/// An address as this API writes it, as a person with one address.
fn known_address(values: &Map<String, Value>) -> Result<Contact, ApiError> {
    let of = |name: &str| text(values, "values", name, CONTACT_CHARS_MAX);
    let mut street = Vec::new();
    for name in STREET {
        street.push(of(name)?);
    }
    street.retain(|part| !part.is_empty());
    let mut zip = String::new();
    for name in ZIP {
        zip.push_str(&of(name)?);
    }
    let address = PostalAddress {
        street: street.join(", "),
        zip,
        city: of("city")?,
        state: of("state")?,
        ..PostalAddress::default()
    };
    let phone = of("phone_number")?;
    let phones = (!phone.is_empty()).then_some(Labelled { value: phone, label: String::new() });
    Ok(Contact {
        name: of("name")?,
        phones: phones.into_iter().collect(),
        addresses: vec![address],
        ..Contact::default()
    })
}
