//! Answers: JSON objects, always.

use bytes::Bytes;
use http::{
    HeaderValue, Response, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER},
};
use serde_json::{Value, json};

use super::body::Body;
use crate::{api_error::ApiError, secret};

/// An answer.
pub(crate) type Answer = Response<Body>;

/// An answer in JSON.
pub(crate) fn json_answer(status: StatusCode, value: &Value) -> Answer {
    let mut answer = Response::new(Body::from(Bytes::from(value.to_string())));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    let json = HeaderValue::from_static("application/json; charset=UTF-8");
    headers.insert(CONTENT_TYPE, json);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// An answer of plain text.
pub(crate) fn text_answer(text: String) -> Answer {
    let mut answer = Response::new(Body::from(Bytes::from(text)));
    let plain = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, plain);
    answer
}

/// `{"success":true}`.
pub(crate) fn success() -> Value {
    json!({ "success": true })
}

/// An error, with a name under which the log has it.
pub(crate) fn error_answer(error: &ApiError) -> Answer {
    let trace = secret::random::<8>().map(|bytes| secret::hex(&bytes)).unwrap_or_default();
    tracing::debug!(code = error.code, %trace, "a call is refused");
    let mut answer = json_answer(error.status(), &error.body(&trace));
    if let Some(retry_ms) = error.retry_ms {
        let seconds = u64::try_from(retry_ms).unwrap_or(0).div_ceil(1_000);
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}
