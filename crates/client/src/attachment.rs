//! Photos and files (PROTOCOL 7): sealed in chunks, kept on this device, carried by the blob store.
//!
//! ```text
//! send    offer_file → SendFile: the bytes are copied into the store, the message waits
//!         upload task: encrypt, upload in parts, and only then the message goes into the outbox
//! open    OpenAttachment: download in parts, every chunk verified, kept in the store
//! ```
//!
//! Because the copy stays the same, an upload that broke off is encrypted again to the same bytes
//! and goes on where the server has it, also after a restart.

pub(crate) mod beside;
pub(crate) mod blob;
mod cancel;
mod describe;
mod download;
mod file;
mod media_type;
mod open;
mod send;
mod upload;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

pub(crate) use cancel::cancel_transfer;
pub(crate) use file::Files;
pub(crate) use open::{open_attachment, open_part, place_of};
pub(crate) use send::{retry, send_file};
use tresen_types::{ConversationId, MessageId};
use tresen_view::{Event, MessageView, TransferState};
pub(crate) use upload::{run, upload};

use crate::{
    client::Inner,
    error::Result,
    limits::TRANSFER_EVENT_INTERVAL_MS,
    store::{AttachmentState, Tx},
    timeline,
    wake::Wake,
};

/// What the attachments keep in memory.
#[derive(Default)]
pub(crate) struct Attachments {
    pub(crate) files: Files,
    /// There is something to upload, or to stop.
    wake: Wake,
    progress: RefCell<BTreeMap<MessageId, Progress>>,
    cancelled: RefCell<BTreeSet<MessageId>>,
    downloading: RefCell<BTreeSet<MessageId>>,
    download_ended: Wake,
}

#[derive(Clone, Copy, Debug)]
struct Progress {
    transfer: TransferState,
    told_at_ms: i64,
}

/// Where the bytes of an attachment are; `size` is that of the plain file.
pub(crate) fn transfer_state(
    inner: &Inner,
    tx: &Tx<'_>,
    message: MessageId,
    size: u64,
) -> Result<TransferState> {
    if let Some(progress) = inner.attachments.progress.borrow().get(&message) {
        return Ok(progress.transfer);
    }
    Ok(match tx.attachment(message)?.map(|attachment| attachment.state) {
        None => TransferState::Remote,
        Some(AttachmentState::Uploading | AttachmentState::Failed) => {
            TransferState::Uploading { done_bytes: 0, total_bytes: size }
        }
        Some(AttachmentState::Here) => TransferState::Here,
        Some(AttachmentState::Gone) => TransferState::Gone,
    })
}

/// Notes how far a transfer is, and tells it now and then.
fn note_progress(
    inner: &Inner,
    conversation: ConversationId,
    message: MessageId,
    transfer: TransferState,
) {
    let now_ms = inner.local_now_ms();
    let mut progress = inner.attachments.progress.borrow_mut();
    let told_at_ms = progress.get(&message).map_or(0, |progress| progress.told_at_ms);
    let is_due = now_ms.saturating_sub(told_at_ms) >= TRANSFER_EVENT_INTERVAL_MS;
    let told_at_ms = if is_due { now_ms } else { told_at_ms };
    progress.insert(message, Progress { transfer, told_at_ms });
    drop(progress);
    if is_due {
        inner.emit(Event::Transfer { conversation, message, transfer });
    }
}

/// Forgets the progress of a transfer that ended, and tells how it ended.
fn end_progress(
    inner: &Inner,
    conversation: ConversationId,
    message: MessageId,
    transfer: TransferState,
) {
    inner.attachments.progress.borrow_mut().remove(&message);
    inner.attachments.cancelled.borrow_mut().remove(&message);
    inner.emit(Event::Transfer { conversation, message, transfer });
}

/// Whether somebody has stopped this transfer.
fn is_cancelled(inner: &Inner, message: MessageId) -> bool {
    inner.attachments.cancelled.borrow().contains(&message)
}

fn view_of(inner: &Inner, message: MessageId) -> Result<MessageView> {
    inner.store.read(|tx| {
        let record = tx.known_message(message)?;
        timeline::view_of(inner, tx, &record)
    })
}
