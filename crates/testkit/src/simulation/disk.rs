//! The delivery store of a simulation: the real one on an engine in memory, with one event after the
//! other at a simulated time.
//!
//! ```text
//! node ─▶ NodeStore::submit ─▶ queue ─▶ a while later ─▶ the real store, waited for ─▶ answers
//!                                             └─▶ Witness
//! ```
//!
//! The disk can be slow or full, it can fail so that nobody knows what it did, it can do an event twice as
//! a database in doubt does, and it loses what wasn't synced together with the power.

mod defect;

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use defect::OwnGroups;
use futures::executor::block_on;
use tokio::sync::{Notify, oneshot};
use tresen_store::{
    DeliveryEvent, DeliveryOptions, DeliveryStore, ErrorKind, MemoryDelivery, Outcome, SharedClock,
    StoreError, Submission,
    delivery::{
        AcceptedMessage, BatchListener, BatchSealer, Commit, CommittedBatch, ConversationRecord,
        MailboxEntry, MailboxStats, MemoryEngine, Settled, StoreFuture,
    },
};
use tresen_types::{AccountId, ConversationId, DeviceId, Nonce};

use super::{Defect, trace::Trace, witness::Witness};
use crate::dice::Dice;

/// Events that wait for the disk.
const QUEUE_MAX: usize = 4_096;
/// How long a healthy disk takes, in milliseconds.
const QUICK_MS: (u64, u64) = (1, 6);

const OFF: StoreError = StoreError::new(ErrorKind::Unavailable, "the disk has no power");
const DEAD: StoreError = StoreError::new(ErrorKind::Closed, "the node is dead");
const FULL: StoreError = StoreError::new(ErrorKind::Overloaded, "too much waits for the disk");

/// The disk.
pub(super) struct Disk {
    state: Mutex<State>,
    /// What the store has told while it was waited for.
    told: Arc<Told>,
    sealer: Arc<SharedSealer>,
    is_full: Arc<AtomicBool>,
    wake: Notify,
    defect: Option<Defect>,
    trace: Arc<Trace>,
    witness: Arc<Witness>,
}

struct State {
    engine: MemoryEngine,
    /// None while it is off.
    store: Option<Arc<MemoryDelivery>>,
    queue: VecDeque<Work>,
    /// What died with its node: who waits for it waits for ever.
    lost: Vec<Work>,
    /// What it was opened with.
    clock: Option<SharedClock>,
    delay_ms: (u64, u64),
    doubles_percent: u64,
    dice: Dice,
    /// Known where something is broken on purpose.
    own_groups: OwnGroups,
}

enum Work {
    Event { event: Box<DeliveryEvent>, reply: Reply, life: Arc<Life>, was_refused: bool },
    End(oneshot::Sender<()>),
}

enum Reply {
    Waiting(oneshot::Sender<Result<Outcome, StoreError>>),
    Tagged(u64),
}

/// One life of a node, from its start to its end.
pub(super) struct Life {
    is_over: AtomicBool,
    listener: Arc<dyn BatchListener>,
}

/// The disk as one life of a node has it.
pub(super) struct NodeStore {
    disk: Arc<Disk>,
    life: Arc<Life>,
}

impl Life {
    /// Ends it at once: what it still does reaches nobody.
    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }
}

impl Disk {
    pub(super) fn new(
        defect: Option<Defect>,
        dice: Dice,
        trace: &Arc<Trace>,
        witness: &Arc<Witness>,
    ) -> Arc<Self> {
        let state = State {
            engine: MemoryEngine::default(),
            store: None,
            queue: VecDeque::new(),
            lost: Vec::new(),
            clock: None,
            delay_ms: QUICK_MS,
            doubles_percent: 0,
            dice,
            own_groups: OwnGroups::default(),
        };
        let disk = Arc::new(Self {
            state: Mutex::new(state),
            told: Arc::default(),
            sealer: Arc::default(),
            is_full: Arc::default(),
            wake: Notify::new(),
            defect,
            trace: Arc::clone(trace),
            witness: Arc::clone(witness),
        });
        tokio::spawn(Arc::clone(&disk).run());
        disk
    }

    /// Opens the store for a node, and turns it on if it is off.
    pub(super) fn open(
        self: &Arc<Self>,
        options: DeliveryOptions,
    ) -> Result<(NodeStore, Arc<Life>), StoreError> {
        self.sealer.set(options.sealer);
        let life = Arc::new(Life { is_over: AtomicBool::new(false), listener: options.listener });
        self.state().clock = Some(options.clock);
        self.power_on()?;
        Ok((NodeStore { disk: Arc::clone(self), life: Arc::clone(&life) }, life))
    }

