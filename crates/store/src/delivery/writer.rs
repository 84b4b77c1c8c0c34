//! The writer's thread: takes what waits, makes one batch of it, commits it, answers.
//!
//! Group commit is by nature: while a batch is synced, the next events gather. Events that remove what
//! others may remove too (a dropped device, the expiry) get a batch of their own.

use std::{
    sync::{
        Arc, RwLock,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::Duration,
};

use tokio::sync::oneshot;
use tresen_types::DeviceId;

use super::{
    CommittedBatch, Delivered, DeliveryOptions,
    engine::Engine,
    event::{DeliveryEvent, Outcome},
    ledger::Ledger,
    young::Young,
};
use crate::{
    ErrorKind, StoreError,
    limits::{BATCH_BYTES_MAX, BATCH_EVENTS_MAX},
};

/// What waits for the writer.
pub(super) enum Job {
    /// An event.
    Event { event: DeliveryEvent, size: usize, reply: Reply },
    /// The end: nothing after it is taken.
    Shutdown(oneshot::Sender<()>),
}

/// Where an outcome goes.
pub(super) enum Reply {
    /// To the one who waits for it.
    Waiting(oneshot::Sender<Result<Outcome, StoreError>>),
    /// To the listener, under a tag.
    Tagged(u64),
}

/// The writer.
pub(super) struct Writer<E> {
    engine: Arc<E>,
    ledger: Ledger<E>,
    options: DeliveryOptions,
    queued_bytes: Arc<AtomicUsize>,
    /// Whether a commit failed and the engine hasn't come back yet.
    is_broken: bool,
    /// Batches that were answered and not committed yet: only with the hook for tests.
    held_back: usize,
}

/// With the hook for tests, that many answered batches wait for one commit.
const HELD_BACK_MAX: usize = 64;
/// With the hook for tests, an idle writer commits after this time.
const HELD_BACK_WAIT: Duration = Duration::from_millis(100);

/// What an event wants, and who waits for the answer.
type Asked = (DeliveryEvent, Reply);

impl<E: Engine> Writer<E> {
    /// What readers need to know of the young generation.
    pub(super) fn young(&self) -> Arc<RwLock<Young>> {
        self.ledger.young()
    }

    pub(super) fn new(
        engine: Arc<E>,
        options: DeliveryOptions,
        queued_bytes: Arc<AtomicUsize>,
    ) -> Result<Self, StoreError> {
        let ledger = Ledger::open(Arc::clone(&engine))?;
        if options.acknowledge_before_write {
            tracing::warn!("events are acknowledged before they are written: for tests only");
        }
        Ok(Self { engine, ledger, options, queued_bytes, is_broken: false, held_back: 0 })
    }

    /// Works until all senders are gone or a shutdown comes.
    pub(super) fn run(mut self, jobs: &Receiver<Job>) {
        let mut carried = None;
        loop {
            let first = match carried.take() {
                Some(job) => job,
                None => match self.next_job(jobs) {
                    Some(job) => job,
                    None => break,
                },
            };
            let mut batch = Vec::with_capacity(BATCH_EVENTS_MAX);
            let mut bytes = 0;
            let mut next = Some(first);
            while let Some(job) = next.take() {
                let (event, size, reply) = match job {
                    Job::Event { event, size, reply } => (event, size, reply),
                    Job::Shutdown(_) => {
                        carried = Some(job);
                        break;
                    }
                };
                let is_alone = needs_own_batch(&event);
                if is_alone && !batch.is_empty() {
                    carried = Some(Job::Event { event, size, reply });
                    break;
                }
                self.queued_bytes.fetch_sub(size, Ordering::Relaxed);
                bytes += size;
                batch.push((event, reply));
                if !is_alone && batch.len() < BATCH_EVENTS_MAX && bytes < BATCH_BYTES_MAX {
                    next = jobs.try_recv().ok();
                }
            }
            if !batch.is_empty() {
                self.process(batch);
            }
            if let Some(Job::Shutdown(done)) = carried {
                self.flush();
                drop(self);
                // The caller may have gone; the store is closed all the same.
                let _gone = done.send(());
                return;
            }
        }
        self.flush();
    }

    fn next_job(&mut self, jobs: &Receiver<Job>) -> Option<Job> {
        if self.held_back > 0 {
            match jobs.recv_timeout(HELD_BACK_WAIT) {
                Ok(job) => return Some(job),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => self.flush(),
            }
        }
        jobs.recv().ok()
    }

    /// Applies a batch, commits it and answers.
    fn process(&mut self, batch: Vec<Asked>) {
        let is_full = self.is_disk_full();
        let dropped = batch.iter().filter_map(|(event, _reply)| dropped_device(event)).collect();
        let begun = self.begin(batch.iter().any(|(event, _reply)| needs_own_batch(event)));
        let mut replies = Vec::with_capacity(batch.len());
        let mut applied = Vec::with_capacity(batch.len());
        for (event, reply) in batch {
            replies.push(reply);
            applied.push(match &begun {
                Err(error) => Err(error.clone()),
                Ok(()) if is_full && takes_space(&event) => Err(DISK_FULL),
                Ok(()) => self.ledger.apply(event),
            });
        }
        let sealed = self.ledger.seal(&*self.options.sealer);
        let mut outcomes: Vec<_> = applied
            .into_iter()
            .map(|result| result.map(|done| done.fill(&sealed.receipts)))
            .collect();
        let mut delivered = sealed.delivered;
        match self.commit() {
            Ok(()) => {}
            Err(error) => {
                // Answers about the past (a seen nonce, an epoch) may rest on what is lost now.
                outcomes.fill_with(|| Err(error.clone()));
                delivered.clear();
            }
        }
        self.answer(replies, outcomes, delivered, dropped);
        if self.held_back == 0 && !self.is_broken && self.ledger.needs_checkpoint() {
            // What fails here is in the log, and tried again with the next batch.
            drop(self.checkpoint());
        }
    }

    /// Begins a batch; one that stands alone finds everything in the tables.
    fn begin(&mut self, is_alone: bool) -> Result<(), StoreError> {
        if is_alone {
            self.flush();
        }
        if self.is_broken {
            self.ledger.recover()?;
            self.is_broken = false;
        }
        if is_alone {
            self.checkpoint()?;
        }
        let begun = self.ledger.begin(self.options.clock.now());
        self.is_broken = begun.is_err();
        begun
    }

    fn checkpoint(&mut self) -> Result<(), StoreError> {
        let done = self.ledger.checkpoint();
        if let Err(error) = &done {
            tracing::error!(error.kind = ?error.kind(), "a checkpoint couldn't be committed");
            self.is_broken = self.ledger.recover().is_err();
        }
        done
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        if self.options.acknowledge_before_write && self.held_back < HELD_BACK_MAX {
            self.held_back += 1;
            return Ok(());
        }
        if self.held_back > 0 {
            self.ledger.keep_last_changes();
            self.held_back = 0;
        }
        if self.is_broken {
            return Ok(());
        }
        let committed = self.ledger.commit();
        if let Err(error) = &committed {
            tracing::error!(error.kind = ?error.kind(), "a batch couldn't be committed");
            self.is_broken = self.ledger.recover().is_err();
        }
        committed
    }

    /// With the hook for tests: commits what was answered already.
    fn flush(&mut self) {
        if self.held_back > 0 {
            self.held_back = HELD_BACK_MAX;
            drop(self.commit());
        }
    }

    fn answer(
        &self,
        replies: Vec<Reply>,
        outcomes: Vec<Result<Outcome, StoreError>>,
        delivered: Vec<Delivered>,
        dropped: Vec<DeviceId>,
    ) {
        let mut batch = CommittedBatch { answers: Vec::new(), delivered, dropped };
        let mut waiting = Vec::with_capacity(replies.len());
        for (reply, outcome) in replies.into_iter().zip(outcomes) {
            match reply {
                Reply::Waiting(sender) => waiting.push((sender, outcome)),
                Reply::Tagged(tag) => batch.answers.push((tag, outcome)),
            }
        }
        // The listener first, so that who has the answer can rely on it that the listener knows.
        if !(batch.answers.is_empty() && batch.delivered.is_empty() && batch.dropped.is_empty()) {
            self.options.listener.committed(batch);
        }
        for (sender, outcome) in waiting {
            // The caller may have gone; what it asked for is done all the same.
            drop(sender.send(outcome));
        }
    }

    fn is_disk_full(&self) -> bool {
        let free = match &self.options.free_space {
            Some(free_space) => free_space(),
            None => self.engine.free_space(),
        };
        free.is_some_and(|free| free < self.options.disk_reserve_bytes)
    }
}

const DISK_FULL: StoreError = StoreError::new(ErrorKind::Full, "the disk is full");

const fn needs_own_batch(event: &DeliveryEvent) -> bool {
    matches!(event, DeliveryEvent::DropDevice { .. } | DeliveryEvent::Expire { .. })
}

const fn dropped_device(event: &DeliveryEvent) -> Option<DeviceId> {
    match event {
        DeliveryEvent::DropDevice { device } => Some(*device),
        _ => None,
    }
}

/// Whether an event adds to what is stored.
const fn takes_space(event: &DeliveryEvent) -> bool {
    !matches!(
        event,
        DeliveryEvent::Acknowledge { .. }
            | DeliveryEvent::DropDevice { .. }
            | DeliveryEvent::Expire { .. }
            | DeliveryEvent::Leave { .. }
    )
}

/// What an event weighs in the queue, in bytes.
pub(super) fn event_size(event: &DeliveryEvent) -> usize {
    const OVERHEAD: usize = 256;
    OVERHEAD
        + match event {
            DeliveryEvent::Message(message) => message.message.body.len(),
            DeliveryEvent::CreateConversation(create) => {
                let welcomes: usize = create.welcomes.iter().map(|one| one.body.len()).sum();
                let messages: usize = create.messages.iter().map(|one| one.body.len()).sum();
                create.conversation.ratchet_tree.len() + welcomes + messages
            }
            DeliveryEvent::Commit(commit) => {
                let welcomes: usize = commit.welcomes.iter().map(|one| one.body.len()).sum();
                commit.ratchet_tree.len() + commit.body.len() + welcomes
            }
            DeliveryEvent::Proposal { body, .. } => body.len(),
            DeliveryEvent::Enqueue(notice) => notice.body.len(),
            DeliveryEvent::Leave { .. }
            | DeliveryEvent::Acknowledge { .. }
            | DeliveryEvent::DropDevice { .. }
            | DeliveryEvent::Expire { .. } => 0,
        }
}
