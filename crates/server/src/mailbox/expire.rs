//! What is too old goes: mailbox entries and nonces, blobs, key packages, invitations, link mailboxes.
//!
//! One task wakes up every minute for what lies in memory and every hour for what lies on the disk,
//! and ends with the node.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tresen_store::{DeliveryEvent, Outcome};
use tresen_types::Timestamp;
use tresen_types::limits::DAY_MS;

use crate::ServerError;
use crate::app::App;
use crate::blob;

const MEMORY_INTERVAL: Duration = Duration::from_secs(60);
/// Rounds of the memory's sweep between two of the disk's.
const DISK_ROUNDS: u32 = 60;

/// Expires until the node is gone.
pub(crate) async fn run(app: Weak<App>) {
    let mut interval = tokio::time::interval(MEMORY_INTERVAL);
    let mut round: u32 = 0;
    loop {
        interval.tick().await;
        let Some(app) = app.upgrade() else { return };
        sweep_memory(&app);
        if round.is_multiple_of(DISK_ROUNDS)
            && let Err(error) = sweep_disk(&app).await
        {
            tracing::warn!(%error, "expiry failed; it is tried again in an hour");
        }
        round = round.wrapping_add(1);
    }
}

fn sweep_memory(app: &App) {
    let now = app.now();
    app.rates.sweep(now);
    app.links.sweep(now);
}

/// Expires what lies on the disk.
pub(crate) async fn sweep_disk(app: &Arc<App>) -> Result<(), ServerError> {
    let now = app.now();
    sweep_mailboxes(app, now).await?;
    loop {
        let expired = app.control.expired_blobs(now).await?;
        if expired.is_empty() {
            break;
        }
        for id in expired {
            blob::delete_for_good(app, id).await?;
        }
    }
    app.control.expire_key_packages(now).await?;
    app.control.expire_invitations(now).await?;
    Ok(())
}

async fn sweep_mailboxes(app: &App, now: Timestamp) -> Result<(), ServerError> {
    let days = app.config().retention.mailbox_days;
    let before = now.plus_millis(days.saturating_mul(DAY_MS).saturating_neg());
    // One bounded step at a time, so that messages aren't held up.
    while let Outcome::Expired { is_done: false, .. } =
        app.delivery.submit(DeliveryEvent::Expire { before }).await?
    {
        tokio::task::yield_now().await;
    }
    Ok(())
}