    /// Turns it on, if it is off and was on before.
    pub(super) fn power_on(&self) -> Result<(), StoreError> {
        let mut state = self.state();
        if let (Some(clock), None) = (state.clock.clone(), &state.store) {
            let is_full = Arc::clone(&self.is_full);
            let free = move || is_full.load(Ordering::Relaxed).then_some(0_u64);
            let options = DeliveryOptions {
                sealer: Arc::<SharedSealer>::clone(&self.sealer),
                listener: Arc::<Told>::clone(&self.told),
                disk_reserve_bytes: 1,
                free_space: Some(Arc::new(free)),
                acknowledge_before_write: self.defect == Some(Defect::Hasty),
                ..DeliveryOptions::new(clock)
            };
            state.store = Some(Arc::new(MemoryDelivery::open(&state.engine, options)?));
        }
        Ok(())
    }

    /// Takes the power away, with some of what wasn't synced, until the store is opened again.
    pub(super) fn lose_power(&self) {
        let mut state = self.state();
        let kept = usize::try_from(state.dice.below(4)).unwrap_or_default();
        state.engine = state.engine.lose_power(kept);
        // Its last words fail: the engine knows that it is of an earlier life.
        state.store = None;
    }

    /// Turns it off in order, once no node uses it.
    pub(super) fn close(&self) {
        self.state().store = None;
    }

    /// How long an event takes from now on; none for a healthy disk.
    pub(super) fn slow_down(&self, delay_ms: Option<(u64, u64)>) {
        self.state().delay_ms = delay_ms.unwrap_or(QUICK_MS);
    }

    /// Whether it has space for more.
    pub(super) fn fill(&self, is_full: bool) {
        self.is_full.store(is_full, Ordering::Relaxed);
    }

    /// Lets the next batches fail, made or not.
    pub(super) fn fail_next(&self, count: u32, are_made: bool) {
        self.state().engine.fail_next(count, are_made);
    }

    /// How many of a hundred events are done twice.
    pub(super) fn double(&self, percent: u64) {
        self.state().doubles_percent = percent;
    }

    /// The store itself; none while it is off.
    pub(super) fn store(&self) -> Option<Arc<MemoryDelivery>> {
        self.state().store.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works off the queue, in order.
    #[expect(clippy::infinite_loop, reason = "the task ends with its process")]
    async fn run(self: Arc<Self>) {
        loop {
            let next = {
                let mut state = self.state();
                let delay_ms = state.delay_ms;
                let delay_ms = if state.queue.is_empty() { 0 } else { state.dice.within(delay_ms) };
                state.queue.pop_front().map(|work| (work, delay_ms))
            };
            match next {
                None => self.wake.notified().await,
                Some((work, delay_ms)) => {
                    tokio::time::sleep(Duration::from_millis(delay_ms)).await;
                    self.work(work);
                }
            }
        }
    }

    fn work(&self, work: Work) {
        match work {
            Work::End(done) => drop(done.send(())),
            Work::Event { ref life, .. } if life.is_over() => self.state().lost.push(work),
            Work::Event { event, reply, life, was_refused } => {
                let (mut outcome, mut told) = self.apply(&event);
                let line = self.witness.saw(&event, &outcome, was_refused);
                self.trace.note(format_args!("{line}"));
                if let Some(defect) = self.defect {
                    let mut state = self.state();
                    defect::distort(defect, &mut state.own_groups, &event, &mut outcome, &mut told);
                }
                answer(&life, reply, outcome, told);
            }
        }
    }

    /// Has the store do it, and waits for that.
    fn apply(&self, event: &DeliveryEvent) -> (Result<Outcome, StoreError>, CommittedBatch) {
        let (store, is_doubled) = {
            let mut state = self.state();
            let percent = state.doubles_percent;
            (state.store.clone(), state.dice.percent(percent))
        };
        let Some(store) = store else { return (Err(OFF), CommittedBatch::default()) };
        let event = self.with_defect(event.clone());
        let mut outcome = block_on(store.submit(event.clone()));
        if is_doubled && is_idempotent(&event) {
            outcome = block_on(store.submit(self.with_defect(event.clone())));
        }
        if let (Some(Defect::Forking), DeliveryEvent::Commit(commit)) = (self.defect, event)
            && let Ok(Outcome::EpochConflict { current }) = outcome
        {
            let commit = Commit { expected_epoch: current, epoch: current + 1, ..*commit };
            outcome = block_on(store.submit(DeliveryEvent::Commit(Box::new(commit))));
        }
        (outcome, self.told.take())
    }

    /// Takes from an event what a broken server would not look at.
    fn with_defect(&self, mut event: DeliveryEvent) -> DeliveryEvent {
        if let DeliveryEvent::Message(message) = &mut event {
            match self.defect {
                Some(Defect::Lax) => message.message.gate = None,
                Some(Defect::Forgetful) => {
                    let mut fresh = *message.message.nonce.as_bytes();
                    let number = self.state().dice.below(u64::MAX).to_be_bytes();
                    for (byte, random) in fresh.iter_mut().zip(number) {
                        *byte = random;
                    }
                    message.message.nonce = Nonce::new(fresh);
                }
                _ => {}
            }
        }
        event
    }
}

/// Whether an event may be done again when nobody knows whether it was.
const fn is_idempotent(event: &DeliveryEvent) -> bool {
    matches!(
        event,
        DeliveryEvent::CreateConversation(_) | DeliveryEvent::Commit(_) | DeliveryEvent::Message(_)
    )
}

/// Tells the node as the real store does: first the listener, then who waits.
fn answer(
    life: &Life,
    reply: Reply,
    outcome: Result<Outcome, StoreError>,
    mut batch: CommittedBatch,
) {
    let waiting = match reply {
        Reply::Tagged(tag) => {
            batch.answers.push((tag, outcome));
            None
        }
        Reply::Waiting(sender) => Some((sender, outcome)),
    };
    life.listener.committed(batch);
    if let Some((sender, outcome)) = waiting {
        drop(sender.send(outcome));
    }
}

impl NodeStore {
    fn push(&self, event: DeliveryEvent, reply: Reply) -> Result<(), StoreError> {
        let mut state = self.disk.state();
        if state.queue.len() >= QUEUE_MAX {
            return Err(FULL);
        }
        let was_refused = self.disk.witness.is_refused(&event);
        state.queue.push_back(Work::Event {
            event: Box::new(event),
            reply,
            life: Arc::clone(&self.life),
            was_refused,
        });
        drop(state);
        self.disk.wake.notify_one();
        Ok(())
    }

