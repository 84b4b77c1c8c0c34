//! The `value` of a webhook.

use serde_json::{Map, Value, json};
use tresen_types::{Timestamp, card::Card};
use tresen_view::{AttachmentKind, MessageBody, MessageState, MessageView, TemplateView};

use super::{bill, card};
use crate::{
    api_error::ApiError,
    error::Result,
    ids::{self, BusinessIds},
    store::{CustomerRecord, MessageRecord, Origin, Told, Tx},
    templates,
};

/// What a status tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// How far a message has come.
    To(Told),
    /// It was taken back.
    Deleted,
}

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
    add_answer(told, tx, message)?;
    if let (Some(context), Value::Object(fields)) = (context(ids, tx, customer, message)?, told) {
        fields.insert("context".to_owned(), context);
    }
    Ok(())
}

/// What answers a message that asked for something says so.
fn add_answer(told: &mut Value, tx: &Tx<'_>, message: &MessageView) -> Result<()> {
    let MessageBody::Card(card) = &message.body else { return Ok(()) };
    let (Card::Contacts(contacts), Some(quote)) = (card.as_ref(), &message.quote) else {
        return Ok(());
    };
    let asked = tx.message_by_id(quote.message)?.and_then(|known| known.asks);
    let answer = asked.and_then(|asked| card::answer(&asked, contacts));
    if let (Some((kind, content)), Value::Object(fields)) = (answer, told) {
        fields.remove("contacts");
        fields.insert("type".to_owned(), kind.into());
        fields.insert(kind.to_owned(), content);
    }
    Ok(())
}

/// The entry link by which a customer came, as the first message names it.
pub(crate) fn referral(origin: &str, entry: &str, name: &str) -> Value {
    json!({
        "source_url": format!("{origin}/e/{entry}"),
        "source_id": entry,
        "source_type": "post",
        "headline": name,
    })
}

/// A customer has come in and hasn't said anything yet.
pub(crate) fn welcome(
    ids: &BusinessIds,
    customer: &CustomerRecord,
    id: &str,
    now: Timestamp,
) -> Value {
    let told = json!({
        "from": customer.wa_id,
        "from_user_id": customer.user_id,
        "id": id,
        "timestamp": seconds(now),
        "type": "request_welcome",
    });
    with_head(ids, json!({ "contacts": [contact(customer)], "messages": [told] }))
}

/// A customer whom the app has among its contacts.
pub(crate) fn app_contact(ids: &BusinessIds, customer: &CustomerRecord, now: Timestamp) -> Value {
    let first = customer.name.split_whitespace().next().unwrap_or_default();
    let contact = json!({
        "full_name": customer.name,
        "first_name": first,
        "phone_number": customer.wa_id,
        "user_id": customer.user_id,
    });
    let entry = json!({
        "type": "contact",
        "contact": contact,
        "action": "add",
        "metadata": { "timestamp": seconds(now) },
    });
    with_head(ids, json!({ "state_sync": [entry] }))
}

/// A message from before the gateway was there.
pub(crate) fn past(
    ids: &BusinessIds,
    tx: &Tx<'_>,
    customer: &CustomerRecord,
    record: &MessageRecord,
    message: &MessageView,
) -> Result<Value> {
    let (from, to) = if message.is_own {
        (&ids.display_number, &customer.wa_id)
    } else {
        (&customer.wa_id, &ids.display_number)
    };
    let mut told = json!({
        "from": from,
        "to": to,
        "id": record.wamid,
        "timestamp": seconds(record.at),
        "history_context": { "status": past_status(message), "from_me": message.is_own },
    });
    if let MessageBody::Attachment(file) = &message.body {
        // The file itself is told of by nobody asking for it: the history is words.
        if let Value::Object(fields) = &mut told {
            fields.insert("type".to_owned(), "media_placeholder".into());
            fields.insert("media_placeholder".to_owned(), json!({ "filename": file.name }));
        }
        return Ok(told);
    }
    add_content(&mut told, ids, tx, customer, message)?;
    Ok(told)
}

