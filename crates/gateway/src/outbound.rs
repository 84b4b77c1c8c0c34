//! Requests that the gateway makes itself: to receivers of webhooks and to the places of files.
//!
//! A name is resolved first, every address is looked at, and the connection goes to the address that
//! was looked at: a name that changes its mind in between reaches nothing private.

mod address;

use std::{
    cell::RefCell, collections::BTreeMap, net::SocketAddr, rc::Rc, sync::Arc, time::Duration,
};

pub(crate) use address::is_public;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, header::HOST};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::AbortHandle,
};
use tresen_client::Trust;
use url::{Host, Url};

use crate::{
    error::{Error, Result},
    limits::{CONNECT_MS_MAX, IDLE_PLACES_MAX, LANES_AT_ONCE, URL_BYTES_MAX},
};

/// Where a request may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Public addresses alone.
    Public,
    /// Private ones too, and there without TLS.
    Anywhere,
}

/// Whether a public address may be spoken to without TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plain {
    /// Never: what is said is secret.
    OnlyPrivate,
    /// What is fetched is public anyway.
    Everywhere,
}

/// A connection that waits for its next request.
struct Idle {
    sender: SendRequest<Full<Bytes>>,
    driven: AbortHandle,
}

impl Drop for Idle {
    fn drop(&mut self) {
        self.driven.abort();
    }
}

/// Makes requests.
#[derive(Clone)]
pub(crate) struct Outbound {
    tls: Arc<rustls::ClientConfig>,
    /// By scheme, host and port: connections to addresses that were looked at.
    idle: Rc<RefCell<BTreeMap<String, Vec<Idle>>>>,
}

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) reach: Reach,
    pub(crate) plain: Plain,
    /// For all of it, in milliseconds.
    pub(crate) ms_max: u64,
    /// A longer answer is an error.
    pub(crate) answer_bytes_max: usize,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Incoming {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Why a request failed, for a caller to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OutboundError {
    #[error("the URL isn't one with http or https and a host")]
    Url,
    #[error("the name isn't known")]
    Unknown,
    #[error("the address is private")]
    Private,
    #[error("a public address needs https")]
    Plain,
    #[error("no connection")]
    Unreachable,
    #[error("no TLS connection")]
    Tls,
    #[error("no answer that can be read")]
    Answer,
    #[error("the answer is too long")]
    TooLong,
    #[error("it took too long")]
    Slow,
}

impl std::fmt::Debug for Outbound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbound").finish_non_exhaustive()
    }
}

/// A URL that a request may go to.
pub(crate) fn read_url(text: &str) -> Result<Url, OutboundError> {
    if text.len() > URL_BYTES_MAX {
        return Err(OutboundError::Url);
    }
    let url = Url::parse(text).map_err(|_syntax| OutboundError::Url)?;
    let is_sound = matches!(url.scheme(), "http" | "https")
        && url.host().is_some()
        && url.username().is_empty()
        && url.password().is_none();
    if is_sound { Ok(url) } else { Err(OutboundError::Url) }
}

trait Stream: AsyncRead + AsyncWrite + Unpin {}
impl<T: AsyncRead + AsyncWrite + Unpin> Stream for T {}

