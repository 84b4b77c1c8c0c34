//! What the own devices say about a conversation, read with one look at its records.

use std::collections::BTreeMap;

use tresen_types::{ConversationId, Timestamp};
use tresen_view::{LabelView, RowMarks};

use super::note;
use crate::{
    error::Result,
    records::{self, RecordKind},
    store::{RecordRow, Tx},
};

/// The labels, by id.
pub(crate) struct Labels(BTreeMap<String, LabelView>);

impl Labels {
    /// Reads them all.
    pub(crate) fn read(tx: &Tx<'_>) -> Result<Self> {
        let rows = tx.records_of(RecordKind::LabelOf as u8)?;
        let labels = rows.into_iter().filter_map(|row| {
            let (name, colour) = records::read_json(&row.value)?;
            Some((row.name.clone(), LabelView { label: row.name, name, colour }))
        });
        Ok(Self(labels.collect()))
    }

    /// All of them, by name.
    pub(crate) fn into_views(self) -> Vec<LabelView> {
        let mut views: Vec<_> = self.0.into_values().collect();
        views.sort_by(|one, other| one.name.cmp(&other.name));
        views
    }
}

/// Whether a conversation has one of these labels; every one has one of none.
pub(crate) fn has_label(
    tx: &Tx<'_>,
    conversation: ConversationId,
    wanted: &[String],
) -> Result<bool> {
    if wanted.is_empty() {
        return Ok(true);
    }
    let about = tx.records_about(conversation.as_bytes())?;
    Ok(about.iter().any(|row| row.kind == RecordKind::Label as u8 && wanted.contains(&row.name)))
}

/// The marks of a conversation.
pub(crate) fn marks_of(
    tx: &Tx<'_>,
    labels: &Labels,
    conversation: ConversationId,
    now: Timestamp,
) -> Result<RowMarks> {
    let mut marks = RowMarks::default();
    for row in tx.records_about(conversation.as_bytes())? {
        let is = |kind: RecordKind| row.kind == kind as u8;
        if is(RecordKind::Label) {
            marks.labels.extend(labels.0.get(&row.name).cloned());
        } else if is(RecordKind::Snooze) {
            marks.snoozed_until = snoozed_until(tx, conversation, &row, now)?;
        } else if is(RecordKind::Reminder) {
            marks.reminder = records::read_json(&row.value);
        } else if is(RecordKind::Mentioned) {
            marks.is_mentioned = true;
        } else if is(RecordKind::Archived) {
            marks.is_archived = true;
        } else if is(RecordKind::Muted) {
            marks.is_muted = true;
        }
    }
    marks.labels.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(marks)
}

/// What the customer wrote since wakes a conversation.
fn snoozed_until(
    tx: &Tx<'_>,
    conversation: ConversationId,
    row: &RecordRow,
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    let Some(until) = records::time_of(&row.value).filter(|until| *until > now) else {
        return Ok(None);
    };
    let is_asleep = tx.last_heard_at(conversation)?.is_none_or(|heard| heard <= row.at);
    Ok(is_asleep.then_some(until))
}

/// What was for this device's person was seen.
pub(crate) fn seen_mention(tx: &Tx<'_>, conversation: ConversationId, at: Timestamp) -> Result<()> {
    let kind = RecordKind::Mentioned;
    if records::get(tx, kind, conversation.as_bytes(), "")?.is_some() {
        tx.set_record(&note::mention(conversation, "", at))?;
    }
    Ok(())
}
