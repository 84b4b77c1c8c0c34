//! Conversations and mailboxes.
//!
//! The flow: [`DeliveryStore::submit`] puts an event into the writer's queue; the one writer thread
//! takes what waits, applies it in order, asks the [`BatchSealer`] for the receipts, writes one atomic
//! batch, syncs it, and only then answers every event and tells the [`BatchListener`] what is now in
//! which mailbox, so that it can be pushed without reading it back. A batch of acknowledgements alone
//! isn't synced.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use tokio::sync::oneshot;
use tresen_types::{AccountId, ConversationId, DeviceId};

mod codec;
mod engine;
mod event;
mod jobs;
mod ledger;
mod nonce_filter;
mod postgres;
mod record;
mod rules;
mod standing;
mod store;
mod transfer;
mod writer;
mod young;

pub use engine::{FjallEngine, MemoryEngine, free_space};
pub use event::{
    Accepted, AcceptedMessage, Commit, CreateConversation, DeliveryEvent, Message, NewMessage,
    Notice, Outcome, WelcomeBody,
};
pub use postgres::PostgresDelivery;
pub use record::{
    ConversationKind, ConversationRecord, EntryKind, MailboxEntry, MailboxStats, MemberRecord,
    Sender,
};
pub use standing::{Charge, ChargeId, Gate, Passed, Settled, SharedGate, Standing};
pub use store::{EmbeddedDelivery, EngineDelivery, MemoryDelivery};
pub use transfer::{DeliveryPlace, Moved, transfer_delivery};

use crate::{SharedClock, StoreError, limits};

/// What a store's read returns.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Conversations and mailboxes.
pub trait DeliveryStore: Send + Sync + 'static {
    /// Submits an event. It is in the queue, after all earlier ones, when this returns; the submission
    /// tells what became of it, once that is durable. Dropping the submission doesn't take it back.
    fn submit(&self, event: DeliveryEvent) -> Submission;

    /// Submits an event whose outcome goes to the listener under `tag`, together with those of its
    /// batch: one wake-up for many events.
    ///
    /// # Errors
    /// Fails at once when the queue is full or the store shut down; then nothing reaches the listener.
    fn submit_tagged(&self, event: DeliveryEvent, tag: u64) -> Result<(), StoreError>;

    /// The conversation, if there is one.
    fn conversation(&self, id: ConversationId) -> StoreFuture<'_, Option<ConversationRecord>>;

    /// The conversations to which a device belongs and that are delivered to it.
    fn conversations_of(&self, device: DeviceId) -> StoreFuture<'_, Vec<ConversationId>>;

    /// The conversations in which an account takes part, whichever of its devices are members.
    fn conversations_of_account(&self, account: AccountId) -> StoreFuture<'_, Vec<ConversationId>>;

    /// The entries of a mailbox after `cursor`, oldest first: at most `limit`, and no more than one
    /// entry over `bytes_max` bytes.
    fn read_after(
        &self,
        device: DeviceId,
        cursor: u64,
        limit: usize,
        bytes_max: usize,
    ) -> StoreFuture<'_, Vec<MailboxEntry>>;

    /// The last cursor that a device has acknowledged; 0 for none. May lag behind by what a loss of power
    /// took, and by what is still in the queue; is never ahead.
    fn acknowledged(&self, device: DeviceId) -> StoreFuture<'_, u64>;

    /// How much waits for a device.
    fn stats(&self, device: DeviceId) -> StoreFuture<'_, MailboxStats>;

    /// The purse of a business: empty before its first charge.
    fn purse(&self, account: AccountId) -> StoreFuture<'_, Bytes>;

    /// Charges that are settled and not booked yet: at most `limit`.
    fn settled(&self, limit: usize) -> StoreFuture<'_, Vec<Settled>>;

    /// Takes no more events, waits until those in the queue are done, and closes the store.
    fn shutdown(&self) -> StoreFuture<'_, ()>;
}

/// The answer to a submitted event, to be awaited.
#[derive(Debug)]
#[must_use = "the outcome tells whether the event was accepted"]
pub struct Submission(SubmissionState);

#[derive(Debug)]
enum SubmissionState {
    Refused(StoreError),
    Waiting(oneshot::Receiver<Result<Outcome, StoreError>>),
}