impl Outbound {
    /// With the authorities of the web, or with one of the firm's own.
    pub(crate) fn new(trust: &Trust) -> Result<Self> {
        let mut roots = rustls::RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        if let Trust::Root(der) = trust {
            roots
                .add(der.clone().into())
                .map_err(|_malformed| Error::Invalid("the root certificate can't be read"))?;
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_none| Error::Invalid("no TLS version is configured"))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { tls: Arc::new(config), idle: Rc::default() })
    }

    /// Makes a request and waits for the whole answer. Redirects are the caller's.
    pub(crate) async fn send(&self, request: Outgoing) -> Result<Incoming, OutboundError> {
        let time = Duration::from_millis(request.ms_max);
        let sent = tokio::time::timeout(time, Box::pin(self.exchange(request)));
        sent.await.unwrap_or(Err(OutboundError::Slow))
    }

    async fn exchange(&self, request: Outgoing) -> Result<Incoming, OutboundError> {
        let stream = self.connect(&request).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|_hyper| OutboundError::Unreachable)?;
        let driven = tokio::task::spawn_local(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "an outgoing connection ended");
            }
        });
        let driven = driven.abort_handle();
        let answered = ask(&mut sender, request).await;
        drop(Idle { sender, driven });
        answered
    }

    /// Makes a request over a connection that stays open for the next one to the same place.
    pub(crate) async fn send_again(&self, request: Outgoing) -> Result<Incoming, OutboundError> {
        let time = Duration::from_millis(request.ms_max);
        let sent = tokio::time::timeout(time, Box::pin(self.exchange_again(request)));
        sent.await.unwrap_or(Err(OutboundError::Slow))
    }

    async fn exchange_again(&self, request: Outgoing) -> Result<Incoming, OutboundError> {
        let place = format!(
            "{:?} {}://{}:{:?}",
            request.reach,
            request.url.scheme(),
            request.url.host_str().unwrap_or_default(),
            request.url.port_or_known_default(),
        );
        if let Some(mut idle) = self.waiting(&place) {
            // One that the other side has closed meanwhile isn't the end.
            if let Ok(answer) = ask(&mut idle.sender, request.clone()).await {
                self.keep(place, idle);
                return Ok(answer);
            }
        }
        let stream = self.connect(&request).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|_hyper| OutboundError::Unreachable)?;
        let driven = tokio::task::spawn_local(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "an outgoing connection ended");
            }
        });
        let driven = driven.abort_handle();
        let answered = ask(&mut sender, request).await;
        let idle = Idle { sender, driven };
        if answered.is_ok() {
            self.keep(place, idle);
        }
        answered
    }

    fn waiting(&self, place: &str) -> Option<Idle> {
        let mut idle = self.idle.borrow_mut();
        let there = idle.get_mut(place)?;
        while let Some(found) = there.pop() {
            if found.sender.is_ready() {
                return Some(found);
            }
        }
        None
    }

    fn keep(&self, place: String, connection: Idle) {
        let mut idle = self.idle.borrow_mut();
        if idle.len() >= IDLE_PLACES_MAX && !idle.contains_key(&place) {
            idle.clear();
        }
        let there = idle.entry(place).or_default();
        if there.len() < LANES_AT_ONCE && connection.sender.is_ready() {
            there.push(connection);
        }
    }

    async fn connect(&self, request: &Outgoing) -> Result<Box<dyn Stream>, OutboundError> {
        let host = request.url.host().ok_or(OutboundError::Url)?;
        let port = request.url.port_or_known_default().ok_or(OutboundError::Url)?;
        let is_secure = request.url.scheme() == "https";
        let address = resolve(&host, port, request, is_secure).await?;
        let connecting = TcpStream::connect(address);
        let stream = tokio::time::timeout(Duration::from_millis(CONNECT_MS_MAX), connecting)
            .await
            .map_err(|_elapsed| OutboundError::Unreachable)?
            .map_err(|_io| OutboundError::Unreachable)?;
        if !is_secure {
            return Ok(Box::new(stream));
        }
        let name = match host {
            Host::Domain(name) => {
                ServerName::try_from(name.to_owned()).map_err(|_not_a_name| OutboundError::Url)?
            }
            Host::Ipv4(ip) => ServerName::IpAddress(std::net::IpAddr::V4(ip).into()),
            Host::Ipv6(ip) => ServerName::IpAddress(std::net::IpAddr::V6(ip).into()),
        };
        let connector = tokio_rustls::TlsConnector::from(Arc::clone(&self.tls));
        let stream = connector.connect(name, stream).await.map_err(|_tls| OutboundError::Tls)?;
        Ok(Box::new(stream))
    }
}

/// The address to connect to: the first that is allowed, and none if one isn't.
async fn resolve(
    host: &Host<&str>,
    port: u16,
    request: &Outgoing,
    is_secure: bool,
) -> Result<SocketAddr, OutboundError> {
    let addresses: Vec<SocketAddr> = match host {
        Host::Ipv4(ip) => vec![SocketAddr::from((*ip, port))],
        Host::Ipv6(ip) => vec![SocketAddr::from((*ip, port))],
        Host::Domain(name) => tokio::net::lookup_host((*name, port))
            .await
            .map_err(|_resolver| OutboundError::Unknown)?
            .collect(),
    };
    for address in &addresses {
        let is_public = is_public(address.ip());
        if !is_public && request.reach == Reach::Public {
            return Err(OutboundError::Private);
        }
        if is_public && !is_secure && request.plain == Plain::OnlyPrivate {
            return Err(OutboundError::Plain);
        }
    }
    addresses.first().copied().ok_or(OutboundError::Unknown)
}

async fn ask(
    sender: &mut SendRequest<Full<Bytes>>,
    request: Outgoing,
) -> Result<Incoming, OutboundError> {
    let url = &request.url;
    let path = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let host = match url.port() {
        Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
        None => url.host_str().unwrap_or_default().to_owned(),
    };
    let mut message = Request::builder()
        .method(request.method)
        .uri(path)
        .header(HOST, host)
        .body(Full::new(request.body))
        .map_err(|_malformed| OutboundError::Url)?;
    message.headers_mut().extend(request.headers);
    let answer = sender.send_request(message).await.map_err(|_hyper| OutboundError::Answer)?;
    let (head, body) = answer.into_parts();
    let body = Limited::new(body, request.answer_bytes_max)
        .collect()
        .await
        .map_err(|error| {
            let is_long = error.downcast_ref::<http_body_util::LengthLimitError>().is_some();
            if is_long { OutboundError::TooLong } else { OutboundError::Answer }
        })?
        .to_bytes();
    Ok(Incoming { status: head.status.as_u16(), headers: head.headers, body })
}
