//! The API over HTTP: sockets, heads and bodies with their limits, then the router.

pub(crate) mod answer;
pub(crate) mod body;
mod openapi;
pub(crate) mod params;
pub(crate) mod router;
pub(crate) mod routes;
pub(crate) mod target;
pub(crate) mod tls;

use std::{rc::Rc, sync::Arc, time::Duration};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
};
use tokio_rustls::TlsAcceptor;

use crate::{
    api_error::ApiError,
    gateway::Gateway,
    limits::{
        ACCEPT_PAUSE_MS, BODY_BYTES_MAX, BUFFER_BYTES_MAX, CONNECTIONS_MAX, HEAD_MS_MAX,
        HEADERS_MAX, SHUTDOWN_MS_MAX,
    },
};

/// Accepts sockets until the gateway stops, then waits for those that are open.
pub(crate) async fn accept(
    gateway: Rc<Gateway>,
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    mut stop: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let place = Arc::clone(&places).acquire_owned();
        let accepted = async {
            let place = place.await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            accepted = accepted => accepted,
            _ = stop.wait_for(|is_over| *is_over) => break,
        };
        match (place, accepted) {
            (Ok(place), Ok((socket, _address))) => {
                let (gateway, tls, stop) = (Rc::clone(&gateway), tls.clone(), stop.clone());
                tokio::task::spawn_local(async move {
                    greet(gateway, socket, tls, stop).await;
                    drop(place);
                });
            }
            (_, Err(error)) => {
                tracing::warn!(%error, "a socket can't be accepted");
                tokio::time::sleep(Duration::from_millis(ACCEPT_PAUSE_MS)).await;
            }
            (Err(_closed), Ok(_)) => break,
        }
    }
    let all = u32::try_from(CONNECTIONS_MAX).unwrap_or(u32::MAX);
    let ended = tokio::time::timeout(
        Duration::from_millis(SHUTDOWN_MS_MAX),
        Arc::clone(&places).acquire_many_owned(all),
    );
    if ended.await.is_err() {
        tracing::warn!("some connections didn't end in time");
    }
}

/// Begins TLS, if there is one, in the time that a head may take.
async fn greet(
    gateway: Rc<Gateway>,
    socket: TcpStream,
    tls: Option<TlsAcceptor>,
    stop: watch::Receiver<bool>,
) {
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(%error, "a socket is gone");
        return;
    }
    let Some(tls) = tls else { return serve(gateway, socket, stop).await };
    let greeting = tokio::time::timeout(Duration::from_millis(HEAD_MS_MAX), tls.accept(socket));
    match greeting.await {
        Ok(Ok(stream)) => Box::pin(serve(gateway, stream, stop)).await,
        Ok(Err(error)) => tracing::debug!(%error, "no TLS connection"),
        Err(_elapsed) => tracing::debug!("a TLS connection took too long"),
    }
}

async fn serve(
    gateway: Rc<Gateway>,
    socket: impl AsyncRead + AsyncWrite + Unpin + 'static,
    mut stop: watch::Receiver<bool>,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let gateway = Rc::clone(&gateway);
        async move { Box::pin(router::answer(gateway, request)).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(HEAD_MS_MAX))
        .max_buf_size(BUFFER_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(TokioIo::new(socket), service);
    let mut connection = std::pin::pin!(connection);
    let served = tokio::select! {
        served = connection.as_mut() => served,
        _ = stop.wait_for(|is_over| *is_over) => {
            connection.as_mut().graceful_shutdown();
            match tokio::time::timeout(Duration::from_millis(SHUTDOWN_MS_MAX), connection).await {
                Ok(served) => served,
                Err(_elapsed) => return,
            }
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended");
    }
}

/// Reads a small body, with its limits of size and time.
pub(crate) async fn small_body(gateway: &Gateway, body: Incoming) -> Result<Bytes, ApiError> {
    let read = Limited::new(body, BODY_BYTES_MAX).collect();
    match tokio::time::timeout(Duration::from_millis(gateway.config.body_ms_max), read).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(_cut_or_too_long)) => Err(ApiError::parameter(format!(
            "The request body must be whole and at most {BODY_BYTES_MAX} bytes long."
        ))),
        Err(_elapsed) => Err(ApiError::parameter("The request body didn't come in time.")),
    }
}
