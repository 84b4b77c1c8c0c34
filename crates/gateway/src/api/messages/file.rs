//! A file on its way into a conversation.

use std::rc::Rc;

use tresen_client::{FileBytes, FilePath, FileSource};
use tresen_view::{AttachmentKind, OutgoingFile};

use super::voice;
use crate::{
    api_error::ApiError,
    error::Error,
    gateway::Gateway,
    media::{
        fetch::fetch,
        kind::{ending, kind_of, short_name},
        upload,
    },
    request::{MediaKind, MediaSource},
};

/// Offers the bytes to the SDK and describes them.
pub(super) async fn offer(
    gateway: &Gateway,
    kind: MediaKind,
    source: &MediaSource,
    filename: Option<&str>,
    is_voice: bool,
) -> Result<OutgoingFile, ApiError> {
    let (bytes, media_type, name): (Rc<dyn FileSource>, String, Option<String>) = match source {
        MediaSource::Id(id) => {
            let record = gateway.store.read(|tx| tx.media(id))?;
            let record = record
                .filter(|record| record.message.is_none())
                .filter(|record| kind_of(&record.media_type) == Some(kind))
                .ok_or_else(|| {
                    ApiError::parameter(format!(
                        "Param {}['id'] is not a valid whatsapp business account media attachment \
                         ID",
                        kind.name()
                    ))
                })?;
            let file = FilePath::open(upload::path_of(gateway, id)).await.map_err(Error::from)?;
            (Rc::new(file), record.media_type, Some(record.name).filter(|name| !name.is_empty()))
        }
        MediaSource::Link(link) => {
            let fetched = fetch(gateway, kind, link).await?;
            (Rc::new(FileBytes(fetched.bytes)), fetched.media_type, fetched.name)
        }
    };
    let name = filename.map(ToOwned::to_owned).or(name);
    let name = name.unwrap_or_else(|| format!("{}.{}", kind.name(), ending(&media_type)));
    let voice = match is_voice {
        true => voice::heard(&*bytes, &media_type).await?,
        false => None,
    };
    Ok(OutgoingFile {
        size_bytes: bytes.size_bytes(),
        file: gateway.client.offer_file(bytes),
        kind: match kind {
            MediaKind::Image => AttachmentKind::Photo,
            MediaKind::Sticker => AttachmentKind::Sticker,
            MediaKind::Audio if voice.is_some() => AttachmentKind::Voice,
            MediaKind::Video | MediaKind::Audio | MediaKind::Document => AttachmentKind::File,
        },
        name: short_name(&name),
        media_type,
        dimensions: None,
        thumbhash: None,
        voice,
        caption: String::new(),
    })
}
