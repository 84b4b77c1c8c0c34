//! Places, people and interactive messages of `POST /{number}/messages`.

use serde_json::{Map, Value};
use tresen_types::card::{
    Card, Contact, Labelled, NameParts, Offer, OfferAction, OfferRow, OfferSection, PlaceOnMap,
    PostalAddress,
};

use super::{
    Body, HeaderFile, MediaKind, goods, missing, object, required_text_in, source, too_long,
    unsupported, wrong,
};
use crate::{
    api_error::ApiError,
    limits::{
        BUTTON_TITLE_CHARS_MAX, BUTTONS_MAX, CONTACT_CHARS_MAX, CONTACT_ENTRIES_MAX, CONTACTS_MAX,
        DESCRIPTION_CHARS_MAX, INTERACTIVE_BODY_CHARS_MAX, INTERACTIVE_TEXT_CHARS_MAX,
        PLACE_CHARS_MAX, REPLY_ID_CHARS_MAX, ROW_ID_CHARS_MAX, ROW_TITLE_CHARS_MAX, ROWS_MAX,
        SECTIONS_MAX, TEXT_CHARS_MAX, URL_BYTES_MAX,
    },
};

/// Reads a `location`.
pub(super) fn place(location: &Map<String, Value>) -> Result<PlaceOnMap, ApiError> {
    let degrees = |name: &str, most: f64| {
        let path = format!("location['{name}']");
        let value = match location.get(name) {
            None => return Err(missing(&path)),
            Some(Value::Number(number)) => number.as_f64(),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(_) => None,
        };
        let value = value.filter(|value: &f64| value.abs() <= most).ok_or_else(|| wrong(&path))?;
        #[expect(clippy::cast_possible_truncation, reason = "at most 180 degrees")]
        let e7 = (value * 1e7).round() as i32;
        Ok(e7)
    };
    Ok(PlaceOnMap {
        latitude_e7: degrees("latitude", 90.0)?,
        longitude_e7: degrees("longitude", 180.0)?,
        name: text(location, "location", "name", PLACE_CHARS_MAX)?,
        address: text(location, "location", "address", PLACE_CHARS_MAX)?,
    })
}

/// Reads `contacts`.
pub(super) fn contacts(fields: &Map<String, Value>) -> Result<Card, ApiError> {
    let listed = list(fields, "contacts", CONTACTS_MAX)?;
    if listed.is_empty() {
        return Err(missing("contacts"));
    }
    listed.into_iter().map(contact).collect::<Result<_, _>>().map(Card::Contacts)
}

fn contact(fields: &Map<String, Value>) -> Result<Contact, ApiError> {
    let name = object(fields, "name")?;
    let part = |part: &str| text(name, "contacts[]['name']", part, CONTACT_CHARS_MAX);
    let formatted = required_text_in(name, "contacts[]['name']", "formatted_name")?;
    if formatted.trim().is_empty() {
        return Err(missing("contacts[]['name']['formatted_name']"));
    }
    let none = Map::new();
    let org = match fields.get("org") {
        None => &none,
        Some(_) => object(fields, "org")?,
    };
    let of_org = |name: &str| text(org, "contacts[]['org']", name, CONTACT_CHARS_MAX);
    let labelled = |list_name: &str, value: &str| {
        let of = |one: &Map<String, Value>| {
            Ok(Labelled {
                value: text(one, list_name, value, CONTACT_CHARS_MAX)?,
                label: text(one, list_name, "type", CONTACT_CHARS_MAX)?,
            })
        };
        let all = list(fields, list_name, CONTACT_ENTRIES_MAX)?.into_iter().map(of);
        let all: Vec<Labelled> = all.collect::<Result<_, ApiError>>()?;
        Ok::<_, ApiError>(all.into_iter().filter(|one| !one.value.trim().is_empty()).collect())
    };
    Ok(Contact {
        name: short(formatted, "contacts[]['name']['formatted_name']", CONTACT_CHARS_MAX)?,
        parts: NameParts {
            first: part("first_name")?,
            middle: part("middle_name")?,
            last: part("last_name")?,
            prefix: part("prefix")?,
            suffix: part("suffix")?,
        },
        company: of_org("company")?,
        department: of_org("department")?,
        title: of_org("title")?,
        birthday: text(fields, "contacts[]", "birthday", CONTACT_CHARS_MAX)?,
        phones: labelled("phones", "phone")?,
        emails: labelled("emails", "email")?,
        urls: labelled("urls", "url")?,
        addresses: list(fields, "addresses", CONTACT_ENTRIES_MAX)?
            .into_iter()
            .map(address)
            .collect::<Result<_, _>>()?,
    })
}

