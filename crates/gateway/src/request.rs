//! What a program asks for with `POST /{number}/messages`: read strictly, before anything is done.

mod bill;
mod card;
pub mod example;
mod goods;
pub mod template;

pub use bill::{Bill, OrderStatus, Progress};
use serde_json::{Map, Value};
use template::TemplateSend;
use tresen_types::card::Card;

use crate::{
    api_error::ApiError,
    limits::{CALLBACK_DATA_CHARS_MAX, CAPTION_CHARS_MAX, TEXT_CHARS_MAX},
};

/// What a program asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Everything up to a message was seen; perhaps an answer is being written.
    Read {
        /// The message.
        message_id: String,
        /// Whether the customer sees that an answer is being written.
        is_typing: bool,
    },
    /// A message.
    Send(Box<Send>),
}

/// A message to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Send {
    /// To whom.
    pub to: Recipient,
    /// What.
    pub body: Body,
    /// The quoted message.
    pub reply_to: Option<String>,
    /// Comes back with the statuses.
    pub callback_data: Option<String>,
    /// Only for a customer whose key still has this hash.
    pub key_hash: Option<String>,
}

/// To whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// A number, as it was given and its digits.
    Number {
        /// As it was given.
        input: String,
        /// Its digits.
        digits: String,
    },
    /// A user id.
    User(String),
}

impl Recipient {
    /// As it was given.
    #[must_use]
    pub fn input(&self) -> &str {
        match self {
            Self::Number { input, .. } => input,
            Self::User(user) => user,
        }
    }
}

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A text.
    Text {
        /// The text.
        text: String,
    },
    /// A file.
    Media {
        /// What it is shown as.
        kind: MediaKind,
        /// Where it is.
        source: MediaSource,
        /// Below it.
        caption: String,
        /// Its name.
        filename: Option<String>,
        /// Whether it is speech that is heard in the chat.
        is_voice: bool,
    },
    /// A place, people, or something to choose from.
    Card {
        /// What is shown; goods have no names yet.
        card: Box<Card>,
        /// The files that come before it.
        headers: Vec<HeaderFile>,
        /// The catalogue that it names.
        catalogue: Option<String>,
    },
    /// Something to be paid.
    Bill(Box<Bill>),
    /// How far an order has come.
    OrderStatus(Box<OrderStatus>),
    /// A message of a template.
    Template(TemplateSend),
    /// An own text is changed.
    Edit {
        /// Which.
        message_id: String,
        /// Its text from now on.
        text: String,
    },
    /// An own message is taken back.
    Revoke {
        /// Which.
        message_id: String,
    },
    /// A message is pinned above its chat, for the business's people, or not any more.
    Pin {
        /// Which.
        message_id: String,
        /// Whether it is pinned from now on.
        is_pinned: bool,
    },
    /// A reaction; none takes it back.
    Reaction {
        /// To which message.
        message_id: String,
        /// One emoji.
        emoji: Option<String>,
    },
}

/// A file above the words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderFile {
    /// What it is shown as.
    pub kind: MediaKind,
    /// Where it is.
    pub source: MediaSource,
    /// Its name.
    pub filename: Option<String>,
}

/// What a file is shown as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A film.
    Video,
    /// A recording.
    Audio,
    /// Anything.
    Document,
    /// A picture without a frame.
    Sticker,
}

impl MediaKind {
    /// As the API writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Document => "document",
            Self::Sticker => "sticker",
        }
    }

    fn read(name: &str) -> Option<Self> {
        [Self::Image, Self::Video, Self::Audio, Self::Document, Self::Sticker]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// Where a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaSource {
    /// Uploaded before.
    Id(String),
    /// To be fetched.
    Link(String),
}

/// Reads a JSON body; `null` members count as absent at every level.
///
/// # Errors
/// When it isn't JSON, or not an object.
pub fn read_json(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    let parsed: Value = serde_json::from_slice(body)
        .map_err(|_syntax| ApiError::parameter("The request body is not valid JSON."))?;
    match without_nulls(parsed) {
        Some(Value::Object(fields)) => Ok(fields),
        _ => Err(ApiError::parameter("The request body must be a JSON object.")),
    }
}

/// The parser's own limit of depth bounds the recursion.
fn without_nulls(value: Value) -> Option<Value> {
    Some(match value {
        Value::Null => return None,
        Value::Array(items) => Value::Array(items.into_iter().filter_map(without_nulls).collect()),
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .filter_map(|(name, value)| Some((name, without_nulls(value)?)))
                .collect(),
        ),
        other => other,
    })
}

