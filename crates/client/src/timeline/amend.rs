//! Edits and deletions. Each is a message of its own that is never listed; what is shown follows from the
//! message and what its author said about it since, in the conversation's order. One that comes before
//! the message that it changes waits for it.
//!
//! Only the author's count: the account of a customer, the device of an agent; and only for a while, on
//! the server's clock, so that every device decides alike.

use tresen_content::{Content, Message, search_text};
use tresen_types::{AccountKind, MessageId, Timestamp, limits::TEXT_BYTES_MAX};
use tresen_view::{Answer, Event};

use super::{
    events_of,
    view::{content_of, view_of},
};
use crate::{
    account::Own,
    client::Inner,
    error::{Error, Result},
    limits::{DELETE_MS_MAX, EDIT_MS_MAX},
    outgoing,
    records::{self, RecordKind},
    store::{MessageKind, MessageRecord, OutboxRecord, StoredState, Tx},
};

/// The message that another one changes.
pub(crate) const fn amended(message: &Message) -> Option<MessageId> {
    match message {
        Message::Edit { message, .. } | Message::Delete { message } => Some(*message),
        _other => None,
    }
}

/// What a message says now.
pub(crate) struct Current {
    /// Its content; `None` when it was taken back.
    pub(crate) content: Option<Content>,
    /// Whether its author changed it.
    pub(crate) is_edited: bool,
}

/// What a message says now, with what this device has queued about it.
pub(crate) fn current_of(inner: &Inner, tx: &Tx<'_>, record: &MessageRecord) -> Result<Current> {
    let mut content = content_of(inner, record)?;
    let mut is_edited = false;
    for amendment in tx.amendments(record.id)? {
        match counting(inner, record, &content, &amendment)? {
            Some(Message::Delete { .. }) => return Ok(Current { content: None, is_edited }),
            Some(Message::Edit { text, language, .. }) => {
                content.message = Message::Text { text, language };
                is_edited = true;
            }
            _not => {}
        }
    }
    Ok(Current { content: Some(content), is_edited })
}

/// Brings what is stored of a message in step with what is known about it: the words of one that was taken
/// back go, the search finds what it says now.
pub(crate) fn settle(inner: &Inner, tx: &Tx<'_>, target: MessageId) -> Result<()> {
    let Some(record) = tx.message(target)? else { return Ok(()) };
    if matches!(record.kind, MessageKind::Amendment | MessageKind::Hidden) {
        return Ok(());
    }
    if records::get(tx, RecordKind::Hidden, target.as_bytes(), "")?.is_some() {
        return tx.hide_message(&record);
    }
    if !matches!(record.kind, MessageKind::Content | MessageKind::Shelved) {
        return Ok(());
    }
    let content = content_of(inner, &record)?;
    let mut edited = None;
    for amendment in tx.amendments(target)?.iter().filter(|amendment| amendment.sequence > 0) {
        match counting(inner, &record, &content, amendment)? {
            Some(Message::Delete { .. }) => return tx.empty_message(&record),
            Some(edit @ Message::Edit { .. }) => edited = Some(edit),
            _not => {}
        }
    }
    match edited {
        Some(edit) => tx.set_search_text(&record, &search_text(&edit).unwrap_or_default()),
        None => Ok(()),
    }
}

/// After the server has accepted a message: one that changes another is in force now.
pub(crate) fn settle_accepted(inner: &Inner, tx: &Tx<'_>, message: MessageId) -> Result<()> {
    match tx.amended_by(message)? {
        Some(target) => settle(inner, tx, target),
        None => Ok(()),
    }
}

/// What an amendment does to a message; `None` when it doesn't count.
fn counting(
    inner: &Inner,
    record: &MessageRecord,
    content: &Content,
    amendment: &MessageRecord,
) -> Result<Option<Message>> {
    let is_author = amendment.conversation == record.conversation
        && amendment.sender_account == record.sender_account
        && (record.sender_account.kind() == AccountKind::Person
            || amendment.sender_device == record.sender_device);
    if !is_author || amendment.state == Some(StoredState::Failed) {
        return Ok(None);
    }
    let change = content_of(inner, amendment)?.message;
    let (can, limit_ms) = match &change {
        Message::Edit { .. } => (can_edit(&content.message), EDIT_MS_MAX),
        _delete => (can_take_back(&content.message), DELETE_MS_MAX),
    };
    let is_in_time = amendment.at.millis_since(record.at) <= limit_ms;
    Ok((can && is_in_time).then_some(change))
}