fn address(fields: &Map<String, Value>) -> Result<PostalAddress, ApiError> {
    let of = |name: &str| text(fields, "addresses", name, CONTACT_CHARS_MAX);
    Ok(PostalAddress {
        street: of("street")?,
        city: of("city")?,
        state: of("state")?,
        zip: of("zip")?,
        country: of("country")?,
        country_code: of("country_code")?,
        label: of("type")?,
    })
}

/// Reads an `interactive` that is a card, with what comes before it.
pub(super) fn interactive(interactive: &Map<String, Value>, kind: &str) -> Result<Body, ApiError> {
    let (body_max, has_header) = match kind {
        "list" => (TEXT_CHARS_MAX, true),
        "button" | "cta_url" | "product_list" => (INTERACTIVE_BODY_CHARS_MAX, true),
        "location_request_message"
        | "product"
        | "catalog_message"
        | "carousel"
        | "address_message"
        | "request_contact_info" => (INTERACTIVE_BODY_CHARS_MAX, false),
        other => return Err(unsupported(&format!("interactive {other}"))),
    };
    let body = match interactive.get("body") {
        // What stands for a product are its name and picture.
        None if kind == "product" => String::new(),
        _ => {
            let path = "interactive['body']";
            let body = required_text_in(object(interactive, "body")?, path, "text")?;
            short(said(body, "interactive['body']['text']")?, path, body_max)?
        }
    };
    let footer = match interactive.get("footer") {
        None => String::new(),
        Some(_) => {
            let footer = object(interactive, "footer")?;
            text(footer, "interactive['footer']", "text", INTERACTIVE_TEXT_CHARS_MAX)?
        }
    };
    let action = object(interactive, "action")?;
    let (header, file) = match kind {
        _ if !has_header => (String::new(), None),
        "list" => (text_header(interactive)?, None),
        "product_list" => (said(text_header(interactive)?, "interactive['header']")?, None),
        _ => match header_of(interactive)? {
            None => (text_header(interactive)?, None),
            file => (String::new(), file),
        },
    };
    let mut headers: Vec<HeaderFile> = file.into_iter().collect();
    let mut offer = Offer { header, body, footer, action: OfferAction::AskPlace };
    offer.action = match kind {
        "button" => OfferAction::Buttons(buttons(action)?),
        "list" => read_list(action)?,
        "cta_url" => link(action)?,
        "product" => goods::product(action)?,
        "product_list" => goods::products(action)?,
        "catalog_message" => goods::catalogue(action)?,
        "carousel" => {
            let (slides, files) = goods::slides(action)?;
            headers = files;
            slides
        }
        "address_message" => goods::ask_address(action, &mut offer.body)?,
        "request_contact_info" => OfferAction::AskContact,
        _ => OfferAction::AskPlace,
    };
    let catalogue = goods::named_catalogue(action)?;
    Ok(Body::Card { card: Box::new(Card::Offer(Box::new(offer))), headers, catalogue })
}

fn text_header(interactive: &Map<String, Value>) -> Result<String, ApiError> {
    if !interactive.contains_key("header") {
        return Ok(String::new());
    }
    let header = object(interactive, "header")?;
    match header.get("type").and_then(Value::as_str) {
        Some("text") | None => {
            text(header, "interactive['header']", "text", INTERACTIVE_TEXT_CHARS_MAX)
        }
        Some(_file) => Err(ApiError::with(131_009, "interactive['header'] can only be a text")),
    }
}

/// The file above an interactive message, if it has one.
pub(super) fn header_of(interactive: &Map<String, Value>) -> Result<Option<HeaderFile>, ApiError> {
    if !interactive.contains_key("header") {
        return Ok(None);
    }
    let header = object(interactive, "header")?;
    let named = header.get("type").and_then(Value::as_str).unwrap_or("text");
    let kind = match named {
        "text" => return Ok(None),
        "image" => MediaKind::Image,
        "video" | "gif" => MediaKind::Video,
        "document" => MediaKind::Document,
        _ => return Err(wrong("interactive['header']['type']")),
    };
    let (source, filename) = source(named, object(header, named)?)?;
    Ok(Some(HeaderFile { kind, source, filename }))
}

