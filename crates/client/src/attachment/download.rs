//! Fetches an attachment into the store.

use std::rc::Rc;

use tresen_content::message::Attachment;
use tresen_proto::ErrorCode;
use tresen_types::{ConversationId, MessageId};
use tresen_view::TransferState;

use super::{blob, end_progress, is_cancelled, note_progress};
use crate::{
    client::Inner,
    connection::Phase,
    error::{Error, Result},
    store::{AttachmentRecord, AttachmentState},
};

/// Downloads once, however many ask for it at the same time.
pub(super) async fn download(
    inner: &Rc<Inner>,
    conversation: ConversationId,
    message: MessageId,
    attachment: &Attachment,
) -> Result<()> {
    let state = &inner.attachments;
    if !state.downloading.borrow_mut().insert(message) {
        let ended = || (!state.downloading.borrow().contains(&message)).then_some(());
        state.download_ended.until(ended).await;
        let is_here = inner.store.read(|tx| tx.attachment(message))?;
        let is_here = is_here.is_some_and(|record| record.state == AttachmentState::Here);
        return if is_here { Ok(()) } else { Err(Error::Offline) };
    }
    // Also when the one who asked stops waiting.
    let _ended = Ended { inner: Rc::clone(inner), message };
    let fetched = match inner.link.reach(Phase::Authenticated).await {
        Ok(()) => fetch(inner, conversation, message, attachment).await,
        Err(error) => Err(error),
    };
    let end = match &fetched {
        Ok(()) => AttachmentState::Here,
        Err(error) if error.is_refused_with(ErrorCode::NotFound) => AttachmentState::Gone,
        Err(_) => {
            inner.store.write(|tx| tx.delete_file(message))?;
            end_progress(inner, conversation, message, TransferState::Remote);
            return fetched;
        }
    };
    inner.store.write(|tx| {
        if end == AttachmentState::Gone {
            tx.delete_file(message)?;
        }
        let blob = Some(attachment.blob);
        tx.put_attachment(&AttachmentRecord { message, conversation, state: end, blob })
    })?;
    let transfer = if fetched.is_ok() { TransferState::Here } else { TransferState::Gone };
    end_progress(inner, conversation, message, transfer);
    fetched
}

async fn fetch(
    inner: &Inner,
    conversation: ConversationId,
    message: MessageId,
    attachment: &Attachment,
) -> Result<()> {
    inner.store.write(|tx| tx.delete_file(message))?;
    let total_bytes = attachment.size;
    let mut done_bytes = 0_u64;
    let downloading = |done_bytes| TransferState::Downloading { done_bytes, total_bytes };
    note_progress(inner, conversation, message, downloading(0));
    let write = |first: u64, chunks: Vec<Vec<u8>>| {
        if is_cancelled(inner, message) {
            return Err(Error::Invalid("the download was stopped"));
        }
        inner.store.write(|tx| {
            let mut number = first;
            for chunk in &chunks {
                tx.put_file_chunk(message, number, chunk)?;
                number = number.saturating_add(1);
                let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
                done_bytes = done_bytes.saturating_add(length);
            }
            Ok(())
        })?;
        note_progress(inner, conversation, message, downloading(done_bytes));
        Ok(())
    };
    let Attachment { blob, key, size, content_hash, .. } = attachment;
    blob::download(inner, *blob, key, *size, content_hash, write).await
}

/// Notes the end of a download when it is dropped.
struct Ended {
    inner: Rc<Inner>,
    message: MessageId,
}

impl Drop for Ended {
    fn drop(&mut self) {
        let state = &self.inner.attachments;
        state.downloading.borrow_mut().remove(&self.message);
        state.progress.borrow_mut().remove(&self.message);
        state.download_ended.notify();
    }
}