const fn can_edit(message: &Message) -> bool {
    matches!(message, Message::Text { .. })
}

/// Orders, payments and templates have their own ways to end.
const fn can_take_back(message: &Message) -> bool {
    matches!(message, Message::Text { .. } | Message::Attachment(_) | Message::Card(_))
}

/// Changes an own text.
pub(super) fn edit(inner: &Inner, message: MessageId, text: String) -> Result<Answer> {
    if text.trim().is_empty() {
        return Err(Error::Invalid("an empty text"));
    }
    if text.len() > TEXT_BYTES_MAX {
        return Err(Error::TooLarge("text"));
    }
    let edit = Message::Edit { message, text, language: String::new() };
    let view = inner.store.write(|tx| {
        let record = queue(inner, tx, message, &Content::new(edit))?;
        view_of(inner, tx, &record)
    })?;
    super::announce(inner, inner.store.read(|tx| tx.known_message(message))?.conversation, &view);
    Ok(Answer::Message(Box::new(view)))
}

/// Takes an own message back.
pub(super) fn take_back(inner: &Inner, message: MessageId) -> Result<Vec<Event>> {
    inner.store.write(|tx| {
        queue(inner, tx, message, &Content::new(Message::Delete { message }))?;
        events_of(inner, tx, &[message])
    })
}

/// Queues what changes an own message; gives the message.
fn queue(
    inner: &Inner,
    tx: &Tx<'_>,
    target: MessageId,
    content: &Content,
) -> Result<MessageRecord> {
    let own = inner.own()?;
    let record = tx.known_message(target)?;
    // One that still waits is followed by its change in the same outbox; one that was refused has nobody
    // who could see a change.
    if record.kind != MessageKind::Content || record.state == Some(StoredState::Failed) {
        return Err(Error::Invalid("a message that can't be changed"));
    }
    let now = inner.now();
    let encoded = outgoing::encode(inner, &own, record.conversation, content)?;
    let outbox =
        outgoing::outbox_record(record.conversation, content, &encoded, Some(encoded.id), now);
    let amendment = amendment_record(&own, &record, encoded.id, encoded.bytes, &outbox, now);
    if counting(inner, &record, &content_of(inner, &record)?, &amendment)?.is_none() {
        return Err(Error::Invalid("a message that can't be changed any more"));
    }
    tx.add_message(&amendment, "")?.ok_or(Error::Internal("a message id that exists"))?;
    tx.put_amendment(target, encoded.id)?;
    tx.add_outbox(&outbox)?;
    Ok(record)
}

fn amendment_record(
    own: &Own,
    record: &MessageRecord,
    id: MessageId,
    content: Vec<u8>,
    outbox: &OutboxRecord,
    now: Timestamp,
) -> MessageRecord {
    MessageRecord {
        position: 0,
        id,
        conversation: record.conversation,
        kind: MessageKind::Amendment,
        sequence: 0,
        at: now,
        sender_account: own.account,
        sender_device: own.device,
        is_own: true,
        state: Some(StoredState::Queued),
        content,
        nonce: outbox.nonce,
        receipt: Vec::new(),
        is_reportable: false,
    }
}

/// Takes a message off this device's lists.
pub(crate) fn hide(tx: &Tx<'_>, message: MessageId) -> Result<Vec<Event>> {
    let Some(record) = tx.message(message)? else { return Ok(Vec::new()) };
    if matches!(record.kind, MessageKind::Amendment | MessageKind::Hidden) {
        return Ok(Vec::new());
    }
    tx.hide_message(&record)?;
    let conversation = record.conversation;
    Ok(vec![Event::MessageGone { conversation, message }, Event::ConversationsChanged])
}
