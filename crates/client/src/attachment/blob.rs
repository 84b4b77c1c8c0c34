//! The blob store: uploads in parts that go on after a break, downloads by ranges.

use bytes::Bytes;
use prost::Message as _;
use tresen_content::{
    SecretKey,
    attachment::{Decryptor, Encryptor, encrypted_size},
};
use tresen_proto::{BLOB_PATH, ErrorCode, ErrorReply};
use tresen_types::{BlobId, limits::UPLOAD_PART_BYTES_MAX};

use crate::{
    client::Inner,
    connection::Phase,
    error::{Error, Result},
    limits::DOWNLOAD_CHUNKS_PER_PART,
    transport::{HttpRequest, HttpResponse, http},
};

/// An error's body.
const ANSWER_BYTES_MAX: usize = 16 << 10;

/// What a blob is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlobClass {
    /// An attachment.
    Media,
    /// A segment of the archive.
    Archive,
}

/// An uploaded blob.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Uploaded {
    pub(crate) blob: BlobId,
    /// SHA-256 of the encrypted bytes.
    pub(crate) content_hash: [u8; 32],
}

/// How far an upload is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum UploadStep {
    /// The server has a place for it.
    Begun(BlobId),
    /// So many encrypted bytes of so many are there.
    Sent { done_bytes: u64, total_bytes: u64 },
}

/// What is to be uploaded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Upload<'a> {
    pub(crate) key: &'a SecretKey,
    /// Plain bytes.
    pub(crate) size: u64,
    pub(crate) class: BlobClass,
    /// An upload that was begun before.
    pub(crate) begun: Option<BlobId>,
}

/// Encrypts and uploads. `read` gives the next plain bytes, of exactly the asked length; an error of
/// `step` stops the upload.
pub(crate) async fn upload(
    inner: &Inner,
    upload: Upload<'_>,
    mut read: impl FnMut(u64, usize) -> Result<Vec<u8>>,
    mut step: impl FnMut(UploadStep) -> Result<()>,
) -> Result<Uploaded> {
    let total_bytes = encrypted_size(upload.size)?;
    let (blob, offset) = begin(inner, &upload, total_bytes).await?;
    step(UploadStep::Begun(blob))?;
    let mut encryptor = Encryptor::new(upload.key, upload.size)?;
    let mut part = Part { begins_at: 0, bytes: Vec::new() };
    let mut done_bytes = offset;
    let mut number = 0_u64;
    while let Some(wanted) = encryptor.wanted() {
        let sealed = encryptor.chunk(&read(number, wanted)?)?;
        number = number.saturating_add(1);
        if part.bytes.len().saturating_add(sealed.len()) > UPLOAD_PART_BYTES_MAX {
            done_bytes = part.send(inner, blob, done_bytes).await?;
            step(UploadStep::Sent { done_bytes, total_bytes })?;
        }
        part.bytes.extend_from_slice(&sealed);
    }
    done_bytes = part.send(inner, blob, done_bytes).await?;
    step(UploadStep::Sent { done_bytes, total_bytes })?;
    if done_bytes != total_bytes {
        return Err(Error::Answer("length of an upload"));
    }
    Ok(Uploaded { blob, content_hash: encryptor.finish()? })
}

