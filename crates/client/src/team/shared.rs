//! What the team has in common beside labels: customer cards, reminders, quick replies, filters, rules.

use tresen_content::limits::LABEL_BYTES_MAX;
use tresen_types::{ConversationId, Timestamp};
use tresen_view::{
    CardField, Event, QuickReplyView, ReminderView, SavedFilter, TeamRules, TeamView,
};

use super::marks::Labels;
use crate::{
    client::Inner,
    error::{Error, Result},
    limits::{ANSWER_BYTES_MAX, CARD_FIELDS_MAX, FILTERS_MAX, NOTE_BYTES_MAX, REPLIES_MAX},
    records::{self, Put, RecordKind},
    runtime,
    store::{ConversationKind, Tx},
};

/// Everything in common.
pub(super) fn view(tx: &Tx<'_>) -> Result<TeamView> {
    let mut replies: Vec<QuickReplyView> = Vec::new();
    for row in tx.records_of(RecordKind::Reply as u8)? {
        if let Some((shortcut, text)) = records::read_json(&row.value) {
            replies.push(QuickReplyView { reply: row.name, shortcut, text });
        }
    }
    replies.sort_by(|one, other| one.shortcut.cmp(&other.shortcut));
    let mut filters: Vec<SavedFilter> = Vec::new();
    for row in tx.records_of(RecordKind::Filter as u8)? {
        if let Some((name, shown, label)) = records::read_json(&row.value) {
            filters.push(SavedFilter { filter: row.name, name, shown, label });
        }
    }
    filters.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(TeamView { labels: Labels::read(tx)?.into_views(), replies, filters, rules: rules(tx)? })
}

/// The rules.
pub(super) fn rules(tx: &Tx<'_>) -> Result<TeamRules> {
    let value = records::get(tx, RecordKind::Rules, &[], "")?;
    Ok(value.and_then(|value| records::read_json(&value)).unwrap_or_default())
}

/// Sets the rules.
pub(super) fn set_rules(inner: &Inner, rules: &TeamRules) -> Result<Vec<Event>> {
    if rules.greeting.len() > ANSWER_BYTES_MAX || rules.away.len() > ANSWER_BYTES_MAX {
        return Err(Error::TooLarge("answer"));
    }
    let is_empty = |is_on: bool, text: &str| is_on && text.trim().is_empty();
    if is_empty(rules.greets, &rules.greeting) || is_empty(rules.is_away, &rules.away) {
        return Err(Error::Invalid("an empty answer"));
    }
    let value = records::write_json(rules)?;
    put(inner, Put { kind: RecordKind::Rules, subject: &[], name: "", value: &value })
}

/// The fields of a customer card.
pub(super) fn card(tx: &Tx<'_>, conversation: ConversationId) -> Result<Vec<CardField>> {
    tx.known_conversation(conversation)?;
    let rows = tx.records_about(conversation.as_bytes())?;
    Ok(rows
        .into_iter()
        .filter(|row| row.kind == RecordKind::Field as u8)
        .map(|row| CardField { name: row.name, value: row.value })
        .collect())
}

/// Sets a field of a customer card.
pub(super) fn set_field(
    inner: &Inner,
    conversation: ConversationId,
    field: &CardField,
) -> Result<Vec<Event>> {
    let (name, value) = (field.name.trim(), field.value.trim());
    if name.is_empty() {
        return Err(Error::Invalid("a field without a name"));
    }
    if name.len() > LABEL_BYTES_MAX || value.len() > NOTE_BYTES_MAX {
        return Err(Error::TooLarge("field"));
    }
    let is_new = |known: &CardField| known.name != name;
    let known = inner.store.read(|tx| card(tx, conversation))?;
    if known.len() >= CARD_FIELDS_MAX && known.iter().all(is_new) {
        return Err(Error::TooLarge("fields"));
    }
    about(inner, conversation, RecordKind::Field, name, value)
}

/// Lets a conversation rest.
pub(super) fn snooze(
    inner: &Inner,
    conversation: ConversationId,
    until: Option<Timestamp>,
) -> Result<Vec<Event>> {
    let value = until.map(|until| until.as_millis().to_string()).unwrap_or_default();
    about(inner, conversation, RecordKind::Snooze, "", &value)
}

