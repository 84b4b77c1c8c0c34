//! The delivery store of several nodes: PostgreSQL.
//!
//! ```text
//! submit ──queue──▶ writer ──one transaction a batch──▶ PostgreSQL ◀── readers ◀── read_after, …
//!                      └──after the commit──▶ listener, answers
//! ```
//!
//! Every node that opens the store has one writer. It takes what waits when the last commit has
//! returned, and makes one transaction of it: it locks the conversations (in the order of their ids),
//! then the mailboxes of the devices that may get something (in their order), applies the same rules
//! as the embedded store to what it has read, and writes everything with a few statements. Three round
//! trips a batch, two for acknowledgements alone.
//!
//! What several nodes need:
//!
//! - **Epochs and sequence numbers** are read under the conversation's lock: of two commits to one
//!   epoch one wins, on whichever node.
//! - **Cursors** are given out under the mailbox's lock, which is held until the commit: who has seen
//!   a cursor never finds a smaller new one later. An entry has the same cursor in all its mailboxes:
//!   one more than the last of any of them.
//! - **Nonces** are looked up under the conversation's lock, and a key that two nodes insert at once
//!   makes one of them start over.
//! - **An answer is the truth**: each batch writes its number into the writer's own row. When the
//!   connection breaks before the commit is answered, the writer comes back and reads the row, behind
//!   the lock that the broken transaction may still hold: then it knows.
//!
//! Group messages lie once in `payload`; the mailboxes refer to it and `share` counts them. All tables
//! and what they hold stand in [`schema`]. One primary is built. The keys begin with the device or the
//! conversation, so that the mailboxes can lie on several later.

use std::{
    fmt,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::sync_channel,
    },
    thread::JoinHandle,
};

use bytes::Bytes;
use read::Reader;
use tokio::{
    runtime::{Builder, Handle},
    sync::{
        mpsc::{self, error::TrySendError},
        oneshot,
    },
};
use tresen_types::{AccountId, ConversationId, DeviceId};
use writer::Writer;

use super::{
    ConversationRecord, DeliveryEvent, DeliveryOptions, DeliveryStore, MailboxEntry, MailboxStats,
    Settled, StoreFuture, Submission,
    jobs::{Job, OVERLOADED, Reply, count_in},
};
use crate::{ErrorKind, StoreError, limits::QUEUE_EVENTS_MAX, sql::Address};

mod attempt;
mod batch;
mod charge;
pub(super) mod connection;
mod load;
mod plan;
mod read;
pub(super) mod schema;
pub(super) mod trouble;
mod write;
mod writer;

/// A delivery store in PostgreSQL, which several nodes may have open at the same time.
///
/// It runs on a thread of its own. Dropping it finishes what waits, and waits for that;
/// [`DeliveryStore::shutdown`] does it without blocking.
pub struct PostgresDelivery {
    jobs: Option<mpsc::Sender<Job>>,
    queued_bytes: Arc<AtomicUsize>,
    reader: Arc<Reader>,
    runtime: Handle,
    thread: Option<JoinHandle<()>>,
}

impl PostgresDelivery {
    /// Connects to a database (`postgres://user:password@host/name`), and makes the tables if they
    /// aren't there. Blocks until that is done.
    ///
    /// # Errors
    /// `Unavailable` when the database can't be reached, `Conflict` when the URL or the options are wrong,
    /// or when a move into this database hasn't ended.
    pub fn open(url: &str, options: DeliveryOptions) -> Result<Self, StoreError> {
        if options.acknowledge_before_write {
            let what = "only the embedded mailboxes can acknowledge before they write";
            return Err(StoreError::new(ErrorKind::Conflict, what));
        }
        let address = Arc::new(Address::parse(url)?);
        let queued_bytes = Arc::new(AtomicUsize::new(0));
        let reader = Arc::new(Reader::new(Arc::clone(&address)));
        let (jobs, waiting) = mpsc::channel(QUEUE_EVENTS_MAX);
        let (started, is_started) = sync_channel(1);
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let writer_bytes = Arc::clone(&queued_bytes);
        let thread =
            std::thread::Builder::new().name("delivery-postgres".to_owned()).spawn(move || {
                runtime.block_on(async move {
                    let opened = Writer::open(address, options, writer_bytes).await;
                    let (result, writer) = match opened {
                        Ok(writer) => (Ok(()), Some(writer)),
                        Err(error) => (Err(error), None),
                    };
                    // Who opens it waits for this.
                    drop(started.send(result));
                    if let Some(writer) = writer {
                        writer.run(waiting).await;
                    }
                });
            })?;
        is_started.recv().map_err(|_gone| StoreError::closed())??;
        Ok(Self { jobs: Some(jobs), queued_bytes, reader, runtime: handle, thread: Some(thread) })
    }

