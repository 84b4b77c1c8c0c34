//! `POST /{number}/messages`: sends, or marks as read.
//!
//! What is known to fail is refused at once: no such customer, no permission, blocked, a closed limit.

mod bill;
mod file;
mod goods;
mod template;
mod voice;

use std::{rc::Rc, time::Duration};

use serde_json::{Value, json};
use tresen_types::{Category, ConversationId, MessageId};
use tresen_view::{
    Answer, Call as SdkCall, Command, Connection, ConversationHeader, EverydayCommand, FailureKind,
    MessageView,
};

use super::Caller;
use crate::{
    api_error::ApiError,
    config::WhenAway,
    error::Error,
    gateway::Gateway,
    http::{answer::success, router::Call},
    ids,
    limits::{
        AWAY_RETRY_MS, IDEMPOTENCY_KEY_BYTES_MAX, IDEMPOTENCY_MS, TYPING_MS, TYPING_REPEAT_MS,
    },
    request::{Body, HeaderFile, Recipient, Request, Send, read_request},
    secret::{random, sha256},
    store::{CustomerRecord, MessageRecord, Origin, Told},
    templates,
};

/// The header with which a program names a send.
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Does what the body asks.
pub(crate) async fn post(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    caller.may_message()?;
    do_request(call, caller, read_request(call.params.fields())?).await
}

/// `POST /{number}/marketing_messages`: messages of templates alone.
pub(crate) async fn marketing(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    caller.may_message()?;
    if let Some(policy) = call.params.text("product_policy")
        && !["CLOUD_API_FALLBACK", "STRICT"].contains(&policy.as_str())
    {
        let words = "Param product_policy must be one of {CLOUD_API_FALLBACK, STRICT}.";
        return Err(ApiError::parameter(words));
    }
    let request = read_request(call.params.fields())?;
    match &request {
        Request::Send(send) if matches!(send.body, Body::Template(_)) => {
            do_request(call, caller, request).await
        }
        _ => Err(ApiError::with(131_051, "only messages of templates go through this edge")),
    }
}

async fn do_request(call: &Call, caller: &Caller, request: Request) -> Result<Value, ApiError> {
    let gateway = &call.gateway;
    if gateway.client.connection() == Connection::Revoked {
        return Err(ApiError::with(131_005, "this gateway was removed from the business"));
    }
    let is_away = !gateway.is_live() && gateway.config.when_away == WhenAway::Refuse;
    if is_away && matches!(request, Request::Send(_)) {
        let details = "the server can't be reached now, and nothing is kept for later";
        return Err(ApiError::with(131_016, details).after(AWAY_RETRY_MS));
    }
    match request {
        Request::Read { message_id, is_typing } => read(gateway, &message_id, is_typing).await,
        Request::Send(send) if call.params.text("dry_run").as_deref() == Some("true") => {
            try_out(gateway, &send).await
        }
        Request::Send(send) => match call.headers.get(IDEMPOTENCY_KEY) {
            None => send_new(gateway, &send, None).await,
            Some(key) => send_once(call, caller, key.as_bytes(), &send).await,
        },
    }
}

