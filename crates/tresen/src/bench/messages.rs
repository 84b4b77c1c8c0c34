//! One-to-one messages: pairs of customer and business, both online, each keeping a window of
//! messages outstanding to the other. A slot of the window is free again when the server accepted.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    rc::Rc,
    time::Duration,
};

use anyhow::{Context as _, bail};
use tokio::time::Instant;
use tresen_proto::{
    Acknowledge, ClientBody, EntryKind, ReplyBody, RequestBody, Send, ServerBody, aad::MessageClass,
};
use tresen_types::{ConversationId, Nonce};

use super::{
    CIPHERTEXT_BYTES, Report,
    measure::{cpu_seconds, percentile_ms, ratio, rss_kib},
    server_process::{ServerOptions, ServerProcess},
};
use crate::{
    cli::BenchArgs,
    load::{
        message::{self, Route, Stamp},
        peer::{self, random},
        wire::Wire,
    },
};

/// How long after the last message of a run the rest may take to arrive.
const DRAIN_SECONDS: u64 = 20;
/// Bytes of ciphertext in a receipt.
const RECEIPT_BYTES: usize = 100;
/// Every how many deliveries one latency is kept.
const SAMPLE_EVERY: u64 = 16;

/// What all connections of a run share.
struct Load {
    started: Instant,
    is_sending: Cell<bool>,
    accepted: Cell<u64>,
    delivered: Cell<u64>,
    doubled: Cell<u64>,
    reordered: Cell<u64>,
    latencies_us: RefCell<Vec<u32>>,
}

impl Load {
    fn new() -> Rc<Self> {
        Rc::new(Self {
            started: Instant::now(),
            is_sending: Cell::new(true),
            accepted: Cell::new(0),
            delivered: Cell::new(0),
            doubled: Cell::new(0),
            reordered: Cell::new(0),
            latencies_us: RefCell::new(Vec::new()),
        })
    }

    fn now_us(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Accepted and not yet delivered.
    fn in_flight(&self) -> u64 {
        self.accepted.get().saturating_sub(self.delivered.get())
    }
}

/// One side of a pair.
struct Side {
    wire: Wire,
    conversation: ConversationId,
    route: Route,
    window: usize,
    /// Whether what comes is answered with a receipt, and the requests of those that are on their way.
    receipts: bool,
    receipts_sent: BTreeSet<u64>,
    counter: u64,
    nonces: u64,
    received: u64,
    nonce_base: [u8; 8],
}

/// The counter of a receipt: it isn't a message of the load.
const RECEIPT: u64 = 0;

impl Side {
    fn send(&mut self, load: &Load) {
        let message = self.next_message(load);
        self.wire.queue_request(message);
    }

    fn send_receipt(&mut self) {
        let stamp = Stamp { counter: RECEIPT, sent_at_us: 0 };
        let receipt = self.message(MessageClass::Control, stamp, RECEIPT_BYTES);
        let id = self.wire.queue_request(receipt);
        self.receipts_sent.insert(id);
    }

    /// Says the first word, so that the other side may answer.
    async fn open(&mut self, load: &Load) -> anyhow::Result<()> {
        let message = self.next_message(load);
        match self.wire.request(message).await? {
            ReplyBody::Accepted(_) => load.accepted.set(load.accepted.get() + 1),
            _ => bail!("the first message was refused"),
        }
        Ok(())
    }

    fn next_message(&mut self, load: &Load) -> RequestBody {
        self.counter += 1;
        let stamp = Stamp { counter: self.counter, sent_at_us: load.now_us() };
        self.message(MessageClass::Chat, stamp, CIPHERTEXT_BYTES)
    }

    fn message(&mut self, class: MessageClass, stamp: Stamp, bytes: usize) -> RequestBody {
        self.nonces += 1;
        let mut nonce = [0; 16];
        let (base, counter) = nonce.split_at_mut(8);
        base.copy_from_slice(&self.nonce_base);
        counter.copy_from_slice(&self.nonces.to_be_bytes());
        let message = message::write(&self.route, class, stamp, Nonce::new(nonce), bytes);
        let conversation = self.conversation.as_bytes().to_vec();
        RequestBody::Send(Send { conversation, message: message.into() })
    }

    /// Handles one frame; answers the cursor to acknowledge, if entries came.
    fn take(&mut self, load: &Load, body: ServerBody) -> anyhow::Result<Option<u64>> {
        match body {
            ServerBody::Reply(reply) => match reply.body {
                Some(ReplyBody::Accepted(_)) if self.receipts_sent.remove(&reply.id) => Ok(None),
                Some(ReplyBody::Accepted(_)) => {
                    load.accepted.set(load.accepted.get() + 1);
                    if load.is_sending.get() {
                        self.send(load);
                    }
                    Ok(None)
                }
                Some(ReplyBody::Error(error)) => {
                    bail!("refused: {:?} {}", error.code(), error.detail)
                }
                _ => bail!("an unexpected reply"),
            },
            ServerBody::Deliver(deliver) => {
                let mut cursor = None;
                for entry in deliver.entries {
                    cursor = Some(entry.cursor);
                    if entry.kind() == EntryKind::Application {
                        self.receive(load, &entry.body)?;
                    }
                }
                Ok(cursor)
            }
            ServerBody::Closing(closing) => bail!("the server closes: {:?}", closing.code()),
            ServerBody::Hello(_)
            | ServerBody::Drained(_)
            | ServerBody::Signal(_)
            | ServerBody::Pong(_) => Ok(None),
        }
    }

