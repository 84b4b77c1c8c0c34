//! Hands an attachment over, after fetching it if it isn't here.

use std::rc::Rc;

use tresen_types::MessageId;
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
    let record = inner.store.read(|tx| tx.attachment(message))?;
    match record.map(|record| record.state) {
        // The bytes of an own file are here while it goes up.
        Some(AttachmentState::Here | AttachmentState::Uploading | AttachmentState::Failed) => {}
        Some(AttachmentState::Gone) | None => {
            download::download(inner, row.conversation, message, &attachment).await?;
        }
    }
    let head = inner.store.read(|tx| tx.file_chunk(message, 0))?.unwrap_or_default();
    let head = head.get(..media_type::HEAD_BYTES).unwrap_or(&head);
    let media_type = media_type::checked(&attachment.mime, attachment.kind, head)
        .ok_or(Error::Untrusted("a photo that is no picture"))?;
    let file = inner.attachments.files.give(message, attachment.size);
    Ok(Answer::File { file, name: attachment.name, media_type })
}
