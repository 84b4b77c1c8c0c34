//! Places, people, offers and choices as the API writes them.

use serde_json::{Map, Value, json};
use tresen_types::card::{
    Card, Choice, ChoiceOf, Contact, Labelled, Offer, OfferAction, OfferRow, PlaceOnMap,
};

/// The kind and the content of a card.
pub(super) fn card(card: &Card) -> (&'static str, Value) {
    match card {
        Card::Place(place) => ("location", location(place)),
        Card::Contacts(contacts) => {
            ("contacts", contacts.iter().map(contact).collect::<Vec<_>>().into())
        }
        Card::Offer(offer) => ("interactive", interactive(offer)),
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

fn interactive(offer: &Offer) -> Value {
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

/// The fields that say something.
fn filled<const N: usize>(fields: [(&str, &String); N]) -> Map<String, Value> {
    fields
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| (name.to_owned(), Value::String(text.clone())))
        .collect()
}