    fn receive(&mut self, load: &Load, body: &[u8]) -> anyhow::Result<()> {
        let stamp = message::stamp(body).context("a message of this load")?;
        if stamp.counter == RECEIPT {
            return Ok(());
        }
        if stamp.counter <= self.received {
            load.doubled.set(load.doubled.get() + 1);
        } else if stamp.counter != self.received + 1 {
            load.reordered.set(load.reordered.get() + 1);
        }
        self.received = self.received.max(stamp.counter);
        load.delivered.set(load.delivered.get() + 1);
        if load.delivered.get().is_multiple_of(SAMPLE_EVERY) {
            let latency = load.now_us().saturating_sub(stamp.sent_at_us);
            load.latencies_us.borrow_mut().push(u32::try_from(latency).unwrap_or(u32::MAX));
        }
        Ok(())
    }

    async fn run(mut self, load: Rc<Load>) -> anyhow::Result<()> {
        for _ in 0..self.window {
            self.send(&load);
        }
        loop {
            self.wire.flush().await?;
            let mut body = Some(self.wire.next().await?);
            let (mut cursor, received) = (None, self.received);
            while let Some(frame) = body {
                cursor = self.take(&load, frame)?.or(cursor);
                body = self.wire.try_next()?;
            }
            if self.receipts && self.received > received && load.is_sending.get() {
                self.send_receipt();
            }
            if let Some(cursor) = cursor {
                self.wire.queue(ClientBody::Acknowledge(Acknowledge { cursor }));
            }
        }
    }
}

pub(super) async fn run(args: &BenchArgs) -> anyhow::Result<Report> {
    let mut server =
        ServerProcess::start(&ServerOptions { claims: args.pairs, ..ServerOptions::default() })?;
    let target = server.target();
    let load = Load::new();
    let tasks = tokio::task::LocalSet::new();
    let mut report = Report {
        kind: "messages",
        window: args.window,
        receipts: args.receipts,
        pairs: Some(args.pairs),
        durable: true,
        tls: true,
        ..Report::default()
    };
    let mut sides = Vec::new();
    for token in server.take_claims() {
        let (business, business_wire) = peer::claim(&target, &token, 4).await?;
        let (customer, customer_wire) = peer::open(&target, &business).await?;
        let business_route = customer.business_route(&business);
        let conversation = customer.conversation;
        let side = |wire, route| {
            let nonce_base = random()?;
            anyhow::Ok(Side {
                wire,
                conversation,
                route,
                window: args.window,
                receipts: args.receipts,
                receipts_sent: BTreeSet::new(),
                counter: 0,
                nonces: 0,
                received: 0,
                nonce_base,
            })
        };
        let mut customer = side(customer_wire, customer.route)?;
        customer.open(&load).await?;
        sides.extend([side(business_wire, business_route)?, customer]);
    }
    tasks
        .run_until(async {
            let mut running = tokio::task::JoinSet::new();
            for side in sides {
                running.spawn_local(side.run(Rc::clone(&load)));
            }
            let failed = async { running.join_next().await.context("no connection")?? };
            tokio::select! {
                result = failed => { result?; bail!("a connection ended") }
                measured = measure(args, &server, &load) => measured,
            }
        })
        .await?
        .fill(&mut report, &load);
    report.server_rss_kib = rss_kib(server.pid())?;
    server.stop()?;
    Ok(report)
}

/// The figures of the measured stretch.
struct Measured {
    seconds: f64,
    cpu_seconds: f64,
    delivered: u64,
}

async fn measure(
    args: &BenchArgs,
    server: &ServerProcess,
    load: &Load,
) -> anyhow::Result<Measured> {
    // The first second warms caches and is not counted.
    tokio::time::sleep(Duration::from_secs(1)).await;
    load.latencies_us.borrow_mut().clear();
    let (begun, cpu, delivered) =
        (Instant::now(), cpu_seconds(server.pid())?, load.delivered.get());
    tokio::time::sleep(Duration::from_secs(args.seconds)).await;
    let measured = Measured {
        seconds: begun.elapsed().as_secs_f64(),
        cpu_seconds: cpu_seconds(server.pid())? - cpu,
        delivered: load.delivered.get() - delivered,
    };
    load.is_sending.set(false);
    let deadline = Instant::now() + Duration::from_secs(DRAIN_SECONDS);
    while load.in_flight() > 0 && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(measured)
}

impl Measured {
    fn fill(&self, report: &mut Report, load: &Load) {
        report.seconds = self.seconds;
        report.server_cpu_seconds = self.cpu_seconds;
        report.delivered = Some(self.delivered);
        report.delivered_per_second = Some(ratio(self.delivered, self.seconds));
        report.delivered_per_server_cpu_second = Some(ratio(self.delivered, self.cpu_seconds));
        report.server_share_of_core = Some(self.cpu_seconds / self.seconds);
        report.lost = load.in_flight();
        report.doubled = load.doubled.get();
        report.reordered = load.reordered.get();
        let mut latencies = load.latencies_us.borrow_mut();
        report.latency_ms_p50 = percentile_ms(&mut latencies, 0.5);
        report.latency_ms_p99 = percentile_ms(&mut latencies, 0.99);
    }
}
