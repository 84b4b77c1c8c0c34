//! Places, people, offers and choices as the API writes them.

use serde_json::{Map, Value, json};
use tresen_types::card::{
    Card, Choice, ChoiceOf, Contact, Labelled, Offer, OfferAction, OfferRow, PlaceOnMap, Product,
    Slide, SlideAction,
};

use crate::ids::BusinessIds;

/// The kind and the content of a card.
pub(super) fn card(ids: &BusinessIds, card: &Card) -> (&'static str, Value) {
    match card {
        Card::Place(place) => ("location", location(place)),
        Card::Contacts(contacts) => {
            ("contacts", contacts.iter().map(contact).collect::<Vec<_>>().into())
        }
        Card::Offer(offer) => ("interactive", interactive(ids, offer)),
    }
}

/// The kind and the content of what was chosen.
pub(super) fn choice(choice: &Choice) -> (&'static str, Value) {
    let Choice { id, title, description, .. } = choice;
    match choice.of {
        ChoiceOf::Template => ("button", json!({ "payload": id, "text": title })),
        ChoiceOf::Buttons => {
            let reply = json!({ "id": id, "title": title });
            ("interactive", json!({ "type": "button_reply", "button_reply": reply }))
        }
        ChoiceOf::List => {
            let reply = filled([("id", id), ("title", title), ("description", description)]);
            ("interactive", json!({ "type": "list_reply", "list_reply": reply }))
        }
    }
}

/// The answer to a message that asked for something: an address as `nfm_reply`, and how somebody is
/// reached as contacts that say so.
pub(super) fn answer(asked: &str, contacts: &[Contact]) -> Option<(&'static str, Value)> {
    let first = contacts.first()?;
    let Some(country) = asked.strip_prefix("address/") else {
        let of = |contact: &Contact| {
            let mut told = self::contact(contact);
            if let Value::Object(fields) = &mut told {
                fields.insert("origin".to_owned(), "contact_request".into());
            }
            told
        };
        return Some(("contacts", contacts.iter().map(of).collect::<Vec<_>>().into()));
    };
    let address = first.addresses.first()?;
    let zip = match country {
        "IN" => "in_pin_code",
        "SG" => "sg_post_code",
        _ => "zip",
    };
    let phone = first.phones.first().map(|phone| phone.value.clone()).unwrap_or_default();
    let values = filled([
        ("name", &first.name),
        ("phone_number", &phone),
        ("address", &address.street),
        (zip, &address.zip),
        ("city", &address.city),
        ("state", &address.state),
    ]);
    let lines = [&first.name, &address.street, &address.zip, &address.city, &address.state];
    let lines: Vec<&str> = lines.into_iter().map(String::as_str).collect();
    let reply = json!({
        "name": "address_message",
        "body": lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n"),
        "response_json": json!({ "values": values }).to_string(),
    });
    Some(("interactive", json!({ "type": "nfm_reply", "nfm_reply": reply })))
}

fn location(place: &PlaceOnMap) -> Value {
    let mut location = filled([("name", &place.name), ("address", &place.address)]);
    for (name, e7) in [("latitude", place.latitude_e7), ("longitude", place.longitude_e7)] {
        location.insert(name.to_owned(), (f64::from(e7) / 1e7).into());
    }
    Value::Object(location)
}

fn contact(contact: &Contact) -> Value {
    let parts = &contact.parts;
    let mut told = filled([("birthday", &contact.birthday)]);
    let name = filled([
        ("formatted_name", &contact.name),
        ("first_name", &parts.first),
        ("middle_name", &parts.middle),
        ("last_name", &parts.last),
        ("prefix", &parts.prefix),
        ("suffix", &parts.suffix),
    ]);
    told.insert("name".to_owned(), Value::Object(name));
    let org = filled([
        ("company", &contact.company),
        ("department", &contact.department),
        ("title", &contact.title),
    ]);
    if !org.is_empty() {
        told.insert("org".to_owned(), Value::Object(org));
    }
    let labelled = |list: &[Labelled], name: &str| -> Vec<Value> {
        let of = |one: &Labelled| filled([(name, &one.value), ("type", &one.label)]).into();
        list.iter().map(of).collect()
    };
    let addresses: Vec<Value> = contact
        .addresses
        .iter()
        .map(|one| {
            Value::Object(filled([
                ("street", &one.street),
                ("city", &one.city),
                ("state", &one.state),
                ("zip", &one.zip),
                ("country", &one.country),
                ("country_code", &one.country_code),
                ("type", &one.label),
            ]))
        })
        .collect();
    for (name, list) in [
        ("phones", labelled(&contact.phones, "phone")),
        ("emails", labelled(&contact.emails, "email")),
        ("urls", labelled(&contact.urls, "url")),
        ("addresses", addresses),
    ] {
        if !list.is_empty() {
            told.insert(name.to_owned(), list.into());
        }
    }
    Value::Object(told)
}

