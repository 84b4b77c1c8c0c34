//! Fetches the file of a claimed domain over HTTPS, from one address.

use std::net::IpAddr;

use bytes::Bytes;
use http::{Request, StatusCode, header::HOST};
use http_body_util::Full;
use tresen_statement::WELL_KNOWN_PATH;

use super::{https, look::Trouble};
use crate::{config::DomainsConfig, limits::DOMAIN_FILE_BYTES_MAX};

/// The text of the file. The certificate must be the domain's; a redirect is an answer, and no way.
pub(super) async fn fetch(
    config: &DomainsConfig,
    domain: &str,
    address: IpAddr,
) -> Result<String, Trouble> {
    let stream = https::connect(config, domain, (address, config.https_port).into()).await?;
    let host = match config.https_port {
        443 => domain.to_owned(),
        port => format!("{domain}:{port}"),
    };
    let request = Request::get(WELL_KNOWN_PATH)
        .header(HOST, host)
        .body(Full::<Bytes>::default())
        .map_err(|_never| Trouble::Unreachable)?;
    let (head, body) = https::exchange(stream, request, DOMAIN_FILE_BYTES_MAX).await?;
    match head.status {
        StatusCode::OK => Ok(String::from_utf8_lossy(&body?).into_owned()),
        status if status.is_redirection() => Err(Trouble::Redirect),
        _other => Err(Trouble::NotFound),
    }
}
