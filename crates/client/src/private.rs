//! What the account's devices tell each other in the own group (PROTOCOL D6). The group's sequence
//! orders it: where two set the same, the later one counts, on every device alike.

use tresen_content::{Content, Message, Scope, message::Private};
use tresen_types::{AccountId, AccountKind, ConversationId, DeviceId, Timestamp};
use tresen_view::Event;

use crate::{
    account::Own,
    archive, booking,
    client::Inner,
    error::Result,
    inbox, names, outgoing, records, recovery,
    shared::{self, SharedSetting},
    store::{OutboxRecord, Tx},
    team,
};

/// The setting by which a device says that it has come into the own group, with key packages at the
/// server: the others let it into the conversations.
const DEVICE_READY: &str = "tresen/device-ready";

/// Queues something for the account's other devices. A device that is alone tells nobody: then the
/// answer is `false`.
pub(crate) fn tell(inner: &Inner, tx: &Tx<'_>, own: &Own, private: Private) -> Result<bool> {
    // The row knows it before the value in memory does.
    let Some(group) = tx.account()?.and_then(|account| account.own_group) else {
        return Ok(false);
    };
    if tx.members(group)?.len() < 2 {
        return Ok(false);
    }
    let content = Content::new(Message::Private(Box::new(private)));
    outgoing::queue_control(inner, tx, own, group, &content)?;
    Ok(true)
}

/// This device has come into the own group, by a welcome or by itself: the others tell it what they know,
/// and it tells what was set here before anybody could be told.
pub(crate) fn come_in(inner: &Inner, tx: &Tx<'_>, own: &Own) -> Result<()> {
    booking::lose(tx)?;
    tell_ready(inner, tx, own)?;
    shared::tell_all(inner, tx, own)?;
    recovery::tell_ways(inner, tx, own)
}

/// Says that this device has come into the own group.
pub(crate) fn tell_ready(inner: &Inner, tx: &Tx<'_>, own: &Own) -> Result<()> {
    let ready = Private::Setting {
        name: DEVICE_READY.to_owned(),
        value: own.device.to_string(),
        at: inner.now(),
    };
    tell(inner, tx, own, ready)?;
    records::tell_untold(inner, tx, own)
}

/// Takes in an operation that this device has told, now that the server has ordered it.
pub(crate) fn accepted(
    inner: &Inner,
    tx: &Tx<'_>,
    own: &Own,
    told: &OutboxRecord,
    sequence: u64,
    at: Timestamp,
) -> Result<Vec<Event>> {
    if own.record.own_group != Some(told.conversation) {
        return Ok(Vec::new());
    }
    let scope = Scope { host: inner.host(), sender: own.account, conversation: told.conversation };
    match Content::decode(&told.content, &scope)?.content.message {
        Message::Private(private) => {
            let mut events = match private.as_ref() {
                Private::Calendar(op) => {
                    booking::accepted(inner, tx, op, sequence, at)?;
                    Vec::new()
                }
                private => take_in(inner, tx, own, private, own.device, sequence, at)?,
            };
            events.extend(team::settle(inner, tx, own)?);
            Ok(events)
        }
        _other => Ok(Vec::new()),
    }
}

/// Takes in what a device of the account has told.
pub(crate) fn take_in(
    inner: &Inner,
    tx: &Tx<'_>,
    own: &Own,
    private: &Private,
    from: DeviceId,
    sequence: u64,
    at: Timestamp,
) -> Result<Vec<Event>> {
    match private {
        Private::ReadPosition { conversation, sequence } => {
            let Some(position) = tx.position_of_sequence(*conversation, *sequence)? else {
                return Ok(Vec::new());
            };
            tx.change_conversation(*conversation, |record| {
                record.read_position = record.read_position.max(position);
            })?;
            Ok(vec![Event::ConversationsChanged])
        }
        Private::Assign { conversation, to, .. } => {
            inbox::take_in_assign(inner, tx, own, from, *conversation, *to, (sequence, at))
        }
        Private::Close { conversation, .. } => {
            inbox::take_in_closed(tx, *conversation, true, sequence, at)
        }
        Private::Reopen { conversation, .. } => {
            let events = inbox::take_in_closed(tx, *conversation, false, sequence, at)?;
            inner.duties.devices();
            Ok(events)
        }
        Private::KeyRing { segments } => {
            archive::keep_keys(tx, segments, at)?;
            archive::wake(inner);
            Ok(Vec::new())
        }
        Private::Setting { name, .. } if name == DEVICE_READY && from != own.device => {
            archive::announce_keys(inner, tx, own)?;
            recovery::tell_ways(inner, tx, own)?;
            shared::tell_all(inner, tx, own)?;
            booking::asked_for(inner, tx)?;
            records::tell_all(inner, tx, own)?;
            inner.outbox_wake.notify();
            inner.duties.devices();
            archive::hurry(inner);
            Ok(vec![Event::DevicesChanged])
        }
        Private::Setting { name, value, .. } if name == recovery::WAYS_BACK => {
            recovery::take_in_ways(tx, own, value)?;
            archive::wake(inner);
            Ok(vec![Event::AccountChanged])
        }
        Private::ConversationIntroduced { conversation, counterpart, name, at, .. } => {
            take_in_introduction(tx, *conversation, *counterpart, name, *at)
        }
        Private::Setting { name, value, at } => match SharedSetting::named(name) {
            Some(setting) => shared::take_in(tx, setting, value, *at),
            None => Ok(Vec::new()),
        },
        Private::Calendar(op) => {
            booking::take_in(inner, tx, op, from, sequence, at)?;
            Ok(vec![Event::DealsChanged])
        }
        Private::Note { .. } => team::take_in_note(inner, tx, own, from, private),
        Private::Records { records } => records::take_in(inner, tx, records, sequence),
        Private::Draft { .. } => Ok(Vec::new()),
    }
}

/// Tells a device that has come into a conversation what the customer is called and since when it
/// lasts: both were said before it came.
pub(crate) fn introduce(
    inner: &Inner,
    tx: &Tx<'_>,
    own: &Own,
    conversation: ConversationId,
) -> Result<()> {
    let record = tx.known_conversation(conversation)?;
    let Some(counterpart) = record.counterpart.filter(|_other| own.is_business()) else {
        return Ok(());
    };
    let introduction = Private::ConversationIntroduced {
        conversation,
        group: record.group,
        counterpart,
        name: names::of_account(tx, counterpart)?,
        at: record.since,
    };
    tell(inner, tx, own, introduction).map(drop)
}

fn take_in_introduction(
    tx: &Tx<'_>,
    conversation: ConversationId,
    counterpart: AccountId,
    name: &str,
    since: Timestamp,
) -> Result<Vec<Event>> {
    let known = tx.conversation(conversation)?;
    let Some(mut record) = known.filter(|record| record.counterpart == Some(counterpart)) else {
        return Ok(Vec::new());
    };
    record.since = record.since.min(since);
    tx.put_conversation(&record)?;
    if let Some(mut contact) = tx.contact(counterpart)?
        && contact.name.is_empty()
        && counterpart.kind() == AccountKind::Person
    {
        name.clone_into(&mut contact.name);
        tx.put_contact(&contact)?;
    }
    Ok(vec![Event::ConversationsChanged, Event::HeaderChanged { conversation }])
}
