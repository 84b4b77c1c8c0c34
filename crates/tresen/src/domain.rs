//! `tresen admin domain`: which domains businesses claim, and what was found there.

use std::sync::Arc;

use serde::Serialize;
use tresen_server::{SystemClock, admin};
use tresen_store::{
    SharedClock,
    control::{DomainClaimRecord, DomainClaimState},
};

use crate::{cli::DomainCommand, output, serve};

/// One claim in the list.
#[derive(Serialize)]
struct Line<'a> {
    account: String,
    domain: &'a str,
    state: &'static str,
    trouble: &'a str,
    since_ms: i64,
    checked_at_ms: i64,
}

pub(crate) fn run(command: &DomainCommand) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match command {
        DomainCommand::List(args) => {
            let config = serve::load(args)?;
            for claim in runtime.block_on(admin::domain_claims(&config))? {
                output::last_line(&line(&claim))?;
            }
        }
        DomainCommand::Check(args) => {
            let config = serve::load(args)?;
            let clock: SharedClock = Arc::new(SystemClock);
            let checked = runtime.block_on(admin::check_domains(&config, &clock))?;
            output::last_line(&serde_json::json!({ "checked": checked }))?;
        }
        DomainCommand::Remove { server, account } => {
            let config = serve::load(server)?;
            runtime.block_on(admin::remove_domain(&config, *account))?;
        }
    }
    Ok(())
}

fn line(claim: &DomainClaimRecord) -> Line<'_> {
    Line {
        account: claim.account.to_string(),
        domain: &claim.domain,
        state: match claim.state {
            DomainClaimState::Waiting => "waiting",
            DomainClaimState::Confirmed => "confirmed",
            DomainClaimState::Lost => "lost",
        },
        trouble: &claim.trouble,
        since_ms: claim.since.as_millis(),
        checked_at_ms: claim.checked_at.as_millis(),
    }
}
