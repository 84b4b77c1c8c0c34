//! Fetches the file of a claimed domain over HTTPS, from one address.

use std::{net::IpAddr, sync::Arc};

use bytes::Bytes;
use http::{Request, StatusCode, header::HOST};
use http_body_util::{BodyExt as _, Empty, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tresen_statement::WELL_KNOWN_PATH;

use super::look::Trouble;
use crate::{config::DomainsConfig, limits::DOMAIN_FILE_BYTES_MAX};

/// The text of the file. The certificate must be the domain's; a redirect is an answer, and no way.
pub(super) async fn fetch(
    config: &DomainsConfig,
    domain: &str,
    address: IpAddr,
) -> Result<String, Trouble> {
    let tls = tresen_store::tls::client_config(config.authorities_file.as_deref())
        .map_err(|_unusable| Trouble::Certificate)?;
    let name = ServerName::try_from(domain.to_owned()).map_err(|_no_name| Trouble::Certificate)?;
    let socket = TcpStream::connect((address, config.https_port))
        .await
        .map_err(|_refused| Trouble::Unreachable)?;
    let stream = TlsConnector::from(Arc::clone(&tls))
        .connect(name, socket)
        .await
        .map_err(|_untrusted| Trouble::Certificate)?;
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|_broken| Trouble::Unreachable)?;
    // Ends with the sender.
    let driver = tokio::spawn(async move { drop(connection.await) });
    let host = match config.https_port {
        443 => domain.to_owned(),
        port => format!("{domain}:{port}"),
    };
    let request = Request::get(WELL_KNOWN_PATH)
        .header(HOST, host)
        .body(Empty::<Bytes>::new())
        .map_err(|_never| Trouble::Unreachable)?;
    let answer = sender.send_request(request).await.map_err(|_broken| Trouble::Unreachable)?;
    let read = match answer.status() {
        StatusCode::OK => {
            let body = Limited::new(answer.into_body(), DOMAIN_FILE_BYTES_MAX).collect().await;
            body.map_err(|error| {
                if error.is::<LengthLimitError>() {
                    Trouble::TooLarge
                } else {
                    Trouble::Unreachable
                }
            })
        }
        status if status.is_redirection() => Err(Trouble::Redirect),
        _other => Err(Trouble::NotFound),
    };
    driver.abort();
    Ok(String::from_utf8_lossy(&read?.to_bytes()).into_owned())
}