/// Reads what a program asks for.
///
/// # Errors
/// The documented error of what is wrong.
pub fn read_request(fields: &Map<String, Value>) -> Result<Request, ApiError> {
    match fields.get("messaging_product").and_then(Value::as_str) {
        Some("whatsapp") => {}
        Some(_) => {
            return Err(ApiError::parameter("Param messaging_product must be one of {WHATSAPP}."));
        }
        None => return Err(ApiError::parameter("The parameter messaging_product is required.")),
    }
    if let Some(status) = fields.get("status") {
        return read_receipt(fields, status);
    }
    let to = recipient(fields)?;
    let kind = match fields.get("type") {
        // Some programs leave it out where one member says it.
        None => KINDS
            .iter()
            .copied()
            .find(|kind| fields.contains_key(*kind))
            .ok_or_else(|| missing("type"))?,
        Some(kind) => kind.as_str().ok_or_else(|| wrong("type"))?,
    };
    let body = match kind {
        "text" => text(fields)?,
        "reaction" => reaction(fields)?,
        "edit" => {
            let edit = object(fields, "edit")?;
            let message_id = required_text_in(edit, "edit", "message_id")?;
            match text(edit)? {
                Body::Text { text } => Body::Edit { message_id, text },
                _ => return Err(wrong("edit['text']")),
            }
        }
        "revoke" => {
            let revoke = object(fields, "revoke")?;
            Body::Revoke { message_id: required_text_in(revoke, "revoke", "message_id")? }
        }
        "location" => {
            let place = card::place(object(fields, "location")?)?;
            Body::card(Card::Place(place))
        }
        "contacts" => Body::card(card::contacts(fields)?),
        "pin" => {
            let pin = object(fields, "pin")?;
            let is_pinned = match required_text_in(pin, "pin", "type")?.as_str() {
                "pin" => true,
                "unpin" => false,
                _ => return Err(wrong("pin['type']")),
            };
            Body::Pin { message_id: required_text_in(pin, "pin", "message_id")?, is_pinned }
        }
        "interactive" => interactive(object(fields, "interactive")?)?,
        "template" => Body::Template(template::read(object(fields, "template")?)?),
        other => match MediaKind::read(other) {
            None => return Err(unsupported(other)),
            Some(kind) => media(kind, fields)?,
        },
    };
    let reply_to = match fields.get("context") {
        None => None,
        Some(context) => context
            .get("message_id")
            .map(|id| id.as_str().ok_or_else(|| wrong("context['message_id']")))
            .transpose()?
            .map(ToOwned::to_owned),
    };
    let callback_data = optional_text(fields, "biz_opaque_callback_data")?;
    if callback_data.as_ref().is_some_and(|data| data.chars().count() > CALLBACK_DATA_CHARS_MAX) {
        return Err(too_long("biz_opaque_callback_data", CALLBACK_DATA_CHARS_MAX));
    }
    let key_hash = optional_text(fields, "recipient_identity_key_hash")?;
    Ok(Request::Send(Box::new(Send { to, body, reply_to, callback_data, key_hash })))
}

impl Body {
    /// A card that needs nothing else.
    fn card(card: Card) -> Self {
        Self::Card { card: Box::new(card), headers: Vec::new(), catalogue: None }
    }
}

fn interactive(interactive: &Map<String, Value>) -> Result<Body, ApiError> {
    Ok(match required_text_in(interactive, "interactive", "type")?.as_str() {
        "order_details" => Body::Bill(Box::new(bill::details(interactive)?)),
        "order_status" => Body::OrderStatus(Box::new(bill::status(interactive)?)),
        kind => card::interactive(interactive, kind)?,
    })
}

/// The members that say what a message is.
const KINDS: &[&str] = &[
    "text",
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "reaction",
    "location",
    "contacts",
    "interactive",
    "template",
];

fn read_receipt(fields: &Map<String, Value>, status: &Value) -> Result<Request, ApiError> {
    if status.as_str() != Some("read") {
        return Err(ApiError::parameter("Param status must be one of {READ}."));
    }
    let message_id = required_text(fields, "message_id")?;
    let is_typing = match fields.get("typing_indicator") {
        None => false,
        Some(indicator) if indicator.get("type").and_then(Value::as_str) == Some("text") => true,
        Some(_) => return Err(wrong("typing_indicator['type']")),
    };
    Ok(Request::Read { message_id, is_typing })
}

