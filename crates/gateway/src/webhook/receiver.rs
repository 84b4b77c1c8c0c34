//! Sets a receiver: it must answer the challenge first.

use bytes::Bytes;
use http::{HeaderMap, Method};

use crate::{
    api_error::ApiError,
    error::{Error, Result},
    gateway::Gateway,
    limits::{VERIFY_TOKEN_BYTES_MAX, WEBHOOK_ANSWER_BYTES_MAX, WEBHOOK_DELIVERY_MS_MAX},
    outbound::{Outbound, Outgoing, Plain, Reach, read_url},
    secret,
    store::{Callback, Level},
};

/// The parts of the challenge's URL.
const CHALLENGE_DIGITS: u64 = 1_000_000_000;

/// Verifies a receiver, in the words of the API.
pub(crate) async fn check(gateway: &Gateway, callback: &Callback) -> Result<(), ApiError> {
    let verified = verify(&gateway.outbound, callback, gateway.reach()).await;
    verified.map_err(|error| match error {
        Error::Verification(why) => ApiError {
            subcode: Some(2_200),
            ..ApiError::parameter(format!("Callback verification failed: {why}."))
        },
        Error::Invalid(what) => ApiError::parameter(what),
        other => other.into(),
    })
}

/// Verifies a receiver and sets it.
pub(crate) async fn set(
    gateway: &Gateway,
    level: Level,
    callback: &Callback,
) -> Result<(), ApiError> {
    check(gateway, callback).await?;
    gateway.store.write(|tx| tx.set_callback(level, callback))?;
    Ok(())
}

/// Asks a receiver to answer a challenge.
pub(crate) async fn verify(outbound: &Outbound, callback: &Callback, reach: Reach) -> Result<()> {
    if callback.verify_token.len() > VERIFY_TOKEN_BYTES_MAX {
        return Err(Error::Invalid("the verify token is too long"));
    }
    let mut url = read_url(&callback.url)
        .map_err(|_url| Error::Invalid("the callback must be an http or https URL"))?;
    let number = u64::from_be_bytes(secret::random()?) % CHALLENGE_DIGITS;
    let challenge = number.saturating_add(CHALLENGE_DIGITS).to_string();
    url.query_pairs_mut()
        .append_pair("hub.mode", "subscribe")
        .append_pair("hub.challenge", &challenge)
        .append_pair("hub.verify_token", &callback.verify_token);
    let request = Outgoing {
        method: Method::GET,
        url,
        headers: HeaderMap::new(),
        body: Bytes::new(),
        reach,
        plain: Plain::OnlyPrivate,
        ms_max: WEBHOOK_DELIVERY_MS_MAX,
        answer_bytes_max: WEBHOOK_ANSWER_BYTES_MAX,
    };
    let answer = outbound.send(request).await.map_err(|error| {
        tracing::debug!(%error, "a receiver can't be verified");
        Error::Verification("it can't be reached, or not from here")
    })?;
    if answer.status != 200 {
        return Err(Error::Verification("it answered with another status than 200"));
    }
    if answer.body.trim_ascii() != challenge.as_bytes() {
        return Err(Error::Verification("it answered something else than the challenge"));
    }
    Ok(())
}