pub(super) fn buttons(action: &Map<String, Value>) -> Result<Vec<OfferRow>, ApiError> {
    let listed = list(action, "buttons", BUTTONS_MAX)?;
    if listed.is_empty() {
        return Err(missing("interactive['action']['buttons']"));
    }
    let of = |button: &Map<String, Value>| {
        if button.get("type").is_some_and(|kind| kind.as_str() != Some("reply")) {
            return Err(wrong("interactive['action']['buttons'][]['type']"));
        }
        let reply = object(button, "reply")?;
        row(reply, REPLY_ID_CHARS_MAX, BUTTON_TITLE_CHARS_MAX)
    };
    let rows = listed.into_iter().map(of).collect::<Result<Vec<_>, _>>()?;
    unique(&rows)?;
    Ok(rows)
}

fn read_list(action: &Map<String, Value>) -> Result<OfferAction, ApiError> {
    let button = said(
        required_text_in(action, "interactive['action']", "button")?,
        "interactive['action']['button']",
    )?;
    let mut rows = Vec::new();
    let mut sections = Vec::new();
    for section in list(action, "sections", SECTIONS_MAX)? {
        let of = |one: &Map<String, Value>| row(one, ROW_ID_CHARS_MAX, ROW_TITLE_CHARS_MAX);
        let own: Vec<OfferRow> =
            list(section, "rows", ROWS_MAX)?.into_iter().map(of).collect::<Result<_, _>>()?;
        rows.extend(own.iter().cloned());
        let title = text(section, "sections[]", "title", ROW_TITLE_CHARS_MAX)?;
        sections.push(OfferSection { title, rows: own });
    }
    if rows.is_empty() {
        return Err(missing("interactive['action']['sections']"));
    }
    if rows.len() > ROWS_MAX {
        return Err(too_many("interactive['action']['sections']", ROWS_MAX));
    }
    if sections.len() > 1 && sections.iter().any(|section| section.title.is_empty()) {
        return Err(missing("interactive['action']['sections'][]['title']"));
    }
    unique(&rows)?;
    let button = short(button, "interactive['action']['button']", BUTTON_TITLE_CHARS_MAX)?;
    Ok(OfferAction::List { button, sections })
}

pub(super) fn link(action: &Map<String, Value>) -> Result<OfferAction, ApiError> {
    let path = "interactive['action']['parameters']";
    let parameters = object(action, "parameters")?;
    let shown = said(required_text_in(parameters, path, "display_text")?, path)?;
    let url = required_text_in(parameters, path, "url")?;
    let is_page = url::Url::parse(&url)
        .is_ok_and(|parsed| matches!(parsed.scheme(), "http" | "https") && parsed.has_host());
    let is_plain = (url.starts_with("https://") || url.starts_with("http://"))
        && !url.chars().any(|one| one.is_control() || one.is_whitespace());
    if !is_page || !is_plain || url.len() > URL_BYTES_MAX {
        return Err(ApiError::parameter(format!("Param {path}['url'] is not a valid URI.")));
    }
    Ok(OfferAction::Link { text: short(shown, path, BUTTON_TITLE_CHARS_MAX)?, url })
}

fn row(
    fields: &Map<String, Value>,
    id_chars_max: usize,
    title_chars_max: usize,
) -> Result<OfferRow, ApiError> {
    let path = "interactive['action'][]";
    let of = |name: &str, most: usize| {
        let value = said(required_text_in(fields, path, name)?, path)?;
        short(value, &format!("{path}['{name}']"), most)
    };
    Ok(OfferRow {
        id: of("id", id_chars_max)?,
        title: of("title", title_chars_max)?,
        description: text(fields, path, "description", DESCRIPTION_CHARS_MAX)?,
    })
}

pub(super) fn unique(rows: &[OfferRow]) -> Result<(), ApiError> {
    let mut ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    ids.sort_unstable();
    if ids.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(ApiError::with(
            131_009,
            "two of the ids in interactive['action'] are the same",
        ));
    }
    Ok(())
}

pub(super) fn list<'a>(
    fields: &'a Map<String, Value>,
    name: &str,
    most: usize,
) -> Result<Vec<&'a Map<String, Value>>, ApiError> {
    let listed = match fields.get(name) {
        None => return Ok(Vec::new()),
        Some(Value::Array(listed)) => listed,
        Some(_) => return Err(wrong(name)),
    };
    if listed.len() > most {
        return Err(too_many(name, most));
    }
    listed.iter().map(|one| one.as_object().ok_or_else(|| wrong(name))).collect()
}

