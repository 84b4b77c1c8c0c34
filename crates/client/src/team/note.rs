//! Notes that colleagues alone see. A note is a line of the conversation on the business's own devices;
//! it travels in the own group, where no customer is, and never in the conversation's.

use tresen_content::{format::plain_text, limits::MENTIONS_MAX, message::Private};
use tresen_types::{ConversationId, DeviceId, Timestamp};
use tresen_view::{Event, SystemLine};

use crate::{
    account::Own,
    client::Inner,
    error::{Error, Result},
    limits::NOTE_BYTES_MAX,
    lines::{self, Place},
    private,
    records::{RecordKind, YES},
    runtime,
    store::{ConversationKind, RecordRow, Tx},
    timeline,
};

/// Writes a note.
pub(super) fn add(
    inner: &Inner,
    conversation: ConversationId,
    text: &str,
    mut mentions: Vec<DeviceId>,
) -> Result<Vec<Event>> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::Invalid("an empty note"));
    }
    if text.len() > NOTE_BYTES_MAX || mentions.len() > MENTIONS_MAX {
        return Err(Error::TooLarge("note"));
    }
    mentions.sort_unstable();
    mentions.dedup();
    let own = inner.own()?;
    let at = inner.now();
    inner.store.write(|tx| {
        if tx.known_conversation(conversation)?.kind != ConversationKind::Business {
            return Err(Error::NotFound("conversation"));
        }
        let note: [u8; 16] = runtime::random();
        let (text, mentions) = (text.to_owned(), mentions.clone());
        let operation = Private::Note { conversation, note, text, mentions, at };
        let events = take_in(inner, tx, &own, own.device, &operation)?;
        private::tell(inner, tx, &own, operation)?;
        Ok(events)
    })
}

/// Takes in a note; one that is there already stays as it is.
pub(crate) fn take_in(
    inner: &Inner,
    tx: &Tx<'_>,
    own: &Own,
    from: DeviceId,
    operation: &Private,
) -> Result<Vec<Event>> {
    let Private::Note { conversation, note, text, mentions, at } = operation else {
        return Ok(Vec::new());
    };
    if tx.conversation(*conversation)?.is_none() {
        return Ok(Vec::new());
    }
    let place = Place {
        conversation: *conversation,
        at: *at,
        cause: 0,
        account: own.account,
        device: from,
    };
    let line = SystemLine::Note { note: hex(note), text: text.clone(), mentions: mentions.clone() };
    let Some(added) = lines::add_found(tx, place, &line, &plain_text(text))? else {
        return Ok(Vec::new());
    };
    if from != own.device && mentions.contains(&own.device) {
        tx.set_record(&mention(*conversation, YES, *at))?;
    }
    let mut events = timeline::events_of(inner, tx, &[added])?;
    events.push(Event::ConversationsChanged);
    Ok(events)
}

/// The record that says whether a note for this device's person wasn't seen.
pub(super) fn mention(conversation: ConversationId, value: &str, at: Timestamp) -> RecordRow {
    RecordRow {
        kind: RecordKind::Mentioned as u8,
        subject: conversation.as_bytes().to_vec(),
        name: String::new(),
        value: value.to_owned(),
        sequence: 0,
        at,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The search text of a note that comes from the archive.
pub(crate) fn search_text(line: &SystemLine) -> String {
    match line {
        SystemLine::Note { text, .. } => plain_text(text),
        _other => String::new(),
    }
}
