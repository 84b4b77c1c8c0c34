//! Hands an attachment over, after fetching it if it isn't here.

use std::rc::Rc;

use tresen_content::message::Attachment;
use tresen_types::{ConversationId, MessageId};
use tresen_view::Answer;

use super::{describe, download, media_type};
use crate::{
    client::Inner,
    error::{Error, Result},
    store::AttachmentState,
};

/// Answers the file, with the media type that its bytes have.
pub(crate) async fn open_attachment(inner: &Rc<Inner>, message: MessageId) -> Result<Answer> {
    let row = inner.store.read(|tx| tx.known_message(message))?;
    let (_content, attachment) = describe::content_of(inner, &row)?;
    open(inner, row.conversation, message, attachment).await
}

/// The same for a file within a message.
pub(crate) async fn open_part(inner: &Rc<Inner>, message: MessageId, part: u8) -> Result<Answer> {
    let row = inner.store.read(|tx| tx.known_message(message))?;
    let attachment = describe::part_of(inner, &row, part)?;
    open(inner, row.conversation, place_of(message, part), attachment).await
}

/// Where a file within a message is kept: beside the message, whose id it shares but for the last byte.
pub(crate) fn place_of(message: MessageId, part: u8) -> MessageId {
    let mut place = *message.as_bytes();
    if let Some(last) = place.last_mut() {
        *last = last.wrapping_add(part).wrapping_add(1);
    }
    MessageId::new(place)
}

async fn open(
    inner: &Rc<Inner>,
    conversation: ConversationId,
    place: MessageId,
    attachment: Attachment,
) -> Result<Answer> {
    let record = inner.store.read(|tx| tx.attachment(place))?;
    match record.map(|record| record.state) {
        // The bytes of an own file are here while it goes up.
        Some(AttachmentState::Here | AttachmentState::Uploading | AttachmentState::Failed) => {}
        Some(AttachmentState::Gone) | None => {
            download::download(inner, conversation, place, &attachment).await?;
        }
    }
    let head = inner.store.read(|tx| tx.file_chunk(place, 0))?.unwrap_or_default();
    let head = head.get(..media_type::HEAD_BYTES).unwrap_or(&head);
    let media_type = media_type::checked(&attachment.mime, attachment.kind, head)
        .ok_or(Error::Untrusted("a photo that is no picture"))?;
    let file = inner.attachments.files.give(place, attachment.size);
    Ok(Answer::File { file, name: attachment.name, media_type })
}
