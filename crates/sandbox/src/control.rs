//! The control calls: what outside tests drive the sandbox with.
//!
//! ```text
//! GET  /                                 the first line once more
//! GET  /customers                        POST /customers {name}
//! POST /customers/{wa_id}/messages       one message, or {messages: […]}
//! GET  /customers/{wa_id}/messages       what the customer sees
//! POST /customers/{wa_id}/read           {message_id}
//! POST /customers/{wa_id}/played         {message_id}: a voice message is heard
//! POST /customers/{wa_id}/offline|online|block|unblock
//! GET  /clock                            POST /clock {advance_seconds}
//! GET  /faults                           POST /faults {faults: […]}
//! GET  /webhooks?after=                  every event, with whom it was brought to
//! POST /templates/{id}/approve|reject|pause
//! POST /catalog                          {currency, items: [{retailer_id, name, price}]}
//! POST /customers/{wa_id}/pay            {message_id}
//! ```

use std::rc::Rc;

use serde_json::{Map, Value, json};
use tresen_gateway::{message_of_wamid, wamid};
use tresen_types::MessageId;
use tresen_view::{Answer, Command, EverydayCommand, MessageBody, MessageState, MessageView};

use crate::{
    customer::Device,
    error::{Error, Result},
    incoming::{self, Said},
    shop,
    world::{Verdict, World},
};

const MILLIS: i64 = 1_000;

/// Answers a control call.
pub(crate) async fn answer(
    world: &Rc<World>,
    method: &str,
    path: &str,
    query: &str,
    body: &[u8],
) -> Result<Value> {
    let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let body = || -> Result<Value> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(json!({}));
        }
        serde_json::from_slice(body)
            .map_err(|_json| Error::Invalid("the body isn't valid JSON".to_owned()))
    };
    match (method, &segments[..]) {
        ("GET", []) => Ok(world.first_line()),
        ("GET", ["customers"]) => Ok(json!({ "customers": world.customers() })),
        ("POST", ["customers"]) => {
            let body = body()?;
            let name = body.get("name").and_then(Value::as_str).unwrap_or("Customer").to_owned();
            world.add_customer(&name).await
        }
        ("POST", ["customers", wa_id, "messages"]) => say(world, wa_id, body()?).await,
        ("GET", ["customers", wa_id, "messages"]) => seen(world, wa_id).await,
        ("POST", ["customers", wa_id, "read"]) => read(world, wa_id, &body()?).await,
        ("POST", ["customers", wa_id, "played"]) => played(world, wa_id, &body()?).await,
        ("POST", ["customers", wa_id, "pay"]) => pay(world, wa_id, &body()?).await,
        ("POST", ["customers", wa_id, action]) => act(world, wa_id, action).await,
        ("GET", ["clock"]) => Ok(now(world)),
        ("POST", ["clock"]) => advance(world, &body()?),
        ("GET", ["faults"]) => Ok(world.faults.waiting()),
        ("POST", ["faults"]) => {
            world.faults.set(&body()?)?;
            Ok(world.faults.waiting())
        }
        ("POST", ["catalog"]) => shop::publish(world, &body()?).await,
        ("GET", ["webhooks"]) => world.webhooks(query).await,
        ("POST", ["templates", id, verdict]) => {
            let verdict = match *verdict {
                "approve" => Verdict::Approve,
                "reject" => Verdict::Reject,
                "pause" => Verdict::Pause,
                _ => return Err(Error::NotFound("control call")),
            };
            world.decide(id, verdict).await?;
            Ok(json!({ "success": true }))
        }
        _ => Err(Error::NotFound("control call")),
    }
}

async fn say(world: &World, wa_id: &str, body: Value) -> Result<Value> {
    let messages = match body.get("messages") {
        Some(Value::Array(messages)) => messages.clone(),
        Some(_) => return Err(Error::Invalid("'messages' must be an array".to_owned())),
        None => vec![body],
    };
    let customer = world.customer(wa_id)?;
    let mut customer = customer.lock().await;
    customer.client()?;
    let lookup = |id: &str| world.message(id);
    let mut sent = Vec::with_capacity(messages.len());
    for message in &messages {
        match incoming::read(&mut customer, message, &lookup).await? {
            Said::Message(command) => {
                let message = customer.send(command).await?;
                sent.push(json!({ "id": wamid(message.message) }));
            }
            Said::Reaction(command) => {
                customer.call(command).await?;
                sent.push(json!({}));
            }
        }
    }
    Ok(json!({ "success": true, "messages": sent }))
}

/// What a customer sees, oldest first.
async fn seen(world: &World, wa_id: &str) -> Result<Value> {
    let customer = world.customer(wa_id)?;
    let customer = customer.lock().await;
    let conversation = customer.conversation;
    let command = Command::Messages { conversation, before: None, limit: 200 };
    let Answer::Messages(page) = customer.call(command).await? else {
        return Err(Error::unexpected());
    };
    let messages: Vec<Value> = page.messages.iter().filter_map(shown).collect();
    Ok(json!({ "messages": messages }))
}

