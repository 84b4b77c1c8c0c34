//! Pages of messages.

use tresen_types::{ConversationId, MessageId};
use tresen_view::{Answer, MessagePage};

use super::view_of;
use crate::{
    client::Inner,
    error::{Error, Result},
    limits::PAGE_MESSAGES_MAX,
    store::{MessageRecord, Tx},
};

/// The newest messages before a position.
pub(crate) fn messages(
    inner: &Inner,
    conversation: ConversationId,
    before: Option<i64>,
    limit: u32,
) -> Result<Answer> {
    let limit = limit.clamp(1, PAGE_MESSAGES_MAX);
    inner.store.read(|tx| {
        tx.known_conversation(conversation)?;
        let before = before.unwrap_or(i64::MAX);
        let mut found = tx.messages_before(conversation, before, limit.saturating_add(1))?;
        let has_older = found.len() > usize::try_from(limit).unwrap_or(usize::MAX);
        if has_older {
            found.pop();
        }
        found.reverse();
        let has_newer = !tx.messages_from(conversation, before, 1)?.is_empty();
        Ok(Answer::Messages(page(inner, tx, &found, has_older, has_newer)?))
    })
}

/// The messages around one.
pub(crate) fn messages_around(
    inner: &Inner,
    conversation: ConversationId,
    message: MessageId,
    limit: u32,
) -> Result<Answer> {
    let half = (limit.clamp(1, PAGE_MESSAGES_MAX) / 2).max(1);
    inner.store.read(|tx| {
        let middle = tx.known_message(message)?;
        if middle.conversation != conversation {
            return Err(Error::NotFound("message"));
        }
        let more = half.saturating_add(1);
        let half = usize::try_from(half).unwrap_or(usize::MAX);
        let mut older = tx.messages_before(conversation, middle.position, more)?;
        let has_older = older.len() > half;
        older.truncate(half);
        older.reverse();
        let mut newer = tx.messages_from(conversation, middle.position, more)?;
        let has_newer = newer.len() > half;
        newer.truncate(half);
        older.append(&mut newer);
        Ok(Answer::Messages(page(inner, tx, &older, has_older, has_newer)?))
    })
}

fn page(
    inner: &Inner,
    tx: &Tx<'_>,
    records: &[MessageRecord],
    has_older: bool,
    has_newer: bool,
) -> Result<MessagePage> {
    let mut messages = Vec::with_capacity(records.len());
    for record in records {
        messages.push(view_of(inner, tx, record)?);
    }
    Ok(MessagePage { messages, has_older, has_newer })
}