/// Finds out how far an earlier attempt has come, or announces a new blob.
async fn begin(inner: &Inner, upload: &Upload<'_>, total_bytes: u64) -> Result<(BlobId, u64)> {
    if let Some(blob) = upload.begun {
        match offset(inner, blob).await {
            Ok(offset) => return Ok((blob, offset)),
            Err(error) if error.is_refused_with(ErrorCode::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    let class = match upload.class {
        BlobClass::Media => "media",
        BlobClass::Archive => "archive",
    };
    let headers =
        vec![("upload-length", total_bytes.to_string()), ("tresen-class", class.to_owned())];
    let answer = send(inner, "POST", BLOB_PATH.to_owned(), headers, Bytes::new(), 0).await?;
    let blob = answer
        .header("location")
        .and_then(|location| location.rsplit_once('/'))
        .and_then(|(_path, id)| id.parse().ok())
        .ok_or(Error::Answer("place of an upload"))?;
    Ok((blob, 0))
}

/// Encrypted bytes that are to be sent next; those that the server has are skipped.
struct Part {
    begins_at: u64,
    bytes: Vec<u8>,
}

impl Part {
    /// Sends what the server hasn't got of it; gives the server's offset.
    async fn send(&mut self, inner: &Inner, blob: BlobId, mut offset_now: u64) -> Result<u64> {
        let bytes = Bytes::from(std::mem::take(&mut self.bytes));
        let begins_at = self.begins_at;
        let length = u64::try_from(bytes.len()).map_err(|_never| Error::Internal("part"))?;
        let ends_at = begins_at.saturating_add(length);
        self.begins_at = ends_at;
        let mut has_asked = false;
        while offset_now < ends_at {
            let skip = offset_now.checked_sub(begins_at).ok_or(Error::Answer("offset"))?;
            let skip = usize::try_from(skip).map_err(|_never| Error::Internal("part"))?;
            let rest = bytes.slice(skip..);
            match append(inner, blob, offset_now, rest).await {
                Ok(offset) if offset > offset_now => offset_now = offset,
                Ok(_) => return Err(Error::Answer("an upload that doesn't move")),
                // The connection broke, or the server has more or less than this side believes.
                Err(error) if !has_asked && is_break(&error) => {
                    has_asked = true;
                    offset_now = offset(inner, blob).await?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(offset_now)
    }
}

fn is_break(error: &Error) -> bool {
    matches!(error, Error::Offline) || error.is_refused_with(ErrorCode::Conflict)
}

/// Whether trying again later may help.
pub(crate) fn is_transient(error: &Error) -> bool {
    match error {
        Error::Offline => true,
        Error::Refused { code, .. } => matches!(
            code,
            ErrorCode::Unauthenticated
                | ErrorCode::RateLimited
                | ErrorCode::Unavailable
                | ErrorCode::StorageFull
                | ErrorCode::Internal
                | ErrorCode::Conflict
        ),
        _ => false,
    }
}

/// Downloads and decrypts. `write` gets the plain chunks in order; an error of it stops the
/// download. Nothing that it got may be used before this returns: only then the whole is verified.
pub(crate) async fn download(
    inner: &Inner,
    blob: BlobId,
    key: &SecretKey,
    size: u64,
    content_hash: &[u8; 32],
    mut write: impl FnMut(u64, Vec<Vec<u8>>) -> Result<()>,
) -> Result<()> {
    let mut decryptor = Decryptor::new(key, size)?;
    let total_bytes = encrypted_size(size)?;
    let (mut offset, mut number) = (0_u64, 0_u64);
    let full = tresen_content::attachment::CHUNK_BYTES
        .saturating_add(tresen_content::attachment::TAG_BYTES);
    let part_bytes = u64::try_from(full.saturating_mul(DOWNLOAD_CHUNKS_PER_PART))
        .map_err(|_never| Error::Internal("part"))?;
    while offset < total_bytes {
        let length = part_bytes.min(total_bytes.saturating_sub(offset));
        let part = read(inner, blob, offset, length).await?;
        let mut chunks = Vec::new();
        let mut rest = &part[..];
        while let Some(wanted) = decryptor.wanted().filter(|_| !rest.is_empty()) {
            let (sealed, after) =
                rest.split_at_checked(wanted).ok_or(Error::Untrusted("a part of a file"))?;
            chunks.push(decryptor.chunk(sealed).map_err(|_forged| FORGED)?);
            rest = after;
        }
        let count = u64::try_from(chunks.len()).map_err(|_never| Error::Internal("part"))?;
        write(number, chunks)?;
        number = number.saturating_add(count);
        offset = offset.saturating_add(length);
    }
    decryptor.finish(content_hash).map_err(|_forged| FORGED)
}

const FORGED: Error = Error::Untrusted("a file isn't the one that its message names");

/// Reads exactly this range.
async fn read(inner: &Inner, blob: BlobId, start: u64, length: u64) -> Result<Bytes> {
    let last = start.saturating_add(length).saturating_sub(1);
    let headers = vec![("range", format!("bytes={start}-{last}"))];
    let max = usize::try_from(length).map_err(|_huge| Error::Internal("part"))?;
    let answer = send(inner, "GET", path(blob), headers, Bytes::new(), max).await?;
    if answer.status == 206 && answer.body.len() == max {
        return Ok(answer.body);
    }
    // A server that knows no ranges sends the whole, which is the range when it is all.
    if answer.status == 200 && start == 0 && answer.body.len() == max {
        return Ok(answer.body);
    }
    Err(Error::Answer("range of a blob"))
}

/// Deletes an own blob.
pub(crate) async fn delete(inner: &Inner, blob: BlobId) -> Result<()> {
    send(inner, "DELETE", path(blob), Vec::new(), Bytes::new(), 0).await.map(drop)
}

async fn offset(inner: &Inner, blob: BlobId) -> Result<u64> {
    let answer = send(inner, "HEAD", path(blob), Vec::new(), Bytes::new(), 0).await?;
    read_offset(&answer)
}

async fn append(inner: &Inner, blob: BlobId, offset: u64, part: Bytes) -> Result<u64> {
    let headers = vec![("upload-offset", offset.to_string())];
    let answer = send(inner, "PATCH", path(blob), headers, part, 0).await?;
    read_offset(&answer)
}

fn read_offset(answer: &HttpResponse) -> Result<u64> {
    let offset = answer.header("upload-offset").and_then(|offset| offset.parse().ok());
    offset.ok_or(Error::Answer("offset of an upload"))
}

fn path(blob: BlobId) -> String {
    format!("{BLOB_PATH}/{blob}")
}

async fn send(
    inner: &Inner,
    method: &'static str,
    path: String,
    mut headers: Vec<(&'static str, String)>,
    body: Bytes,
    answer_bytes_max: usize,
) -> Result<HttpResponse> {
    if inner.link.phase() < Phase::Authenticated {
        return Err(Error::Offline);
    }
    headers.push(("authorization", format!("Bearer {}", inner.link.session()?.token)));
    let answer_bytes_max = answer_bytes_max.max(ANSWER_BYTES_MAX);
    let request = HttpRequest { method, path, headers, body, answer_bytes_max };
    let answer = http(&inner.origin, &inner.trust, request).await?;
    if (200..300).contains(&answer.status) { Ok(answer) } else { Err(refusal(&answer)) }
}

/// The refusal in the body, or what the status says where there is no body.
fn refusal(answer: &HttpResponse) -> Error {
    let reply = ErrorReply::decode(answer.body.clone()).ok().filter(|reply| reply.code != 0);
    if let Some(reply) = reply {
        return reply.into();
    }
    let code = match answer.status {
        401 => ErrorCode::Unauthenticated,
        403 => ErrorCode::Forbidden,
        404 => ErrorCode::NotFound,
        409 => ErrorCode::Conflict,
        413 => ErrorCode::LimitExceeded,
        429 => ErrorCode::RateLimited,
        507 => ErrorCode::StorageFull,
        500..=599 => ErrorCode::Unavailable,
        _ => ErrorCode::Malformed,
    };
    ErrorReply { code: code as i32, ..ErrorReply::default() }.into()
}
