//! What becomes of a durable batch: answers to those who sent, entries to those who are connected.
//!
//! The store's writer thread hands the finished batch to one task with one notification; the task
//! goes through it in order, so that every feed sees its entries in the order of their cursors.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tresen_proto::{Deliver, ReplyBody, ServerBody, ServerFrame, encode_frame};
use tresen_store::{
    Outcome, StoreError,
    delivery::{BatchListener, CommittedBatch, Delivered},
};

use super::{Feeds, drain, entry_on_the_wire};
use crate::{
    ServerError,
    app::App,
    cluster::{local::ConnectionHandle, notice::Notice},
    delivery::outcome,
    dispatch,
    metrics::Metrics,
    push::{self, Pushes},
};

/// The tag of events that nobody waits for.
pub(crate) const NO_REPLY: u64 = 0;

/// Hands batches from the writer thread to the task. The queue is bounded by the store's own.
#[derive(Debug)]
pub(crate) struct BatchForwarder(UnboundedSender<CommittedBatch>);

impl BatchForwarder {
    pub(crate) const fn new(batches: UnboundedSender<CommittedBatch>) -> Self {
        Self(batches)
    }
}

impl BatchListener for BatchForwarder {
    fn committed(&self, batch: CommittedBatch) {
        if batch.is_empty() {
            return;
        }
        if let Err(_gone) = self.0.send(batch) {
            tracing::debug!("a batch was written after the node stopped distributing");
        }
    }
}

/// Who waits for the outcome of a message.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) connection: ConnectionHandle,
    pub(crate) request_id: u64,
    /// The epoch that the message was made in.
    pub(crate) epoch: u64,
}

/// All messages whose outcome isn't known yet.
#[derive(Debug, Default)]
pub(crate) struct WaitingReplies {
    last_tag: AtomicU64,
    by_tag: Mutex<BTreeMap<u64, Waiting>>,
}

impl WaitingReplies {
    /// Notes who waits, under a new tag.
    pub(crate) fn register(&self, waiting: Waiting) -> u64 {
        let tag = self.last_tag.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        self.by_tag.lock().unwrap_or_else(PoisonError::into_inner).insert(tag, waiting);
        tag
    }

    /// Takes out who waits.
    pub(crate) fn take(&self, tag: u64) -> Option<Waiting> {
        self.by_tag.lock().unwrap_or_else(PoisonError::into_inner).remove(&tag)
    }
}

/// Distributes batches.
#[derive(Debug)]
pub(crate) struct Distributor {
    pub(crate) feeds: Arc<Feeds>,
    pub(crate) waiting: Arc<WaitingReplies>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) pushes: Arc<Pushes>,
    pub(crate) app: Weak<App>,
    /// Whether nodes share the store: for waking instead of pushing.
    pub(crate) is_shared: bool,
}

impl Distributor {
    /// Distributes until the store is gone.
    pub(crate) async fn run(self, mut batches: UnboundedReceiver<CommittedBatch>) {
        while let Some(batch) = batches.recv().await {
            for (tag, result) in batch.answers {
                if let Some(waiting) = self.waiting.take(tag) {
                    self.answer(&waiting, result);
                }
            }
            if batch.has_recovered {
                self.look_again();
            }
            if !self.is_shared {
                batch.delivered.iter().for_each(|delivered| self.deliver(delivered));
            } else if let Some(app) = self.app.upgrade() {
                wake_all(&app, &batch.delivered);
            }
        }
    }

    /// Has every feed read its mailbox, before anything newer is pushed: an entry of a write that failed
    /// may lie there unseen, and what is acknowledged after it takes it along.
    fn look_again(&self) {
        let Some(app) = self.app.upgrade() else { return };
        for feed in self.feeds.after(None, usize::MAX) {
            if feed.look() {
                drain::start(&app, &feed);
            }
        }
    }

    fn answer(&self, waiting: &Waiting, result: Result<Outcome, StoreError>) {
        let reply = result
            .map_err(ServerError::from)
            .and_then(|result| outcome::accepted(result, waiting.epoch));
        let reply = match reply {
            Ok(accepted) => {
                self.metrics.messages_accepted.increment();
                ReplyBody::Accepted(accepted)
            }
            Err(error) => dispatch::refusal(&self.metrics, "Send", &error),
        };
        waiting.connection.reply(waiting.request_id, reply);
    }

    fn deliver(&self, delivered: &Delivered) {
        // Encoded once, for the first who is connected.
        let mut frame = None;
        let entry = &delivered.entry;
        for device in &delivered.devices {
            let Some(feed) = self.feeds.of(*device) else {
                if push::is_news(entry) {
                    self.pushes.offer(*device, entry.cursor);
                }
                continue;
            };
            let frame = frame.get_or_insert_with(|| {
                let deliver = Deliver { entries: vec![entry_on_the_wire(entry)] };
                encode_frame(&ServerFrame::from(ServerBody::Deliver(deliver)))
            });
            if feed.offer(entry.cursor, entry.size(), frame) {
                self.metrics.entries_delivered.increment();
            }
        }
    }
}

/// Tells every recipient's feed, or the node that may have it, that there is mail. The feed reads by
/// itself: another node may have written entries that come before these.
fn wake_all(app: &Arc<App>, delivered: &[Delivered]) {
    let mut cursors = BTreeMap::new();
    for one in delivered {
        let is_news = push::is_news(&one.entry);
        for device in &one.devices {
            // Whoever is at another node has acknowledged it before it is looked for.
            if is_news && app.feeds.of(*device).is_none() {
                app.pushes.offer(*device, one.entry.cursor);
            }
            let cursor = cursors.entry(*device).or_insert(one.entry.cursor);
            *cursor = one.entry.cursor.max(*cursor);
        }
    }
    for (device, cursor) in cursors {
        match app.feeds.of(device) {
            Some(feed) => {
                if feed.wake(cursor) {
                    drain::start(app, &feed);
                }
            }
            None => app.tell(&Notice::Mail { device, cursor }),
        }
    }
}
