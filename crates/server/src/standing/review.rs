//! Looks at the businesses that have sent something, and moves their tiers.

use std::{sync::Weak, time::Duration};

use tresen_admission::{QUALITY_DAYS, Signals, Tier};
use tresen_store::{
    ControlStore,
    control::{QualityCounts, TierRecord},
};
use tresen_types::{AccountId, Timestamp, limits::DAY_MS};

use crate::{ServerError, app::App};

/// How often somebody looks.
const INTERVAL: Duration = Duration::from_secs(60 * 60);

/// Reviews until the node is gone.
pub(crate) async fn run(app: Weak<App>) {
    let mut interval = tokio::time::interval(INTERVAL);
    loop {
        interval.tick().await;
        let Some(app) = app.upgrade() else { return };
        if let Err(error) = review_all(&app).await {
            tracing::warn!(%error, "businesses can't be reviewed; it is tried again in an hour");
        }
    }
}

async fn review_all(app: &App) -> Result<(), ServerError> {
    let mut after = None;
    loop {
        let page = app.control.billed_accounts(after).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(*last);
        for account in page {
            if review(&app.control, account, app.now()).await? {
                app.terms.forget(&account);
            }
        }
    }
}

/// What is known of a business.
pub(crate) struct Reviewed {
    pub(crate) signals: Signals,
    pub(crate) tier: Tier,
    pub(crate) is_fixed: bool,
    counts: QualityCounts,
    changed_at: Timestamp,
}

/// Reads what is known of a business.
pub(crate) async fn read(
    control: &ControlStore,
    account: AccountId,
    now: Timestamp,
) -> Result<Reviewed, ServerError> {
    let since = now.plus_millis(QUALITY_DAYS.saturating_mul(DAY_MS).saturating_neg());
    let counts = control.quality_counts(account, since).await?;
    let known = control.tier(account).await?;
    let (delivered, reports) = (counts.delivered, counts.reports);
    let (blocks, stops) = (counts.blocks, counts.stops);
    Ok(Reviewed {
        signals: Signals { delivered, reports, blocks, stops },
        tier: known.and_then(|known| Tier::from_number(known.tier)).unwrap_or_default(),
        is_fixed: known.is_some_and(|known| known.is_fixed),
        counts,
        changed_at: known.map_or(Timestamp::default(), |known| known.changed_at),
    })
}

/// Moves a business's tier by at most one step; tells whether it did.
pub(crate) async fn review(
    control: &ControlStore,
    account: AccountId,
    now: Timestamp,
) -> Result<bool, ServerError> {
    let known = read(control, account, now).await?;
    let next = known.tier.after(&known.signals, known.counts.customers, known.changed_at, now);
    if known.is_fixed || next == known.tier {
        return Ok(false);
    }
    let record = TierRecord { tier: next as u8, is_fixed: false, changed_at: now };
    control.set_tier(account, record, None).await?;
    Ok(true)
}