fn past_status(message: &MessageView) -> &'static str {
    match message.state {
        None | Some(MessageState::Read) => "READ",
        Some(MessageState::Played) => "PLAYED",
        Some(MessageState::Delivered) => "DELIVERED",
        Some(MessageState::Sent) => "SENT",
        Some(MessageState::Queued) => "PENDING",
        Some(MessageState::Failed) => "ERROR",
    }
}

/// What the app has kept from before: a part of it, how far it goes, and how much is told.
pub(crate) fn history(ids: &BusinessIds, metadata: &Value, threads: &[Value]) -> Value {
    let part = json!({ "metadata": metadata, "threads": threads });
    with_head(ids, json!({ "history": [part] }))
}

/// The business has another name.
pub(crate) fn name(ids: &BusinessIds, name: &str) -> Value {
    json!({
        "display_phone_number": ids.display_number,
        "decision": "APPROVED",
        "requested_verified_name": name,
        "rejection_reason": "NONE",
    })
}

/// A device came into the business or left it.
pub(crate) fn security(ids: &BusinessIds, event: &str, device: &str, name: &str) -> Value {
    json!({
        "display_phone_number": ids.display_number,
        "event": event,
        "requester": device,
        "device_name": name,
    })
}

/// A template has another version.
pub(crate) fn template_components(template: &TemplateView) -> Value {
    let mut told = template_head(template);
    if let Value::Object(fields) = &mut told {
        fields.insert("message_template_element".to_owned(), template.body.clone().into());
        let lines = [
            ("message_template_title", &template.header),
            ("message_template_footer", &template.footer),
        ];
        for (name, line) in lines {
            if !line.is_empty() {
                fields.insert(name.to_owned(), line.clone().into());
            }
        }
        let buttons = templates::object(template);
        let buttons = buttons["components"].as_array().into_iter().flatten();
        let buttons =
            buttons.filter(|one| one["type"] == "BUTTONS").find_map(|one| one.get("buttons"));
        let of = |button: &Value| {
            let mut told = json!({
                "message_template_button_type": button["type"],
                "message_template_button_text": button["text"],
            });
            for (name, from) in [
                ("message_template_button_url", "url"),
                ("message_template_button_phone_number", "phone_number"),
            ] {
                if let (Some(value), Value::Object(told)) = (button.get(from), &mut told) {
                    told.insert(name.to_owned(), value.clone());
                }
            }
            told
        };
        if let Some(Value::Array(buttons)) = buttons {
            let buttons: Vec<Value> = buttons.iter().map(of).collect();
            fields.insert("message_template_buttons".to_owned(), buttons.into());
        }
    }
    told
}

/// A template has another category.
pub(crate) fn template_category(template: &TemplateView, before: &str) -> Value {
    let mut told = template_head(template);
    if let Value::Object(fields) = &mut told {
        fields.insert("previous_category".to_owned(), before.into());
        fields.insert("new_category".to_owned(), templates::category(template.category).into());
    }
    told
}

fn template_head(template: &TemplateView) -> Value {
    json!({
        "message_template_id": ids::template_id(&template.template).parse::<u64>().unwrap_or(0),
        "message_template_name": template.name,
        "message_template_language": template.language.replace('-', "_"),
    })
}

/// How far an own message has come.
pub(crate) fn status(
    ids: &BusinessIds,
    customer: &CustomerRecord,
    record: &MessageRecord,
    told: Step,
    now: Timestamp,
    message: &MessageView,
) -> Value {
    let name = match told {
        Step::To(Told::Nothing | Told::Sent) => "sent",
        Step::To(Told::Delivered) => "delivered",
        Step::To(Told::Read) => "read",
        Step::To(Told::Played) => "played",
        Step::To(Told::Failed) => "failed",
        Step::Deleted => "deleted",
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
        if told == Step::To(Told::Failed) {
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
pub(crate) fn template_status(template: &TemplateView, event: &str) -> Value {
    json!({
        "event": event,
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
    let mut told = json!({
        "profile": { "name": customer.name },
        "wa_id": customer.wa_id,
        "user_id": customer.user_id,
    });
    if let (false, Value::Object(fields)) = (customer.key_hash.is_empty(), &mut told) {
        fields.insert("identity_key_hash".to_owned(), customer.key_hash.clone().into());
    }
    told
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
        MessageBody::Card(said) => card::card(ids, said),
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
