//! A TCP connection, with TLS where the origin asks for it.

use std::sync::Arc;

use rustls::pki_types::{CertificateDer, ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

use super::{Origin, Trust};
use crate::{error::Error, limits::CONNECT_MS_MAX, runtime};

/// Either kind of connection.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin {}
impl<T: AsyncRead + AsyncWrite + Unpin> Stream for T {}

/// Opens a connection to the origin's host.
pub(super) async fn open(origin: &Origin, trust: &Trust) -> Result<Box<dyn Stream>, Error> {
    runtime::within(CONNECT_MS_MAX, open_unlimited(origin, trust)).await.ok_or(Error::Offline)?
}

async fn open_unlimited(origin: &Origin, trust: &Trust) -> Result<Box<dyn Stream>, Error> {
    if let Trust::Process(dial) = trust {
        return Ok(Box::new(dial.connect().map_err(offline)?));
    }
    let host = origin.host.trim_start_matches('[').trim_end_matches(']');
    let stream = TcpStream::connect((host, origin.port)).await.map_err(offline)?;
    stream.set_nodelay(true).map_err(offline)?;
    if !origin.is_secure {
        return Ok(Box::new(stream));
    }
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_not_a_name| Error::Invalid("host name of the origin"))?;
    let connector = tokio_rustls::TlsConnector::from(Arc::new(tls(trust)?));
    Ok(Box::new(connector.connect(name, stream).await.map_err(offline)?))
}

fn tls(trust: &Trust) -> Result<rustls::ClientConfig, Error> {
    let mut roots = rustls::RootCertStore::empty();
    match trust {
        Trust::Process(_) => {}
        Trust::Web => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Trust::Root(der) => roots
            .add(CertificateDer::from(der.clone()))
            .map_err(|_malformed| Error::Invalid("root certificate"))?,
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_none| Error::Internal("no TLS version is configured"))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` takes")]
fn offline(error: std::io::Error) -> Error {
    tracing::debug!(%error, "the server can't be reached");
    Error::Offline
}