    fn store(&self) -> Result<Arc<MemoryDelivery>, StoreError> {
        if self.life.is_over() { Err(DEAD) } else { self.disk.store().ok_or(OFF) }
    }
}

impl DeliveryStore for NodeStore {
    fn submit(&self, event: DeliveryEvent) -> Submission {
        let (sender, receiver) = oneshot::channel();
        match self.push(event, Reply::Waiting(sender)) {
            Ok(()) => Submission::waiting(receiver),
            Err(error) => Submission::refused(error),
        }
    }

    fn submit_tagged(&self, event: DeliveryEvent, tag: u64) -> Result<(), StoreError> {
        self.push(event, Reply::Tagged(tag))
    }

    fn conversation(&self, id: ConversationId) -> StoreFuture<'_, Option<ConversationRecord>> {
        Box::pin(async move { self.store()?.conversation(id).await })
    }

    fn conversations_of(&self, device: DeviceId) -> StoreFuture<'_, Vec<ConversationId>> {
        Box::pin(async move { self.store()?.conversations_of(device).await })
    }

    fn conversations_of_account(&self, account: AccountId) -> StoreFuture<'_, Vec<ConversationId>> {
        Box::pin(async move { self.store()?.conversations_of_account(account).await })
    }

    fn read_after(
        &self,
        device: DeviceId,
        cursor: u64,
        limit: usize,
        bytes_max: usize,
    ) -> StoreFuture<'_, Vec<MailboxEntry>> {
        Box::pin(async move {
            let entries = self.store()?.read_after(device, cursor, limit, bytes_max).await?;
            Ok(match self.disk.defect {
                Some(defect) => {
                    let state = self.disk.state();
                    defect::distort_entries(defect, &state.own_groups, device, entries)
                }
                None => entries,
            })
        })
    }

    fn acknowledged(&self, device: DeviceId) -> StoreFuture<'_, u64> {
        Box::pin(async move { self.store()?.acknowledged(device).await })
    }

    fn stats(&self, device: DeviceId) -> StoreFuture<'_, MailboxStats> {
        Box::pin(async move { self.store()?.stats(device).await })
    }

    fn purse(&self, account: AccountId) -> StoreFuture<'_, Bytes> {
        Box::pin(async move { self.store()?.purse(account).await })
    }

    fn settled(&self, limit: usize) -> StoreFuture<'_, Vec<Settled>> {
        Box::pin(async move { self.store()?.settled(limit).await })
    }

    fn shutdown(&self) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            if self.life.is_over() {
                return Ok(());
            }
            let (sender, done) = oneshot::channel();
            self.disk.state().queue.push_back(Work::End(sender));
            self.disk.wake.notify_one();
            let ended = done.await;
            self.life.end();
            ended.map_err(|_gone| DEAD)
        })
    }
}

/// Seals with the secrets of the nodes, which are the same for all.
#[derive(Default)]
struct SharedSealer(Mutex<Option<Arc<dyn BatchSealer>>>);

impl SharedSealer {
    fn set(&self, sealer: Arc<dyn BatchSealer>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(sealer);
    }
}

impl BatchSealer for SharedSealer {
    fn seal(&self, accepted: &[AcceptedMessage]) -> Vec<Bytes> {
        let sealer = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        sealer.map_or_else(Vec::new, |sealer| sealer.seal(accepted))
    }
}

/// Keeps what the store tells on its own thread for the one who waits for it.
#[derive(Default)]
struct Told(Mutex<CommittedBatch>);

impl Told {
    fn take(&self) -> CommittedBatch {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl BatchListener for Told {
    fn committed(&self, mut batch: CommittedBatch) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.delivered.append(&mut batch.delivered);
        told.has_recovered |= batch.has_recovered;
    }
}
