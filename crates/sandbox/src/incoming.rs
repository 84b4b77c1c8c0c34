//! What a simulated customer is told to say, in the shape of the API's own webhook, as commands.

use std::rc::Rc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use tresen_client::FileBytes;
use tresen_types::{
    ConversationId, MessageId,
    card::{Card, Contact, Labelled, OfferAction, PostalAddress},
};
use tresen_view::{AttachmentKind, Command, MessageBody, MessageView, OutgoingFile, VoiceView};

use crate::{
    customer::Customer,
    error::{Error, Result},
    shop,
};

/// The media kinds, with what they are shown as and their usual type and ending.
const MEDIA: &[(&str, AttachmentKind, &str, &str)] = &[
    ("image", AttachmentKind::Photo, "image/jpeg", "jpg"),
    ("sticker", AttachmentKind::Sticker, "image/webp", "webp"),
    ("video", AttachmentKind::File, "video/mp4", "mp4"),
    ("audio", AttachmentKind::File, "audio/ogg", "ogg"),
    ("voice", AttachmentKind::Voice, "audio/ogg", "ogg"),
    ("document", AttachmentKind::File, "application/pdf", "pdf"),
];

/// The kinds, where `type` is left out.
const KINDS: &[&str] = &[
    "text",
    "image",
    "sticker",
    "video",
    "audio",
    "document",
    "location",
    "contacts",
    "reaction",
    "interactive",
    "button",
    "order",
];

/// What a message becomes.
pub(crate) enum Said {
    /// A message.
    Message(Command),
    /// A reaction, which has no id of its own.
    Reaction(Command),
}

/// Finds the customer's message that an id of the API names.
pub(crate) type Lookup<'a> = &'a dyn Fn(&str) -> Result<MessageId>;

/// Reads one message.
pub(crate) async fn read(
    customer: &mut Customer,
    message: &Value,
    lookup: Lookup<'_>,
) -> Result<Said> {
    let fields = message.as_object().ok_or_else(|| invalid("a message must be an object"))?;
    let named = fields.get("type").and_then(Value::as_str);
    let kind = named
        .or_else(|| KINDS.iter().copied().find(|kind| fields.contains_key(*kind)))
        .ok_or_else(|| invalid("a message needs a 'type'"))?;
    let conversation = customer.conversation;
    let quoted = fields.get("context").and_then(|context| {
        context.get("id").or_else(|| context.get("message_id")).and_then(Value::as_str)
    });
    let reply_to = quoted.map(lookup).transpose()?;
    if let Some(reply_to) = reply_to {
        customer.message(reply_to).await?;
    }
    if kind == "reaction" {
        let reaction = object(fields, "reaction")?;
        let to = lookup(word(reaction, "message_id")?)?;
        customer.message(to).await?;
        let emoji = reaction.get("emoji").and_then(Value::as_str).filter(|one| !one.is_empty());
        let emoji = emoji.map(ToOwned::to_owned);
        return Ok(Said::Reaction(Command::React { message: to, emoji }));
    }
    if let Some(media) = MEDIA.iter().find(|media| media.0 == kind) {
        return file(customer, object(fields, kind)?, *media, reply_to).map(Said::Message);
    }
    Ok(Said::Message(match kind {
        "text" => {
            let text = match fields.get("text") {
                Some(Value::String(text)) => text.clone(),
                _ => word(object(fields, "text")?, "body")?.to_owned(),
            };
            Command::SendText { conversation, text, reply_to }
        }
        "location" | "contacts" => {
            let card = Box::new(card(kind, fields)?);
            Command::SendCard { conversation, card, reply_to }
        }
        "order" => shop::order(customer, object(fields, "order")?).await?,
        "interactive" if fields.get("interactive").is_some_and(is_address) => {
            let card = Box::new(address(object(fields, "interactive")?)?);
            let fits = |one: &MessageView| !one.is_own && asks_address(one);
            let reply_to = match reply_to {
                Some(reply_to) => Some(reply_to),
                None => customer.find(fits).await?.map(|asked| asked.message),
            };
            reply_to.ok_or(Error::NotFound("message that asks for an address"))?;
            Command::SendCard { conversation, card, reply_to }
        }
        "interactive" | "button" => choice(customer, kind, fields, reply_to).await?,
        other => return Err(invalid(&format!("a customer can't send '{other}' here"))),
    }))
}

/// Places and people have the shape of what is sent.
fn card(kind: &str, fields: &Map<String, Value>) -> Result<Card> {
    let content = fields.get(kind).cloned().unwrap_or_default();
    let body = json!({ "messaging_product": "whatsapp", "to": "1", "type": kind, kind: content });
    let Value::Object(body) = body else { return Err(Error::unexpected()) };
    match tresen_gateway::request::read_request(&body) {
        Ok(tresen_gateway::request::Request::Send(send)) => match send.body {
            tresen_gateway::request::Body::Card { card, .. } => Ok(*card),
            _ => Err(Error::unexpected()),
        },
        Ok(_) => Err(Error::unexpected()),
        Err(error) => Err(invalid(&error.details.unwrap_or(error.title))),
    }
}