fn recipient(fields: &Map<String, Value>) -> Result<Recipient, ApiError> {
    if let Some(kind) = fields.get("recipient_type") {
        match kind.as_str() {
            Some("individual") => {}
            Some("group") => return Err(unsupported("group")),
            _ => {
                return Err(ApiError::parameter(
                    "Param recipient_type must be one of {INDIVIDUAL, GROUP}.",
                ));
            }
        }
    }
    if let Some(to) = fields.get("to") {
        let input = match to {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return Err(wrong("to")),
        };
        let digits: String = input.chars().filter(char::is_ascii_digit).collect();
        let is_number = input
            .chars()
            .all(|character| character.is_ascii_digit() || "+-(). /".contains(character));
        if !is_number || digits.is_empty() || digits.len() > 15 {
            return Err(ApiError::parameter("Param to must be a valid phone number."));
        }
        return Ok(Recipient::Number { input, digits });
    }
    match fields.get("recipient") {
        None => Err(ApiError::parameter("The parameter to is required.")),
        Some(user) => {
            let user = user.as_str().ok_or_else(|| wrong("recipient"))?;
            Ok(Recipient::User(user.to_owned()))
        }
    }
}

fn text(fields: &Map<String, Value>) -> Result<Body, ApiError> {
    let text = object(fields, "text")?;
    let body = required_text_in(text, "text", "body")?;
    if body.trim().is_empty() {
        return Err(ApiError::parameter("The parameter text['body'] is required."));
    }
    if body.chars().count() > TEXT_CHARS_MAX {
        return Err(too_long("text['body']", TEXT_CHARS_MAX));
    }
    Ok(Body::Text { text: body })
}

fn reaction(fields: &Map<String, Value>) -> Result<Body, ApiError> {
    let reaction = object(fields, "reaction")?;
    let message_id = required_text_in(reaction, "reaction", "message_id")?;
    let emoji = match reaction.get("emoji") {
        None => None,
        Some(emoji) => Some(emoji.as_str().ok_or_else(|| wrong("reaction['emoji']"))?.to_owned()),
    };
    Ok(Body::Reaction { message_id, emoji: emoji.filter(|emoji| !emoji.is_empty()) })
}

fn media(kind: MediaKind, fields: &Map<String, Value>) -> Result<Body, ApiError> {
    let name = kind.name();
    let media = object(fields, name)?;
    let (source, filename) = source(name, media)?;
    let caption = media_text(name, media, "caption")?.unwrap_or_default();
    if caption.chars().count() > CAPTION_CHARS_MAX {
        return Err(too_long(&format!("{name}['caption']"), CAPTION_CHARS_MAX));
    }
    if matches!(kind, MediaKind::Audio | MediaKind::Sticker) && !caption.is_empty() {
        return Err(wrong(&format!("{name}['caption']")));
    }
    let is_voice = match media.get("voice") {
        None => false,
        Some(voice) => voice.as_bool().ok_or_else(|| wrong(&format!("{name}['voice']")))?,
    };
    Ok(Body::Media { kind, source, caption, filename, is_voice })
}

/// Where a file is, and its name.
fn source(
    name: &str,
    media: &Map<String, Value>,
) -> Result<(MediaSource, Option<String>), ApiError> {
    let text = |field: &str| media_text(name, media, field);
    let source = match (text("id")?, text("link")?) {
        (Some(id), None) => MediaSource::Id(id),
        (None, Some(link)) => MediaSource::Link(link),
        (Some(_), Some(_)) => {
            return Err(ApiError::parameter(format!(
                "Param {name} must have one of {{id, link}}, not both."
            )));
        }
        (None, None) => return Err(missing(&format!("{name}['id'] or {name}['link']"))),
    };
    Ok((source, text("filename")?))
}

fn media_text(
    name: &str,
    media: &Map<String, Value>,
    field: &str,
) -> Result<Option<String>, ApiError> {
    match media.get(field) {
        None => Ok(None),
        Some(value) => match value.as_str() {
            Some(text) => Ok(Some(text.to_owned())),
            None => Err(wrong(&format!("{name}['{field}']"))),
        },
    }
}

