//! An agent takes a chat, gives it to a colleague, or puts it back.

use std::rc::Rc;

use tresen_content::message::Private;
use tresen_types::{ConversationId, DeviceId, Timestamp};
use tresen_view::{Answer, Event, SystemLine};

use crate::{
    account::Own,
    client::Inner,
    error::{Error, Result},
    lines::{self, Place},
    names, private,
    store::{ConversationKind, OrderedField, Tx},
    timeline,
};

/// Gives the chat away and tells the colleagues.
pub(crate) fn assign(
    inner: &Rc<Inner>,
    conversation: ConversationId,
    to: Option<DeviceId>,
) -> Result<Answer> {
    let own = inner.own()?;
    if !own.is_business() {
        return Err(Error::Forbidden);
    }
    let events = inner.store.write(|tx| {
        let record = tx.known_conversation(conversation)?;
        if record.kind != ConversationKind::Business {
            return Err(Error::NotFound("conversation"));
        }
        if let Some(device) = to {
            let known = tx.certificate(own.account, device)?;
            if !known.is_some_and(|known| known.is_listed) {
                return Err(Error::NotFound("device"));
            }
        }
        if record.assignee == to {
            return Ok(Vec::new());
        }
        assign_in(inner, tx, &own, conversation, to)
    })?;
    inner.emit_all(events);
    inner.outbox_wake.notify();
    Ok(Answer::Done)
}

/// Gives a chat away inside a transaction.
pub(crate) fn assign_in(
    inner: &Inner,
    tx: &Tx<'_>,
    own: &Own,
    conversation: ConversationId,
    to: Option<DeviceId>,
) -> Result<Vec<Event>> {
    let now = inner.now();
    // Shown at once; in force as the own group orders it.
    tx.change_conversation(conversation, |record| record.assignee = to)?;
    let operation = Private::Assign { conversation, to, at: now };
    if private::tell(inner, tx, own, operation)? {
        return Ok(vec![Event::ConversationsChanged, Event::HeaderChanged { conversation }]);
    }
    let cause = u64::try_from(now.as_millis()).unwrap_or(0);
    line(inner, tx, own, own.device, conversation, to, (cause, now))
}

/// Takes in an operation of the own group, this device's own ones among them.
pub(crate) fn take_in(
    inner: &Inner,
    tx: &Tx<'_>,
    own: &Own,
    from: DeviceId,
    conversation: ConversationId,
    to: Option<DeviceId>,
    accepted: (u64, Timestamp),
) -> Result<Vec<Event>> {
    let (sequence, at) = accepted;
    if tx.conversation(conversation)?.is_none() {
        return Ok(Vec::new());
    }
    // One that was overtaken still happened: its line is there, on every device alike.
    if tx.take_order(conversation, OrderedField::Assignee, sequence, at)? {
        tx.change_conversation(conversation, |record| record.assignee = to)?;
    }
    line(inner, tx, own, from, conversation, to, accepted)
}

/// The line that says whose the chat is now, and what an interface is to read again.
fn line(
    inner: &Inner,
    tx: &Tx<'_>,
    own: &Own,
    from: DeviceId,
    conversation: ConversationId,
    to: Option<DeviceId>,
    accepted: (u64, Timestamp),
) -> Result<Vec<Event>> {
    let (cause, at) = accepted;
    let name = match to {
        Some(device) => Some(names::of_sender(tx, own.account, device)?),
        None => None,
    };
    let place = Place { conversation, at, cause, account: own.account, device: from };
    let added: Vec<_> =
        lines::add(tx, place, &SystemLine::Assigned { name })?.into_iter().collect();
    let mut events = timeline::events_of(inner, tx, &added)?;
    events.push(Event::ConversationsChanged);
    events.push(Event::HeaderChanged { conversation });
    Ok(events)
}
