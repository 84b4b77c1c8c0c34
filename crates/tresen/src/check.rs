//! `tresen check kill`: kills the server again and again under load, and compares what clients sent,
//! were told was accepted, and received.
//!
//! ```text
//! per round:  send and receive for a random while → SIGKILL → restart → reconnect, send again what
//!             has no answer (same nonce) → …
//! at the end: drain everything, then compare
//! ```

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    time::Duration,
};

use anyhow::{Context as _, bail};
use serde::Serialize;
use tokio::{sync::watch, time::Instant};
use tresen_proto::{
    Acknowledge, ClientBody, EntryKind, Reply, ReplyBody, RequestBody, Send, ServerBody,
    aad::MessageClass,
};
use tresen_types::{ConversationId, Nonce};

use crate::{
    bench::{LossyDisk, ServerOptions, ServerProcess},
    cli::CheckKillArgs,
    load::{
        message::{self, Route, Stamp},
        peer::{self, Peer, random},
        wire::{Target, Wire},
    },
};

/// Messages that each side keeps without an answer.
const WINDOW: usize = 4;
/// Ciphertext of a message.
const CIPHERTEXT_BYTES: usize = 400;
/// A round lasts at most this long before the kill.
const ROUND_MS_MAX: u64 = 400;
/// What is made before the first round is on disk after this time, with the hook for tests too.
const SETTLE: Duration = Duration::from_millis(300);
/// After the last round, who hears nothing new for this long has heard all.
const DRAIN: Duration = Duration::from_secs(20);

/// What `tresen check kill` prints.
#[derive(Debug, Default, Serialize)]
struct Report {
    rounds: u32,
    sent: u64,
    accepted: u64,
    received: u64,
    lost: u64,
    doubled: u64,
    reordered: u64,
}

/// What one side knows; survives its connections.
struct Ledger {
    /// Counters that were accepted.
    accepted: BTreeSet<u64>,
    /// Sent and not answered, with their messages as they were first encrypted.
    open: BTreeMap<u64, Vec<u8>>,
    /// Counters that arrived from the other side, in order of arrival.
    received: Vec<u64>,
    /// Cursor of the last entry that this side has persisted.
    cursor: u64,
    next: u64,
}

/// One side of a pair.
struct Side {
    peer: Peer,
    conversation: ConversationId,
    route: Route,
    nonce_base: [u8; 8],
    ledger: RefCell<Ledger>,
    is_sending: Rc<Cell<bool>>,
    /// Stays away until the others have stopped sending: what it gets lies in its mailbox meanwhile.
    is_away: bool,
}

/// Runs the check and prints its report.
pub(crate) fn kill(args: &CheckKillArgs) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let report = tokio::task::LocalSet::new().block_on(&runtime, run(args))?;
    crate::output::last_line(&report)?;
    anyhow::ensure!(report.lost == 0, "{} accepted messages were lost", report.lost);
    anyhow::ensure!(report.doubled == 0, "{} messages came twice", report.doubled);
    anyhow::ensure!(report.reordered == 0, "{} messages came out of order", report.reordered);
    Ok(())
}

async fn run(args: &CheckKillArgs) -> anyhow::Result<Report> {
    let options = ServerOptions {
        claims: args.pairs,
        is_pinned: false,
        tls: false,
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
    let (mut heard, mut deadline) = (0, Instant::now() + DRAIN);
    while !pairs.iter().all(|(a, b)| is_settled(a, b)) && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let now_heard = sides.iter().map(|side| side.heard()).sum();
        if heard != now_heard {
            (heard, deadline) = (now_heard, Instant::now() + DRAIN);
        }
    }
    let mut report = Report { rounds: args.rounds, ..Report::default() };
    for (a, b) in &pairs {
        compare(&a.ledger.borrow(), &b.ledger.borrow(), &mut report);
        compare(&b.ledger.borrow(), &a.ledger.borrow(), &mut report);
    }
    Ok(report)
}

async fn pair(
    target: &Target,
    token: &str,
    is_sending: &Rc<Cell<bool>>,
    is_away: bool,
) -> anyhow::Result<(Rc<Side>, Rc<Side>)> {
    let (business, _) = peer::claim(target, token, 4).await?;
    let (customer, _) = peer::open(target, &business).await?;
    let business_route = customer.business_route(&business);
    let (conversation, route) = (customer.conversation, customer.route);
    let side = |peer, route, is_away| -> anyhow::Result<Rc<Side>> {
        let ledger = Ledger {
            accepted: BTreeSet::new(),
            open: BTreeMap::new(),
            received: Vec::new(),
            cursor: 0,
            next: 1,
        };
        Ok(Rc::new(Side {
            peer,
            conversation,
            route,
            nonce_base: random()?,
            ledger: RefCell::new(ledger),
            is_sending: Rc::clone(is_sending),
            is_away,
        }))
    };
    Ok((side(business.peer, business_route, false)?, side(customer.peer, route, is_away)?))
}

