//! One request to one address that somebody else has named. No redirect is followed.

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http::{Request, response::Parts};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::look::Trouble;
use crate::config::DomainsConfig;

/// Connects with TLS; the certificate must be the host's.
pub(crate) async fn connect(
    config: &DomainsConfig,
    host: &str,
    address: SocketAddr,
) -> Result<TlsStream<TcpStream>, Trouble> {
    let tls = tresen_store::tls::client_config(config.authorities_file.as_deref())
        .map_err(|_unusable| Trouble::Certificate)?;
    let name = ServerName::try_from(host.to_owned()).map_err(|_no_name| Trouble::Certificate)?;
    let socket = TcpStream::connect(address).await.map_err(|_refused| Trouble::Unreachable)?;
    TlsConnector::from(Arc::clone(&tls))
        .connect(name, socket)
        .await
        .map_err(|_untrusted| Trouble::Certificate)
}

/// Sends a request, and reads the answer's head, and its body up to a limit.
pub(crate) async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
    body_bytes_max: usize,
) -> Result<(Parts, Result<Bytes, Trouble>), Trouble> {
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|_broken| Trouble::Unreachable)?;
    // Ends with the sender.
    let driver = tokio::spawn(async move { drop(connection.await) });
    let answer = sender.send_request(request).await.map_err(|_broken| Trouble::Unreachable)?;
    let (head, body) = answer.into_parts();
    let body = Limited::new(body, body_bytes_max).collect().await;
    driver.abort();
    let body = body.map(|body| body.to_bytes()).map_err(|error| {
        if error.is::<LengthLimitError>() { Trouble::TooLarge } else { Trouble::Unreachable }
    });
    Ok((head, body))
}
