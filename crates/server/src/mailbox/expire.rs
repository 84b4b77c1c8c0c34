//! What is too old goes: mailbox entries and nonces, blobs, key packages, invitations, link mailboxes,
//! what proves the consents of accounts that have ended.
//!
//! One task wakes up every minute for what lies in memory or lives for minutes, and every hour for
//! the rest, and ends with the node. Several nodes may do it at the same time: what one has removed, another
//! doesn't find.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use tresen_store::{DeliveryEvent, Outcome};
use tresen_types::{Timestamp, limits::DAY_MS};

use crate::{
    ServerError,
    app::App,
    blob,
    limits::{ENDED_PROOF_DAYS, PUSH_UNUSED_MS},
};

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
        if let Err(error) = app.control.expire_link_mailboxes(app.now()).await {
            tracing::warn!(%error, "link mailboxes can't be expired; it is tried again in a minute");
        }
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
    app.links.sweep();
    app.pushes.sweep();
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
    app.control.expire_push_subscriptions(now.plus_millis(-PUSH_UNUSED_MS)).await?;
    let proof_ms = ENDED_PROOF_DAYS.saturating_mul(DAY_MS);
    app.control.forget_ended(now.plus_millis(proof_ms.saturating_neg())).await?;
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use tresen_store::{
        control::{BlobClass, InvitationRecord},
        delivery::Notice,
    };
    use tresen_types::{AccountId, DeviceId};

    use super::*;
    use crate::{app::stores, config::Config, session::TokenHolder};

    #[tokio::test]
    async fn what_is_too_old_goes_and_the_rest_stays() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { data_dir: folder.path().join("data"), ..Config::default() };
        let clock_ms = Arc::new(AtomicI64::new(1_800_000_000_000));
        let told_ms = Arc::clone(&clock_ms);
        let clock = move || Timestamp::from_millis(told_ms.load(Ordering::Relaxed));
        let app = App::open(config, "http://localhost".to_owned(), Arc::new(clock), stores::open)
            .await
            .unwrap();
        let (account, device) = (AccountId::new([1; 16]), DeviceId::new([2; 8]));
        let holder = TokenHolder { account, device };
        let media = blob::create(&app, holder, 3, BlobClass::Media).await.unwrap();
        blob::append(&app, holder, media.id, 0, "abc".into()).await.unwrap();
        let archive = blob::create(&app, holder, 3, BlobClass::Archive).await.unwrap();
        let invitation = InvitationRecord {
            id: vec![3; 16],
            account,
            expires_at: app.now().plus_millis(1),
            used_at: None,
            bytes: Vec::new(),
        };
        app.control.create_invitation(invitation).await.unwrap();
        enqueue(&app, device).await;
        clock_ms.fetch_add(29 * DAY_MS, Ordering::Relaxed);
        enqueue(&app, device).await;
        sweep_disk(&app).await.unwrap();
        assert_eq!(app.delivery.stats(device).await.unwrap().entries, 2);
        assert!(app.control.blob(media.id).await.unwrap().is_some());
        assert!(app.control.invitation(vec![3; 16]).await.unwrap().is_none());
        clock_ms.fetch_add(2 * DAY_MS, Ordering::Relaxed);
        sweep_disk(&app).await.unwrap();
        assert_eq!(app.delivery.stats(device).await.unwrap().entries, 1);
        assert!(app.control.blob(media.id).await.unwrap().is_none());
        assert!(app.blobs.read(&app.control, media.id, 0, 3).await.is_err());
        assert!(app.control.blob(archive.id).await.unwrap().is_some());
        app.shutdown().await.unwrap();
    }

    async fn enqueue(app: &App, device: DeviceId) {
        let event = DeliveryEvent::Enqueue(Notice {
            devices: vec![device],
            conversation: None,
            sender: None,
            class: 5,
            body: "statement".into(),
        });
        app.delivery.submit(event).await.unwrap();
    }
}