impl Submission {
    /// An event that was not taken.
    pub const fn refused(error: StoreError) -> Self {
        Self(SubmissionState::Refused(error))
    }

    /// An event that was taken; the outcome comes through `receiver`.
    pub const fn waiting(receiver: oneshot::Receiver<Result<Outcome, StoreError>>) -> Self {
        Self(SubmissionState::Waiting(receiver))
    }
}

impl Future for Submission {
    type Output = Result<Outcome, StoreError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            SubmissionState::Refused(error) => Poll::Ready(Err(error.clone())),
            SubmissionState::Waiting(receiver) => Pin::new(receiver)
                .poll(context)
                .map(|answer| answer.unwrap_or_else(|_closed| Err(StoreError::closed()))),
        }
    }
}

/// Makes the receipts of a batch (PROTOCOL D12), on the writer's thread.
pub trait BatchSealer: Send + Sync + 'static {
    /// Returns one receipt for each accepted message, in order.
    fn seal(&self, accepted: &[AcceptedMessage]) -> Vec<Bytes>;
}

/// A sealer that makes empty receipts.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoReceipts;

impl BatchSealer for NoReceipts {
    fn seal(&self, accepted: &[AcceptedMessage]) -> Vec<Bytes> {
        vec![Bytes::new(); accepted.len()]
    }
}

/// Learns what a batch did, on the writer's thread, after it is durable.
pub trait BatchListener: Send + Sync + 'static {
    /// Takes what the batch did, before the events' submitters get their answers. Must not block: the next batch waits for it.
    fn committed(&self, batch: CommittedBatch);
}

/// A listener that does nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoListener;

impl BatchListener for NoListener {
    fn committed(&self, _batch: CommittedBatch) {}
}

/// What a batch did.
#[derive(Debug, Default)]
pub struct CommittedBatch {
    /// The outcomes of the events that were submitted with a tag, in order of their submission. An
    /// error when the batch could not be written; then nothing was delivered.
    pub answers: Vec<(u64, Result<Outcome, StoreError>)>,
    /// What is new in mailboxes, in order of the cursors.
    pub delivered: Vec<Delivered>,
    /// Devices whose mailbox was dropped.
    pub dropped: Vec<DeviceId>,
    /// Whether the store has come back from a write that failed: what it answered with an error may lie in
    /// mailboxes all the same, before what is new, and nobody was told of it.
    pub has_recovered: bool,
}

impl CommittedBatch {
    /// Whether there is nothing to hear of.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.answers.is_empty()
            && self.delivered.is_empty()
            && self.dropped.is_empty()
            && !self.has_recovered
    }
}

/// One entry and who has it in the mailbox now.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// The entry, the same for all its recipients.
    pub entry: Arc<MailboxEntry>,
    /// Its recipients.
    pub devices: Vec<DeviceId>,
}

/// How a delivery store is opened.
pub struct DeliveryOptions {
    /// Tells when something was accepted.
    pub clock: SharedClock,
    /// Makes the receipts.
    pub sealer: Arc<dyn BatchSealer>,
    /// Learns what was delivered.
    pub listener: Arc<dyn BatchListener>,
    /// Unused space on the disk below which only acknowledgements and the like are taken, in bytes.
    pub disk_reserve_bytes: u64,
    /// Tells the free bytes where the store lies; none for asking the file system.
    pub free_space: Option<FreeSpace>,
    /// For tests alone: answers before the write, so that a kill test can be seen to fail. Never set
    /// this on a server that people use.
    pub acknowledge_before_write: bool,
}

/// Tells how many bytes are free; none when that can't be known.
pub type FreeSpace = Arc<dyn Fn() -> Option<u64> + Send + Sync>;

impl DeliveryOptions {
    /// Options with the given clock and the defaults of this crate: no receipts, no listener.
    #[must_use]
    pub fn new(clock: SharedClock) -> Self {
        Self {
            clock,
            sealer: Arc::new(NoReceipts),
            listener: Arc::new(NoListener),
            disk_reserve_bytes: limits::DISK_RESERVE_BYTES,
            free_space: None,
            acknowledge_before_write: false,
        }
    }
}

impl fmt::Debug for DeliveryOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeliveryOptions")
            .field("disk_reserve_bytes", &self.disk_reserve_bytes)
            .field("acknowledge_before_write", &self.acknowledge_before_write)
            .finish_non_exhaustive()
    }
}
