//! Closes a conversation in the inbox, or opens it again. What a customer writes opens it too: on the
//! server's clock, so that all devices agree which came last.

use std::rc::Rc;

use tresen_content::message::Private;
use tresen_types::{ConversationId, Timestamp};
use tresen_view::{Answer, Event};

use crate::{
    client::Inner,
    error::{Error, Result},
    private,
    store::{ConversationKind, OrderedField, Tx},
};

/// Closes or reopens, and tells the colleagues.
pub(crate) fn set_closed(
    inner: &Rc<Inner>,
    conversation: ConversationId,
    is_closed: bool,
) -> Result<Answer> {
    let own = inner.own()?;
    if !own.is_business() {
        return Err(Error::Forbidden);
    }
    let now = inner.now();
    inner.store.write(|tx| {
        let record = tx.known_conversation(conversation)?;
        if record.kind != ConversationKind::Business {
            return Err(Error::NotFound("conversation"));
        }
        if record.is_closed == is_closed {
            return Ok(());
        }
        tx.change_conversation(conversation, |record| record.is_closed = is_closed)?;
        let operation = if is_closed {
            Private::Close { conversation, at: now }
        } else {
            Private::Reopen { conversation, at: now }
        };
        private::tell(inner, tx, &own, operation).map(drop)
    })?;
    inner.outbox_wake.notify();
    inner.emit(Event::ConversationsChanged);
    inner.emit(Event::HeaderChanged { conversation });
    if !is_closed {
        // Devices that are new since it was closed come in now.
        inner.duties.devices();
    }
    Ok(Answer::Done)
}

/// Takes in an operation of the own group, this device's own ones among them.
pub(crate) fn take_in(
    tx: &Tx<'_>,
    conversation: ConversationId,
    is_closed: bool,
    sequence: u64,
    at: Timestamp,
) -> Result<Vec<Event>> {
    if tx.conversation(conversation)?.is_none()
        || !tx.take_order(conversation, OrderedField::Closed, sequence, at)?
    {
        return Ok(Vec::new());
    }
    let was_answered = tx.last_heard_at(conversation)?.is_none_or(|heard| heard <= at);
    let is_closed = is_closed && was_answered;
    tx.change_conversation(conversation, |record| record.is_closed = is_closed)?;
    Ok(vec![Event::ConversationsChanged, Event::HeaderChanged { conversation }])
}

/// Whether a customer's message of this time opens a closed conversation.
pub(crate) fn is_opened_by(
    tx: &Tx<'_>,
    conversation: ConversationId,
    at: Timestamp,
) -> Result<bool> {
    let closed = tx.order_of(conversation, OrderedField::Closed)?;
    Ok(closed.is_none_or(|(_sequence, closed_at)| at > closed_at))
}
