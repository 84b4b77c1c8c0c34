//! One side of a pair: it sends, reads, and remembers what was accepted and what arrived.

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
use tresen_server::SystemClock;
use tresen_store::Clock as _;
use tresen_types::{ConversationId, Nonce};

use super::Report;
use crate::load::{
    message::{self, Route, Stamp},
    peer::{self, Peer, random},
    wire::{Target, Wire},
};

/// Waits that are noted.
const WAIT_MIN: Duration = Duration::from_millis(500);
/// How many of one side are kept.
const WAITS_MAX: usize = 10_000;
/// Messages that each side keeps without an answer.
const WINDOW: usize = 4;
/// Ciphertext of a message.
const CIPHERTEXT_BYTES: usize = 400;

/// What one side knows; survives its connections.
pub(super) struct Ledger {
    /// Counters that were accepted.
    accepted: BTreeSet<u64>,
    /// Sent and not answered, with their messages as they were first encrypted.
    open: BTreeMap<u64, Vec<u8>>,
    /// Counters that arrived from the other side, in order of arrival.
    received: Vec<u64>,
    /// Cursor of the last entry that this side has persisted.
    cursor: u64,
    next: u64,
    /// When the last answer came, or the first message was sent.
    answered_at: Option<Instant>,
    /// The longer waits for an answer.
    pub(super) waits: Vec<Wait>,
}

/// A wait for an answer that was longer than [`WAIT_MIN`].
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Wait {
    /// When it ended, in milliseconds since 1970.
    ended_at_ms: i64,
    /// How long it was, in milliseconds.
    waited_ms: u64,
}

impl Ledger {
    fn note_answer(&mut self) {
        let now = Instant::now();
        let waited = self.answered_at.replace(now).map(|before| now.duration_since(before));
        if let Some(waited) = waited.filter(|waited| *waited > WAIT_MIN)
            && self.waits.len() < WAITS_MAX
        {
            let waited_ms = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
            self.waits.push(Wait { ended_at_ms: SystemClock.now().as_millis(), waited_ms });
        }
    }
}

/// One side of a pair.
pub(super) struct Side {
    peer: Peer,
    conversation: ConversationId,
    route: Route,
    nonce_base: [u8; 8],
    pub(super) ledger: RefCell<Ledger>,
    is_sending: Rc<Cell<bool>>,
    /// Stays away until the others have stopped sending: what it gets lies in its mailbox meanwhile.
    is_away: bool,
}

/// Makes a business and its customer.
pub(super) async fn pair(
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
            answered_at: None,
            waits: Vec::new(),
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
pub(super) async fn keep_running(
    side: Rc<Side>,
    target: Target,
    mut generation: watch::Receiver<u32>,
) {
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
    /// Says one thing: from then on the business may write freely for a while.
    pub(super) async fn open_window(&self, target: &Target) -> anyhow::Result<()> {
        let mut wire = self.peer.connect(target).await?;
        let (counter, message) = self.next_message();
        let mut requests = BTreeMap::from([(self.queue(&mut wire, message), counter)]);
        wire.flush().await?;
        while !requests.is_empty() {
            let frame = wire.next().await?;
            self.take(frame, &mut requests)?;
        }
        Ok(())
    }

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
    pub(super) fn heard(&self) -> usize {
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
                ledger.note_answer();
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
pub(super) fn is_settled(a: &Side, b: &Side) -> bool {
    let (a, b) = (a.ledger.borrow(), b.ledger.borrow());
    a.open.is_empty()
        && b.open.is_empty()
        && a.accepted.len() <= b.received.len()
        && b.accepted.len() <= a.received.len()
}

/// Compares what one side was told was accepted with what the other has.
pub(super) fn compare(sender: &Ledger, receiver: &Ledger, report: &mut Report) {
    let arrived: BTreeSet<_> = receiver.received.iter().copied().collect();
    report.sent += sender.next - 1;
    report.unanswered += sender.open.len() as u64;
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