fn shown(message: &MessageView) -> Option<Value> {
    let (kind, content) = match &message.body {
        MessageBody::Text { text } => ("text", json!({ "body": text })),
        MessageBody::Attachment(file) => {
            let content = json!({
                "filename": file.name,
                "mime_type": file.media_type,
                "caption": file.caption,
            });
            ("file", content)
        }
        MessageBody::Template(template) => {
            let buttons: Vec<&str> =
                template.buttons.iter().map(|button| button.text.as_str()).collect();
            (
                "template",
                json!({ "name": template.name, "body": template.text(), "buttons": buttons }),
            )
        }
        MessageBody::Card(card) => ("card", serde_json::to_value(card).unwrap_or_default()),
        MessageBody::Order(order) => ("order", serde_json::to_value(order).unwrap_or_default()),
        MessageBody::Payment(bill) => ("bill", serde_json::to_value(bill).unwrap_or_default()),
        MessageBody::Choice(choice) => ("choice", serde_json::to_value(choice).unwrap_or_default()),
        _ => return None,
    };
    let mut told = Map::new();
    told.insert("id".to_owned(), wamid(message.message).into());
    told.insert("is_from_customer".to_owned(), message.is_own.into());
    told.insert("timestamp".to_owned(), (message.at.as_millis() / MILLIS).to_string().into());
    told.insert("type".to_owned(), kind.into());
    told.insert(kind.to_owned(), content);
    if let Some(state) = message.state {
        let state = match state {
            MessageState::Queued => "queued",
            MessageState::Sent => "sent",
            MessageState::Delivered => "delivered",
            MessageState::Read => "read",
            MessageState::Played => "played",
            MessageState::Failed => "failed",
        };
        told.insert("status".to_owned(), state.into());
    }
    let reactions: Vec<&str> = message.reactions.iter().map(|one| one.emoji.as_str()).collect();
    if !reactions.is_empty() {
        told.insert("reactions".to_owned(), reactions.into());
    }
    Some(Value::Object(told))
}

async fn read(world: &World, wa_id: &str, body: &Value) -> Result<Value> {
    let id = body.get("message_id").and_then(Value::as_str);
    let id = id.ok_or_else(|| Error::Invalid("'message_id' is missing".to_owned()))?;
    let id = world.message(id)?;
    let customer = world.customer(wa_id)?;
    let mut customer = customer.lock().await;
    let message = customer.message(id).await?;
    let conversation = customer.conversation;
    customer.call(Command::MarkRead { conversation, through: message.position }).await?;
    Ok(json!({ "success": true }))
}

async fn played(world: &World, wa_id: &str, body: &Value) -> Result<Value> {
    let id = body.get("message_id").and_then(Value::as_str);
    let id = id.ok_or_else(|| Error::Invalid("'message_id' is missing".to_owned()))?;
    let id = world.message(id)?;
    let customer = world.customer(wa_id)?;
    let mut customer = customer.lock().await;
    let message = customer.message(id).await?.message;
    customer.call(Command::Everyday(EverydayCommand::Played { message })).await?;
    Ok(json!({ "success": true }))
}

async fn pay(world: &World, wa_id: &str, body: &Value) -> Result<Value> {
    let id = body.get("message_id").and_then(Value::as_str);
    let id = id.ok_or_else(|| Error::Invalid("'message_id' is missing".to_owned()))?;
    let bill = world.message(id)?;
    let customer = world.customer(wa_id)?;
    let mut customer = customer.lock().await;
    customer.message(bill).await?;
    shop::pay(world, &customer, bill).await
}

async fn act(world: &World, wa_id: &str, action: &str) -> Result<Value> {
    let customer = world.customer(wa_id)?;
    let mut customer = customer.lock().await;
    match action {
        "offline" => {
            if let Some(device) = customer.device.take() {
                device.client.close().await;
            }
        }
        "online" => {
            if customer.device.is_none() {
                let store = customer.store.clone();
                let mut device = Device::open(world.origin(), store, &world.clock).await?;
                device.until_live().await?;
                customer.device = Some(device);
            }
        }
        "block" | "unblock" => {
            let conversation = customer.conversation;
            let is_blocked = action == "block";
            customer.call(Command::SetBlocked { conversation, is_blocked }).await?;
        }
        _ => return Err(Error::NotFound("control call")),
    }
    Ok(json!({ "success": true }))
}

fn now(world: &World) -> Value {
    json!({ "now": world.clock.now().as_millis() / MILLIS })
}

fn advance(world: &World, body: &Value) -> Result<Value> {
    let seconds = match (body.get("advance_seconds"), body.get("set")) {
        (Some(seconds), None) => seconds.as_f64(),
        (None, Some(to)) => to.as_f64().map(|to| {
            #[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
            let now = (world.clock.now().as_millis() / MILLIS) as f64;
            to - now
        }),
        _ => None,
    };
    let wrong = || Error::Invalid("'advance_seconds' must be a number, not below 0".to_owned());
    let seconds = seconds.filter(|seconds| (0.0..=1e9).contains(seconds)).ok_or_else(wrong)?;
    #[expect(clippy::cast_possible_truncation, reason = "at most a thousand million seconds")]
    let millis = (seconds * 1e3) as i64;
    if !world.clock.advance(millis) {
        return Err(wrong());
    }
    world.clock_moved();
    Ok(now(world))
}

/// The message behind an id of the API that the gateway doesn't know.
pub(crate) fn decoded(id: &str) -> Result<MessageId> {
    message_of_wamid(id).ok_or(Error::NotFound("message"))
}
