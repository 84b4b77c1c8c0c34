//! Takes a photo or file in: from here on it is safe on this device.

use std::rc::Rc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tresen_content::{
    Content, Message, SecretKey,
    attachment::CHUNK_BYTES,
    limits::{CAPTION_BYTES_MAX, FILE_NAME_BYTES_MAX, THUMBHASH_BYTES_MAX, WAVEFORM_BYTES_MAX},
    message::{Attachment, AttachmentKind as ContentKind},
};
use tresen_types::{BlobId, ConversationId, MessageId, Nonce, limits::ATTACHMENT_BYTES_MAX};
use tresen_view::{Answer, AttachmentKind, Event, OutgoingFile};

use super::view_of;
use crate::{
    client::Inner,
    error::{Error, Result},
    file::FileSource,
    limits::STORED_CHUNKS_PER_TRANSACTION,
    outgoing, runtime,
    store::{
        AttachmentRecord, AttachmentState, ConversationState, MessageKind, MessageRecord,
        StoredState,
    },
};

/// Copies the bytes into the store and shows the message; the upload begins by itself.
pub(crate) async fn send_file(
    inner: &Rc<Inner>,
    conversation: ConversationId,
    file: OutgoingFile,
    reply_to: Option<MessageId>,
) -> Result<Answer> {
    let source = inner.attachments.files.take(file.file)?;
    let size = source.size_bytes();
    let content = content(file, size, reply_to)?;
    let state = inner.store.read(|tx| Ok(tx.known_conversation(conversation)?.state))?;
    if !matches!(state, ConversationState::Open | ConversationState::Creating) {
        return Err(Error::Invalid("this conversation is over"));
    }
    let message = placeholder();
    if let Err(error) = copy(inner, message, &*source, size).await {
        inner.store.write(|tx| tx.delete_file(message))?;
        return Err(error);
    }
    insert(inner, conversation, message, &content)?;
    inner.attachments.wake.notify();
    let view = view_of(inner, message)?;
    inner.emit(Event::Message { conversation, message: Box::new(view.clone()) });
    inner.emit(Event::ConversationsChanged);
    Ok(Answer::Message(Box::new(view)))
}

/// An id until the real one follows from content that names the blob. Real ones begin with 1 (MIMI).
pub(super) fn placeholder() -> MessageId {
    let mut id: [u8; 32] = runtime::random();
    id[0] = 0;
    MessageId::new(id)
}

fn insert(
    inner: &Inner,
    conversation: ConversationId,
    message: MessageId,
    content: &Content,
) -> Result<()> {
    let own = inner.own()?;
    let encoded = outgoing::encode(inner, &own, conversation, content)?;
    let now = inner.now();
    inner.store.write(|tx| {
        tx.add_message(
            &MessageRecord {
                position: 0,
                id: message,
                conversation,
                kind: MessageKind::Content,
                sequence: 0,
                at: now,
                sender_account: own.account,
                sender_device: own.device,
                is_own: true,
                state: Some(StoredState::Queued),
                content: encoded.bytes,
                nonce: Nonce::new(runtime::random()),
                receipt: Vec::new(),
                is_reportable: false,
            },
            &tresen_content::search_text(&content.message).unwrap_or_default(),
        )?;
        tx.put_attachment(&AttachmentRecord {
            message,
            conversation,
            state: AttachmentState::Uploading,
            blob: None,
        })?;
        tx.change_conversation(conversation, |record| record.updated_at = now)?;
        Ok(())
    })
}

/// Puts a failed upload back to its start; `None` when the message isn't one.
pub(crate) fn retry(inner: &Inner, message: MessageId) -> Result<Option<Answer>> {
    let conversation = inner.store.write(|tx| {
        let Some(mut record) = tx.attachment(message)? else { return Ok(None) };
        if record.state != AttachmentState::Failed {
            return Ok(None);
        }
        record.state = AttachmentState::Uploading;
        tx.put_attachment(&record)?;
        tx.set_message_state(message, StoredState::Queued)?;
        Ok(Some(record.conversation))
    })?;
    let Some(conversation) = conversation else { return Ok(None) };
    inner.attachments.wake.notify();
    let view = view_of(inner, message)?;
    inner.emit(Event::Message { conversation, message: Box::new(view.clone()) });
    Ok(Some(Answer::Message(Box::new(view))))
}

fn content(file: OutgoingFile, size: u64, reply_to: Option<MessageId>) -> Result<Content> {
    let message = Message::Attachment(Box::new(attachment(file, size)?));
    Ok(Content { in_reply_to: reply_to, ..Content::new(message) })
}

/// A file that isn't uploaded yet, with a key of its own.
pub(super) fn attachment(file: OutgoingFile, size: u64) -> Result<Attachment> {
    if size > ATTACHMENT_BYTES_MAX {
        return Err(Error::TooLarge("file"));
    }
    if file.caption.len() > CAPTION_BYTES_MAX {
        return Err(Error::TooLarge("caption"));
    }
    if file.name.is_empty() || file.media_type.is_empty() {
        return Err(Error::Invalid("a file without a name or type"));
    }
    if file.name.len() > FILE_NAME_BYTES_MAX {
        return Err(Error::TooLarge("file name"));
    }
    let thumbhash = match &file.thumbhash {
        Some(text) => STANDARD.decode(text).map_err(|_base64| Error::Invalid("thumbhash"))?,
        None => Vec::new(),
    };
    if thumbhash.len() > THUMBHASH_BYTES_MAX {
        return Err(Error::TooLarge("thumbhash"));
    }
    let voice = file.voice.filter(|_voice| file.kind == AttachmentKind::Voice);
    if voice.as_ref().is_some_and(|voice| voice.waveform.len() > WAVEFORM_BYTES_MAX) {
        return Err(Error::TooLarge("waveform"));
    }
    Ok(Attachment {
        kind: match file.kind {
            AttachmentKind::Photo => ContentKind::Photo,
            AttachmentKind::Sticker => ContentKind::Sticker,
            AttachmentKind::Voice => ContentKind::Voice,
            AttachmentKind::File => ContentKind::File,
        },
        name: file.name,
        mime: file.media_type,
        size,
        blob: BlobId::new([0; BlobId::LENGTH]),
        key: SecretKey::new(runtime::random()),
        content_hash: [0; 32],
        dimensions: file.dimensions,
        duration_ms: voice.as_ref().map(|voice| voice.duration_ms),
        thumbhash,
        waveform: voice.map(|voice| voice.waveform).unwrap_or_default(),
        caption: file.caption,
    })
}

/// Copies the source into the store, some chunks a transaction.
pub(super) async fn copy(
    inner: &Inner,
    message: MessageId,
    source: &dyn FileSource,
    size: u64,
) -> Result<()> {
    let chunk_bytes = u64::try_from(CHUNK_BYTES).map_err(|_never| Error::Internal("chunk"))?;
    let step = chunk_bytes.saturating_mul(STORED_CHUNKS_PER_TRANSACTION);
    let (mut offset, mut number) = (0_u64, 0_u64);
    while offset < size {
        let length = step.min(size.saturating_sub(offset));
        let wanted = usize::try_from(length).map_err(|_huge| Error::TooLarge("file"))?;
        let bytes = source.read(offset, wanted).await?;
        if bytes.len() != wanted {
            return Err(Error::File);
        }
        inner.store.write(|tx| {
            for chunk in bytes.chunks(CHUNK_BYTES) {
                tx.put_file_chunk(message, number, chunk)?;
                number = number.saturating_add(1);
            }
            Ok(())
        })?;
        offset = offset.saturating_add(length);
    }
    Ok(())
}
