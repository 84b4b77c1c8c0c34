//! Stops a transfer; an outgoing message is withdrawn with it.

use std::rc::Rc;

use tresen_types::MessageId;
use tresen_view::{Answer, Event};

use super::blob;
use crate::{client::Inner, error::Result, store::AttachmentState};

/// Stops it, whichever way it goes.
pub(crate) fn cancel_transfer(inner: &Rc<Inner>, message: MessageId) -> Result<Answer> {
    if inner.attachments.downloading.borrow().contains(&message) {
        inner.attachments.cancelled.borrow_mut().insert(message);
        return Ok(Answer::Done);
    }
    let withdrawn = inner.store.write(|tx| {
        let Some(record) = tx.attachment(message)? else { return Ok(None) };
        if !matches!(record.state, AttachmentState::Uploading | AttachmentState::Failed) {
            return Ok(None);
        }
        tx.delete_message(message)?;
        tx.delete_file(message)?;
        Ok(Some(record))
    })?;
    let Some(record) = withdrawn else { return Ok(Answer::Done) };
    if inner.attachments.progress.borrow().contains_key(&message) || record.blob.is_some() {
        inner.attachments.cancelled.borrow_mut().insert(message);
    }
    inner.attachments.progress.borrow_mut().remove(&message);
    if let Some(blob) = record.blob {
        let task_inner = Rc::clone(inner);
        inner.spawn(async move {
            // What can't be deleted now expires by itself.
            if let Err(error) = blob::delete(&task_inner, blob).await {
                tracing::debug!(%error, "a withdrawn upload stays until it expires");
            }
        });
    }
    inner.emit(Event::MessageGone { conversation: record.conversation, message });
    inner.emit(Event::ConversationsChanged);
    inner.attachments.wake.notify();
    Ok(Answer::Done)
}