fn interactive(ids: &BusinessIds, offer: &Offer) -> Value {
    let (kind, action) = match &offer.action {
        OfferAction::Buttons(buttons) => {
            let of = |row: &OfferRow| json!({ "type": "reply", "reply": { "id": row.id, "title": row.title } });
            ("button", json!({ "buttons": buttons.iter().map(of).collect::<Vec<_>>() }))
        }
        OfferAction::List { button, sections } => {
            let of = |row: &OfferRow| {
                let fields =
                    [("id", &row.id), ("title", &row.title), ("description", &row.description)];
                Value::Object(filled(fields))
            };
            let sections: Vec<Value> = sections
                .iter()
                .map(|section| {
                    let rows: Vec<Value> = section.rows.iter().map(of).collect();
                    json!({ "title": section.title, "rows": rows })
                })
                .collect();
            ("list", json!({ "button": button, "sections": sections }))
        }
        OfferAction::Link { text, url } => {
            let parameters = json!({ "display_text": text, "url": url });
            ("cta_url", json!({ "name": "cta_url", "parameters": parameters }))
        }
        OfferAction::AskPlace => ("location_request_message", json!({ "name": "send_location" })),
        OfferAction::Products(sections) => {
            let id = |product: &Product| json!({ "product_retailer_id": product.item });
            let catalogue = &ids.catalogue;
            let mut all = offer.action.products();
            match (all.next(), all.next()) {
                (Some(only), None) => (
                    "product",
                    json!({ "catalog_id": catalogue, "product_retailer_id": only.item }),
                ),
                _ => {
                    let sections: Vec<Value> = sections
                        .iter()
                        .map(|section| {
                            let items: Vec<Value> = section.products.iter().map(id).collect();
                            json!({ "title": section.title, "product_items": items })
                        })
                        .collect();
                    ("product_list", json!({ "catalog_id": catalogue, "sections": sections }))
                }
            }
        }
        OfferAction::Catalogue(product) => {
            let item = product.as_ref().map(|product| product.item.clone()).unwrap_or_default();
            let parameters = filled([("thumbnail_product_retailer_id", &item)]);
            ("catalog_message", json!({ "name": "catalog_message", "parameters": parameters }))
        }
        OfferAction::AskAddress { country, .. } => (
            "address_message",
            json!({ "name": "address_message", "parameters": { "country": country } }),
        ),
        OfferAction::AskContact => {
            ("request_contact_info", json!({ "name": "request_contact_info" }))
        }
        OfferAction::Slides(slides) => {
            let cards = slides.iter().enumerate().map(|(at, one)| slide(ids, at, one));
            ("carousel", json!({ "cards": cards.collect::<Vec<_>>() }))
        }
    };
    let mut told = json!({ "type": kind, "body": { "text": offer.body }, "action": action });
    if let Value::Object(fields) = &mut told {
        if !offer.header.is_empty() {
            let header = json!({ "type": "text", "text": offer.header });
            fields.insert("header".to_owned(), header);
        }
        if !offer.footer.is_empty() {
            fields.insert("footer".to_owned(), json!({ "text": offer.footer }));
        }
    }
    told
}

fn slide(ids: &BusinessIds, at: usize, slide: &Slide) -> Value {
    let (kind, action) = match &slide.action {
        SlideAction::Buttons(buttons) => {
            let of = |row: &OfferRow| {
                let reply = json!({ "id": row.id, "title": row.title });
                json!({ "type": "quick_reply", "quick_reply": reply })
            };
            ("button", json!({ "buttons": buttons.iter().map(of).collect::<Vec<_>>() }))
        }
        SlideAction::Link { text, url } => {
            let parameters = json!({ "display_text": text, "url": url });
            ("cta_url", json!({ "name": "cta_url", "parameters": parameters }))
        }
        SlideAction::Product(product) => {
            ("product", json!({ "catalog_id": ids.catalogue, "product_retailer_id": product.item }))
        }
    };
    json!({ "card_index": at, "type": kind, "body": { "text": slide.body }, "action": action })
}

/// The fields that say something.
fn filled<const N: usize>(fields: [(&str, &String); N]) -> Map<String, Value> {
    fields
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| (name.to_owned(), Value::String(text.clone())))
        .collect()
}
