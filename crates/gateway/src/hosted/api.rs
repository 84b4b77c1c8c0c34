//! Requests to a provider's API.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use serde_json::Value;
use tresen_types::Currency;

use crate::{
    error::{Error, Result},
    gateway::Gateway,
    limits::{PROVIDER_ANSWER_BYTES_MAX, PROVIDER_MS_MAX},
    outbound::{Outgoing, Plain, read_url},
};

/// Currencies that providers count in hundredths although they have no decimals any more.
const COUNTED_IN_HUNDREDTHS: [&str; 2] = ["ISK", "UGX"];

/// Why a provider didn't do it.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Later, perhaps.
    Later(&'static str),
    /// Not like this: a person has to look.
    Never(u16),
}

impl Refusal {
    /// Whether nothing more can be done about it now.
    pub(super) fn settled(&self, what: &'static str) -> Result<bool> {
        match self {
            Self::Later(why) => {
                tracing::debug!(why, "a provider is asked again later for {what}");
                Ok(false)
            }
            Self::Never(status) => {
                tracing::warn!(status, "a provider refuses {what}");
                Ok(true)
            }
        }
    }
}

/// What is asked of a provider.
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) authorization: String,
    pub(super) media_type: &'static str,
    pub(super) body: String,
    /// A wish that is repeated has the same name.
    pub(super) once: Option<(&'static str, &'a str)>,
}

/// Asks; gives the JSON of the answer.
pub(super) async fn ask(gateway: &Gateway, ask: Ask<'_>) -> Result<Value, Refusal> {
    let url = read_url(&ask.url).map_err(|_url| Refusal::Later("the address of the API"))?;
    let mut headers = HeaderMap::new();
    let pairs = [
        (header::AUTHORIZATION, ask.authorization),
        (header::CONTENT_TYPE, ask.media_type.to_owned()),
        (header::USER_AGENT, concat!("Tresen/", env!("CARGO_PKG_VERSION")).to_owned()),
    ];
    for (name, value) in pairs {
        let mut value =
            HeaderValue::from_str(&value).map_err(|_letters| Refusal::Later("a header"))?;
        value.set_sensitive(name == header::AUTHORIZATION);
        headers.insert(name, value);
    }
    if let Some((name, value)) = ask.once {
        let value = HeaderValue::from_str(value).map_err(|_letters| Refusal::Later("a header"))?;
        headers.insert(HeaderName::from_static(name), value);
    }
    let answer = gateway
        .outbound
        .send(Outgoing {
            method: ask.method,
            url,
            headers,
            body: Bytes::from(ask.body),
            reach: gateway.reach(),
            plain: Plain::OnlyPrivate,
            ms_max: PROVIDER_MS_MAX,
            answer_bytes_max: PROVIDER_ANSWER_BYTES_MAX,
        })
        .await
        .map_err(|error| {
            tracing::debug!(%error, "a provider can't be reached");
            Refusal::Later("it can't be reached")
        })?;
    match answer.status {
        200..=299 => {
            serde_json::from_slice(&answer.body).map_err(|_json| Refusal::Later("its answer"))
        }
        409 | 429 | 500..=599 => Err(Refusal::Later("its status")),
        status => Err(Refusal::Never(status)),
    }
}

/// A text of an answer.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// An amount as a provider counts it.
pub(super) fn to_provider(minor: i64, currency: &str) -> i64 {
    if COUNTED_IN_HUNDREDTHS.contains(&currency) { minor.saturating_mul(100) } else { minor }
}

/// An amount of a provider as we count it, with its currency; `None` for one that is none.
pub(super) fn of_provider(amount: i64, currency: &str) -> Option<(i64, Currency)> {
    let code = currency.to_ascii_uppercase();
    let known = Currency::parse(&code).ok()?;
    let is_hundredths = COUNTED_IN_HUNDREDTHS.contains(&code.as_str());
    let minor = match is_hundredths {
        true if amount % 100 == 0 => amount / 100,
        true => return None,
        false => amount,
    };
    (minor > 0).then_some((minor, known))
}

impl From<Error> for Refusal {
    fn from(_ours: Error) -> Self {
        Self::Later("the gateway's own store")
    }
}
