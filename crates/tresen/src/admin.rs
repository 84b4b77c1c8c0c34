//! `tresen admin`: what an operator does, also while the server runs.

use std::sync::Arc;

use tresen_server::{SystemClock, admin};
use tresen_store::SharedClock;

use crate::{cli::ClaimArgs, output, serve};

/// Prints claim links, one a line.
pub(crate) fn claim(args: &ClaimArgs) -> anyhow::Result<()> {
    let config = serve::load(&args.server)?;
    let clock: SharedClock = Arc::new(SystemClock);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let links = runtime.block_on(admin::create_claim_links(&config, &clock, args.count))?;
    for link in links {
        output::line(&link)?;
    }
    Ok(())
}
