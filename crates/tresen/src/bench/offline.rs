//! Offline recipients: customers write while the business is away, then it comes back and drains.

use anyhow::{Context as _, bail};
use tokio::time::Instant;
use tresen_proto::{
    Acknowledge, ClientBody, EntryKind, ReplyBody, RequestBody, Send, ServerBody, aad::MessageClass,
};
use tresen_types::Nonce;

use super::{
    CIPHERTEXT_BYTES, Report,
    measure::{cpu_seconds, ratio, rss_kib},
    server_process::{ServerOptions, ServerProcess},
};
use crate::{
    cli::BenchArgs,
    load::{
        message::{self, Stamp},
        peer::{self, Customer, random},
        wire::Wire,
    },
};

/// Messages that one customer leaves behind.
const MESSAGES_EACH: u64 = 2_000;

pub(super) async fn run(args: &BenchArgs) -> anyhow::Result<Report> {
    let mut server =
        ServerProcess::start(&ServerOptions { claims: args.pairs, ..ServerOptions::default() })?;
    let target = server.target();
    let mut businesses = Vec::new();
    let mut customers = Vec::new();
    for token in server.take_claims() {
        let (business, _gone) = peer::claim(&target, &token, 4).await?;
        customers.push(peer::open(&target, &business).await?);
        businesses.push(business);
    }
    let begun = Instant::now();
    let accept_cpu = cpu_seconds(server.pid())?;
    let tasks = tokio::task::LocalSet::new();
    let window = args.window;
    tasks
        .run_until(async {
            let mut running = tokio::task::JoinSet::new();
            for (customer, wire) in customers {
                running.spawn_local(leave_messages(customer, wire, window));
            }
            while let Some(done) = running.join_next().await {
                done??;
            }
            anyhow::Ok(())
        })
        .await?;
    let accept_cpu = cpu_seconds(server.pid())? - accept_cpu;

    let drain_cpu = cpu_seconds(server.pid())?;
    let mut drained = 0;
    for business in &businesses {
        drained += drain(business.peer.connect(&target).await?).await?;
    }
    let drain_cpu = cpu_seconds(server.pid())? - drain_cpu;
    let accepted = MESSAGES_EACH * businesses.len() as u64;
    let report = Report {
        kind: "offline",
        seconds: begun.elapsed().as_secs_f64(),
        window: args.window,
        pairs: Some(args.pairs),
        durable: true,
        tls: true,
        server_cpu_seconds: accept_cpu + drain_cpu,
        server_rss_kib: rss_kib(server.pid())?,
        accepted_per_server_cpu_second: Some(ratio(accepted, accept_cpu)),
        drained_per_server_cpu_second: Some(ratio(drained, drain_cpu)),
        delivered: Some(drained),
        lost: accepted.saturating_sub(drained),
        doubled: drained.saturating_sub(accepted),
        ..Report::default()
    };
    server.stop()?;
    Ok(report)
}

async fn leave_messages(customer: Customer, mut wire: Wire, window: usize) -> anyhow::Result<()> {
    let (mut sent, mut accepted) = (0, 0);
    let base: [u8; 8] = random()?;
    while accepted < MESSAGES_EACH {
        while sent < MESSAGES_EACH && sent - accepted < window as u64 {
            sent += 1;
            let mut nonce = [0; 16];
            let (high, low) = nonce.split_at_mut(8);
            high.copy_from_slice(&base);
            low.copy_from_slice(&sent.to_be_bytes());
            let stamp = Stamp { counter: sent, sent_at_us: 0 };
            let class = MessageClass::Chat;
            let message =
                message::write(&customer.route, class, stamp, Nonce::new(nonce), CIPHERTEXT_BYTES);
            let conversation = customer.conversation.as_bytes().to_vec();
            wire.queue_request(RequestBody::Send(Send { conversation, message: message.into() }));
        }
        wire.flush().await?;
        let mut body = Some(wire.next().await?);
        while let Some(frame) = body {
            if let ServerBody::Reply(reply) = frame {
                match reply.body {
                    Some(ReplyBody::Accepted(_)) => accepted += 1,
                    Some(ReplyBody::Error(error)) => bail!("refused: {:?}", error.code()),
                    _ => bail!("an unexpected reply"),
                }
            }
            body = wire.try_next()?;
        }
    }
    Ok(())
}

/// Reads everything that waits; answers how many messages, each once and in order.
async fn drain(mut wire: Wire) -> anyhow::Result<u64> {
    let mut received = 0;
    loop {
        let mut body = Some(wire.next().await?);
        let mut cursor = None;
        let mut is_live = false;
        while let Some(frame) = body {
            match frame {
                ServerBody::Deliver(deliver) => {
                    for entry in deliver.entries {
                        cursor = Some(entry.cursor);
                        if entry.kind() == EntryKind::Application {
                            let stamp =
                                message::stamp(&entry.body).context("a message of this load")?;
                            received += 1;
                            anyhow::ensure!(stamp.counter == received, "out of order");
                        }
                    }
                }
                ServerBody::Drained(_) => is_live = true,
                _ => {}
            }
            body = wire.try_next()?;
        }
        if let Some(cursor) = cursor {
            wire.queue(ClientBody::Acknowledge(Acknowledge { cursor }));
            wire.flush().await?;
        }
        if is_live {
            return Ok(received);
        }
    }
}
