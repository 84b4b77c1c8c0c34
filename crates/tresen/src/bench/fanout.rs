//! Fan-out: a customer writes to a business with as many devices as it may have.

use anyhow::{Context as _, bail};
use tokio::time::Instant;
use tresen_proto::{
    Acknowledge, ClientBody, EntryKind, ReplyBody, RequestBody, Send, ServerBody, aad::MessageClass,
};
use tresen_types::{Nonce, limits::BUSINESS_DEVICES_MAX};

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

pub(super) async fn run(args: &BenchArgs) -> anyhow::Result<Report> {
    let mut server =
        ServerProcess::start(&ServerOptions { claims: 1, ..ServerOptions::default() })?;
    let target = server.target();
    let token = server.take_claims().pop().context("a claim link")?;
    let (business, mut owner) = peer::claim(&target, &token, 4).await?;
    let mut receivers =
        peer::add_devices(&target, &business, &mut owner, BUSINESS_DEVICES_MAX - 1).await?;
    receivers.push(owner);
    let devices = receivers.len() as u64;
    let (customer, wire) = peer::open(&target, &business).await?;
    let (begun, cpu) = (Instant::now(), cpu_seconds(server.pid())?);
    let deadline = begun + std::time::Duration::from_secs(args.seconds);
    let tasks = tokio::task::LocalSet::new();
    let (sent, delivered) = tasks
        .run_until(async {
            let sender = tokio::task::spawn_local(send(customer, wire, args.window, deadline));
            let mut running = tokio::task::JoinSet::new();
            for receiver in receivers {
                running.spawn_local(receive(receiver));
            }
            let sent = sender.await??;
            let mut delivered = 0;
            while let Some(done) = running.join_next().await {
                delivered += done??;
            }
            anyhow::Ok((sent, delivered))
        })
        .await?;
    let cpu = cpu_seconds(server.pid())? - cpu;
    let report = Report {
        kind: "fanout",
        seconds: begun.elapsed().as_secs_f64(),
        window: args.window,
        connections: usize::try_from(devices).ok(),
        durable: true,
        tls: true,
        server_cpu_seconds: cpu,
        server_rss_kib: rss_kib(server.pid())?,
        delivered: Some(delivered),
        delivered_per_second: Some(ratio(delivered, begun.elapsed().as_secs_f64())),
        delivered_per_server_cpu_second: Some(ratio(delivered, cpu)),
        lost: (sent * devices).saturating_sub(delivered),
        ..Report::default()
    };
    server.stop()?;
    Ok(report)
}

/// Sends until the deadline, then one last message with the counter's top bit; answers how many.
async fn send(
    customer: Customer,
    mut wire: Wire,
    window: usize,
    deadline: Instant,
) -> anyhow::Result<u64> {
    let base: [u8; 8] = random()?;
    let (mut sent, mut accepted) = (0_u64, 0);
    loop {
        let is_over = Instant::now() >= deadline;
        while sent - accepted < window as u64 && !is_over {
            sent += 1;
            queue(&mut wire, &customer, base, sent, false);
        }
        if is_over && sent == accepted {
            sent += 1;
            queue(&mut wire, &customer, base, sent, true);
            wire.flush().await?;
            return Ok(sent);
        }
        wire.flush().await?;
        let mut body = Some(wire.next().await?);
        while let Some(frame) = body {
            if let ServerBody::Reply(reply) = frame {
                match reply.body {
                    Some(ReplyBody::Accepted(_)) => accepted += 1,
                    _ => bail!("a message was refused"),
                }
            }
            body = wire.try_next()?;
        }
    }
}

fn queue(wire: &mut Wire, customer: &Customer, base: [u8; 8], counter: u64, is_last: bool) {
    let mut nonce = [0; 16];
    let (high, low) = nonce.split_at_mut(8);
    high.copy_from_slice(&base);
    low.copy_from_slice(&counter.to_be_bytes());
    let stamp = Stamp { counter, sent_at_us: u64::from(is_last) };
    let message = message::write(
        &customer.route,
        MessageClass::Chat,
        stamp,
        Nonce::new(nonce),
        CIPHERTEXT_BYTES,
    );
    let conversation = customer.conversation.as_bytes().to_vec();
    wire.queue_request(RequestBody::Send(Send { conversation, message: message.into() }));
}

/// Receives until the last message; answers how many, each once and in order.
async fn receive(mut wire: Wire) -> anyhow::Result<u64> {
    let mut received = 0;
    loop {
        let mut body = Some(wire.next().await?);
        let mut cursor = None;
        let mut is_last = false;
        while let Some(frame) = body {
            if let ServerBody::Deliver(deliver) = frame {
                for entry in deliver.entries {
                    cursor = Some(entry.cursor);
                    if entry.kind() == EntryKind::Application {
                        let stamp =
                            message::stamp(&entry.body).context("a message of this load")?;
                        received += 1;
                        anyhow::ensure!(stamp.counter == received, "out of order");
                        is_last |= stamp.sent_at_us == 1;
                    }
                }
            }
            body = wire.try_next()?;
        }
        if let Some(cursor) = cursor {
            wire.queue(ClientBody::Acknowledge(Acknowledge { cursor }));
            wire.flush().await?;
        }
        if is_last {
            return Ok(received);
        }
    }
}
