//! HTTP in the browser: fetch.

use bytes::Bytes;
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, Request, RequestInit, Response, WorkerGlobalScope};

use super::{HttpRequest, HttpResponse, Origin, Trust};
use crate::{error::Error, limits::HTTP_MS_MAX, runtime};

/// The headers that the SDK looks at.
const HEADERS_READ: [&str; 6] =
    ["content-length", "content-range", "content-type", "upload-offset", "location", "retry-after"];

/// Sends a request and waits for the whole answer.
pub(crate) async fn http(
    origin: &Origin,
    _trust: &Trust,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let exchange =
        async { exchange(origin, request).await.map_err(|_error: JsValue| Error::Offline) };
    runtime::within(HTTP_MS_MAX, exchange).await.ok_or(Error::Offline)?
}

async fn exchange(origin: &Origin, request: HttpRequest) -> Result<HttpResponse, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &request.headers {
        headers.append(name, value)?;
    }
    let init = RequestInit::new();
    init.set_method(request.method);
    init.set_headers(&headers);
    if !request.body.is_empty() {
        init.set_body(&Uint8Array::from(&request.body[..]));
    }
    let url = format!("{origin}{}", request.path);
    let message = Request::new_with_str_and_init(&url, &init)?;
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let answer: Response = JsFuture::from(scope.fetch_with_request(&message)).await?.dyn_into()?;
    let mut headers = Vec::new();
    for name in HEADERS_READ {
        if let Some(value) = answer.headers().get(name)? {
            headers.push((name.to_owned(), value));
        }
    }
    let buffer: ArrayBuffer = JsFuture::from(answer.array_buffer()?).await?.dyn_into()?;
    let body = Uint8Array::new(&buffer);
    if usize::try_from(body.length()).map_or(true, |length| length > request.answer_bytes_max) {
        return Err(JsValue::NULL);
    }
    Ok(HttpResponse { status: answer.status(), headers, body: Bytes::from(body.to_vec()) })
}
