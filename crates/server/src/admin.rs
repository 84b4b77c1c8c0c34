//! What the operator does: claim links for businesses.

use sha2::{Digest as _, Sha256};
use tresen_store::{ControlStore, SharedClock};
use tresen_types::crockford;

use crate::{
    Config, ServerError,
    app::{App, CONTROL_FILE, make_private_directory, random_secret},
    limits::CLAIM_LIFETIME_MS,
};

/// Makes a one-time claim link for one business; it counts for 24 hours. The secret stands in the
/// fragment, as 52 characters, and is stored as a hash only.
///
/// # Errors
/// Fails when the store does.
pub async fn create_claim_link(app: &App) -> Result<String, ServerError> {
    let secret = random_secret()?;
    let expires_at = app.now().plus_millis(CLAIM_LIFETIME_MS);
    app.control.create_claim_link(Sha256::digest(*secret).into(), expires_at).await?;
    Ok(claim_url(app.origin(), secret.as_slice()))
}

/// Whether no business was ever claimed on this server: then the first start prints a claim link.
///
/// # Errors
/// Fails when the store does.
pub async fn is_unclaimed(app: &App) -> Result<bool, ServerError> {
    Ok(app.control.claim_links_used().await? == 0)
}

/// Makes claim links for a server that may be running: the control store takes several processes.
///
/// # Errors
/// Fails when the data directory isn't a server's, or the store fails.
pub async fn create_claim_links(
    config: &Config,
    clock: &SharedClock,
    count: usize,
) -> Result<Vec<String>, ServerError> {
    make_private_directory(&config.data_dir)?;
    let control = ControlStore::open(&config.data_dir.join(CONTROL_FILE))?;
    let origin = config.origin_at(config.listen);
    let expires_at = clock.now().plus_millis(CLAIM_LIFETIME_MS);
    let mut links = Vec::with_capacity(count);
    for _ in 0..count {
        let secret = random_secret()?;
        control.create_claim_link(Sha256::digest(*secret).into(), expires_at).await?;
        links.push(claim_url(&origin, secret.as_slice()));
    }
    Ok(links)
}

fn claim_url(origin: &str, secret: &[u8]) -> String {
    format!("{origin}/claim#{}", crockford::encode(secret))
}
