//! `tresen check kill`: kills a server process of its own again and again.

use std::{cell::Cell, rc::Rc, time::Duration};

use anyhow::Context as _;
use tokio::sync::watch;

use super::{
    Report, drain,
    side::{keep_running, pair},
};
use crate::{
    bench::{LossyDisk, ServerOptions, ServerProcess},
    cli::CheckKillArgs,
    load::peer::random,
};

/// A round lasts at most this long before the kill.
const ROUND_MS_MAX: u64 = 400;
/// After the last round, who hears nothing new for this long has heard all.
const PATIENCE: Duration = Duration::from_secs(20);
/// What is made before the first round is on disk after this time, with the hook for tests too.
const SETTLE: Duration = Duration::from_millis(300);

/// Runs the rounds, waits until everything has arrived, and compares.
pub(super) async fn run(args: &CheckKillArgs) -> anyhow::Result<Report> {
    let options = ServerOptions {
        claims: args.pairs,
        is_pinned: false,
        tls: false,
        has_self_approval: false,
        acknowledge_before_write: args.acknowledge_before_write,
        disk: args.lossy_disk.clone().map(|library| LossyDisk {
            library,
            faulty_file: args.faulty_file.clone(),
            ignores_sync: args.ignore_sync,
            fails_every: args.fail_sync_every,
        }),
    };
    let mut server = ServerProcess::start(&options)?;
    let target = server.target();
    let is_sending = Rc::new(Cell::new(true));
    let mut pairs = Vec::new();
    for (number, token) in server.take_claims().into_iter().enumerate() {
        // Every other customer is away.
        pairs.push(pair(&target, &token, &is_sending, number % 2 == 1).await?);
    }
    tokio::time::sleep(SETTLE).await;
    for (_business, customer) in &pairs {
        customer.open_window(&target).await?;
    }
    let (generation, watch) = watch::channel(0_u32);
    let sides: Vec<_> = pairs.iter().flat_map(|(a, b)| [Rc::clone(a), Rc::clone(b)]).collect();
    for side in &sides {
        tokio::task::spawn_local(keep_running(Rc::clone(side), target.clone(), watch.clone()));
    }
    for round in 1..=args.rounds {
        let [low, high]: [u8; 2] = random()?;
        let pause_ms = u64::from(u16::from_le_bytes([low, high])) % ROUND_MS_MAX;
        tokio::time::sleep(Duration::from_millis(20 + pause_ms)).await;
        server.kill()?;
        server.restart().with_context(|| format!("round {round}"))?;
        generation.send(round)?;
    }
    is_sending.set(false);
    let mut report = drain(&pairs, PATIENCE).await;
    report.rounds = args.rounds;
    // How long this one server was away, its rounds say.
    report.waits.clear();
    Ok(report)
}
