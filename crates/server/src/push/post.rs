//! One push to its push service (RFC 8030).

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use http::{
    Request, StatusCode,
    header::{AUTHORIZATION, CONTENT_ENCODING, HOST, RETRY_AFTER},
    response::Parts,
};
use http_body_util::Full;
use tokio::net::TcpStream;
use tresen_store::control::PushSubscriptionRecord;

use super::{endpoint::Endpoint, seal::Receiver};
use crate::{
    ServerError,
    app::App,
    cluster::repair::jittered,
    domain::{Trouble, guard, https},
    limits::{
        DOMAIN_ADDRESSES_MAX, PUSH_ANSWER_BYTES_MAX, PUSH_ATTEMPTS_MAX, PUSH_POST_WAIT,
        PUSH_RETRY_PAUSE, PUSH_RETRY_PAUSE_MAX, PUSH_TIME_TO_LIVE_S,
    },
};

/// All that a push says: its version. The same for everybody, so that its length tells nothing.
const TEXT: &[u8] = b"1";
/// A later push takes the place of one that wasn't delivered yet (RFC 8030, section 5.4).
const TOPIC: &str = "news";
/// Each further pause is longer by this factor.
const PAUSE_FACTOR: u32 = 4;

/// What became of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Posted {
    /// The push service has it.
    Taken,
    /// The subscription has ended, or leads where it may not.
    Ended,
    /// Nothing more is tried.
    Failed,
}

/// What one attempt came to.
enum Attempt {
    Over(Posted),
    /// Worth another attempt, not before the pause that the push service asks for.
    Later(Option<Duration>),
}

/// Sends a push, and again where that may help.
pub(super) async fn post(
    app: &App,
    subscription: &PushSubscriptionRecord,
) -> Result<Posted, ServerError> {
    let endpoint = Endpoint::parse(&subscription.endpoint, &app.config().push.allowed_origins);
    let receiver = Receiver::new(&subscription.public_key, &subscription.auth);
    // The operator may have changed what is allowed.
    let Some((endpoint, receiver)) = endpoint.zip(receiver) else { return Ok(Posted::Ended) };
    let body = Bytes::from(receiver.seal(TEXT)?);
    let mut pause = PUSH_RETRY_PAUSE;
    for attempt in 1..=PUSH_ATTEMPTS_MAX {
        let posting = tokio::time::timeout(PUSH_POST_WAIT, once(app, &endpoint, body.clone()));
        let asked = match posting.await.unwrap_or(Err(Trouble::TimedOut)) {
            Ok(answer) => match judge(&answer) {
                Attempt::Over(posted) => return Ok(posted),
                Attempt::Later(asked) => asked,
            },
            // Nobody means well who registers that.
            Err(Trouble::PrivateAddress) => return Ok(Posted::Ended),
            Err(trouble) => {
                tracing::debug!(trouble = trouble.as_str(), "a push service can't be reached");
                None
            }
        };
        if attempt < PUSH_ATTEMPTS_MAX {
            tokio::time::sleep(jittered(asked.unwrap_or(pause).min(PUSH_RETRY_PAUSE_MAX))).await;
            pause = pause.saturating_mul(PAUSE_FACTOR);
        }
    }
    Ok(Posted::Failed)
}

async fn once(app: &App, endpoint: &Endpoint, body: Bytes) -> Result<Parts, Trouble> {
    let domains = &app.config().domains;
    let mut last = Trouble::Unreachable;
    for address in addresses(app, endpoint).await?.into_iter().take(DOMAIN_ADDRESSES_MAX) {
        let request = request(app, endpoint, body.clone()).ok_or(Trouble::Unreachable)?;
        let answer = if endpoint.has_tls() {
            match https::connect(domains, endpoint.host(), address).await {
                Ok(stream) => https::exchange(stream, request, PUSH_ANSWER_BYTES_MAX).await,
                Err(trouble) => Err(trouble),
            }
        } else {
            match TcpStream::connect(address).await {
                Ok(stream) => https::exchange(stream, request, PUSH_ANSWER_BYTES_MAX).await,
                Err(_refused) => Err(Trouble::Unreachable),
            }
        };
        match answer {
            // What it says in words is for nobody.
            Ok((head, _body)) => return Ok(head),
            Err(trouble) => last = trouble,
        }
    }
    Err(last)
}

/// Where to connect to: public addresses, or what the operator has named.
async fn addresses(app: &App, endpoint: &Endpoint) -> Result<Vec<SocketAddr>, Trouble> {
    let (host, port) = (endpoint.host(), endpoint.port());
    if endpoint.is_allowed()
        && let Ok(found) = tokio::net::lookup_host((host, port)).await
    {
        return Ok(found.collect());
    }
    let found = guard::addresses(&app.config().domains, host, endpoint.is_allowed()).await?;
    Ok(found.into_iter().map(|address| (address, port).into()).collect())
}

fn request(app: &App, endpoint: &Endpoint, body: Bytes) -> Option<Request<Full<Bytes>>> {
    let contact = app.config().push.contact.as_deref();
    let contact = contact.or(Some(app.origin()).filter(|it| it.starts_with("https://")));
    let proof = app.keys.push().authorization(endpoint.origin(), contact, app.now());
    let (_scheme, host) = endpoint.origin().split_once("://")?;
    Request::post(endpoint.path().as_str())
        .header(HOST, host)
        .header(AUTHORIZATION, proof)
        .header(CONTENT_ENCODING, "aes128gcm")
        .header("TTL", PUSH_TIME_TO_LIVE_S)
        .header("Urgency", "normal")
        .header("Topic", TOPIC)
        .body(Full::new(body))
        .ok()
}

fn judge(answer: &Parts) -> Attempt {
    match answer.status {
        status if status.is_success() => Attempt::Over(Posted::Taken),
        StatusCode::NOT_FOUND | StatusCode::GONE => Attempt::Over(Posted::Ended),
        status if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() => {
            let asked = answer.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
            let asked_s = asked.and_then(|text| text.parse().ok());
            Attempt::Later(asked_s.map(Duration::from_secs))
        }
        status => {
            tracing::warn!(status = status.as_u16(), "a push service refuses a push");
            Attempt::Over(Posted::Failed)
        }
    }
}
