//! The task that uploads what waits, one file at a time, oldest first.

use std::rc::Rc;

use futures::future::{Either, select};
use tresen_content::Message;
use tresen_view::{Event, TransferState};

use super::{
    blob::{self, BlobClass, Upload, UploadStep, Uploaded},
    describe, end_progress, is_cancelled, note_progress, view_of,
};
use crate::{
    client::Inner,
    command::seldom,
    connection::Phase,
    error::{Error, Result},
    limits::{UPLOAD_PAUSE_MS_MAX, UPLOAD_PAUSE_MS_MIN},
    outgoing, runtime,
    store::{AttachmentRecord, AttachmentState, MessageRecord, StoredState},
};

/// Begins to upload as soon as there is something, for as long as the client lives.
pub(crate) async fn run(inner: Rc<Inner>) {
    if let Err(error) = inner.store.write(|tx| tx.delete_orphan_files()) {
        tracing::warn!(%error, "files of interrupted copies can't be deleted");
    }
    loop {
        let seen = inner.attachments.wake.seen();
        if !matches!(inner.store.read(|tx| tx.next_upload()), Ok(Some(_))) {
            inner.attachments.wake.changed_since(seen).await;
            continue;
        }
        match seldom::upload(Rc::clone(&inner)).await {
            Ok(upload) => return upload.await,
            Err(_unreachable) => runtime::sleep(UPLOAD_PAUSE_MS_MIN).await,
        }
    }
}

/// Uploads for as long as the client lives.
#[expect(clippy::infinite_loop, reason = "the client ends it by dropping it")]
pub(crate) async fn upload(inner: Rc<Inner>) {
    let mut pause_ms = UPLOAD_PAUSE_MS_MIN;
    loop {
        let seen = inner.attachments.wake.seen();
        let next = match inner.store.read(|tx| tx.next_upload()) {
            Ok(next) => next,
            Err(error) => {
                tracing::error!(%error, "the uploads can't be read");
                None
            }
        };
        let Some(record) = next else {
            inner.attachments.wake.changed_since(seen).await;
            continue;
        };
        inner.link.until(Phase::Authenticated).await;
        match upload_one(&inner, &record).await {
            Ok(()) => pause_ms = UPLOAD_PAUSE_MS_MIN,
            // It was withdrawn meanwhile: cancelling has cleaned up.
            Err(_) if is_cancelled(&inner, record.message) => {
                inner.attachments.cancelled.borrow_mut().remove(&record.message);
                inner.attachments.progress.borrow_mut().remove(&record.message);
            }
            Err(error) if blob::is_transient(&error) => {
                let pause = runtime::sleep(pause_ms.saturating_add(runtime::jitter_ms(pause_ms)));
                let woken = inner.attachments.wake.changed_since(seen);
                match select(std::pin::pin!(pause), std::pin::pin!(woken)).await {
                    Either::Left(_) | Either::Right(_) => {}
                }
                pause_ms = pause_ms.saturating_mul(2).min(UPLOAD_PAUSE_MS_MAX);
            }
            Err(error) => {
                tracing::warn!(%error, "an upload was refused");
                fail(&inner, &record);
            }
        }
    }
}

async fn upload_one(inner: &Rc<Inner>, record: &AttachmentRecord) -> Result<()> {
    let message = record.message;
    let conversation = record.conversation;
    let row = inner.store.read(|tx| tx.known_message(message))?;
    let (_content, attachment) = describe::content_of(inner, &row)?;
    let what = Upload {
        key: &attachment.key,
        size: attachment.size,
        class: BlobClass::Media,
        begun: record.blob,
    };
    let read = |number: u64, wanted: usize| {
        if wanted == 0 {
            return Ok(Vec::new());
        }
        inner.store.read(|tx| tx.file_chunk(message, number))?.ok_or(Error::Damaged("file"))
    };
    let step = |step: UploadStep| {
        if is_cancelled(inner, message) {
            return Err(Error::NotFound("message"));
        }
        match step {
            UploadStep::Begun(blob) if record.blob != Some(blob) => inner.store.write(|tx| {
                tx.put_attachment(&AttachmentRecord { blob: Some(blob), ..record.clone() })
            }),
            UploadStep::Begun(_) => Ok(()),
            UploadStep::Sent { done_bytes, total_bytes } => {
                let transfer = TransferState::Uploading { done_bytes, total_bytes };
                note_progress(inner, conversation, message, transfer);
                Ok(())
            }
        }
    };
    let uploaded = blob::upload(inner, what, read, step).await?;
    finish(inner, &row, record, uploaded)
}

/// Gives the message its real content and id, and puts it into the outbox.
fn finish(
    inner: &Rc<Inner>,
    row: &MessageRecord,
    record: &AttachmentRecord,
    uploaded: Uploaded,
) -> Result<()> {
    let own = inner.own()?;
    let (mut content, mut attachment) = describe::content_of(inner, row)?;
    attachment.blob = uploaded.blob;
    attachment.content_hash = uploaded.content_hash;
    content.message = Message::Attachment(Box::new(attachment));
    let encoded = outgoing::encode(inner, &own, row.conversation, &content)?;
    let outbox = outgoing::outbox_record(
        row.conversation,
        &content,
        &encoded,
        Some(encoded.id),
        inner.now(),
    );
    inner.store.write(|tx| {
        tx.delete_message(row.id)?;
        let renamed = MessageRecord {
            id: encoded.id,
            content: encoded.bytes.clone(),
            nonce: outbox.nonce,
            state: Some(StoredState::Queued),
            ..row.clone()
        };
        tx.add_message(
            &renamed,
            &tresen_content::search_text(&content.message).unwrap_or_default(),
        )?;
        tx.rename_attachment(row.id, encoded.id)?;
        tx.put_attachment(&AttachmentRecord {
            message: encoded.id,
            state: AttachmentState::Here,
            blob: Some(uploaded.blob),
            ..record.clone()
        })?;
        tx.add_outbox(&outbox)
    })?;
    inner.attachments.progress.borrow_mut().remove(&row.id);
    inner.outbox_wake.notify();
    let conversation = row.conversation;
    inner.emit(Event::MessageGone { conversation, message: row.id });
    let view = view_of(inner, encoded.id)?;
    inner.emit(Event::Message { conversation, message: Box::new(view) });
    end_progress(inner, conversation, encoded.id, TransferState::Here);
    Ok(())
}

fn fail(inner: &Inner, record: &AttachmentRecord) {
    let failed = inner.store.write(|tx| {
        tx.put_attachment(&AttachmentRecord { state: AttachmentState::Failed, ..record.clone() })?;
        tx.set_message_state(record.message, StoredState::Failed)
    });
    inner.attachments.progress.borrow_mut().remove(&record.message);
    let conversation = record.conversation;
    match failed.and_then(|()| view_of(inner, record.message)) {
        Ok(view) => inner.emit(Event::Message { conversation, message: Box::new(view) }),
        Err(error) => tracing::error!(%error, "a failed upload can't be noted"),
    }
}