/// Sends once for each key of a caller, also when the gateway is killed in between.
async fn send_once(
    call: &Call,
    caller: &Caller,
    key: &[u8],
    send: &Send,
) -> Result<Value, ApiError> {
    if key.is_empty() || key.len() > IDEMPOTENCY_KEY_BYTES_MAX {
        return Err(ApiError::parameter("The header Idempotency-Key has a wrong length."));
    }
    let gateway = &call.gateway;
    let key = sha256(&[caller.key.as_bytes(), &[0], key].concat());
    let request = sha256(&call.body);
    let now = gateway.now();
    let forget = now.plus_millis(-IDEMPOTENCY_MS);
    let known = gateway.store.write(|tx| tx.begin_once(&key, &request, now, forget))?;
    if let Some(known) = known {
        if known.request != request {
            return Err(ApiError::parameter(
                "The header Idempotency-Key was used for another request.",
            ));
        }
        if let Some(answer) = known.answer {
            let answer = serde_json::from_str(&answer);
            return answer.map_err(|_json| Error::Damaged("answer").into());
        }
        if !can_repeat(&send.body) {
            let details = "The first call with this Idempotency-Key didn't end; its message may be \
                           sent.";
            return Err(ApiError::with(2, details));
        }
    }
    // The SDK answers a call's number with the message that it has made.
    let number =
        key.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte)) >> 1;
    match send_new(gateway, send, Some(number)).await {
        Ok(answer) => {
            gateway.store.write(|tx| tx.end_once(&key, &answer.to_string()))?;
            Ok(answer)
        }
        Err(error) => {
            gateway.store.write(|tx| tx.drop_once(&key))?;
            Err(error)
        }
    }
}

/// Whether the SDK knows a repeated call by its number, and nothing else was sent with it.
fn can_repeat(body: &Body) -> bool {
    match body {
        Body::Text { .. } | Body::Template(_) => true,
        Body::Card { headers, .. } => headers.is_empty(),
        Body::Bill(bill) => bill.header.is_none(),
        // Its steps are looked at again: what was done isn't done twice.
        Body::OrderStatus(_) => true,
        // What was changed or taken back is the same when it is done again.
        Body::Edit { .. } | Body::Revoke { .. } | Body::Pin { .. } => true,
        Body::Media { .. } | Body::Reaction { .. } => false,
    }
}

/// Says whether a send would be taken, and at what price, and sends nothing.
async fn try_out(gateway: &Rc<Gateway>, send: &Send) -> Result<Value, ApiError> {
    let customer = customer(gateway, &send.to)?;
    same_key(&customer, send)?;
    let header = writable(gateway, customer.conversation).await?;
    if let Body::Card { card, catalogue, .. } = &send.body {
        goods::named(gateway, card, catalogue.as_deref()).await?;
    }
    let category = match &send.body {
        Body::Template(wanted) => template::checked(gateway, &header, wanted).await?.0.category,
        _ if !header.window.is_open => return Err(window_closed(&header)),
        _ => Category::Service,
    };
    for wamid in send.reply_to.iter().chain(match &send.body {
        Body::Reaction { message_id, .. }
        | Body::Pin { message_id, .. }
        | Body::Edit { message_id, .. }
        | Body::Revoke { message_id } => Some(message_id),
        _ => None,
    }) {
        quoted(gateway, header.row.conversation, wamid)?;
    }
    let mut answer = answer_of(&send.to, &customer, "");
    if let Value::Object(fields) = &mut answer {
        fields.remove("messages");
        fields.insert("dry_run".to_owned(), true.into());
        let pricing = json!({
            "billable": false,
            "pricing_model": "PMP",
            "category": templates::category(category).to_ascii_lowercase(),
        });
        fields.insert("pricing".to_owned(), pricing);
    }
    Ok(answer)
}

