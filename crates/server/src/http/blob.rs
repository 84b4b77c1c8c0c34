//! Blobs over HTTP: resumable uploads in the manner of tus 1.0, downloads with ranges.
//!
//! ```text
//! POST   /v1/blob        Upload-Length, Tresen-Class      201 Location
//! PATCH  /v1/blob/ID     Upload-Offset, up to 5 MiB       204 Upload-Offset | 409 Upload-Offset
//! HEAD   /v1/blob/ID                                      204 Upload-Offset, Upload-Length
//! GET    /v1/blob/ID     Range                            200 | 206
//! DELETE /v1/blob/ID                                      204
//! ```
//!
//! Every request carries the token of a session. What of a part has arrived
//! when a connection breaks is kept: the next PATCH goes on there.

use std::{future::poll_fn, pin::Pin, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode,
    header::{
        ACCEPT_RANGES, ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE,
        HeaderName, LOCATION, RANGE,
    },
};
use hyper::body::{Body as _, Incoming};
use tresen_proto::{BLOB_PATH, ErrorCode};
use tresen_store::control::{BlobClass, BlobRecord};
use tresen_types::{BlobId, limits::UPLOAD_PART_BYTES_MAX};

use super::{
    Context,
    answer::{self, Answer},
    body::Body,
};
use crate::{ServerError, account, blob, error::refused, session::TokenHolder};

/// How long an upload may stand still.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const CLASS: HeaderName = HeaderName::from_static("tresen-class");

/// Answers a request for the blob store; `name` is empty for the store itself.
pub(super) async fn answer(context: &Context, name: &str, request: Request<Incoming>) -> Answer {
    let answered = match name {
        "" => create(context, &request).await,
        name => serve(context, name, request).await,
    };
    answered.unwrap_or_else(|error| answer::error(&error))
}

async fn serve(
    context: &Context,
    name: &str,
    request: Request<Incoming>,
) -> Result<Answer, ServerError> {
    let holder = authorize(context, request.headers()).await?;
    let id = parse_id(name)?;
    match *request.method() {
        Method::PATCH => {
            // A task of its own: what has arrived is kept though the connection, and with it this
            // future, goes away.
            let context = context.clone();
            let appended = tokio::spawn(append(context, holder, id, request));
            let what = "an upload ended unexpectedly";
            let failed = |error| ServerError::File { what, source: std::io::Error::other(error) };
            appended.await.map_err(failed)?
        }
        Method::HEAD => status(context, holder, id).await,
        Method::GET => download(context, holder, id, request.headers()).await,
        Method::DELETE => {
            blob::delete(&context.app, holder, id).await?;
            Ok(answer::empty(StatusCode::NO_CONTENT))
        }
        _ => Ok(not_allowed("PATCH, HEAD, GET, DELETE")),
    }
}

async fn create(context: &Context, request: &Request<Incoming>) -> Result<Answer, ServerError> {
    if request.method() != Method::POST {
        return Ok(not_allowed("POST"));
    }
    let holder = authorize(context, request.headers()).await?;
    let size = number(request.headers(), &UPLOAD_LENGTH)?;
    let class = match request.headers().get(CLASS).map(HeaderValue::as_bytes) {
        Some(b"media") => BlobClass::Media,
        Some(b"archive") => BlobClass::Archive,
        _ => return Err(refused(ErrorCode::Malformed, "Tresen-Class is media or archive")),
    };
    let blob = blob::create(&context.app, holder, size, class).await?;
    let mut answer = progress(StatusCode::CREATED, &blob);
    let location = HeaderValue::from_str(&format!("{BLOB_PATH}/{}", blob.id))
        .map_err(|_never| refused(ErrorCode::Internal, "an id isn't a header value"))?;
    answer.headers_mut().insert(LOCATION, location);
    Ok(answer)
}

async fn status(context: &Context, holder: TokenHolder, id: BlobId) -> Result<Answer, ServerError> {
    let blob = blob::status(&context.app, holder, id).await?;
    Ok(progress(StatusCode::NO_CONTENT, &blob))
}

async fn append(
    context: Context,
    holder: TokenHolder,
    id: BlobId,
    request: Request<Incoming>,
) -> Result<Answer, ServerError> {
    let offset = number(request.headers(), &UPLOAD_OFFSET)?;
    let mut blob = blob::status(&context.app, holder, id).await?;
    if offset != blob.received {
        return Ok(progress(StatusCode::CONFLICT, &blob));
    }
    let mut part = Part {
        body: request.into_body(),
        left: UPLOAD_PART_BYTES_MAX,
        piece_bytes: context.app.blobs.piece_bytes(),
    };
    loop {
        let (piece, next) = part.next_piece().await;
        if !piece.is_empty() {
            let count = u64::try_from(piece.len()).unwrap_or(u64::MAX);
            blob = blob::append(&context.app, holder, id, blob.received, piece).await?;
            context.app.metrics().blob_bytes_received.add(count);
        }
        match next {
            Next::Piece => {}
            Next::End => return Ok(progress(StatusCode::NO_CONTENT, &blob)),
            Next::TooLong => {
                return Err(refused(ErrorCode::LimitExceeded, "a part is longer than 5 MiB"));
            }
            Next::Broken => return Err(refused(ErrorCode::Malformed, "the part broke off")),
        }
    }
}

