//! The `value` of a webhook.

use serde_json::{Map, Value, json};
use tresen_types::Timestamp;
use tresen_view::{AttachmentKind, MessageBody, MessageView, TemplateView};

use super::{bill, card};
use crate::{
    api_error::ApiError,
    error::Result,
    ids::{self, BusinessIds},
    store::{CustomerRecord, MessageRecord, Origin, Told, Tx},
    templates,
};

/// A customer's message.
pub(crate) fn message(
    ids: &BusinessIds,
    tx: &Tx<'_>,
    customer: &CustomerRecord,
    record: &MessageRecord,
    message: &MessageView,
) -> Result<Value> {
    let mut told = json!({
        "from": customer.wa_id,
        "from_user_id": customer.user_id,
        "id": record.wamid,
        "timestamp": seconds(record.at),
    });
    add_content(&mut told, ids, tx, customer, message)?;
    Ok(with_head(ids, json!({ "contacts": [contact(customer)], "messages": [told] })))
}

/// A message that a colleague wrote in the app.
pub(crate) fn echo(
    ids: &BusinessIds,
    tx: &Tx<'_>,
    customer: &CustomerRecord,
    record: &MessageRecord,
    message: &MessageView,
) -> Result<Value> {
    let mut told = json!({
        "from": ids.display_number,
        "to": customer.wa_id,
        "to_user_id": customer.user_id,
        "id": record.wamid,
        "timestamp": seconds(record.at),
    });
    add_content(&mut told, ids, tx, customer, message)?;
    Ok(with_head(ids, json!({ "contacts": [contact(customer)], "message_echoes": [told] })))
}

/// A customer's reaction to a message; none takes the former one back.
pub(crate) fn reaction(
    ids: &BusinessIds,
    customer: &CustomerRecord,
    record: &MessageRecord,
    emoji: &str,
    id: &str,
    now: Timestamp,
) -> Value {
    let mut reaction = json!({ "message_id": record.wamid });
    if let (false, Value::Object(fields)) = (emoji.is_empty(), &mut reaction) {
        fields.insert("emoji".to_owned(), emoji.into());
    }
    let told = json!({
        "from": customer.wa_id,
        "from_user_id": customer.user_id,
        "id": id,
        "timestamp": seconds(now),
        "type": "reaction",
        "reaction": reaction,
    });
    with_head(ids, json!({ "contacts": [contact(customer)], "messages": [told] }))
}

/// A customer's message has another text, or was taken back when there is none.
pub(crate) fn change(
    ids: &BusinessIds,
    customer: &CustomerRecord,
    record: &MessageRecord,
    text: &str,
    id: &str,
    now: Timestamp,
) -> Value {
    let original = &record.wamid;
    let (kind, content) = if text.is_empty() {
        ("revoke", json!({ "original_message_id": original }))
    } else {
        let message = json!({ "type": "text", "text": { "body": text } });
        ("edit", json!({ "original_message_id": original, "message": message }))
    };
    let told = json!({
        "from": customer.wa_id,
        "from_user_id": customer.user_id,
        "id": id,
        "timestamp": seconds(now),
        "type": kind,
        kind: content,
    });
    with_head(ids, json!({ "contacts": [contact(customer)], "messages": [told] }))
}

/// What a message says, and to what it answers.
fn add_content(
    told: &mut Value,
    ids: &BusinessIds,
    tx: &Tx<'_>,
    customer: &CustomerRecord,
    message: &MessageView,
) -> Result<()> {
    add_body(told, ids, message);
    if let (Some(context), Value::Object(fields)) = (context(ids, tx, customer, message)?, told) {
        fields.insert("context".to_owned(), context);
    }
    Ok(())
}

/// How far an own message has come.
pub(crate) fn status(
    ids: &BusinessIds,
    customer: &CustomerRecord,
    record: &MessageRecord,
    told: Told,
    now: Timestamp,
    message: &MessageView,
) -> Value {
    let name = match told {
        Told::Nothing | Told::Sent => "sent",
        Told::Delivered => "delivered",
        Told::Read => "read",
        Told::Failed => "failed",
    };
    let mut status = json!({
        "id": record.wamid,
        "status": name,
        "timestamp": seconds(now),
        "recipient_id": customer.wa_id,
        "recipient_user_id": customer.user_id,
    });
    if let Value::Object(fields) = &mut status {
        if let Some(data) = &record.callback_data {
            fields.insert("biz_opaque_callback_data".to_owned(), data.clone().into());
        }
        if told == Told::Failed {
            let error = message.refusal.as_ref().map_or_else(
                || ApiError::with(131_026, "the server refused the message"),
                ApiError::from,
            );
            fields.insert("errors".to_owned(), json!([error.in_webhook()]));
        } else {
            let conversation = record.conversation.to_string();
            let (kind, category) = match &message.body {
                MessageBody::Template(template) => {
                    ("regular", templates::category(template.category).to_ascii_lowercase())
                }
                _ => ("free_customer_service", "service".to_owned()),
            };
            let conversation = json!({ "id": conversation, "origin": { "type": category } });
            fields.insert("conversation".to_owned(), conversation);
            let pricing = json!({
                "billable": false,
                "pricing_model": "PMP",
                "type": kind,
                "category": category,
            });
            fields.insert("pricing".to_owned(), pricing);
        }
    }
    with_head(ids, json!({ "contacts": [contact(customer)], "statuses": [status] }))
}

