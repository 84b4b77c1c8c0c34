//! A push service for Firefox, on this machine: what Mozilla's `autopush` says to the browser over its
//! WebSocket, and the HTTP resource that servers post to (RFC 8030). It reads no push, it hands it on.
//!
//! ```text
//! Firefox ── hello, register ──▶ │            │ ◀── POST /push/CHANNEL ── server
//!         ◀── notification ───── │ the stand-in│
//!         ── ack{code} ────────▶ │            │   100: decrypted, given to the page's service worker
//! ```

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use futures::{SinkExt as _, StreamExt as _};
use http_body_util::{BodyExt as _, Empty};
use hyper::{
    HeaderMap, Request, Response, StatusCode, body::Incoming, server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{broadcast, mpsc},
};
use tokio_tungstenite::{accept_async, tungstenite::Message};

use crate::world::PATIENCE;

/// Firefox has decrypted a push and given it to the service worker.
pub const DELIVERED: u64 = 100;
/// Pushes that wait for a browser to take them.
const WAITING: usize = 64;

/// What happened at the push service.
#[derive(Clone, Debug)]
pub enum Happened {
    /// The browser made a subscription, for a server with this key.
    Registered {
        /// The server's key, base64url.
        key: String,
    },
    /// The browser ended a subscription.
    Unregistered,
    /// A server has posted a push.
    Posted {
        /// Its headers.
        headers: HeaderMap,
        /// Bytes of its body, encrypted.
        length: usize,
    },
    /// The browser says what it has done with a push: [`DELIVERED`], or another number.
    Acknowledged(u64),
}

/// The stand-in; ends with the test's runtime.
#[derive(Debug)]
pub struct PushService {
    socket: SocketAddr,
    resource: SocketAddr,
    happened: mpsc::UnboundedReceiver<Happened>,
}

/// What both halves share.
#[derive(Clone, Debug)]
struct Halves {
    resource: SocketAddr,
    tell: mpsc::UnboundedSender<Happened>,
    /// Notifications on their way to the browser.
    notices: broadcast::Sender<String>,
    version: Arc<AtomicU32>,
}

impl PushService {
    /// Starts on two free ports.
    ///
    /// # Panics
    /// When there are none.
    pub async fn start() -> Self {
        let sockets = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let resources = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let socket = sockets.local_addr().expect("an address");
        let resource = resources.local_addr().expect("an address");
        let (tell, happened) = mpsc::unbounded_channel();
        let (notices, _) = broadcast::channel(WAITING);
        let halves = Halves { resource, tell, notices, version: Arc::default() };
        tokio::spawn(serve_browsers(sockets, halves.clone()));
        tokio::spawn(serve_servers(resources, halves));
        Self { socket, resource, happened }
    }

    /// The origin of its push resources.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.resource)
    }

    /// Settings of a Firefox profile that uses it, and that lets every page show notices.
    #[must_use]
    pub fn preferences(&self) -> String {
        format!(
            "user_pref('dom.push.serverURL', 'ws://{}/');\n\
             user_pref('dom.push.testing.allowInsecureServerURL', true);\n\
             user_pref('dom.push.connection.enabled', true);\n\
             user_pref('permissions.default.desktop-notification', 1);\n",
            self.socket
        )
    }

    /// What happens next.
    ///
    /// # Panics
    /// When nothing does.
    pub async fn next(&mut self) -> Happened {
        let next = tokio::time::timeout(PATIENCE, self.happened.recv()).await;
        next.expect("something happens in time").expect("the stand-in runs")
    }

    /// Whether everything that happened was asked for.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.happened.is_empty()
    }
}

async fn serve_browsers(listener: TcpListener, halves: Halves) {
    while let Ok((socket, _)) = listener.accept().await {
        tokio::spawn(serve_browser(socket, halves.clone()));
    }
}

/// Talks with one browser until it goes.
async fn serve_browser(socket: TcpStream, halves: Halves) -> Option<()> {
    let socket = accept_async(socket).await.ok()?;
    let (mut sink, mut stream) = socket.split();
    let mut notices = halves.notices.subscribe();
    loop {
        let answer = tokio::select! {
            notice = notices.recv() => Some(notice.ok()?),
            message = stream.next() => match message?.ok()? {
                Message::Text(text) => halves.answer(&text),
                Message::Close(_) => return None,
                _ => None,
            },
        };
        if let Some(answer) = answer {
            sink.send(Message::text(answer)).await.ok()?;
        }
    }
}

impl Halves {
    /// What a browser hears on what it said.
    fn answer(&self, text: &str) -> Option<String> {
        let said: Value = serde_json::from_str(text).ok()?;
        let channel = &said["channelID"];
        let answer = match said["messageType"].as_str() {
            // An empty object is a ping.
            None => json!({}),
            Some("hello") => json!({
                "messageType": "hello",
                "status": 200,
                "uaid": "0123456789abcdef0123456789abcdef",
                "use_webpush": true,
                "broadcasts": {},
            }),
            Some("register") => {
                let key = said["key"].as_str().unwrap_or_default().to_owned();
                self.say(Happened::Registered { key });
                let channel = channel.as_str()?;
                let endpoint = format!("http://{}/push/{channel}", self.resource);
                json!({
                    "messageType": "register",
                    "status": 200,
                    "channelID": channel,
                    "pushEndpoint": endpoint,
                })
            }
            Some("unregister") => {
                self.say(Happened::Unregistered);
                json!({ "messageType": "unregister", "status": 200, "channelID": channel })
            }
            Some("ack") => {
                for update in said["updates"].as_array()? {
                    self.say(Happened::Acknowledged(update["code"].as_u64().unwrap_or_default()));
                }
                return None;
            }
            Some(_) => return None,
        };
        Some(answer.to_string())
    }

    fn say(&self, happened: Happened) {
        // A test that has ended doesn't listen any more.
        self.tell.send(happened).ok();
    }

    /// Takes a push from a server.
    async fn take(&self, request: Request<Incoming>) -> Response<Empty<Bytes>> {
        let (head, body) = request.into_parts();
        let channel = head.uri.path().strip_prefix("/push/").unwrap_or_default();
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        let version = self.version.fetch_add(1, Ordering::Relaxed).to_string();
        let notice = json!({
            "messageType": "notification",
            "channelID": channel,
            "version": version,
            "data": URL_SAFE_NO_PAD.encode(&body),
            "headers": { "encoding": "aes128gcm" },
        });
        self.say(Happened::Posted { headers: head.headers, length: body.len() });
        let mut answer = Response::new(Empty::new());
        // Nobody listens: the browser is gone.
        *answer.status_mut() = match self.notices.send(notice.to_string()) {
            Ok(_) => StatusCode::CREATED,
            Err(_) => StatusCode::GONE,
        };
        answer
    }
}

async fn serve_servers(listener: TcpListener, halves: Halves) {
    while let Ok((socket, _)) = listener.accept().await {
        let halves = halves.clone();
        let service = service_fn(move |request| {
            let halves = halves.clone();
            async move { Ok::<_, Infallible>(halves.take(request).await) }
        });
        tokio::spawn(async move {
            // A server that hangs up is done.
            http1::Builder::new().serve_connection(TokioIo::new(socket), service).await.ok();
        });
    }
}
