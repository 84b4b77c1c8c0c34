//! HTTP natively: one connection a request, which is enough for blobs in parts of megabytes.

use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::rt::TokioIo;

use super::{HttpRequest, HttpResponse, Origin, Trust, stream::open};
use crate::{error::Error, limits::HTTP_MS_MAX, runtime};

/// Sends a request and waits for the whole answer.
pub(crate) async fn http(
    origin: &Origin,
    trust: &Trust,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    runtime::within(HTTP_MS_MAX, exchange(origin, trust, request)).await.ok_or(Error::Offline)?
}

async fn exchange(
    origin: &Origin,
    trust: &Trust,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let stream = open(origin, trust).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(offline)?;
    runtime::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "an HTTP connection ended");
        }
    });
    let mut builder = http::Request::builder()
        .method(request.method)
        .uri(&request.path)
        .header(http::header::HOST, origin.authority());
    for (name, value) in &request.headers {
        builder = builder.header(*name, value);
    }
    let message = builder
        .body(Full::new(request.body))
        .map_err(|_malformed| Error::Internal("an HTTP request that can't be written"))?;
    let answer = sender.send_request(message).await.map_err(offline)?;
    let status = answer.status().as_u16();
    let headers = answer
        .headers()
        .iter()
        .filter_map(|(name, value)| {
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        })
        .collect();
    let body = Limited::new(answer.into_body(), request.answer_bytes_max)
        .collect()
        .await
        .map_err(|_cut_or_too_long| Error::Offline)?
        .to_bytes();
    Ok(HttpResponse { status, headers, body })
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` takes")]
fn offline(error: hyper::Error) -> Error {
    tracing::debug!(%error, "an HTTP request failed");
    Error::Offline
}
