//! `POST /{number}/smb_app_data`: what the app had before the gateway came, its customers and its messages,
//! is told in webhooks.

use std::rc::Rc;

use serde_json::{Value, json};
use tresen_types::{ConversationId, Timestamp};
use tresen_view::{Answer, Command, InboxFilter, MessageBody, MessageView};

use super::Caller;
use crate::{
    api_error::ApiError,
    error::{Error, Result},
    gateway::Gateway,
    http::router::Call,
    ids,
    intake::as_told,
    limits::{CUSTOMERS_PAGE, HISTORY_MESSAGES, HISTORY_OF_CONVERSATION_MAX, PAGE},
    secret::{hex, random},
    store::{CustomerRecord, Lane, MessageRecord, NewEvent, Origin, Told, Tx},
    webhook::{fields, value},
};

/// The lane of the history: one part after the other.
const HISTORY: ConversationId = ConversationId::new([1; 16]);
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Begins what is asked for.
pub(crate) async fn post(call: &Call, caller: &Caller) -> Result<Value, ApiError> {
    let gateway = &call.gateway;
    caller.may_manage(gateway)?;
    match call.params.required("sync_type")?.as_str() {
        "smb_app_state_sync" => {
            gateway.change_settings(|settings| settings.tells_app_state = true)?;
            tell_customers(gateway)?;
        }
        "history" => tell_history(gateway).await?,
        _ => {
            let words = "Param sync_type must be one of {smb_app_state_sync, history}.";
            return Err(ApiError::parameter(words));
        }
    }
    let request = hex(&random::<16>()?);
    Ok(json!({ "messaging_product": "whatsapp", "request_id": request }))
}

/// Every customer, and from now on who is new or is called otherwise.
fn tell_customers(gateway: &Gateway) -> Result<()> {
    let mut after = String::new();
    loop {
        let page = gateway.store.read(|tx| tx.customers_after(&after, CUSTOMERS_PAGE))?;
        let Some(last) = page.last() else { return Ok(()) };
        last.wa_id.clone_into(&mut after);
        let mut lanes = Vec::new();
        gateway.store.write(|tx| {
            for customer in &page {
                let customer = as_told(gateway, customer.clone());
                let value = value::app_contact(&gateway.ids, &customer, gateway.now());
                add(gateway, tx, customer.conversation, fields::APP_STATE, &value, &mut lanes)?;
            }
            Ok(())
        })?;
        gateway.deliveries.added(&lanes, gateway.now());
    }
}

/// Every message from before the gateway was there, conversation by conversation, oldest first.
async fn tell_history(gateway: &Rc<Gateway>) -> Result<()> {
    let mut rows = Vec::new();
    for filter in [InboxFilter::All, InboxFilter::Closed] {
        let command = Command::Conversations { filter };
        let Answer::Conversations(found) = gateway.client.call(command).await? else {
            return Err(Error::unexpected());
        };
        rows.extend(found);
    }
    let (count, mut order) = (rows.len().max(1), 0_u64);
    for (at, row) in rows.iter().enumerate() {
        let known = gateway.store.read(|tx| tx.customer_of(row.conversation))?;
        let Some(customer) = known.map(|known| as_told(gateway, known)) else { continue };
        let messages = before(gateway, row.conversation).await?;
        let progress = at.saturating_mul(100) / count;
        for part in messages.chunks(HISTORY_MESSAGES) {
            order = order.saturating_add(1);
            tell_part(gateway, &customer, part, order, progress)?;
        }
    }
    let mut lanes = Vec::new();
    gateway.store.write(|tx| {
        let metadata =
            json!({ "phase": 2, "chunk_order": order.saturating_add(1), "progress": 100 });
        let value = value::history(&gateway.ids, &metadata, &[]);
        add(gateway, tx, HISTORY, fields::HISTORY, &value, &mut lanes)
    })?;
    gateway.deliveries.added(&lanes, gateway.now());
    Ok(())
}

/// What was said in a conversation before the gateway came, oldest first.
async fn before(gateway: &Gateway, conversation: ConversationId) -> Result<Vec<MessageView>> {
    let mut found: Vec<MessageView> = Vec::new();
    let mut before = None;
    loop {
        let command = Command::Messages { conversation, before, limit: PAGE };
        let Answer::Messages(page) = gateway.client.call(command).await? else {
            return Err(Error::unexpected());
        };
        before = page.messages.first().map(|oldest| oldest.position);
        let is_last = !page.has_older || before.is_none();
        let said = |message: &MessageView| message.at < gateway.since && has_words(&message.body);
        found.splice(0..0, page.messages.into_iter().filter(said));
        if is_last || found.len() >= HISTORY_OF_CONVERSATION_MAX {
            return Ok(found);
        }
    }
}

const fn has_words(body: &MessageBody) -> bool {
    matches!(
        body,
        MessageBody::Text { .. }
            | MessageBody::Attachment(_)
            | MessageBody::Template(_)
            | MessageBody::Card(_)
            | MessageBody::Choice(_)
            | MessageBody::Order(_)
            | MessageBody::Payment(_)
    )
}

fn tell_part(
    gateway: &Gateway,
    customer: &CustomerRecord,
    part: &[MessageView],
    order: u64,
    progress: usize,
) -> Result<()> {
    let mut lanes = Vec::new();
    gateway.store.write(|tx| {
        let mut messages = Vec::with_capacity(part.len());
        for message in part {
            let record = note(tx, customer, message)?;
            messages.push(value::past(&gateway.ids, tx, customer, &record, message)?);
        }
        let newest = part.last().map_or(gateway.now(), |message| message.at);
        let metadata = json!({
            "phase": phase(gateway.now(), newest),
            "chunk_order": order,
            "progress": progress,
        });
        let thread = json!({ "id": customer.wa_id, "messages": messages });
        let value = value::history(&gateway.ids, &metadata, &[thread]);
        add(gateway, tx, HISTORY, fields::HISTORY, &value, &mut lanes)
    })?;
    gateway.deliveries.added(&lanes, gateway.now());
    Ok(())
}

/// The message's name, so that a program can answer it; it isn't told as news.
fn note(tx: &Tx<'_>, customer: &CustomerRecord, message: &MessageView) -> Result<MessageRecord> {
    if let Some(known) = tx.message_by_id(message.message)? {
        return Ok(known);
    }
    let record = MessageRecord {
        wamid: ids::wamid(message.message),
        id: message.message,
        conversation: customer.conversation,
        position: message.position,
        origin: if message.is_own { Origin::Colleague } else { Origin::Customer },
        told: Told::Nothing,
        callback_data: None,
        template: None,
        asks: None,
        at: message.at,
    };
    tx.put_message(&record)?;
    Ok(record)
}

/// The first day, the first three months, and what is older.
const fn phase(now: Timestamp, at: Timestamp) -> u8 {
    match now.millis_since(at) / DAY_MS {
        ..=0 => 0,
        1..=89 => 1,
        _ => 2,
    }
}

fn add(
    gateway: &Gateway,
    tx: &Tx<'_>,
    lane: ConversationId,
    field: &'static str,
    value: &Value,
    lanes: &mut Vec<Lane>,
) -> Result<()> {
    let to = fields::wanted_by(tx, field)?;
    let (value, at) = (value.to_string(), gateway.now());
    tx.add_event(&NewEvent { lane, field, value, media: None, at }, &to)?;
    lanes.extend(to.into_iter().map(|subscriber| (subscriber, lane)));
    Ok(())
}