async fn send_new(
    gateway: &Rc<Gateway>,
    send: &Send,
    number: Option<u64>,
) -> Result<Value, ApiError> {
    let customer = customer(gateway, &send.to)?;
    same_key(&customer, send)?;
    takes_turn(gateway, &customer)?;
    let header = writable(gateway, customer.conversation).await?;
    let conversation = header.row.conversation;
    let is_free = !matches!(send.body, Body::Template(_));
    if is_free && !header.window.is_open {
        return Err(window_closed(&header));
    }
    // Whoever writes has stopped typing.
    gateway.typing.borrow_mut().remove(&conversation);
    let reply_to = match &send.reply_to {
        None => None,
        Some(wamid) => Some(quoted(gateway, conversation, wamid)?),
    };
    let wamid = match &send.body {
        Body::Text { text } => {
            let command = Command::SendText { conversation, text: text.clone(), reply_to };
            let message = queue(gateway, command, number).await?;
            note(gateway, conversation, &message, send)?
        }
        Body::Card { card, headers, catalogue } => {
            let card = goods::named(gateway, card, catalogue.as_deref()).await?;
            for above in headers {
                part(gateway, conversation, Some(above)).await?;
            }
            let command = Command::SendCard { conversation, card, reply_to };
            let message = queue(gateway, command, number).await?;
            note(gateway, conversation, &message, send)?
        }
        Body::Bill(wanted) => {
            part(gateway, conversation, wanted.header.as_ref()).await?;
            let message = bill::send(gateway, &header, send, wanted, number).await?;
            note(gateway, conversation, &message, send)?
        }
        Body::OrderStatus(wanted) => {
            let message = bill::status(gateway, &header, wanted, number).await?;
            note(gateway, conversation, &message, send)?
        }
        Body::Template(wanted) => {
            let (message, template) = template::send(gateway, &header, wanted, number).await?;
            note_as(gateway, conversation, &message, send, Some(template))?
        }
        Body::Edit { message_id, text } => {
            let message = quoted(gateway, conversation, message_id)?;
            let text = text.clone();
            change(gateway, EverydayCommand::Edit { message, text }).await?;
            message_id.clone()
        }
        Body::Revoke { message_id } => {
            let message = quoted(gateway, conversation, message_id)?;
            change(gateway, EverydayCommand::Delete { message, for_everyone: true }).await?;
            message_id.clone()
        }
        Body::Pin { message_id, is_pinned } => {
            let message = quoted(gateway, conversation, message_id)?;
            let message = is_pinned.then_some(message);
            change(gateway, EverydayCommand::Pin { conversation, message }).await?;
            ids::wamid(MessageId::new(random().map_err(ApiError::from)?))
        }
        Body::Reaction { message_id, emoji } => {
            let message = quoted(gateway, conversation, message_id)?;
            let command = Command::React { message, emoji: emoji.clone() };
            gateway.client.call(command).await?;
            ids::wamid(MessageId::new(random().map_err(ApiError::from)?))
        }
        Body::Media { kind, source, caption, filename, is_voice } => {
            let name = filename.as_deref();
            let mut offered = file::offer(gateway, *kind, source, name, *is_voice).await?;
            offered.caption.clone_from(caption);
            let command = Command::SendFile { conversation, file: Box::new(offered), reply_to };
            let answer = gateway.client.call(command).await?;
            let Answer::Message(message) = answer else { return Err(Error::unexpected().into()) };
            note(gateway, conversation, &message, send)?
        }
    };
    gateway.metrics.sent.increment();
    Ok(answer_of(&send.to, &customer, &wamid))
}

/// Changes an own message or takes it back; what isn't one, or is too old, has the API's code.
async fn change(gateway: &Gateway, what: EverydayCommand) -> Result<(), ApiError> {
    let command = Command::Everyday(what);
    gateway.client.call(command).await.map(drop).map_err(|failure| match failure.kind {
        FailureKind::NotFound | FailureKind::Invalid => {
            ApiError::with(131_009, "the message isn't an own one that can be changed now")
        }
        _ => failure.into(),
    })
}

/// Sends what stands above an interactive message before it, as a part of it.
async fn part(
    gateway: &Gateway,
    conversation: ConversationId,
    above: Option<&HeaderFile>,
) -> Result<(), ApiError> {
    let Some(above) = above else { return Ok(()) };
    let name = above.filename.as_deref();
    let offered = file::offer(gateway, above.kind, &above.source, name, false).await?;
    let command = Command::SendFile { conversation, file: Box::new(offered), reply_to: None };
    let Answer::Message(message) = gateway.client.call(command).await? else {
        return Err(Error::unexpected().into());
    };
    Ok(gateway.store.write(|tx| {
        tx.put_message(&MessageRecord {
            wamid: ids::wamid(message.message),
            id: message.message,
            conversation,
            position: message.position,
            origin: Origin::Part,
            told: Told::Nothing,
            callback_data: None,
            template: None,
            asks: None,
            at: message.at,
        })
    })?)
}