/// A part on its way in.
struct Part {
    body: Incoming,
    left: usize,
    /// Bytes that are written at once, and so may be lost when the upload breaks off.
    piece_bytes: usize,
}

/// What follows a piece.
enum Next {
    Piece,
    End,
    TooLong,
    Broken,
}

impl Part {
    /// Collects bytes for one write.
    async fn next_piece(&mut self) -> (Bytes, Next) {
        let mut piece = BytesMut::new();
        loop {
            let frame = poll_fn(|context| Pin::new(&mut self.body).poll_frame(context));
            let data = match tokio::time::timeout(BODY_TIMEOUT, frame).await {
                Ok(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
                Ok(None) => return (piece.freeze(), Next::End),
                Ok(Some(Err(_))) | Err(_) => return (piece.freeze(), Next::Broken),
            };
            let Some(left) = self.left.checked_sub(data.len()) else {
                return (piece.freeze(), Next::TooLong);
            };
            self.left = left;
            piece.extend_from_slice(&data);
            if piece.len() >= self.piece_bytes {
                return (piece.freeze(), Next::Piece);
            }
        }
    }
}

async fn download(
    context: &Context,
    holder: TokenHolder,
    id: BlobId,
    headers: &HeaderMap,
) -> Result<Answer, ServerError> {
    let blob = blob::open(&context.app, holder, id).await?;
    let range = headers.get(RANGE).and_then(|range| range.to_str().ok());
    let (status, start, length) = match range.map(|range| parse_range(range, blob.size)) {
        None | Some(Range::Ignored) => (StatusCode::OK, 0, blob.size),
        Some(Range::Part { start, length }) => (StatusCode::PARTIAL_CONTENT, start, length),
        Some(Range::Unsatisfiable) => {
            let mut answer = answer::empty(StatusCode::RANGE_NOT_SATISFIABLE);
            insert(answer.headers_mut(), CONTENT_RANGE, &format!("bytes */{}", blob.size));
            return Ok(answer);
        }
    };
    let app = &context.app;
    let reader = app.blobs.read(&app.control, id, start, length).await?;
    context.app.metrics().blob_bytes_sent.add(length);
    let mut answer = Response::new(Body::blob(reader));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if status == StatusCode::PARTIAL_CONTENT {
        let last = start.saturating_add(length).saturating_sub(1);
        insert(headers, CONTENT_RANGE, &format!("bytes {start}-{last}/{}", blob.size));
    }
    Ok(answer)
}

async fn authorize(context: &Context, headers: &HeaderMap) -> Result<TokenHolder, ServerError> {
    let app = &context.app;
    let token = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let holder = token
        .and_then(|token| app.tickets.holder_of(token, app.now()))
        .ok_or_else(|| refused(ErrorCode::Unauthenticated, "this needs a session's token"))?;
    if app.cluster().is_some() {
        account::require_listed(app, holder).await?;
    }
    Ok(holder)
}

fn parse_id(name: &str) -> Result<BlobId, ServerError> {
    name.parse().map_err(|_not_an_id| refused(ErrorCode::NotFound, "there is no such blob"))
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, ServerError> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse().ok())
        .ok_or_else(|| refused(ErrorCode::Malformed, "a length or offset is missing"))
}

/// An answer that tells how far the upload is.
fn progress(status: StatusCode, blob: &BlobRecord) -> Answer {
    let mut answer = answer::empty(status);
    let headers = answer.headers_mut();
    headers.insert(UPLOAD_OFFSET, HeaderValue::from(blob.received));
    headers.insert(UPLOAD_LENGTH, HeaderValue::from(blob.size));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn not_allowed(methods: &'static str) -> Answer {
    let mut answer = answer::empty(StatusCode::METHOD_NOT_ALLOWED);
    answer.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    answer
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// What a `Range` header asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Range {
    /// Not one range of bytes: the whole is sent, as RFC 9110 allows.
    Ignored,
    Part {
        start: u64,
        length: u64,
    },
    Unsatisfiable,
}

fn parse_range(header: &str, size: u64) -> Range {
    let Some((first, last)) = header.strip_prefix("bytes=").and_then(|it| it.split_once('-'))
    else {
        return Range::Ignored;
    };
    let (start, end) = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => (first, last.saturating_add(1).min(size)),
        (Ok(first), Err(_)) if last.is_empty() => (first, size),
        (Err(_), Ok(suffix)) if first.is_empty() => (size.saturating_sub(suffix), size),
        _ => return Range::Ignored,
    };
    match end.checked_sub(start) {
        Some(length) if length > 0 => Range::Part { start, length },
        _ => Range::Unsatisfiable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_blob() {
        let part = |start, length| Range::Part { start, length };
        for (header, range) in [
            ("bytes=0-9", part(0, 10)),
            ("bytes=90-", part(90, 10)),
            ("bytes=90-500", part(90, 10)),
            ("bytes=-5", part(95, 5)),
            ("bytes=-500", part(0, 100)),
            ("bytes=100-", Range::Unsatisfiable),
            ("bytes=-0", Range::Unsatisfiable),
            ("bytes=9-0", Range::Ignored),
            ("bytes=0-1,5-6", Range::Ignored),
            ("items=0-1", Range::Ignored),
            ("bytes=-", Range::Ignored),
            ("bytes=18446744073709551615-18446744073709551615", Range::Unsatisfiable),
        ] {
            assert_eq!(parse_range(header, 100), range, "{header}");
        }
    }
}