/// Sets or takes away a reminder.
pub(super) fn remind(
    inner: &Inner,
    conversation: ConversationId,
    reminder: Option<&ReminderView>,
) -> Result<Vec<Event>> {
    if reminder.is_some_and(|reminder| reminder.text.len() > NOTE_BYTES_MAX) {
        return Err(Error::TooLarge("reminder"));
    }
    let value = reminder.map(records::write_json).transpose()?.unwrap_or_default();
    about(inner, conversation, RecordKind::Reminder, "", &value)
}

/// Makes or changes a quick reply.
pub(super) fn put_reply(inner: &Inner, reply: QuickReplyView) -> Result<Vec<Event>> {
    let shortcut = reply.shortcut.trim().trim_start_matches('/').to_lowercase();
    let is_word = !shortcut.is_empty() && !shortcut.chars().any(char::is_whitespace);
    if !is_word || reply.text.trim().is_empty() || reply.reply.len() > LABEL_BYTES_MAX {
        return Err(Error::Invalid("quick reply"));
    }
    if shortcut.len() > LABEL_BYTES_MAX || reply.text.len() > NOTE_BYTES_MAX {
        return Err(Error::TooLarge("quick reply"));
    }
    let known = inner.store.read(view)?.replies;
    if known.iter().any(|other| other.shortcut == shortcut && other.reply != reply.reply) {
        return Err(Error::Invalid("a shortcut that is taken"));
    }
    if reply.reply.is_empty() && known.len() >= REPLIES_MAX {
        return Err(Error::TooLarge("quick replies"));
    }
    let id = if reply.reply.is_empty() { new_id() } else { reply.reply };
    let value = records::write_json(&(shortcut, reply.text))?;
    put(inner, Put { kind: RecordKind::Reply, subject: &[], name: &id, value: &value })
}

/// Takes a quick reply away.
pub(super) fn remove_reply(inner: &Inner, reply: &str) -> Result<Vec<Event>> {
    put(inner, Put { kind: RecordKind::Reply, subject: &[], name: reply, value: "" })
}

/// Saves or changes a filter.
pub(super) fn put_filter(inner: &Inner, filter: SavedFilter) -> Result<Vec<Event>> {
    let name = filter.name.trim().to_owned();
    let longest =
        [&name, &filter.shown, &filter.label, &filter.filter].into_iter().map(String::len).max();
    if name.is_empty() || filter.shown.is_empty() {
        return Err(Error::Invalid("filter"));
    }
    if longest > Some(LABEL_BYTES_MAX) {
        return Err(Error::TooLarge("filter"));
    }
    let known = inner.store.read(|tx| tx.records_of(RecordKind::Filter as u8))?;
    if filter.filter.is_empty() && known.len() >= FILTERS_MAX {
        return Err(Error::TooLarge("filters"));
    }
    let id = if filter.filter.is_empty() { new_id() } else { filter.filter };
    let value = records::write_json(&(name, filter.shown, filter.label))?;
    put(inner, Put { kind: RecordKind::Filter, subject: &[], name: &id, value: &value })
}

/// Takes a saved filter away.
pub(super) fn remove_filter(inner: &Inner, filter: &str) -> Result<Vec<Event>> {
    put(inner, Put { kind: RecordKind::Filter, subject: &[], name: filter, value: "" })
}

/// The id of something new.
pub(super) fn new_id() -> String {
    let bytes: [u8; 8] = runtime::random();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn put(inner: &Inner, put: Put<'_>) -> Result<Vec<Event>> {
    let own = inner.own()?;
    inner.store.write(|tx| {
        records::put(inner, tx, &own, put)?;
        Ok(vec![Event::TeamChanged])
    })
}

fn about(
    inner: &Inner,
    conversation: ConversationId,
    kind: RecordKind,
    name: &str,
    value: &str,
) -> Result<Vec<Event>> {
    let own = inner.own()?;
    inner.store.write(|tx| {
        if tx.known_conversation(conversation)?.kind != ConversationKind::Business {
            return Err(Error::NotFound("conversation"));
        }
        let subject = conversation.as_bytes();
        records::put(inner, tx, &own, Put { kind, subject, name, value })?;
        Ok(vec![Event::ConversationsChanged, Event::HeaderChanged { conversation }])
    })
}
