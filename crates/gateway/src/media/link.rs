//! The URL of a file: signed, for one file, for a few minutes, at the gateway itself. It works without
//! a token and with one.

use tresen_types::Timestamp;

use crate::{
    gateway::Gateway,
    limits::MEDIA_URL_MS,
    secret::{hex, mac256, same},
};

/// The URL of a file from now on.
pub(crate) fn url(gateway: &Gateway, id: &str) -> String {
    let expires = gateway.now().plus_millis(MEDIA_URL_MS).as_millis() / 1_000;
    let signature = signature(gateway, id, expires);
    let base = gateway.config.public_url.as_deref().unwrap_or_default().trim_end_matches('/');
    format!("{base}/download/{id}?ext={expires}&hash={signature}")
}

/// Whether a URL was made here and is still valid.
pub(crate) fn is_valid(gateway: &Gateway, id: &str, expires: &str, hash: &str) -> bool {
    let Ok(expires) = expires.parse::<i64>() else { return false };
    let is_right = same(signature(gateway, id, expires).as_bytes(), hash.as_bytes());
    let end = Timestamp::from_millis(expires.saturating_mul(1_000));
    is_right && gateway.now() <= end
}

fn signature(gateway: &Gateway, id: &str, expires: i64) -> String {
    let message = format!("tresen/gateway/media-url/1/{id}/{expires}");
    hex(&mac256(gateway.app_secret.as_bytes(), message.as_bytes()))
}
