//! The writer's thread: takes what waits, makes one batch of it, commits it, answers.
//!
//! Group commit is by nature: while a batch is synced, the next events gather. Events that remove what
//! others may remove too (a dropped device, the expiry) get a batch of their own.

use std::{
    sync::{
        Arc, RwLock,
        atomic::AtomicUsize,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::Duration,
};

use super::{
    DeliveryOptions,
    engine::Engine,
    jobs::{Asked, DISK_FULL, Job, answer, dropped_device, gather, needs_own_batch, takes_space},
    ledger::Ledger,
    young::Young,
};
use crate::StoreError;

/// The writer.
pub(super) struct Writer<E> {
    engine: Arc<E>,
    ledger: Ledger<E>,
    options: DeliveryOptions,
    queued_bytes: Arc<AtomicUsize>,
    /// Whether a commit failed and the engine hasn't come back yet.
    is_broken: bool,
    /// Whether the engine came back and nobody was told yet.
    has_recovered: bool,
    /// Batches that were answered and not committed yet: only with the hook for tests.
    held_back: usize,
}

/// With the hook for tests, that many answered batches wait for one commit.
const HELD_BACK_MAX: usize = 64;
/// With the hook for tests, an idle writer commits after this time.
const HELD_BACK_WAIT: Duration = Duration::from_millis(100);

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
        Ok(Self {
            engine,
            ledger,
            options,
            queued_bytes,
            is_broken: false,
            has_recovered: false,
            held_back: 0,
        })
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
            let (batch, left) = gather(first, || jobs.try_recv().ok(), &self.queued_bytes);
            carried = left;
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
        let has_recovered = std::mem::take(&mut self.has_recovered);
        answer(&*self.options.listener, replies, outcomes, delivered, dropped, has_recovered);
        if self.held_back == 0 && !self.is_broken && self.ledger.needs_checkpoint() {
            // What fails here is in the log, and tried again with the next batch.
            let done = self.ledger.checkpoint_old();
            drop(self.recover_from(done));
        }
    }

    /// Begins a batch; one that stands alone finds everything in the tables.
    fn begin(&mut self, is_alone: bool) -> Result<(), StoreError> {
        if is_alone {
            self.flush();
        }
        if self.is_broken {
            self.recover()?;
        }
        if is_alone {
            self.checkpoint()?;
        }
        let begun = self.ledger.begin(self.options.clock.now());
        self.is_broken = begun.is_err();
        begun
    }

    /// Brings the engine back. What the failed batch wrote may be found now: readers are to look again.
    fn recover(&mut self) -> Result<(), StoreError> {
        let recovered = self.ledger.recover();
        self.is_broken = recovered.is_err();
        self.has_recovered |= recovered.is_ok();
        recovered
    }

    fn checkpoint(&mut self) -> Result<(), StoreError> {
        let done = self.ledger.checkpoint();
        self.recover_from(done)
    }

    fn recover_from(&mut self, done: Result<(), StoreError>) -> Result<(), StoreError> {
        if let Err(error) = &done {
            tracing::error!(error.kind = ?error.kind(), "a checkpoint couldn't be committed");
            drop(self.recover());
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
            drop(self.recover());
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

    fn is_disk_full(&self) -> bool {
        let free = match &self.options.free_space {
            Some(free_space) => free_space(),
            None => self.engine.free_space(),
        };
        free.is_some_and(|free| free < self.options.disk_reserve_bytes)
    }
}
