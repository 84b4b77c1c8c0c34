//! Drafts, kept on this device.

use tresen_types::ConversationId;
use tresen_view::{Answer, Event};

use crate::{
    client::Inner,
    error::{Error, Result},
    limits::DRAFT_BYTES_MAX,
};

/// Keeps a draft, or drops it when the text is empty.
pub(crate) fn save(inner: &Inner, conversation: ConversationId, text: String) -> Result<Answer> {
    if text.len() > DRAFT_BYTES_MAX {
        return Err(Error::TooLarge("draft"));
    }
    let changed = inner.store.write(|tx| {
        let mut record = tx.known_conversation(conversation)?;
        let has_changed = record.draft.is_empty() != text.is_empty();
        record.draft = text;
        tx.put_conversation(&record)?;
        Ok(has_changed)
    })?;
    if changed {
        inner.emit(Event::ConversationsChanged);
    }
    Ok(Answer::Done)
}
