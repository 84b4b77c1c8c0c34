//! A stand-in for S3: objects in memory, over the real protocol.
//!
//! The flow: it listens on 127.0.0.1, checks the signature of every request by its own reading of AWS
//! Signature Version 4, and answers PUT, GET with a range, and DELETE. It can be told to refuse the
//! next requests.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    fmt::Write as _,
    io,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use hmac::{Hmac, Mac as _};
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{HOST, RANGE},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use tokio::{
    net::TcpListener,
    task::{AbortHandle, JoinSet},
};

const REGION: &str = "test-1";
const KEY: &str = "AKIDTEST";
const SECRET: &str = "a secret / with + everything";

/// The stand-in; it ends when this is dropped.
#[derive(Debug)]
pub struct S3 {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    credentials: NamedTempFile,
    task: AbortHandle,
}

#[derive(Debug, Default)]
struct State {
    objects: BTreeMap<String, Bytes>,
    requests: usize,
    /// How many requests are refused, and how.
    refused: usize,
    refusal: StatusCode,
}

impl S3 {
    /// Starts it on a free port.
    ///
    /// # Errors
    /// Fails when there is no port or no temporary file.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let credentials = NamedTempFile::new()?;
        let text =
            format!("[default]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n");
        std::fs::write(credentials.path(), text)?;
        let state = Arc::new(Mutex::new(State::default()));
        let task = tokio::spawn(listen(listener, Arc::clone(&state))).abort_handle();
        Ok(Self { address, state, credentials, task })
    }

    /// The URL of a bucket and a prefix in it.
    #[must_use]
    pub fn url(&self, bucket: &str) -> String {
        format!("s3://{bucket}?endpoint=http://{}&region={REGION}", self.address)
    }

    /// A file with the credentials that it takes.
    #[must_use]
    pub fn credentials(&self) -> &Path {
        self.credentials.path()
    }

    /// The names of the objects, each with its bucket.
    #[must_use]
    pub fn object_names(&self) -> Vec<String> {
        lock(&self.state).objects.keys().cloned().collect()
    }

    /// How many requests came, also refused ones.
    #[must_use]
    pub fn requests(&self) -> usize {
        lock(&self.state).requests
    }

    /// Refuses the next `count` requests with `status`.
    pub fn refuse_next(&self, count: usize, status: u16) {
        let mut state = lock(&self.state);
        state.refused = count;
        state.refusal = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn listen(listener: TcpListener, state: Arc<Mutex<State>>) {
    // Dropped, and with it the connections, when the task is aborted.
    let mut connections = JoinSet::new();
    while let Ok((socket, _from)) = listener.accept().await {
        let state = Arc::clone(&state);
        let service = service_fn(move |request| {
            let state = Arc::clone(&state);
            async move { Ok::<_, Infallible>(answer(&state, request).await) }
        });
        connections.spawn(async move {
            // A client that goes away is no concern of ours.
            drop(http1::Builder::new().serve_connection(TokioIo::new(socket), service).await);
        });
    }
}

async fn answer(state: &Mutex<State>, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let is_signed = is_signed(&parts).unwrap_or(false);
    let name = parts.uri.path().trim_start_matches('/').to_owned();
    let mut state = lock(state);
    state.requests += 1;
    if state.refused > 0 {
        state.refused -= 1;
        return reply(state.refusal, Bytes::new());
    }
    if !is_signed {
        return reply(StatusCode::FORBIDDEN, Bytes::from_static(b"SignatureDoesNotMatch"));
    }
    match parts.method {
        Method::PUT => {
            state.objects.insert(name, body);
            reply(StatusCode::OK, Bytes::new())
        }
        Method::DELETE => {
            state.objects.remove(&name);
            reply(StatusCode::NO_CONTENT, Bytes::new())
        }
        Method::GET => {
            let Some(object) = state.objects.get(&name) else {
                return reply(StatusCode::NOT_FOUND, Bytes::new());
            };
            let range = parts.headers.get(RANGE).and_then(|range| range.to_str().ok());
            match range {
                None => reply(StatusCode::OK, object.clone()),
                Some(range) => match part(object, range) {
                    Some(part) => reply(StatusCode::PARTIAL_CONTENT, part),
                    None => reply(StatusCode::RANGE_NOT_SATISFIABLE, Bytes::new()),
                },
            }
        }
        _ => reply(StatusCode::METHOD_NOT_ALLOWED, Bytes::new()),
    }
}

fn reply(status: StatusCode, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response
}

fn part(object: &Bytes, range: &str) -> Option<Bytes> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let first: usize = first.parse().ok()?;
    let end = last.parse::<usize>().ok()?.saturating_add(1).min(object.len());
    (first < end).then(|| object.slice(first..end))
}

/// Whether the signature in the query is the one that the secret gives.
fn is_signed(request: &hyper::http::request::Parts) -> Option<bool> {
    let mut signature = "";
    let mut pairs = Vec::new();
    for pair in request.uri.query()?.split('&') {
        match pair.split_once('=')? {
            ("X-Amz-Signature", value) => signature = value,
            _ => pairs.push(pair),
        }
    }
    pairs.sort_unstable();
    let value = |name: &str| {
        pairs.iter().find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).unwrap_or("")
    };
    let (date, scope) = (value("X-Amz-Date"), value("X-Amz-Credential").replace("%2F", "/"));
    let scope = scope.strip_prefix(KEY)?.strip_prefix('/')?;
    let day = scope.strip_suffix(&format!("/{REGION}/s3/aws4_request"))?;
    let canonical = format!(
        "{}\n{}\n{}\nhost:{}\n\nhost\nUNSIGNED-PAYLOAD",
        request.method,
        request.uri.path(),
        pairs.join("&"),
        request.headers.get(HOST)?.to_str().ok()?,
    );
    let digest = hex(&Sha256::digest(canonical.as_bytes()));
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{digest}");
    let mut key = format!("AWS4{SECRET}").into_bytes();
    for step in [day, REGION, "s3", "aws4_request", &text] {
        key = sign(&key, step.as_bytes())?;
    }
    Some(date.starts_with(day) && hex(&key) == signature)
}

fn sign(key: &[u8], text: &[u8]) -> Option<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(text);
    Some(mac.finalize().into_bytes().to_vec())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text can't fail.
        write!(text, "{byte:02x}").unwrap_or_default();
        text
    })
}
