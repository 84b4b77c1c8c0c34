//! Takes an upload in, piece by piece, with limits of size, time and number.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use multer::{Constraints, Field, Multipart, SizeLimit};
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;

use super::kind::{bytes_max, kind_of, plain, short_name};
use crate::{
    api_error::ApiError,
    error::{Error, Result},
    gateway::Gateway,
    ids,
    limits::{
        UPLOAD_BYTES_MAX, UPLOAD_FIELD_BYTES_MAX, UPLOAD_KEPT_MS, UPLOAD_MS_MAX, UPLOAD_PARTS_MAX,
        UPLOAD_PIECE_MS_MAX, UPLOAD_SESSION_MS, UPLOADS_MAX,
    },
    store::MediaRecord,
};

/// The folder of uploads in the gateway's folder.
const FOLDER: &str = "media";

/// Where an upload lies.
pub(crate) fn path_of(gateway: &Gateway, id: &str) -> PathBuf {
    gateway.config.folder.join(FOLDER).join(id)
}

/// Takes an upload in; gives its id.
pub(crate) async fn take(
    gateway: &Gateway,
    content_type: &str,
    body: Incoming,
    is_whatsapp: bool,
) -> Result<String, ApiError> {
    let boundary = multer::parse_boundary(content_type)
        .map_err(|_other| ApiError::parameter("The request must be multipart/form-data."))?;
    forget_old(gateway).await?;
    if gateway.store.read(|tx| tx.upload_count())? >= UPLOADS_MAX {
        return Err(ApiError::with(131_053, "too many uploads are kept; delete some"));
    }
    let id = ids::media_id()?;
    let path = path_of(gateway, &id);
    if let Some(folder) = path.parent() {
        tokio::fs::create_dir_all(folder).await.map_err(not_kept)?;
    }
    let taking = Box::pin(read_parts(boundary, body, &path, is_whatsapp));
    let taken = tokio::time::timeout(Duration::from_millis(UPLOAD_MS_MAX), taking).await;
    let kept = taken.unwrap_or_else(|_elapsed| Err(broken())).and_then(|file| {
        let record = MediaRecord {
            id: id.clone(),
            message: None,
            media_type: file.media_type,
            sha256: file.sha256,
            size: file.size,
            name: file.name,
            at: gateway.now(),
        };
        Ok(gateway.store.write(|tx| tx.put_media(&record))?)
    });
    if kept.is_err() {
        remove(&path).await;
    }
    kept.map(|()| id)
}

struct Taken {
    media_type: String,
    sha256: [u8; 32],
    size: u64,
    name: String,
}

async fn read_parts(
    boundary: String,
    body: Incoming,
    path: &Path,
    mut is_whatsapp: bool,
) -> Result<Taken, ApiError> {
    let limit = SizeLimit::new().whole_stream(UPLOAD_BYTES_MAX);
    let constraints = Constraints::new().size_limit(limit);
    let mut parts = Multipart::with_constraints(body.into_data_stream(), boundary, constraints);
    let (mut file, mut declared) = (None, None);
    for _part in 0..UPLOAD_PARTS_MAX {
        let Some(mut part) = patiently(parts.next_field()).await? else { break };
        match part.name() {
            Some("file") if file.is_none() => file = Some(write(&mut part, path).await?),
            Some("messaging_product") => is_whatsapp |= text(&mut part).await? == "whatsapp",
            Some("type") => declared = Some(plain(&text(&mut part).await?)),
            _ => drop(text(&mut part).await?),
        }
    }
    if !is_whatsapp {
        return Err(ApiError::parameter("The parameter messaging_product is required."));
    }
    let mut file = file.ok_or_else(|| ApiError::parameter("The parameter file is required."))?;
    // The part's own type counts, where it says something.
    if (file.media_type.is_empty() || file.media_type == "application/octet-stream")
        && let Some(declared) = declared
    {
        file.media_type = declared;
    }
    let Some(kind) = kind_of(&file.media_type) else {
        return Err(ApiError::parameter(
            "Param file must be a file with one of the supported types.",
        ));
    };
    if file.size > bytes_max(kind) {
        return Err(ApiError::with(131_053, "the file is too large for its type"));
    }
    Ok(file)
}

async fn write(part: &mut Field<'_>, path: &Path) -> Result<Taken, ApiError> {
    let media_type = part.content_type().map(|kind| plain(kind.as_ref())).unwrap_or_default();
    let name = short_name(part.file_name().unwrap_or_default());
    let mut file = tokio::fs::File::create(path).await.map_err(not_kept)?;
    let (mut size, mut hash) = (0_u64, Sha256::new());
    while let Some(piece) = patiently(part.chunk()).await? {
        size = size.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        hash.update(&piece);
        file.write_all(&piece).await.map_err(not_kept)?;
    }
    file.sync_all().await.map_err(not_kept)?;
    Ok(Taken { media_type, sha256: hash.finalize().into(), size, name })
}

async fn text(part: &mut Field<'_>) -> Result<String, ApiError> {
    let mut bytes = Vec::new();
    while let Some(piece) = patiently(part.chunk()).await? {
        bytes.extend_from_slice(&piece);
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > UPLOAD_FIELD_BYTES_MAX {
            return Err(broken());
        }
    }
    String::from_utf8(bytes).map_err(|_not_text| broken())
}

async fn patiently<T>(waiting: impl Future<Output = multer::Result<T>>) -> Result<T, ApiError> {
    let waited = tokio::time::timeout(Duration::from_millis(UPLOAD_PIECE_MS_MAX), waiting).await;
    waited.map_err(|_elapsed| broken())?.map_err(|_malformed| broken())
}

/// Deletes what is kept no longer.
async fn forget_old(gateway: &Gateway) -> Result<()> {
    let before = gateway.now().plus_millis(-UPLOAD_KEPT_MS);
    let begun = gateway.now().plus_millis(-UPLOAD_SESSION_MS);
    for old in gateway.store.write(|tx| tx.forget_uploads(begun))? {
        remove(&path_of(gateway, &old)).await;
    }
    for old in gateway.store.read(|tx| tx.uploads_before(before))? {
        delete(gateway, &old).await?;
    }
    Ok(())
}

/// Deletes a file; one that came with a message stays with the message.
pub(crate) async fn delete(gateway: &Gateway, record: &MediaRecord) -> Result<()> {
    gateway.store.write(|tx| tx.delete_media(&record.id))?;
    if record.message.is_none() {
        remove(&path_of(gateway, &record.id)).await;
    }
    Ok(())
}

async fn remove(path: &Path) {
    if let Err(error) = tokio::fs::remove_file(path).await {
        tracing::debug!(%error, "an upload isn't there");
    }
}

/// A piece of an upload.
pub(crate) async fn read_piece(file: &mut tokio::fs::File, most: usize) -> std::io::Result<Bytes> {
    use tokio::io::AsyncReadExt as _;
    let mut piece = vec![0; most];
    let length = file.read(&mut piece).await?;
    piece.truncate(length);
    Ok(piece.into())
}

fn broken() -> ApiError {
    ApiError::with(131_053, "the upload is broken off, too long or too slow")
}

fn not_kept(source: std::io::Error) -> ApiError {
    Error::File { what: "an upload can't be kept", source }.into()
}