fn object<'a>(
    fields: &'a Map<String, Value>,
    name: &str,
) -> Result<&'a Map<String, Value>, ApiError> {
    match fields.get(name) {
        None => Err(missing(name)),
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(wrong(name)),
    }
}

fn required_text(fields: &Map<String, Value>, name: &str) -> Result<String, ApiError> {
    optional_text(fields, name)?.ok_or_else(|| missing(name))
}

fn optional_text(fields: &Map<String, Value>, name: &str) -> Result<Option<String>, ApiError> {
    match fields.get(name) {
        None => Ok(None),
        Some(value) => Ok(Some(value.as_str().ok_or_else(|| wrong(name))?.to_owned())),
    }
}

fn required_text_in(
    fields: &Map<String, Value>,
    outer: &str,
    name: &str,
) -> Result<String, ApiError> {
    let path = format!("{outer}['{name}']");
    match fields.get(name) {
        None => Err(missing(&path)),
        Some(value) => Ok(value.as_str().ok_or_else(|| wrong(&path))?.to_owned()),
    }
}

fn missing(name: &str) -> ApiError {
    ApiError::with(131_008, format!("The parameter {name} is required."))
}

fn wrong(name: &str) -> ApiError {
    ApiError::with(131_009, format!("The parameter {name} has a value of the wrong kind."))
}

fn too_long(name: &str, chars_max: usize) -> ApiError {
    ApiError::parameter(format!("Param {name} must be at most {chars_max} characters long."))
}

fn unsupported(kind: &str) -> ApiError {
    let kind: String = kind.chars().take(32).collect();
    ApiError::with(131_051, format!("Message type '{kind}' is not supported here."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Request, ApiError> {
        read_request(&read_json(body.as_bytes())?)
    }

    #[test]
    fn members_that_are_null_are_absent() {
        let request = read(
            r#"{"messaging_product":"whatsapp","status":null,"context":null,"image":null,
                "recipient_type":null,"to":"+999 12-3","type":"text",
                "text":{"body":"Hi","preview_url":null}}"#,
        );
        let Ok(Request::Send(send)) = request else { panic!("{request:?}") };
        assert_eq!(send.body, Body::Text { text: "Hi".to_owned() });
        let expected =
            Recipient::Number { input: "+999 12-3".to_owned(), digits: "999123".to_owned() };
        assert_eq!(send.to, expected);
        assert_eq!(send.reply_to, None);
    }

    #[test]
    fn what_is_wrong_has_its_documented_code() {
        let whatsapp = r#""messaging_product":"whatsapp""#;
        for (body, code) in [
            ("[]".to_owned(), 100),
            ("{".to_owned(), 100),
            ("{}".to_owned(), 100),
            (format!("{{{whatsapp}}}"), 100),
            (format!("{{{whatsapp},\"to\":\"999\"}}"), 131_008),
            (format!("{{{whatsapp},\"to\":[],\"type\":\"text\"}}"), 131_009),
            (format!("{{{whatsapp},\"to\":\"a@b\",\"type\":\"text\"}}"), 100),
            (format!("{{{whatsapp},\"to\":\"999\",\"type\":\"text\"}}"), 131_008),
            (format!("{{{whatsapp},\"to\":\"999\",\"type\":\"text\",\"text\":\"a\"}}"), 131_009),
            (format!("{{{whatsapp},\"to\":\"999\",\"type\":\"sticker\"}}"), 131_008),
            (format!("{{{whatsapp},\"to\":\"999\",\"type\":\"nonsense\"}}"), 131_051),
            (format!("{{{whatsapp},\"to\":\"999\",\"type\":\"template\"}}"), 131_008),
            (format!("{{{whatsapp},\"to\":\"999\",\"type\":\"image\",\"image\":{{}}}}"), 131_008),
            (format!("{{{whatsapp},\"status\":\"sent\",\"message_id\":\"wamid.\"}}"), 100),
            (format!("{{{whatsapp},\"status\":\"read\"}}"), 131_008),
        ] {
            assert_eq!(read(&body).unwrap_err().code, code, "{body}");
        }
        let long = "ä".repeat(TEXT_CHARS_MAX + 1);
        let text = format!("{{{whatsapp},\"to\":\"999\",\"text\":{{\"body\":\"{long}\"}}}}");
        assert_eq!(read(&text).unwrap_err().code, 100);
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(500), "]".repeat(500));
        assert_eq!(read(&deep).unwrap_err().code, 100);
    }
}