/// Queues a message; a repeated number is the message that it has made.
async fn queue(
    gateway: &Gateway,
    command: Command,
    number: Option<u64>,
) -> Result<Box<MessageView>, ApiError> {
    let answer = match number {
        Some(id) => gateway.client.answer(SdkCall { id, command }).await?,
        None => gateway.client.call(command).await?,
    };
    let Answer::Message(message) = answer else { return Err(Error::unexpected().into()) };
    Ok(message)
}

fn answer_of(to: &Recipient, customer: &CustomerRecord, wamid: &str) -> Value {
    let contact = match to {
        Recipient::Number { input, .. } => json!({ "input": input, "wa_id": customer.wa_id }),
        Recipient::User(user) => json!({ "input": user, "user_id": customer.user_id }),
    };
    json!({
        "messaging_product": "whatsapp",
        "contacts": [contact],
        "messages": [{ "id": wamid, "message_status": "accepted" }],
    })
}

/// Keeps the message's name, so that its statuses find it.
fn note(
    gateway: &Gateway,
    conversation: ConversationId,
    message: &MessageView,
    send: &Send,
) -> Result<String, ApiError> {
    note_as(gateway, conversation, message, send, None)
}

/// The same for a message of a template.
fn note_as(
    gateway: &Gateway,
    conversation: ConversationId,
    message: &MessageView,
    send: &Send,
    template: Option<String>,
) -> Result<String, ApiError> {
    Ok(gateway.store.write(|tx| {
        // The intake may have come first, or an earlier call with the same key.
        let known = tx.message_by_id(message.message)?;
        let (wamid, told) = match known {
            Some(known) => (known.wamid, known.told),
            None => (ids::wamid(message.message), Told::Nothing),
        };
        tx.put_message(&MessageRecord {
            wamid: wamid.clone(),
            id: message.message,
            conversation,
            position: message.position,
            origin: Origin::Gateway,
            told,
            callback_data: send.callback_data.clone(),
            template,
            asks: goods::asks(&send.body),
            at: message.at,
        })?;
        Ok(wamid)
    })?)
}

fn customer(gateway: &Gateway, to: &Recipient) -> Result<CustomerRecord, ApiError> {
    if let Recipient::Number { digits, .. } = to
        && *digits == gateway.ids.display_number
    {
        return Err(ApiError::new(131_021));
    }
    let known = gateway.store.read(|tx| match to {
        Recipient::Number { digits, .. } => tx.customer_by_wa_id(digits),
        Recipient::User(user) => tx.customer_by_user_id(user),
    })?;
    known.ok_or_else(|| {
        ApiError::with(
            131_026,
            "Nobody with this number or user id has a conversation with this business. A customer \
             begins it, through an entry link.",
        )
    })
}

/// Whether the customer still has the key that the program knows.
fn same_key(customer: &CustomerRecord, send: &Send) -> Result<(), ApiError> {
    match &send.key_hash {
        Some(wanted) if *wanted != customer.key_hash => Err(ApiError::with(
            137_000,
            "the customer has another key than the one that recipient_identity_key_hash names",
        )),
        _ => Ok(()),
    }
}

fn takes_turn(gateway: &Gateway, customer: &CustomerRecord) -> Result<(), ApiError> {
    let now = gateway.now();
    let mut rates = gateway.rates.borrow_mut();
    rates
        .messages
        .take(&gateway.ids.phone, now)
        .map_err(|retry_ms| ApiError::new(130_429).after(retry_ms))?;
    rates.pair.take(&customer.wa_id, now).map_err(|retry_ms| ApiError::new(131_056).after(retry_ms))
}