fn is_address(interactive: &Value) -> bool {
    interactive.get("nfm_reply").is_some()
}

fn asks_address(message: &MessageView) -> bool {
    let MessageBody::Card(card) = &message.body else { return false };
    let Card::Offer(offer) = card.as_ref() else { return false };
    matches!(offer.action, OfferAction::AskAddress { .. })
}

/// The address of an `nfm_reply`, as the person with one address that a customer answers with.
fn address(interactive: &Map<String, Value>) -> Result<Card> {
    let reply = object(interactive, "nfm_reply")?;
    let json: Value = serde_json::from_str(word(reply, "response_json")?)
        .map_err(|_json| invalid("'response_json' isn't JSON"))?;
    let values = json.get("values").unwrap_or(&json);
    let text = |name: &str| of(values, name).unwrap_or_default();
    let zip = ["in_pin_code", "sg_post_code", "zip"].into_iter().find_map(|name| of(values, name));
    let phone = text("phone_number");
    let phones = (!phone.is_empty()).then_some(Labelled { value: phone, label: String::new() });
    Ok(Card::Contacts(vec![Contact {
        name: word(values.as_object().ok_or_else(|| invalid("'values' is missing"))?, "name")?
            .to_owned(),
        phones: phones.into_iter().collect(),
        addresses: vec![PostalAddress {
            street: text("address"),
            zip: zip.unwrap_or_default(),
            city: text("city"),
            state: text("state"),
            ..PostalAddress::default()
        }],
        ..Contact::default()
    }]))
}

fn file(
    customer: &Customer,
    file: &Map<String, Value>,
    (_, kind, usual_type, ending): (&str, AttachmentKind, &str, &str),
    reply_to: Option<MessageId>,
) -> Result<Command> {
    let of = |name: &str| file.get(name).and_then(Value::as_str);
    let bytes = STANDARD
        .decode(of("data_base64").ok_or_else(|| invalid("media need 'data_base64'"))?)
        .map_err(|_base64| invalid("'data_base64' isn't base64"))?;
    let media_type = of("mime_type").unwrap_or(usual_type);
    let media_type = media_type.split(';').next().unwrap_or(usual_type).trim().to_owned();
    let size_bytes = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let file = OutgoingFile {
        file: customer.client()?.offer_file(Rc::new(FileBytes(bytes.into()))),
        kind,
        name: of("filename").map_or_else(|| format!("file.{ending}"), ToOwned::to_owned),
        media_type,
        size_bytes,
        dimensions: None,
        thumbhash: None,
        voice: (kind == AttachmentKind::Voice).then(VoiceView::default),
        caption: of("caption").unwrap_or_default().to_owned(),
    };
    let conversation: ConversationId = customer.conversation;
    Ok(Command::SendFile { conversation, file: Box::new(file), reply_to })
}

/// A button or a row is tapped; without `context`, of the newest message that has it.
async fn choice(
    customer: &mut Customer,
    kind: &str,
    fields: &Map<String, Value>,
    reply_to: Option<MessageId>,
) -> Result<Command> {
    let content = object(fields, kind)?;
    let reply = ["button_reply", "list_reply"].into_iter().find_map(|name| content.get(name));
    let (id, text) = match reply {
        Some(reply) => (of(reply, "id"), of(reply, "title")),
        None => (
            of(&Value::Object(content.clone()), "payload"),
            of(&Value::Object(content.clone()), "text"),
        ),
    };
    let fits = |message: &MessageView| chosen(message, id.as_deref(), text.as_deref());
    let message = match reply_to {
        Some(reply_to) => Some(customer.message(reply_to).await?),
        None => customer.find(|one| !one.is_own && fits(one).is_some()).await?,
    };
    let message = message.ok_or(Error::NotFound("message with this choice"))?;
    let choice = fits(&message).ok_or(Error::NotFound("choice in this message"))?;
    Ok(Command::Choose { message: message.message, choice })
}

/// What names the choice in a message.
fn chosen(message: &MessageView, id: Option<&str>, text: Option<&str>) -> Option<String> {
    match &message.body {
        MessageBody::Card(card) => {
            let Card::Offer(offer) = card.as_ref() else { return None };
            let is_it = |row: &&tresen_types::card::OfferRow| match id {
                Some(id) => row.id == id,
                None => text == Some(row.title.as_str()),
            };
            offer.action.rows().find(is_it).map(|row| row.id.clone())
        }
        // The payload isn't shown to the customer: the button's text names it.
        MessageBody::Template(template) => {
            let is_it = |text: &str| template.buttons.iter().any(|button| button.text == text);
            [text, id].into_iter().flatten().find(|text| is_it(text)).map(ToOwned::to_owned)
        }
        _ => None,
    }
}

fn of(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(ToOwned::to_owned)
}

fn object<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<&'a Map<String, Value>> {
    fields
        .get(name)
        .and_then(Value::as_object)
        .ok_or_else(|| invalid(&format!("'{name}' must be an object")))
}

fn word<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<&'a str> {
    fields.get(name).and_then(Value::as_str).ok_or_else(|| invalid(&format!("'{name}' is missing")))
}

fn invalid(words: &str) -> Error {
    Error::Invalid(words.to_owned())
}
