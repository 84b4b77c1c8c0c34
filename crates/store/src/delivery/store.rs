//! The store in front of the writer: takes events, and reads without it.

use std::{
    fmt,
    ops::ControlFlow,
    path::Path,
    sync::{
        Arc, RwLock,
        atomic::{AtomicUsize, Ordering},
        mpsc::{SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
};

use bytes::Bytes;
use tokio::sync::oneshot;
use tresen_types::{AccountId, ConversationId, DeviceId};

use super::{
    ConversationRecord, DeliveryEvent, DeliveryOptions, DeliveryStore, MailboxEntry, MailboxStats,
    Settled, StoreFuture, Submission,
    codec::{self, GroupPart, Stored},
    engine::{Engine, FjallEngine, MemoryEngine, Slice, Table, shared},
    jobs::{Job, OVERLOADED, Reply, count_in},
    ledger::{acknowledged, last_sequence, memberships, parts, read, settled},
    rules::current_proposals,
    transfer::{UNFINISHED_MOVE, is_unfinished},
    writer::Writer,
    young::Young,
};
use crate::{
    ErrorKind, StoreError,
    limits::{QUEUE_EVENTS_MAX, READ_ENTRIES_MAX},
};

/// A delivery store on an engine of this machine. Its reads run where they are called: they take some
/// microseconds from memory and wait for the disk otherwise.
///
/// Dropping it finishes what waits, and waits for that; [`DeliveryStore::shutdown`] does it without
/// blocking.
pub struct EngineDelivery<E> {
    engine: Arc<E>,
    young: Arc<RwLock<Young>>,
    jobs: Option<SyncSender<Job>>,
    queued_bytes: Arc<AtomicUsize>,
    writer: Option<JoinHandle<()>>,
}

/// The delivery store of one machine, in a directory.
pub type EmbeddedDelivery = EngineDelivery<FjallEngine>;

/// A delivery store in memory, for tests.
pub type MemoryDelivery = EngineDelivery<MemoryEngine>;

impl EmbeddedDelivery {
    /// Opens or makes the store in a directory.
    ///
    /// # Errors
    /// Fails when the disk does, when another process has it open, or when a move into this directory
    /// hasn't ended.
    pub fn open(directory: &Path, options: DeliveryOptions) -> Result<Self, StoreError> {
        let engine = FjallEngine::open(directory)?;
        if is_unfinished(&engine)? {
            return Err(UNFINISHED_MOVE);
        }
        Self::start(engine, options)
    }
}

impl MemoryDelivery {
    /// Opens the store in an engine that outlives it.
    ///
    /// # Errors
    /// Fails when no thread can be started.
    pub fn open(engine: &MemoryEngine, options: DeliveryOptions) -> Result<Self, StoreError> {
        Self::start(engine.clone(), options)
    }
}

impl<E: Engine> EngineDelivery<E> {
    /// Starts the writer on an engine.
    fn start(engine: E, options: DeliveryOptions) -> Result<Self, StoreError> {
        let engine = Arc::new(engine);
        let queued_bytes = Arc::new(AtomicUsize::new(0));
        let writer = Writer::new(Arc::clone(&engine), options, Arc::clone(&queued_bytes))?;
        let young = writer.young();
        let (sender, receiver) = sync_channel(QUEUE_EVENTS_MAX);
        let thread = std::thread::Builder::new()
            .name("delivery-write".to_owned())
            .spawn(move || writer.run(&receiver))?;
        Ok(Self { engine, young, jobs: Some(sender), queued_bytes, writer: Some(thread) })
    }

    fn enqueue(&self, event: DeliveryEvent, reply: Reply) -> Result<(), StoreError> {
        let size = count_in(&self.queued_bytes, &event)?;
        let jobs = self.jobs.as_ref().ok_or_else(StoreError::closed)?;
        jobs.try_send(Job::Event { event, size, reply }).map_err(|error| {
            self.queued_bytes.fetch_sub(size, Ordering::Relaxed);
            match error {
                TrySendError::Full(_job) => OVERLOADED,
                TrySendError::Disconnected(_job) => StoreError::closed(),
            }
        })
    }

    fn load_conversation(
        &self,
        id: ConversationId,
    ) -> Result<Option<ConversationRecord>, StoreError> {
        // The parts lie in several tables: when a commit comes between the reads, they are read again.
        for _attempt in 0..CONSISTENT_READS_MAX {
            let Some(head) = self.engine.get(Table::Conversation, id.as_bytes())? else {
                return Ok(None);
            };
            let head = codec::decode_head(&head)?;
            let state_key = codec::group_key(id, GroupPart::State);
            let state = self.engine.get(Table::GroupState, &state_key)?.ok_or(NO_STATE)?;
            let (epoch, state) = codec::decode_parts(&shared(state))?;
            if epoch != head.epoch {
                continue;
            }
            let [group_info, ratchet_tree] =
                <[_; 2]>::try_from(state).map_err(|_parts| NO_STATE)?;
            let proposals_key = codec::group_key(id, GroupPart::Proposals);
            let pending_proposals = match self.engine.get(Table::GroupState, &proposals_key)? {
                None => Vec::new(),
                Some(value) => current_proposals(epoch, &shared(value))?,
            };
            let sequence = last_sequence(&*self.engine, &self.young, id)?;
            return Ok(Some(ConversationRecord {
                id,
                kind: head.kind,
                accounts: head.accounts,
                group_id: head.group_id,
                epoch: head.epoch,
                epoch_floor: head.epoch_floor,
                suite: head.suite,
                members: head.members,
                sequence,
                group_info,
                ratchet_tree,
                pending_proposals,
            }));
        }
        Err(StoreError::new(ErrorKind::Io, "the conversation changes too fast to be read"))
    }

    fn load_entries(
        &self,
        device: DeviceId,
        cursor: u64,
        limit: usize,
        bytes_max: usize,
    ) -> Result<Vec<MailboxEntry>, StoreError> {
        let limit = limit.min(READ_ENTRIES_MAX);
        let bytes_max = u64::try_from(bytes_max).unwrap_or(u64::MAX);
        // The young ones first: a checkpoint that comes now moves them into the tables, and they are
        // found twice instead of never.
        let young: Vec<(u64, Bytes)> = read(&self.young)
            .after(device, cursor)
            .take(limit)
            .map(|(cursor, value)| (cursor, value.clone()))
            .collect();
        let mut found: Vec<(u64, Slice)> = Vec::new();
        let mut bytes = 0_u64;
        let mut is_enough = false;
        let from = codec::mailbox_key(device, cursor.saturating_add(1));
        let to = codec::mailbox_key(device, u64::MAX);
        if limit == 0 || cursor == u64::MAX {
            return Ok(Vec::new());
        }
        self.engine.scan(Table::Mailbox, &from, &to, &mut |key, value| {
            bytes = bytes.saturating_add(codec::peek_entry(&value)?.size);
            found.push((codec::read_mailbox_key(key)?.1, value));
            is_enough = found.len() >= limit || bytes >= bytes_max;
            Ok(if is_enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        let last = found.last().map_or(cursor, |(cursor, _value)| *cursor);
        let mut entries = Vec::with_capacity(found.len() + young.len());
        for (cursor, value) in found {
            match codec::decode_entry(cursor, &shared(value))? {
                Stored::Inline(entry) => entries.push(entry),
                Stored::Reference { .. } => entries.extend(self.load_payload(cursor)?),
            }
        }
        for (cursor, value) in young {
            is_enough |= entries.len() >= limit || bytes >= bytes_max;
            if is_enough {
                break;
            }
            if cursor > last
                && let Stored::Inline(entry) = codec::decode_entry(cursor, &value)?
            {
                bytes = bytes.saturating_add(codec::peek_entry(&value)?.size);
                entries.push(entry);
            }
        }
        Ok(entries)
    }

    /// The payload under a cursor; none when it was acknowledged or expired in this moment.
    fn load_payload(&self, cursor: u64) -> Result<Option<MailboxEntry>, StoreError> {
        let Some(value) = self.engine.get(Table::Payload, &cursor.to_be_bytes())? else {
            return Ok(None);
        };
        match codec::decode_entry(cursor, &shared(value))? {
            Stored::Inline(entry) => Ok(Some(entry)),
            Stored::Reference { .. } => {
                Err(StoreError::corrupt("a payload refers to another payload"))
            }
        }
    }

    fn load_stats(&self, device: DeviceId) -> Result<MailboxStats, StoreError> {
        let mut stats = MailboxStats::default();
        let mut last = 0;
        let young: Vec<(u64, Bytes)> = read(&self.young)
            .after(device, 0)
            .map(|(cursor, value)| (cursor, value.clone()))
            .collect();
        let from = codec::mailbox_key(device, 0);
        let to = codec::mailbox_key(device, u64::MAX);
        let mut count = |value: &[u8]| {
            let peeked = codec::peek_entry(value)?;
            stats.entries += 1;
            stats.bytes = stats.bytes.saturating_add(peeked.size);
            stats.oldest = stats.oldest.or(Some(peeked.accepted_at));
            Ok::<(), StoreError>(())
        };
        self.engine.scan(Table::Mailbox, &from, &to, &mut |key, value| {
            last = codec::read_mailbox_key(key)?.1;
            count(&value)?;
            Ok(ControlFlow::Continue(()))
        })?;
        for (_cursor, value) in young.iter().filter(|(cursor, _value)| *cursor > last) {
            count(value)?;
        }
        Ok(stats)
    }
}

const CONSISTENT_READS_MAX: usize = 16;
const NO_STATE: StoreError = StoreError::corrupt("a conversation has no public group state");

impl<E: Engine> DeliveryStore for EngineDelivery<E> {
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
        Box::pin(async move { self.load_conversation(id) })
    }

    fn conversations_of(&self, device: DeviceId) -> StoreFuture<'_, Vec<ConversationId>> {
        Box::pin(async move { memberships(&*self.engine, device) })
    }

    fn conversations_of_account(&self, account: AccountId) -> StoreFuture<'_, Vec<ConversationId>> {
        Box::pin(async move { parts(&*self.engine, account) })
    }

    fn read_after(
        &self,
        device: DeviceId,
        cursor: u64,
        limit: usize,
        bytes_max: usize,
    ) -> StoreFuture<'_, Vec<MailboxEntry>> {
        Box::pin(async move { self.load_entries(device, cursor, limit, bytes_max) })
    }

    fn acknowledged(&self, device: DeviceId) -> StoreFuture<'_, u64> {
        Box::pin(async move {
            // The young generation first, as with the entries.
            let young = read(&self.young).acknowledged(device);
            young.map_or_else(|| acknowledged(&*self.engine, device), Ok)
        })
    }

    fn stats(&self, device: DeviceId) -> StoreFuture<'_, MailboxStats> {
        Box::pin(async move { self.load_stats(device) })
    }

    fn purse(&self, account: AccountId) -> StoreFuture<'_, Bytes> {
        Box::pin(async move {
            let purse = self.engine.get(Table::GroupState, &codec::purse_key(account))?;
            Ok(purse.map(shared).unwrap_or_default())
        })
    }

    fn settled(&self, limit: usize) -> StoreFuture<'_, Vec<Settled>> {
        Box::pin(async move { settled(&*self.engine, limit) })
    }

    fn shutdown(&self) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let (sender, receiver) = oneshot::channel();
            let jobs = self.jobs.as_ref().ok_or_else(StoreError::closed)?;
            match jobs.try_send(Job::Shutdown(sender)) {
                Ok(()) => receiver.await.map_err(|_gone| StoreError::closed()),
                Err(TrySendError::Full(_job)) => Err(OVERLOADED),
                // Shut down before: that is what was asked for.
                Err(TrySendError::Disconnected(_job)) => Ok(()),
            }
        })
    }
}

impl<E> Drop for EngineDelivery<E> {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(writer) = self.writer.take() {
            // A writer that panicked has said so already.
            drop(writer.join());
        }
    }
}

impl<E> fmt::Debug for EngineDelivery<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineDelivery")
            .field("queued_bytes", &self.queued_bytes.load(Ordering::Relaxed))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
