//! Idle connections: what a session costs in memory before and after traffic, and what a login costs.

use std::time::Duration;

use anyhow::Context as _;
use futures::future::try_join_all;
use tokio::time::Instant;
use tresen_proto::{ClientBody, Ping, ServerBody};

use super::{
    Report,
    measure::{cpu_seconds, ratio, rss_kib},
    server_process::{ServerOptions, ServerProcess},
};
use crate::{
    cli::BenchArgs,
    load::{peer, wire::Wire},
};

/// Devices that log in at the same time.
const LOGINS_AT_ONCE: usize = 16;
/// Pings of one connection in the burst of traffic.
const BURST_PINGS: u64 = 20;

pub(super) async fn run(args: &BenchArgs) -> anyhow::Result<Report> {
    let mut server =
        ServerProcess::start(&ServerOptions { claims: 1, ..ServerOptions::default() })?;
    let target = server.target();
    let token = server.take_claims().pop().context("a claim link")?;
    let (business, mut first) = peer::claim(&target, &token, 1).await?;
    ping(&mut first, 1).await?;

    let before_kib = rss_kib(server.pid())?;
    let (begun, cpu) = (Instant::now(), cpu_seconds(server.pid())?);
    let (mut peers, mut wires) = (Vec::new(), Vec::new());
    for _ in 0..args.connections {
        let (peer, wire) = peer::register(&target, &business).await?;
        peers.push(peer);
        wires.push(wire);
    }
    settle().await;
    let idle_kib = rss_kib(server.pid())?;
    for wire in &mut wires {
        ping(wire, BURST_PINGS).await?;
    }
    settle().await;
    let after_kib = rss_kib(server.pid())?;
    drop(wires);
    settle().await;

    // A registration makes an account; a login is a device that comes back. Some come at the same time, as
    // after a restart: one after the other, half of the server's time would be falling asleep and waking.
    let login_cpu = cpu_seconds(server.pid())?;
    let mut wires = Vec::with_capacity(peers.len());
    for together in peers.chunks(LOGINS_AT_ONCE) {
        wires.extend(try_join_all(together.iter().map(|peer| peer.connect(&target))).await?);
    }
    let login_cpu = cpu_seconds(server.pid())? - login_cpu;

    let connections = wires.len() as u64;
    let per_connection = |kib: u64| ratio(kib.saturating_sub(before_kib), ratio(connections, 1.0));
    let report = Report {
        kind: "idle",
        seconds: begun.elapsed().as_secs_f64(),
        durable: true,
        tls: true,
        connections: Some(wires.len()),
        server_cpu_seconds: cpu_seconds(server.pid())? - cpu,
        server_rss_kib: after_kib,
        server_kib_per_connection: Some(per_connection(idle_kib)),
        server_kib_per_connection_after_traffic: Some(per_connection(after_kib)),
        logins_per_server_cpu_second: Some(ratio(connections, login_cpu)),
        ..Report::default()
    };
    drop(wires);
    server.stop()?;
    Ok(report)
}

/// Lets the server come to rest before its memory is read.
async fn settle() {
    tokio::time::sleep(Duration::from_secs(2)).await;
}

async fn ping(wire: &mut Wire, count: u64) -> anyhow::Result<()> {
    for id in 0..count {
        wire.queue(ClientBody::Ping(Ping { id }));
    }
    wire.flush().await?;
    let mut answered = 0;
    while answered < count {
        if let ServerBody::Pong(_) = wire.next().await? {
            answered += 1;
        }
    }
    Ok(())
}