pub(super) fn text(
    fields: &Map<String, Value>,
    outer: &str,
    name: &str,
    chars_max: usize,
) -> Result<String, ApiError> {
    let path = format!("{outer}['{name}']");
    match fields.get(name) {
        None => Ok(String::new()),
        Some(value) => {
            short(value.as_str().ok_or_else(|| wrong(&path))?.to_owned(), &path, chars_max)
        }
    }
}

pub(super) fn said(text: String, name: &str) -> Result<String, ApiError> {
    if text.trim().is_empty() { Err(missing(name)) } else { Ok(text) }
}

pub(super) fn short(text: String, name: &str, chars_max: usize) -> Result<String, ApiError> {
    if text.chars().count() > chars_max { Err(too_long(name, chars_max)) } else { Ok(text) }
}

pub(super) fn too_many(name: &str, most: usize) -> ApiError {
    ApiError::with(131_009, format!("{name} has more than {most} entries"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{
        super::{Body, Request, read_request},
        *,
    };

    fn read(kind: &str, content: Value) -> Result<Card, u32> {
        let mut body = json!({ "messaging_product": "whatsapp", "to": "999", "type": kind });
        body[kind] = content;
        let Value::Object(fields) = body else { panic!("an object") };
        match read_request(&fields) {
            Ok(Request::Send(send)) => match send.body {
                Body::Card { card, .. } => Ok(*card),
                other => panic!("{other:?}"),
            },
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error.code),
        }
    }

    #[test]
    fn a_place_has_degrees_as_numbers_or_words() {
        let place = read("location", json!({ "latitude": "52.5", "longitude": 13.4 })).unwrap();
        let expected = PlaceOnMap {
            latitude_e7: 525_000_000,
            longitude_e7: 134_000_000,
            name: String::new(),
            address: String::new(),
        };
        assert_eq!(place, Card::Place(expected));
        for (place, code) in [
            (json!({ "longitude": 1 }), 131_008),
            (json!({ "latitude": 91, "longitude": 1 }), 131_009),
            (json!({ "latitude": "north", "longitude": 1 }), 131_009),
            (json!({ "latitude": "NaN", "longitude": 1 }), 131_009),
            (json!([]), 131_009),
        ] {
            assert_eq!(read("location", place.clone()), Err(code), "{place}");
        }
    }

    #[test]
    fn what_is_wrong_in_an_interactive_message_has_its_documented_code() {
        let reply = |id: &str| json!({ "type": "reply", "reply": { "id": id, "title": "Yes" } });
        let button = |buttons: Value| json!({ "type": "button", "body": { "text": "Well?" }, "action": { "buttons": buttons } });
        assert!(read("interactive", button(json!([reply("1"), reply("2")]))).is_ok());
        let rows = |count: usize| -> Vec<Value> {
            (0..count).map(|id| json!({ "id": id.to_string(), "title": "Row" })).collect()
        };
        let list = |sections: Value| {
            json!({ "type": "list", "body": { "text": "Well?" },
                "action": { "button": "Choose", "sections": sections } })
        };
        assert!(read("interactive", list(json!([{ "rows": rows(10) }]))).is_ok());
        let link = |url: &str| {
            json!({ "type": "cta_url", "body": { "text": "Look" }, "action": { "name": "cta_url",
                "parameters": { "display_text": "Open", "url": url } } })
        };
        assert!(read("interactive", link("https://shop.example/a?b")).is_ok());
        for (interactive, code) in [
            (json!({}), 131_008),
            (json!({ "type": "flow" }), 131_051),
            (json!({ "type": "button", "action": {} }), 131_008),
            (button(json!([])), 131_008),
            (button(json!([reply("1"), reply("1")])), 131_009),
            (button(json!([reply("1"), reply("2"), reply("3"), reply("4")])), 131_009),
            (
                button(
                    json!([{ "type": "reply", "reply": { "id": "1", "title": "a".repeat(21) } }]),
                ),
                100,
            ),
            (button(json!(["a"])), 131_009),
            (list(json!([])), 131_008),
            (
                list(json!([{ "title": "a", "rows": rows(6) }, { "title": "b", "rows": rows(6) }])),
                131_009,
            ),
            (list(json!([{ "rows": rows(1) }, { "rows": rows(1) }])), 131_008),
            (link("javascript:alert(1)"), 100),
            (link("https://"), 100),
        ] {
            assert_eq!(read("interactive", interactive.clone()), Err(code), "{interactive}");
        }
    }
}
