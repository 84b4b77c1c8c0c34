//! Labels: what they are called, and which conversations have them. Each label on each conversation is a
//! record of its own, so that two who set different ones never take away each other's.

use tresen_content::limits::LABEL_BYTES_MAX;
use tresen_types::ConversationId;
use tresen_view::{Event, LabelView};

use super::shared::new_id;
use crate::{
    client::Inner,
    error::{Error, Result},
    limits::LABELS_MAX,
    records::{self, Put, RecordKind, YES},
};

/// The colours that an interface has.
const COLOURS: u8 = 8;

/// Puts a label on a conversation, or takes it off.
pub(super) fn set(
    inner: &Inner,
    conversation: ConversationId,
    label: &str,
    is_set: bool,
) -> Result<Vec<Event>> {
    let own = inner.own()?;
    inner.store.write(|tx| {
        tx.known_conversation(conversation)?;
        if records::get(tx, RecordKind::LabelOf, &[], label)?.is_none() {
            return Err(Error::NotFound("label"));
        }
        let value = if is_set { YES } else { "" };
        let subject = conversation.as_bytes();
        records::put(
            inner,
            tx,
            &own,
            Put { kind: RecordKind::Label, subject, name: label, value },
        )?;
        Ok(vec![Event::ConversationsChanged, Event::HeaderChanged { conversation }])
    })
}

/// Makes or changes a label.
pub(super) fn put(inner: &Inner, draft: &LabelView) -> Result<Vec<Event>> {
    let name = draft.name.trim().to_owned();
    if name.is_empty() || draft.colour >= COLOURS || draft.label.len() > LABEL_BYTES_MAX {
        return Err(Error::Invalid("label"));
    }
    if name.len() > LABEL_BYTES_MAX {
        return Err(Error::TooLarge("label"));
    }
    let own = inner.own()?;
    inner.store.write(|tx| {
        if draft.label.is_empty() && tx.records_of(RecordKind::LabelOf as u8)?.len() >= LABELS_MAX {
            return Err(Error::TooLarge("labels"));
        }
        let id = if draft.label.is_empty() { new_id() } else { draft.label.clone() };
        let value = records::write_json(&(name, draft.colour))?;
        let put = Put { kind: RecordKind::LabelOf, subject: &[], name: &id, value: &value };
        records::put(inner, tx, &own, put)?;
        Ok(vec![Event::TeamChanged, Event::ConversationsChanged])
    })
}

/// Takes a label away: where it is on a conversation it isn't shown any more.
pub(super) fn remove(inner: &Inner, label: &str) -> Result<Vec<Event>> {
    let own = inner.own()?;
    inner.store.write(|tx| {
        let put = Put { kind: RecordKind::LabelOf, subject: &[], name: label, value: "" };
        records::put(inner, tx, &own, put)?;
        Ok(vec![Event::TeamChanged, Event::ConversationsChanged])
    })
}
