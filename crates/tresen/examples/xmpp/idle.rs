//! Connections that say nothing: what each costs in memory, and what its login costs.

use std::time::Duration;

use tokio::time::sleep;

use crate::{
    Args, Report, measure, process,
    wire::{Target, Wire},
};

/// How long the server may come to rest before its memory is read.
const SETTLE: Duration = Duration::from_secs(8);

pub(crate) async fn run(args: &Args, target: &Target) -> anyhow::Result<Report> {
    Wire::register(target, args.users).await?;
    sleep(SETTLE).await;
    let (before, cpu) = (process::rss_kib(&args.pids)?, process::cpu_seconds(&args.pids)?);
    let mut wires = Vec::with_capacity(args.users);
    for number in 0..args.users {
        wires.push(Wire::login(target, number).await?);
    }
    let cpu = process::cpu_seconds(&args.pids)? - cpu;
    sleep(SETTLE).await;
    let after = process::rss_kib(&args.pids)?;
    let count = u64::try_from(wires.len())?;
    let connections = measure::ratio(count, 1.0);
    drop(wires);
    Ok(Report {
        kind: "idle",
        users: args.users,
        server_cpu_seconds: cpu,
        server_kib_per_connection: Some(measure::ratio(after.saturating_sub(before), connections)),
        logins_per_server_cpu_second: Some(measure::ratio(count, cpu)),
        ..Report::default()
    })
}
