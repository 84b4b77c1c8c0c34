//! A receiver of webhooks that notes what comes.

use std::{
    cell::{Cell, RefCell},
    convert::Infallible,
    net::SocketAddr,
    rc::Rc,
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Request, Response, StatusCode, body::Incoming, server::conn::http1, service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{net::TcpListener, sync::mpsc};
use tresen_testkit::world::patiently;

/// The token that the receiver was told.
pub(crate) const VERIFY_TOKEN: &str = "verify me";

/// A webhook that came.
pub(crate) struct Came {
    pub(crate) signature: String,
    pub(crate) has_length: bool,
    pub(crate) body: Bytes,
}

impl Came {
    /// The one change's value.
    pub(crate) fn value(&self) -> Value {
        let body: Value = serde_json::from_slice(&self.body).expect("JSON");
        assert_eq!(body["object"], "whatsapp_business_account");
        let entries = body["entry"].as_array().expect("entries");
        assert_eq!(entries.len(), 1);
        let changes = entries[0]["changes"].as_array().expect("changes");
        assert_eq!(changes.len(), 1);
        changes[0]["value"].clone()
    }
}

/// A receiver of webhooks.
pub(crate) struct Receiver {
    address: SocketAddr,
    came: mpsc::UnboundedReceiver<Came>,
    /// What it answers; 200 when nothing is said.
    answers: Rc<RefCell<Vec<u16>>>,
}

impl Receiver {
    /// Starts on a free port, on this thread.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (sender, came) = mpsc::unbounded_channel();
        let answers: Rc<RefCell<Vec<u16>>> = Rc::default();
        let of_task = Rc::clone(&answers);
        tokio::task::spawn_local(async move {
            loop {
                let (socket, _) = listener.accept().await.expect("a socket");
                let (sender, answers) = (sender.clone(), Rc::clone(&of_task));
                let service =
                    service_fn(move |request| answer(sender.clone(), Rc::clone(&answers), request));
                tokio::task::spawn_local(
                    http1::Builder::new().serve_connection(TokioIo::new(socket), service),
                );
            }
        });
        Self { address, came, answers }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook?a=b", self.address)
    }

    /// The statuses of the next answers.
    pub(crate) fn will_answer(&self, statuses: &[u16]) {
        *self.answers.borrow_mut() = statuses.iter().rev().copied().collect();
    }

    /// The next that comes, also if it isn't taken.
    pub(crate) async fn next(&mut self) -> Came {
        patiently(self.came.recv()).await.expect("the receiver lives")
    }

    /// The next value.
    pub(crate) async fn value(&mut self) -> Value {
        self.next().await.value()
    }

    /// Whether nothing more has come.
    pub(crate) fn is_quiet(&mut self) -> bool {
        self.came.try_recv().is_err()
    }
}

async fn answer(
    sender: mpsc::UnboundedSender<Came>,
    answers: Rc<RefCell<Vec<u16>>>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let query = request.uri().query().unwrap_or_default().to_owned();
    if request.method() == "GET" {
        let of = |name: &str| {
            let start = format!("hub.{name}=");
            query.split('&').find_map(|pair| pair.strip_prefix(&start)).map(ToOwned::to_owned)
        };
        let is_known = of("verify_token") == Some(VERIFY_TOKEN.replace(' ', "+"))
            && of("mode").as_deref() == Some("subscribe");
        let challenge = of("challenge").filter(|_| is_known).unwrap_or_default();
        return Ok(Response::new(Full::from(format!("{challenge}\n"))));
    }
    assert_eq!(query, "a=b");
    let header = |name: &str| {
        request.headers().get(name).map(|value| value.to_str().expect("text").to_owned())
    };
    let signature = header("x-hub-signature-256").expect("a signature");
    let has_length = header("content-length").is_some();
    let body = request.into_body().collect().await.expect("a body").to_bytes();
    drop(sender.send(Came { signature, has_length, body }));
    let status = answers.borrow_mut().pop().unwrap_or(200);
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    Ok(response)
}

/// A path, the status, the media type or where a redirect leads, and the bytes.
type Page = (&'static str, u16, &'static str, Vec<u8>);

/// A place that links lead to.
pub(crate) struct Place {
    address: SocketAddr,
    asked: Rc<Cell<u32>>,
}

impl Place {
    /// Starts on a free port, on this thread.
    pub(crate) async fn start(pages: Vec<Page>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (asked, pages) = (Rc::new(Cell::new(0)), Rc::new(pages));
        let counter = Rc::clone(&asked);
        tokio::task::spawn_local(async move {
            loop {
                let (socket, _) = listener.accept().await.expect("a socket");
                counter.set(counter.get() + 1);
                let pages = Rc::clone(&pages);
                let service = service_fn(move |request: Request<Incoming>| {
                    let page = pages.iter().find(|page| {
                        page.0.trim_start_matches('/')
                            == request.uri().path().trim_start_matches('/')
                    });
                    let (_, status, about, bytes) = page.expect("a page").clone();
                    let name = if status == 302 { "location" } else { "content-type" };
                    let answer = Response::builder().status(status).header(name, about);
                    let answer = answer.body(Full::<Bytes>::from(bytes)).expect("an answer");
                    std::future::ready(Ok::<_, Infallible>(answer))
                });
                tokio::task::spawn_local(
                    http1::Builder::new().serve_connection(TokioIo::new(socket), service),
                );
            }
        });
        Self { address, asked }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// How often somebody connected.
    pub(crate) fn asked(&self) -> u32 {
        self.asked.get()
    }
}
