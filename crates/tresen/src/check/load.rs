//! `tresen check load`: a server that somebody else runs, and kills.

use std::{cell::Cell, rc::Rc, time::Duration};

use anyhow::Context as _;
use tokio::sync::watch;

use super::{
    Report, drain,
    side::{keep_running, pair},
};
use crate::{cli::CheckLoadArgs, load::wire::Target};

/// After the end, who hears nothing new for this long has heard all: databases change places meanwhile.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sends and receives for the time that was asked for, waits until everything has arrived, and compares.
pub(super) async fn run(args: &CheckLoadArgs) -> anyhow::Result<Report> {
    let target = Target::plain(&args.server)?;
    let claims = std::fs::read_to_string(&args.claims).context("the claim links")?;
    let is_sending = Rc::new(Cell::new(true));
    let mut pairs = Vec::new();
    let secrets = claims.lines().filter_map(|line| Some(line.split_once('#')?.1));
    for (number, secret) in secrets.enumerate() {
        // Every fourth customer is away.
        pairs.push(pair(&target, secret, &is_sending, number % 4 == 3).await?);
    }
    for (_business, customer) in &pairs {
        customer.open_window(&target).await?;
    }
    anyhow::ensure!(!pairs.is_empty(), "there is no claim link");
    // Nobody tells when a server is there again: each side tries.
    let (_generation, watch) = watch::channel(0_u32);
    for side in pairs.iter().flat_map(|(a, b)| [a, b]) {
        tokio::task::spawn_local(keep_running(Rc::clone(side), target.clone(), watch.clone()));
    }
    tracing::info!(pairs = pairs.len(), "sending");
    tokio::time::sleep(Duration::from_secs(args.seconds)).await;
    is_sending.set(false);
    Ok(drain(&pairs, PATIENCE).await)
}
