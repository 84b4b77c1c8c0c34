//! From a request to its resource: the index of everything over HTTP.

use http::{HeaderValue, Method, Request, StatusCode, header::ALLOW};
use hyper::body::Incoming;
use tresen_proto::{BLOB_PATH, ENTRY_PATH, SOCKET_PATH};

use super::{
    Context,
    answer::{self, Answer},
    blob, entry, health, metrics,
};
use crate::limits::Subject;

/// Answers a request.
pub(super) async fn answer(context: &Context, request: Request<Incoming>) -> Answer {
    context.app.metrics().http_requests.increment();
    let prefix = context.prefix(request.headers());
    let is_button = request.uri().path() == BUTTON_PATH;
    let now = context.app.now();
    let mut answer = match context.app.rates.take(Subject::HttpPrefix(prefix), now) {
        Ok(()) => route(context, request).await,
        Err(error) => answer::error(&error),
    };
    context.site.headers.add_to(answer.headers_mut());
    if is_button {
        // The one file that other people's pages load.
        answer.headers_mut().insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    }
    answer
}

/// The chat button of shops' own web sites.
const BUTTON_PATH: &str = "/button.js";
const RESOURCE_POLICY: http::HeaderName =
    http::HeaderName::from_static("cross-origin-resource-policy");

async fn route(context: &Context, request: Request<Incoming>) -> Answer {
    let path = request.uri().path().to_owned();
    if let Some(blob) = below(&path, BLOB_PATH) {
        return blob::answer(context, blob, request).await;
    }
    let method = request.method();
    if method != Method::GET && method != Method::HEAD {
        let mut answer = answer::empty(StatusCode::METHOD_NOT_ALLOWED);
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return answer;
    }
    if let Some(entry) = below(&path, ENTRY_PATH) {
        return entry::answer(context, entry, request.headers()).await;
    }
    match path.as_str() {
        "/healthz" => health::alive(),
        "/readyz" => health::ready(context).await,
        "/metrics" => metrics::answer(context, request.headers()),
        SOCKET_PATH => answer::empty(StatusCode::UPGRADE_REQUIRED),
        path if path.starts_with("/v1/") => answer::empty(StatusCode::NOT_FOUND),
        path => context.site.assets.answer(path, request.headers()),
    }
}

/// What stands below `base` in a path: nothing for the base itself.
fn below<'a>(path: &'a str, base: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(base)?;
    if rest.is_empty() { Some("") } else { rest.strip_prefix('/') }
}
