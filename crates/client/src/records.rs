//! What the account's devices keep in common, as values under keys (docs/decisions/0029): shown at once
//! on the device that sets one, told in the own group, and decided by its order, so that all devices come
//! to the same.
//!
//! ```text
//! put ──▶ shown here, told ──▶ ordered by the group ──▶ take_in on every device: the last one counts
//! a newcomer says that it is ready ──▶ tell_all: what is known, each with its first sequence
//! ```

use tresen_content::{
    limits::RECORDS_MAX,
    message::{OwnRecord, Private},
};
use tresen_types::{ConversationId, MessageId, Timestamp};
use tresen_view::Event;

use crate::{
    account::Own,
    client::Inner,
    error::{Error, Result},
    limits::RECORDS_TOLD_BYTES_MAX,
    private,
    store::{RecordRow, Tx},
    timeline,
};

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecordKind {
    /// A label on a conversation; the name is the label's id.
    Label = 1,
    /// A label: name and colour.
    LabelOf = 2,
    /// A field of a customer card; the name is the field's.
    Field = 3,
    /// Until when a conversation rests, in milliseconds.
    Snooze = 4,
    /// A reminder for a conversation.
    Reminder = 5,
    /// A quick reply.
    Reply = 6,
    /// A saved filter.
    Filter = 7,
    /// What happens without a person.
    Rules = 8,
    /// The device that got the last chat in turn.
    Turn = 9,
    /// A star on a message.
    Star = 10,
    /// The message that is pinned above a conversation.
    Pin = 11,
    /// A conversation that was put away.
    Archived = 12,
    /// A conversation that is silent.
    Muted = 13,
    /// A message that was taken off the own devices.
    Hidden = 14,
    /// Which device does something without a person: the first that claims it.
    Claim = 15,
    /// A note that is for this device's person and wasn't seen; told to nobody.
    Mentioned = 16,
}

/// What stands for "yes".
pub(crate) const YES: &str = "1";

/// A value to be set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Put<'a> {
    pub(crate) kind: RecordKind,
    pub(crate) subject: &'a [u8],
    pub(crate) name: &'a str,
    pub(crate) value: &'a str,
}

/// Sets a value here and tells the other devices; without any, the answer is `false`.
pub(crate) fn put(inner: &Inner, tx: &Tx<'_>, own: &Own, put: Put<'_>) -> Result<bool> {
    let at = inner.now();
    let row = RecordRow {
        kind: put.kind as u8,
        subject: put.subject.to_vec(),
        name: put.name.to_owned(),
        value: put.value.to_owned(),
        sequence: 0,
        at,
    };
    tx.set_record(&row)?;
    private::tell(inner, tx, own, Private::Records { records: vec![told(row)] })
}

/// The value of a record; `None` when there is none or it was taken away.
pub(crate) fn get(
    tx: &Tx<'_>,
    kind: RecordKind,
    subject: &[u8],
    name: &str,
) -> Result<Option<String>> {
    let row = tx.record(kind as u8, subject, name)?;
    Ok(row.map(|row| row.value).filter(|value| !value.is_empty()))
}

/// Takes in what the own group has ordered, this device's own ones among them.
pub(crate) fn take_in(
    inner: &Inner,
    tx: &Tx<'_>,
    records: &[OwnRecord],
    sequence: u64,
) -> Result<Vec<Event>> {
    let mut events = Vec::new();
    for record in records {
        // Told again, it keeps its place in the order; nobody can claim a place that is yet to come.
        let told_at = match record.sequence {
            0 => sequence,
            first => first.min(sequence),
        };
        let row = RecordRow {
            kind: record.kind,
            subject: record.subject.clone(),
            name: record.name.clone(),
            value: record.value.clone(),
            sequence: told_at,
            at: record.at,
        };
        let first_counts = row.kind == RecordKind::Claim as u8;
        if row.kind != RecordKind::Mentioned as u8 && tx.take_record(&row, first_counts)? {
            events.extend(events_of(inner, tx, &row)?);
        }
    }
    Ok(events)
}

/// What an interface is to read again after a record has changed.
pub(crate) fn events_of(inner: &Inner, tx: &Tx<'_>, row: &RecordRow) -> Result<Vec<Event>> {
    if let Ok(conversation) = ConversationId::try_from(row.subject.as_slice()) {
        return Ok(vec![Event::ConversationsChanged, Event::HeaderChanged { conversation }]);
    }
    if let Ok(message) = MessageId::try_from(row.subject.as_slice()) {
        return if row.kind == RecordKind::Hidden as u8 {
            timeline::hide(tx, message)
        } else {
            timeline::events_of(inner, tx, &[message])
        };
    }
    Ok(vec![Event::TeamChanged, Event::ConversationsChanged])
}

/// Tells a device that has come in what is known.
pub(crate) fn tell_all(inner: &Inner, tx: &Tx<'_>, own: &Own) -> Result<()> {
    tell_some(inner, tx, own, |_row| true)
}

/// Tells what this device has set before it came into the own group, and so has told nobody.
pub(crate) fn tell_untold(inner: &Inner, tx: &Tx<'_>, own: &Own) -> Result<()> {
    tell_some(inner, tx, own, |row| row.sequence == 0)
}

fn tell_some(
    inner: &Inner,
    tx: &Tx<'_>,
    own: &Own,
    is_told: impl Fn(&RecordRow) -> bool,
) -> Result<()> {
    let mut batch = Vec::new();
    let mut bytes = 0_usize;
    for row in tx.records()? {
        let is_own_alone =
            row.kind == RecordKind::Claim as u8 || row.kind == RecordKind::Mentioned as u8;
        if is_own_alone || !is_told(&row) {
            continue;
        }
        let record = OwnRecord { sequence: row.sequence, ..told(row) };
        let size = record.subject.len() + record.name.len() + record.value.len() + RECORD_OVERHEAD;
        if bytes.saturating_add(size) > RECORDS_TOLD_BYTES_MAX || batch.len() == RECORDS_MAX {
            let records = std::mem::take(&mut batch);
            private::tell(inner, tx, own, Private::Records { records })?;
            bytes = 0;
        }
        bytes = bytes.saturating_add(size);
        batch.push(record);
    }
    if !batch.is_empty() {
        private::tell(inner, tx, own, Private::Records { records: batch })?;
    }
    Ok(())
}

/// What a record takes beside its texts, at most.
const RECORD_OVERHEAD: usize = 40;

fn told(row: RecordRow) -> OwnRecord {
    let RecordRow { kind, subject, name, value, at, .. } = row;
    OwnRecord { kind, subject, name, value, sequence: 0, at }
}

/// Reads a value that is kept as JSON; one of a later version that can't be read counts as none.
pub(crate) fn read_json<T: serde::de::DeserializeOwned>(value: &str) -> Option<T> {
    serde_json::from_str(value).ok()
}

/// Writes a value as JSON.
pub(crate) fn write_json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|_never| Error::Internal("record"))
}

/// When a record that holds a time says.
pub(crate) fn time_of(value: &str) -> Option<Timestamp> {
    value.parse().ok().map(Timestamp::from_millis)
}
