//! Fetches a file that a link leads to: public addresses alone, redirects looked at like the first
//! address, size and type within what the API allows.

use bytes::Bytes;
use http::{
    HeaderMap, Method,
    header::{CONTENT_TYPE, LOCATION},
};
use url::Url;

use super::kind::{bytes_max, kind_of, plain};
use crate::{
    api_error::ApiError,
    gateway::Gateway,
    limits::{FETCH_MS_MAX, REDIRECTS_MAX},
    outbound::{OutboundError, Outgoing, Plain, read_url},
    request::MediaKind,
};

/// A file that was fetched.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) bytes: Bytes,
    pub(crate) media_type: String,
    /// The last part of the link's path.
    pub(crate) name: Option<String>,
}

/// Fetches what is shown as this kind.
pub(crate) async fn fetch(
    gateway: &Gateway,
    kind: MediaKind,
    link: &str,
) -> Result<Fetched, ApiError> {
    let not_a_link =
        || ApiError::parameter(format!("Param {}['link'] is not a valid URI.", kind.name()));
    let mut url = read_url(link).map_err(|_url| not_a_link())?;
    let _place = gateway.fetches.acquire().await.map_err(|_closed| ApiError::new(131_016))?;
    for _hop in 0..=REDIRECTS_MAX {
        let request = Outgoing {
            method: Method::GET,
            url: url.clone(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            reach: gateway.reach(),
            plain: Plain::Everywhere,
            ms_max: FETCH_MS_MAX,
            answer_bytes_max: usize::try_from(bytes_max(kind)).unwrap_or(usize::MAX),
        };
        let answer = gateway.outbound.send(request).await.map_err(|error| failed(&error))?;
        let header =
            |name| answer.headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        match answer.status {
            200 => {
                let media_type = plain(header(CONTENT_TYPE).unwrap_or_default());
                if kind_of(&media_type) != Some(kind) {
                    let details = format!("the link's file isn't one for {}", kind.name());
                    return Err(ApiError::with(131_053, details));
                }
                return Ok(Fetched { bytes: answer.body, media_type, name: name_of(&url) });
            }
            301 | 302 | 303 | 307 | 308 => {
                let next = header(LOCATION).and_then(|next| url.join(next).ok());
                let next = next.ok_or_else(|| broken("a redirect without a target"))?;
                url = read_url(next.as_str()).map_err(|error| failed(&error))?;
            }
            _ => return Err(broken("the link's host answered with another status than 200")),
        }
    }
    Err(broken("too many redirects"))
}

fn broken(details: &str) -> ApiError {
    ApiError::with(131_052, details)
}

fn failed(error: &OutboundError) -> ApiError {
    ApiError::with(131_052, format!("the link's file can't be fetched: {error}"))
}

fn name_of(url: &Url) -> Option<String> {
    let last = url.path_segments()?.next_back()?;
    let name = percent_encoding::percent_decode_str(last).decode_utf8().ok()?.into_owned();
    (!name.is_empty()).then_some(name)
}