/// Connects, talks until the server dies, waits for the next server, and again.
async fn keep_running(side: Rc<Side>, target: Target, mut generation: watch::Receiver<u32>) {
    while side.is_away && side.is_sending.get() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    loop {
        if let Err(error) = side.session(&target).await {
            tracing::debug!(%error, "the connection ended");
        }
        // Either a new server is there, or this one only refused the connection.
        let again = tokio::time::timeout(Duration::from_millis(100), generation.changed()).await;
        if let Ok(Err(_all_is_over)) = again {
            return;
        }
    }
}

impl Side {
    async fn session(&self, target: &Target) -> anyhow::Result<()> {
        let mut wire = self.peer.connect(target).await?;
        let mut requests = BTreeMap::new();
        let unanswered: Vec<_> = self.ledger.borrow().open.clone().into_iter().collect();
        for (counter, message) in unanswered {
            requests.insert(self.queue(&mut wire, message), counter);
        }
        loop {
            while requests.len() < WINDOW && self.is_sending.get() {
                let (counter, message) = self.next_message();
                requests.insert(self.queue(&mut wire, message), counter);
            }
            wire.flush().await?;
            let mut body = Some(wire.next().await?);
            let mut cursor = None;
            while let Some(frame) = body {
                cursor = self.take(frame, &mut requests)?.or(cursor);
                body = wire.try_next()?;
            }
            if let Some(cursor) = cursor {
                wire.queue(ClientBody::Acknowledge(Acknowledge { cursor }));
            }
        }
    }

    /// Answers and messages that have arrived.
    fn heard(&self) -> usize {
        let ledger = self.ledger.borrow();
        ledger.accepted.len() + ledger.received.len()
    }

    fn queue(&self, wire: &mut Wire, message: Vec<u8>) -> u64 {
        let conversation = self.conversation.as_bytes().to_vec();
        wire.queue_request(RequestBody::Send(Send { conversation, message: message.into() }))
    }

    fn next_message(&self) -> (u64, Vec<u8>) {
        let mut ledger = self.ledger.borrow_mut();
        let counter = ledger.next;
        ledger.next += 1;
        let mut nonce = [0; 16];
        let (high, low) = nonce.split_at_mut(8);
        high.copy_from_slice(&self.nonce_base);
        low.copy_from_slice(&counter.to_be_bytes());
        let stamp = Stamp { counter, sent_at_us: 0 };
        let message = message::write(
            &self.route,
            MessageClass::Chat,
            stamp,
            Nonce::new(nonce),
            CIPHERTEXT_BYTES,
        );
        ledger.open.insert(counter, message.clone());
        (counter, message)
    }

    fn take(
        &self,
        body: ServerBody,
        requests: &mut BTreeMap<u64, u64>,
    ) -> anyhow::Result<Option<u64>> {
        let mut ledger = self.ledger.borrow_mut();
        match body {
            ServerBody::Reply(Reply { id, body: Some(ReplyBody::Accepted(_)) }) => {
                let counter = requests.remove(&id).context("an answer without a request")?;
                ledger.open.remove(&counter);
                ledger.accepted.insert(counter);
                Ok(None)
            }
            ServerBody::Reply(reply) => bail!("not accepted: {:?}", reply.body),
            ServerBody::Deliver(deliver) => {
                let mut last = None;
                for entry in deliver.entries {
                    // An entry that was persisted but not acknowledged comes again on a new connection.
                    last = Some(entry.cursor);
                    if entry.cursor <= ledger.cursor {
                        continue;
                    }
                    ledger.cursor = entry.cursor;
                    if entry.kind() == EntryKind::Application {
                        let stamp =
                            message::stamp(&entry.body).context("a message of this load")?;
                        ledger.received.push(stamp.counter);
                    }
                }
                Ok(last)
            }
            ServerBody::Closing(closing) => bail!("the server closes: {:?}", closing.code()),
            ServerBody::Hello(_)
            | ServerBody::Drained(_)
            | ServerBody::Signal(_)
            | ServerBody::Pong(_) => Ok(None),
        }
    }
}

/// Whether everything that was sent is answered and has arrived.
fn is_settled(a: &Side, b: &Side) -> bool {
    let (a, b) = (a.ledger.borrow(), b.ledger.borrow());
    a.open.is_empty()
        && b.open.is_empty()
        && a.accepted.len() <= b.received.len()
        && b.accepted.len() <= a.received.len()
}

fn compare(sender: &Ledger, receiver: &Ledger, report: &mut Report) {
    let arrived: BTreeSet<_> = receiver.received.iter().copied().collect();
    report.sent += sender.next - 1;
    report.accepted += sender.accepted.len() as u64;
    report.received += arrived.len() as u64;
    report.lost += sender.accepted.difference(&arrived).count() as u64;
    report.doubled += (receiver.received.len() - arrived.len()) as u64;
    let mut before = 0;
    for counter in &receiver.received {
        if *counter < before {
            report.reordered += 1;
        }
        before = before.max(*counter);
    }
}
