//! What happens without a person when a customer writes: a greeting, a word that nobody is there, and the
//! next agent in turn. Several devices see the same message, and one alone acts: the first whose claim the
//! own group orders.
//!
//! ```text
//! a message comes ──▶ consider: a wish, and a claim in the own group
//! the group has ordered it, nothing before it is missing ──▶ settle: first? do it : forget it
//! ```

use tresen_admission::Window;
use tresen_content::{Content, Message, message::Mark, search_text};
use tresen_statement::{DeviceCertificate, DeviceKind, Unverified};
use tresen_types::{Category, ConversationId, DeviceId, Timestamp};
use tresen_view::{Event, quick_reply};

use super::shared;
use crate::{
    account::Own,
    client::Inner,
    error::Result,
    inbox,
    limits::{AUTOMATIC_AGE_MS_MAX, CLAIMS_KEPT_MS},
    names,
    records::{self, Put, RecordKind},
    store::{ConversationRecord, Tx, WishRecord},
    timeline,
};

const GREETING: &str = "greeting";
const AWAY: &str = "away";
const TURN: &str = "turn";

/// A customer wrote into a conversation, which is given as it was before.
pub(crate) fn consider(
    inner: &Inner,
    tx: &Tx<'_>,
    own: &Own,
    before: &ConversationRecord,
    at: Timestamp,
) -> Result<()> {
    let is_stale = inner.now().millis_since(at) > AUTOMATIC_AGE_MS_MAX;
    if !own.is_business() || is_stale || is_gateway(&own.certificate)? {
        return Ok(());
    }
    let rules = shared::rules(tx)?;
    let closed = match tx.contact(own.account)? {
        Some(contact) if rules.is_away => inbox::closed_time(&contact, at)?,
        _ => None,
    };
    let is_new = !Window { opened_at: before.window_at }.is_open_at(at);
    if let Some(closed) = closed {
        wish(inner, tx, own, before.id, format!("{AWAY}/{closed}"))?;
    } else if rules.greets && is_new {
        wish(inner, tx, own, before.id, format!("{GREETING}/{}", at.as_millis()))?;
    }
    if rules.in_turn && before.assignee.is_none() {
        wish(inner, tx, own, before.id, format!("{TURN}/{}", at.as_millis()))?;
    }
    Ok(())
}

/// Claims something, unless another device has already.
fn wish(
    inner: &Inner,
    tx: &Tx<'_>,
    own: &Own,
    conversation: ConversationId,
    name: String,
) -> Result<()> {
    let (kind, subject) = (RecordKind::Claim, conversation.as_bytes());
    if tx.record(kind as u8, subject, &name)?.is_some() {
        return Ok(());
    }
    let now = inner.now();
    tx.drop_records_before(kind as u8, now.plus_millis(-CLAIMS_KEPT_MS))?;
    let value = own.device.to_string();
    records::put(inner, tx, own, Put { kind, subject, name: &name, value: &value })?;
    tx.put_wish(&WishRecord { conversation, name, at: now })
}

/// Does what this device has claimed first, and forgets what it hasn't.
pub(crate) fn settle(inner: &Inner, tx: &Tx<'_>, own: &Own) -> Result<Vec<Event>> {
    let wishes = if own.is_business() { tx.wishes()? } else { Vec::new() };
    if wishes.is_empty() {
        return Ok(Vec::new());
    }
    let group = tx.account()?.and_then(|account| account.own_group);
    let group = group.map(|group| tx.known_conversation(group)).transpose()?;
    let is_alone = match &group {
        Some(group) => tx.members(group.id)?.len() < 2,
        None => true,
    };
    let mut events = Vec::new();
    for wish in wishes {
        let claim = tx.record(RecordKind::Claim as u8, wish.conversation.as_bytes(), &wish.name)?;
        let claim = claim.map(|claim| (claim.sequence, claim.value == own.device.to_string()));
        let is_ordered = claim.is_some_and(|(sequence, _)| sequence > 0);
        let is_mine = claim.is_some_and(|(_, is_mine)| is_mine);
        let is_stale = inner.now().millis_since(wish.at) > AUTOMATIC_AGE_MS_MAX;
        // What came before it in the group may still be on its way: an earlier claim, also this device's.
        let is_known = group.as_ref().is_none_or(|group| group.gaps == 0);
        let is_decided = is_alone || (is_ordered && is_known);
        if is_decided || is_stale {
            tx.drop_wish(&wish)?;
        }
        if is_decided && is_mine && !is_stale {
            events.extend(act(inner, tx, own, &wish)?);
        }
    }
    Ok(events)
}

fn act(inner: &Inner, tx: &Tx<'_>, own: &Own, wish: &WishRecord) -> Result<Vec<Event>> {
    let Some(record) = tx.conversation(wish.conversation)? else { return Ok(Vec::new()) };
    let rules = shared::rules(tx)?;
    match wish.name.split('/').next() {
        Some(GREETING) if rules.greets => say(inner, tx, &record, &rules.greeting),
        Some(AWAY) if rules.is_away => say(inner, tx, &record, &rules.away),
        Some(TURN) if rules.in_turn && record.assignee.is_none() => {
            let Some(next) = next_in_turn(tx, own)? else { return Ok(Vec::new()) };
            let value = next.to_string();
            let put = Put { kind: RecordKind::Turn, subject: &[], name: "", value: &value };
            records::put(inner, tx, own, put)?;
            inbox::assign_in(inner, tx, own, record.id, Some(next))
        }
        _switched_off => Ok(Vec::new()),
    }
}

fn say(inner: &Inner, tx: &Tx<'_>, record: &ConversationRecord, text: &str) -> Result<Vec<Event>> {
    let name = match record.counterpart {
        Some(counterpart) => names::of_account(tx, counterpart)?,
        None => String::new(),
    };
    let text = quick_reply::fill(text, |placeholder| {
        (placeholder == quick_reply::NAME).then(|| name.clone())
    });
    let message = Message::Text { text, language: String::new() };
    let content = Content { mark: Mark::Automatic, ..Content::new(message) };
    let found = search_text(&content.message).unwrap_or_default();
    let view = timeline::queue_message(inner, tx, record.id, &content, Category::Service, &found)?;
    Ok(vec![
        Event::Message { conversation: record.id, message: Box::new(view) },
        Event::ConversationsChanged,
    ])
}

/// The agent after the last one who got a chat; programs and devices that are out don't count.
fn next_in_turn(tx: &Tx<'_>, own: &Own) -> Result<Option<DeviceId>> {
    let mut agents = Vec::new();
    for known in tx.certificates(own.account)? {
        if known.is_listed && !is_gateway(&known.certificate)? {
            agents.push(known.device);
        }
    }
    agents.sort_unstable();
    let last = records::get(tx, RecordKind::Turn, &[], "")?;
    let after = last.and_then(|last| last.parse::<DeviceId>().ok());
    let next = agents.iter().find(|device| after.is_none_or(|after| **device > after));
    Ok(next.or_else(|| agents.first()).copied())
}

fn is_gateway(certificate: &[u8]) -> Result<bool> {
    // It was verified before it was kept.
    let certificate = Unverified::<DeviceCertificate>::decode(certificate)?;
    Ok(certificate.claimed().kind == DeviceKind::Gateway)
}