/// Whether a customer wants offers from now on.
pub(crate) fn preference(
    ids: &BusinessIds,
    customer: &CustomerRecord,
    wants: bool,
    now: Timestamp,
) -> Value {
    let (value, detail) = if wants {
        ("resume", "User requested to resume marketing messages")
    } else {
        ("stop", "User requested to stop marketing messages")
    };
    let preference = json!({
        "wa_id": customer.wa_id,
        "user_id": customer.user_id,
        "detail": detail,
        "category": "marketing_messages",
        "value": value,
        "timestamp": now.as_millis() / 1_000,
    });
    with_head(ids, json!({ "contacts": [contact(customer)], "user_preferences": [preference] }))
}

/// What was decided about a template.
pub(crate) fn template_status(template: &TemplateView) -> Value {
    json!({
        "event": templates::status(template.status),
        "message_template_id": ids::template_id(&template.template).parse::<u64>().unwrap_or(0),
        "message_template_name": template.name,
        "message_template_language": template.language.replace('-', "_"),
        "message_template_category": templates::category(template.category),
        "reason": templates::reason(template),
    })
}

/// What a receiver is sent to try it: a message of nobody.
pub(crate) fn sample(ids: &BusinessIds, now: Timestamp) -> Value {
    let (wa_id, user_id) = ("999000000000000", "ZZ.0");
    let contact = json!({ "profile": { "name": "Test" }, "wa_id": wa_id, "user_id": user_id });
    let message = json!({
        "from": wa_id,
        "from_user_id": user_id,
        "id": "wamid.TEST",
        "timestamp": seconds(now),
        "type": "text",
        "text": { "body": "This is a test." },
    });
    with_head(ids, json!({ "contacts": [contact], "messages": [message] }))
}

pub(super) fn with_head(ids: &BusinessIds, rest: Value) -> Value {
    let mut value = Map::new();
    value.insert("messaging_product".to_owned(), "whatsapp".into());
    let metadata =
        json!({ "display_phone_number": ids.display_number, "phone_number_id": ids.phone });
    value.insert("metadata".to_owned(), metadata);
    if let Value::Object(rest) = rest {
        value.extend(rest);
    }
    Value::Object(value)
}

pub(super) fn contact(customer: &CustomerRecord) -> Value {
    json!({
        "profile": { "name": customer.name },
        "wa_id": customer.wa_id,
        "user_id": customer.user_id,
    })
}

/// Kind and content.
fn add_body(told: &mut Value, ids: &BusinessIds, message: &MessageView) {
    let Value::Object(fields) = told else { return };
    let (kind, content) = match &message.body {
        MessageBody::Text { text } => ("text", json!({ "body": text })),
        // The rest is described when the file is here.
        MessageBody::Attachment(file) => {
            let mut described = json!({
                "shown_as": match file.kind {
                    AttachmentKind::Photo => "photo",
                    AttachmentKind::Sticker => "sticker",
                    AttachmentKind::Voice => "voice",
                    AttachmentKind::File => "file",
                },
                "filename": file.name,
            });
            if let (false, Value::Object(described)) = (file.caption.is_empty(), &mut described) {
                described.insert("caption".to_owned(), file.caption.clone().into());
            }
            ("file", described)
        }
        MessageBody::Template(template) => ("text", json!({ "body": template.text() })),
        MessageBody::Card(said) => card::card(said),
        MessageBody::Choice(chosen) => card::choice(chosen),
        MessageBody::Order(order) => ("order", bill::order(ids, order)),
        MessageBody::Payment(payment) => ("interactive", bill::details(payment)),
        _ => ("unsupported", json!({ "type": "unknown" })),
    };
    fields.insert("type".to_owned(), kind.into());
    fields.insert(kind.to_owned(), content);
    if kind == "unsupported" {
        let error = ApiError::with(131_051, "Message type is not supported here.");
        fields.insert("errors".to_owned(), json!([error.in_webhook()]));
    }
}

/// The quoted message.
fn context(
    ids: &BusinessIds,
    tx: &Tx<'_>,
    customer: &CustomerRecord,
    message: &MessageView,
) -> Result<Option<Value>> {
    let Some(quote) = &message.quote else { return Ok(None) };
    let known = tx.message_by_id(quote.message)?;
    let (id, origin) = match known {
        Some(known) => (known.wamid, known.origin),
        // From before this gateway was there.
        None => (ids::wamid(quote.message), Origin::Colleague),
    };
    let from = match origin {
        Origin::Customer => &customer.wa_id,
        Origin::Gateway | Origin::Colleague | Origin::Part => &ids.display_number,
    };
    Ok(Some(json!({ "from": from, "id": id })))
}

pub(super) fn seconds(at: Timestamp) -> String {
    (at.as_millis() / 1_000).to_string()
}
