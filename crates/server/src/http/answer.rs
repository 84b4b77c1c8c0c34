//! Answers: status, headers that every answer has, and errors.

use bytes::Bytes;
use http::{
    HeaderMap, Response, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER},
};
use tresen_proto::{ErrorCode, encode_frame};

use super::body::Body;
use crate::ServerError;

/// An answer.
pub(super) type Answer = Response<Body>;

const PROTOBUF: HeaderValue = HeaderValue::from_static("application/x-protobuf");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// An answer without a body.
pub(super) fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = status;
    answer
}

/// An answer of plain text.
pub(super) fn text(status: StatusCode, text: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Body::from(text.into()));
    *answer.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, plain);
    answer.headers_mut().insert(CACHE_CONTROL, NO_STORE);
    answer
}

/// An answer of one protobuf message that isn't to be kept.
pub(super) fn protobuf(status: StatusCode, message: Vec<u8>) -> Answer {
    let mut answer = Response::new(Body::from(Bytes::from(message)));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, PROTOBUF);
    answer.headers_mut().insert(CACHE_CONTROL, NO_STORE);
    answer
}

/// A refusal: the status says roughly what the [`tresen_proto::ErrorReply`] in the body says.
pub(super) fn error(error: &ServerError) -> Answer {
    if error.is_fault_of_server() {
        tracing::error!(%error, "a request over HTTP failed");
    }
    let reply = error.reply();
    let mut answer = protobuf(status_of(error.code()), encode_frame(&reply));
    if reply.retry_after_ms > 0 {
        let seconds = HeaderValue::from(reply.retry_after_ms.div_ceil(1_000));
        answer.headers_mut().insert(RETRY_AFTER, seconds);
    }
    answer
}

const fn status_of(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::Malformed
        | ErrorCode::Unsupported
        | ErrorCode::InvalidStatement
        | ErrorCode::InvalidGroup
        | ErrorCode::ClockSkew => StatusCode::BAD_REQUEST,
        ErrorCode::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorCode::Forbidden
        | ErrorCode::ConsentMissing
        | ErrorCode::NotAdmitted
        | ErrorCode::Blocked
        | ErrorCode::DeviceRevoked
        | ErrorCode::NotMember => StatusCode::FORBIDDEN,
        ErrorCode::NotFound | ErrorCode::KeyPackageMissing => StatusCode::NOT_FOUND,
        ErrorCode::Conflict
        | ErrorCode::NameTaken
        | ErrorCode::EpochConflict
        | ErrorCode::EpochTooOld
        | ErrorCode::EpochInFuture => StatusCode::CONFLICT,
        ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::LimitExceeded => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::EntryUsedUp
        | ErrorCode::EntryExpired
        | ErrorCode::EntryRevoked
        | ErrorCode::LinkUnavailable => StatusCode::GONE,
        ErrorCode::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::Unspecified | ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The headers that every answer has: the page may load and reach nothing but its own origin.
#[derive(Debug)]
pub(super) struct SecurityHeaders(Vec<(HeaderName, HeaderValue)>);

const FIXED: [(&str, &str); 6] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-frame-options", "DENY"),
    (
        "permissions-policy",
        "camera=(self), microphone=(self), geolocation=(self), payment=(), usb=()",
    ),
];

impl SecurityHeaders {
    pub(super) fn new(origin: &str) -> Self {
        let socket = origin.replacen("http", "ws", 1);
        let policy = format!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
             img-src 'self' blob: data:; media-src 'self' blob:; font-src 'self'; \
             connect-src 'self' {socket}; worker-src 'self'; manifest-src 'self'; \
             object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        );
        let mut headers: Vec<_> = FIXED
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        let policy = HeaderValue::from_str(&policy)
            .unwrap_or_else(|_invalid| HeaderValue::from_static("default-src 'none'"));
        headers.push((http::header::CONTENT_SECURITY_POLICY, policy));
        // Never for localhost: it would hold for every port there.
        if origin.starts_with("https://") && !origin.starts_with("https://localhost") {
            let year = HeaderValue::from_static("max-age=31536000");
            headers.push((http::header::STRICT_TRANSPORT_SECURITY, year));
        }
        Self(headers)
    }

    pub(super) fn add_to(&self, headers: &mut HeaderMap) {
        headers.extend(self.0.iter().cloned());
    }
}
