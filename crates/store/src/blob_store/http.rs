//! HTTP/1.1 to one host, over a few connections that are kept.

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Method, Request, StatusCode, Uri,
    client::conn::http1::{SendRequest, handshake},
    header::{HOST, HeaderName, HeaderValue},
};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

use super::s3::unavailable;
use crate::{ErrorKind, StoreError, limits, tls};

/// A host with its connections.
pub(super) struct Http {
    host: String,
    port: u16,
    /// What the `Host` header says: the port is there unless it is the scheme's own.
    authority: HeaderValue,
    tls: Option<Arc<ClientConfig>>,
    idle: Mutex<Vec<SendRequest<Full<Bytes>>>>,
}

/// An answer with its whole body.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("host", &self.host).finish_non_exhaustive()
    }
}

impl Http {
    pub(super) fn new(base: &url::Url, authorities: Option<&Path>) -> Result<Self, StoreError> {
        let unusable = StoreError::new(ErrorKind::Io, "the object store's endpoint can't be used");
        let (Some(host), Some(port)) = (base.host_str(), base.port_or_known_default()) else {
            return Err(unusable);
        };
        let authority = match base.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Ok(Self {
            host: host.to_owned(),
            port,
            authority: HeaderValue::from_str(&authority).map_err(|_unusable| unusable.clone())?,
            tls: match base.scheme() {
                "https" => Some(tls::client_config(authorities)?),
                "http" => None,
                _other => return Err(unusable),
            },
            idle: Mutex::new(Vec::new()),
        })
    }

    /// Sends a request and reads the whole answer.
    pub(super) async fn send(
        &self,
        method: &Method,
        url: &str,
        header: Option<&(HeaderName, HeaderValue)>,
        body: Bytes,
    ) -> Result<Reply, StoreError> {
        let uri: Uri = url.parse().map_err(|_never| unavailable())?;
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, self.authority.clone())
            .body(Full::new(body))
            .map_err(|_never| unavailable())?;
        if let Some((name, value)) = header {
            request.headers_mut().insert(name, value.clone());
        }
        let mut connection = self.connection().await?;
        let answer = connection.send_request(request).await.map_err(broken)?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), limits::S3_ANSWER_BYTES_MAX)
            .collect()
            .await
            .map_err(|_broken_or_long| unavailable())?
            .to_bytes();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < limits::S3_IDLE_CONNECTIONS_MAX && !connection.is_closed() {
            idle.push(connection);
        }
        Ok(Reply { status, body })
    }

    async fn connection(&self) -> Result<SendRequest<Full<Bytes>>, StoreError> {
        loop {
            let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(mut connection) = kept else { break };
            if connection.ready().await.is_ok() {
                return Ok(connection);
            }
        }
        let connecting = TcpStream::connect((self.host.as_str(), self.port));
        let socket = tokio::time::timeout(limits::S3_CONNECT_WAIT, connecting)
            .await
            .map_err(|_elapsed| unavailable())?
            .map_err(|_refused| unavailable())?;
        socket.set_nodelay(true)?;
        match &self.tls {
            None => open(socket).await,
            Some(config) => {
                let name =
                    ServerName::try_from(self.host.clone()).map_err(|_no_name| unavailable())?;
                let connector = tokio_rustls::TlsConnector::from(Arc::clone(config));
                let stream = connector.connect(name, socket).await.map_err(|error| {
                    tracing::warn!(error.kind = ?error.kind(), "TLS to the object store failed");
                    unavailable()
                })?;
                open(stream).await
            }
        }
    }
}

async fn open(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
) -> Result<SendRequest<Full<Bytes>>, StoreError> {
    let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(broken)?;
    // What ends it shows at the sender too.
    tokio::spawn(async move { drop(connection.await) });
    Ok(sender)
}

fn broken(_error: hyper::Error) -> StoreError {
    unavailable()
}