/// The conversation, if it can be written to.
async fn writable(
    gateway: &Gateway,
    conversation: ConversationId,
) -> Result<Box<ConversationHeader>, ApiError> {
    let Answer::Header(header) = gateway.client.call(Command::Header { conversation }).await?
    else {
        return Err(Error::unexpected().into());
    };
    if header.can_write {
        return Ok(header);
    }
    let allows_nothing = header.consent.is_none_or(|allowed| allowed.is_empty());
    Err(if header.row.is_blocked {
        ApiError::with(131_026, "one side has blocked the other")
    } else if allows_nothing {
        ApiError::with(131_050, "the customer has taken back the permission")
    } else {
        ApiError::with(131_026, "this conversation is over")
    })
}

/// Says until when free messages were allowed, and what is allowed now.
fn window_closed(header: &ConversationHeader) -> ApiError {
    let since = header.window.closes_at.map_or_else(
        || "The customer hasn't written yet".to_owned(),
        |end| format!("The service window closed at {} (unix time)", end.as_millis() / 1_000),
    );
    let allowed = header.consent.unwrap_or_default();
    let named = [
        (Category::Utility, "utility"),
        (Category::Marketing, "marketing"),
        (Category::Authentication, "authentication"),
    ];
    let allowed: Vec<&str> = named
        .into_iter()
        .filter(|(category, _)| allowed.contains(*category))
        .map(|(_, name)| name)
        .collect();
    let rest = match allowed.join(", ").as_str() {
        "" => "no template is allowed".to_owned(),
        names => format!("templates of these categories are allowed: {names}"),
    };
    ApiError::with(131_047, format!("{since}; {rest}."))
}

/// A message of this conversation.
fn quoted(
    gateway: &Gateway,
    conversation: ConversationId,
    wamid: &str,
) -> Result<MessageId, ApiError> {
    let known = gateway.store.read(|tx| tx.message(wamid))?;
    known
        .filter(|known| known.conversation == conversation)
        .map(|known| known.id)
        .ok_or_else(|| ApiError::with(131_009, "the message_id isn't one of this conversation"))
}

/// Marks as read, and shows typing if asked.
async fn read(gateway: &Rc<Gateway>, wamid: &str, is_typing: bool) -> Result<Value, ApiError> {
    let known = gateway.store.read(|tx| tx.message(wamid))?;
    let Some(known) = known.filter(|known| known.origin == Origin::Customer) else {
        return Err(ApiError::with(131_009, "the message_id isn't one of a customer's message"));
    };
    let conversation = known.conversation;
    gateway.client.call(Command::MarkRead { conversation, through: known.position }).await?;
    if is_typing {
        show_typing(gateway, conversation)?;
    }
    Ok(success())
}

/// Shows typing until something is sent or the time is over.
fn show_typing(gateway: &Rc<Gateway>, conversation: ConversationId) -> Result<(), ApiError> {
    let turn = u64::from_be_bytes(random().map_err(ApiError::from)?);
    gateway.typing.borrow_mut().insert(conversation, turn);
    let gateway = Rc::downgrade(gateway);
    let repeats = TYPING_MS / TYPING_REPEAT_MS;
    tokio::task::spawn_local(async move {
        for _ in 0..=repeats {
            let Some(gateway) = gateway.upgrade() else { return };
            if gateway.typing.borrow().get(&conversation) != Some(&turn) {
                return;
            }
            if let Err(failure) = gateway.client.call(Command::Typing { conversation }).await {
                tracing::debug!(?failure, "typing can't be shown");
                return;
            }
            drop(gateway);
            tokio::time::sleep(Duration::from_millis(TYPING_REPEAT_MS)).await;
        }
        if let Some(gateway) = gateway.upgrade() {
            let mut typing = gateway.typing.borrow_mut();
            if typing.get(&conversation) == Some(&turn) {
                typing.remove(&conversation);
            }
        }
    });
    Ok(())
}