    fn enqueue(&self, event: DeliveryEvent, reply: Reply) -> Result<(), StoreError> {
        let size = count_in(&self.queued_bytes, &event)?;
        let jobs = self.jobs.as_ref().ok_or_else(StoreError::closed)?;
        jobs.try_send(Job::Event { event, size, reply }).map_err(|error| {
            self.queued_bytes.fetch_sub(size, Ordering::Relaxed);
            match error {
                TrySendError::Full(_job) => OVERLOADED,
                TrySendError::Closed(_job) => StoreError::closed(),
            }
        })
    }

    /// Reads on the store's thread: whoever waits for it needs no runtime of its own.
    fn read<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> StoreFuture<'_, T> {
        let task = self.runtime.spawn(work);
        Box::pin(async move { task.await.map_err(|_ended| StoreError::closed())? })
    }
}

impl DeliveryStore for PostgresDelivery {
    fn submit(&self, event: DeliveryEvent) -> Submission {
        let (sender, receiver) = oneshot::channel();
        match self.enqueue(event, Reply::Waiting(sender)) {
            Ok(()) => Submission::waiting(receiver),
            Err(error) => Submission::refused(error),
        }
    }

    fn submit_tagged(&self, event: DeliveryEvent, tag: u64) -> Result<(), StoreError> {
        self.enqueue(event, Reply::Tagged(tag))
    }

    fn conversation(&self, id: ConversationId) -> StoreFuture<'_, Option<ConversationRecord>> {
        let reader = Arc::clone(&self.reader);
        self.read(async move { reader.conversation(id).await })
    }

    fn conversations_of(&self, device: DeviceId) -> StoreFuture<'_, Vec<ConversationId>> {
        let reader = Arc::clone(&self.reader);
        self.read(async move { reader.conversations_of(device).await })
    }

    fn conversations_of_account(&self, account: AccountId) -> StoreFuture<'_, Vec<ConversationId>> {
        let reader = Arc::clone(&self.reader);
        self.read(async move { reader.conversations_of_account(account).await })
    }

    fn read_after(
        &self,
        device: DeviceId,
        cursor: u64,
        limit: usize,
        bytes_max: usize,
    ) -> StoreFuture<'_, Vec<MailboxEntry>> {
        let reader = Arc::clone(&self.reader);
        self.read(async move { reader.read_after(device, cursor, limit, bytes_max).await })
    }

    fn acknowledged(&self, device: DeviceId) -> StoreFuture<'_, u64> {
        let reader = Arc::clone(&self.reader);
        self.read(async move { reader.acknowledged(device).await })
    }

    fn stats(&self, device: DeviceId) -> StoreFuture<'_, MailboxStats> {
        let reader = Arc::clone(&self.reader);
        self.read(async move { reader.stats(device).await })
    }

    fn purse(&self, account: AccountId) -> StoreFuture<'_, Bytes> {
        let reader = Arc::clone(&self.reader);
        self.read(async move { reader.purse(account).await })
    }

    fn settled(&self, limit: usize) -> StoreFuture<'_, Vec<Settled>> {
        let reader = Arc::clone(&self.reader);
        self.read(async move { reader.settled(limit).await })
    }

    fn shutdown(&self) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let (sender, receiver) = oneshot::channel();
            let jobs = self.jobs.as_ref().ok_or_else(StoreError::closed)?;
            match jobs.try_send(Job::Shutdown(sender)) {
                Ok(()) => receiver.await.map_err(|_gone| StoreError::closed()),
                Err(TrySendError::Full(_job)) => Err(OVERLOADED),
                // Shut down before: that is what was asked for.
                Err(TrySendError::Closed(_job)) => Ok(()),
            }
        })
    }
}

impl Drop for PostgresDelivery {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A writer that panicked has said so already.
            drop(thread.join());
        }
    }
}

impl fmt::Debug for PostgresDelivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresDelivery")
            .field("queued_bytes", &self.queued_bytes.load(Ordering::Relaxed))
            .finish_non_exhaustive()
    }
}

/// A number as the database holds it; those that don't fit are the largest.
pub(super) fn to_sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number from the database.
pub(super) fn from_sql(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_negative| StoreError::corrupt("a number is negative"))
}

/// An identifier from the database.
fn id_from_sql<const N: usize>(bytes: &[u8]) -> Result<[u8; N], StoreError> {
    <[u8; N]>::try_from(bytes)
        .map_err(|_length| StoreError::corrupt("an identifier has the wrong length"))
}
