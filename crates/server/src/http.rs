//! Everything over HTTP that isn't the WebSocket: the web app, public entry descriptions, blobs,
//! health and metrics.
//!
//! ```text
//! socket with its first bytes ─▶ hyper ─▶ router ─▶ one file a resource
//! ```

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio_util::sync::CancellationToken;

mod answer;
pub(crate) mod assets;
mod blob;
mod body;
mod entry;
mod health;
mod metrics;
mod prefixed;
mod router;

use answer::SecurityHeaders;
use assets::Assets;
use prefixed::Prefixed;

use crate::{
    ServerError,
    app::App,
    config::Config,
    connection::{
        handshake::Acceptor,
        limits::{HEADERS_MAX, SHUTDOWN_TIMEOUT},
        prefix::{peer_address, prefix_of},
        stream::Stream,
    },
};

/// How long a client may take for the head of a further request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes that hyper buffers of one connection.
const BUFFER_BYTES_MAX: usize = 64 << 10;

/// What all requests share.
#[derive(Debug)]
pub(crate) struct Site {
    assets: Assets,
    headers: SecurityHeaders,
    /// The token that a reader of the metrics must bring.
    metrics_token: Option<Vec<u8>>,
}

impl Site {
    /// Loads the web app and what the configuration refers to.
    pub(crate) fn load(config: &Config, origin: &str) -> Result<Self, ServerError> {
        let metrics_token = config.metrics.token_file.as_deref().map(metrics::read_token);
        Ok(Self {
            assets: Assets::load(config.web_dist.as_deref())?,
            headers: SecurityHeaders::new(origin),
            metrics_token: metrics_token.transpose()?,
        })
    }
}

/// One request's surroundings.
#[derive(Clone)]
struct Context {
    app: Arc<App>,
    site: Arc<Site>,
    stop: CancellationToken,
    socket: IpAddr,
}

impl Context {
    /// The peer's address: behind a trusted proxy the one that the proxy tells.
    fn peer(&self, headers: &HeaderMap) -> IpAddr {
        let forwarded = headers
            .get_all("x-forwarded-for")
            .iter()
            .next_back()
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.rsplit(',').next())
            .map(str::trim);
        peer_address(self.socket, forwarded, &self.app.config().trusted_proxies)
    }

    fn prefix(&self, headers: &HeaderMap) -> u64 {
        prefix_of(self.peer(headers))
    }
}

/// Serves HTTP on a socket of which `early` was read already.
pub(crate) async fn serve(acceptor: &Acceptor, stream: Stream, early: Bytes, address: SocketAddr) {
    let context = Context {
        app: Arc::clone(&acceptor.app),
        site: Arc::clone(&acceptor.site),
        stop: acceptor.stop.clone(),
        socket: address.ip(),
    };
    let service = service_fn(move |request: Request<Incoming>| {
        let context = context.clone();
        async move { Ok::<_, Infallible>(router::answer(&context, request).await) }
    });
    let io = TokioIo::new(Prefixed::new(early, stream));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(BUFFER_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(io, service);
    let mut connection = std::pin::pin!(connection);
    let served = tokio::select! {
        served = connection.as_mut() => served,
        () = acceptor.stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            match tokio::time::timeout(SHUTDOWN_TIMEOUT / 2, connection).await {
                Ok(served) => served,
                Err(_elapsed) => return,
            }
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, "http connection ended");
    }
}
