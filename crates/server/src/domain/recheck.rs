//! Looks again at the domains that are due, for as long as the node lives.

use std::sync::Weak;

use super::check;
use crate::{app::App, limits::DOMAIN_INTERVAL};

/// Looks until the node is gone.
pub(crate) async fn run(app: Weak<App>) {
    let mut interval = tokio::time::interval(DOMAIN_INTERVAL);
    loop {
        interval.tick().await;
        let Some(app) = app.upgrade() else { return };
        let now = app.now();
        if let Err(error) = check::check_due(&app.control, &app.keys, app.config(), now).await {
            tracing::warn!(%error, "domains can't be looked at; it is tried again later");
        }
    }
}
