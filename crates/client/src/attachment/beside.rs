//! A file that belongs to a message of another kind, as the header of a template: uploaded first, and
//! kept beside the message when that is queued.

use std::rc::Rc;

use tresen_content::message::Attachment;
use tresen_types::{ConversationId, MessageId};
use tresen_view::OutgoingFile;

use super::{
    blob::{self, BlobClass, Upload},
    send,
};
use crate::{
    client::Inner,
    connection::Phase,
    error::{Error, Result},
    store::{AttachmentRecord, AttachmentState},
};

/// A file on the server whose bytes lie under a name of their own until [`keep`] or [`drop_file`].
pub(crate) struct Beside {
    place: MessageId,
    pub(crate) attachment: Attachment,
}

/// Copies a file and uploads it.
pub(crate) async fn upload(inner: &Rc<Inner>, file: OutgoingFile) -> Result<Beside> {
    let source = inner.attachments.files.take(file.file)?;
    let size = source.size_bytes();
    let mut attachment = send::attachment(file, size)?;
    attachment.caption.clear();
    let place = send::placeholder();
    let sent = async {
        send::copy(inner, place, &*source, size).await?;
        inner.link.reach(Phase::Authenticated).await?;
        let what = Upload { key: &attachment.key, size, class: BlobClass::Media, begun: None };
        let read = |number: u64, wanted: usize| {
            if wanted == 0 {
                return Ok(Vec::new());
            }
            inner.store.read(|tx| tx.file_chunk(place, number))?.ok_or(Error::Damaged("file"))
        };
        blob::upload(inner, what, read, |_step| Ok(())).await
    };
    match sent.await {
        Ok(uploaded) => {
            attachment.blob = uploaded.blob;
            attachment.content_hash = uploaded.content_hash;
            Ok(Beside { place, attachment })
        }
        Err(error) => {
            inner.store.write(|tx| tx.delete_file(place))?;
            Err(error)
        }
    }
}

/// The message is queued: its file is kept under its id.
pub(crate) fn keep(
    inner: &Inner,
    beside: &Beside,
    conversation: ConversationId,
    message: MessageId,
) -> Result<()> {
    inner.store.write(|tx| {
        if tx.attachment(message)?.is_some() {
            // A repeated call: the file of the first one is there.
            return tx.delete_file(beside.place);
        }
        tx.rename_attachment(beside.place, message)?;
        tx.put_attachment(&AttachmentRecord {
            message,
            conversation,
            state: AttachmentState::Here,
            blob: Some(beside.attachment.blob),
        })
    })
}

/// The message isn't sent: its file is forgotten here, and at the server after its time.
pub(crate) fn drop_file(inner: &Inner, beside: &Beside) -> Result<()> {
    inner.store.write(|tx| tx.delete_file(beside.place))
}
