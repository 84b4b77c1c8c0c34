//! The writer's state: what it knows of conversations and mailboxes, and the batch that it builds.
//!
//! The rules are those of every back end. Later operations of a batch see the earlier ones: in the
//! caches, and below them in the changes that wait for the commit. When a commit fails, the caches and
//! the changes are forgotten together.

use std::{
    collections::BTreeMap,
    num::NonZeroUsize,
    ops::ControlFlow,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

pub(super) use acknowledge::acknowledged;
use bytes::Bytes;
pub(super) use charge::settled;
pub(super) use drop_device::{memberships, parts};
use lru::LruCache;
use mailbox::Mailbox;
use tresen_types::{
    ConversationId, DeviceId, Timestamp,
    limits::{DAY_MS, MAILBOX_DAYS},
};

use super::{
    BatchSealer,
    codec::{self, ConversationHead, SeenNonce},
    engine::{Batch, Change, Engine, Slice, Table, shared},
    event::{DeliveryEvent, Outcome},
    nonce_filter::NonceFilter,
    rules::{self, Applied, Gathered, Sealed},
    young::Young,
};
use crate::{
    StoreError,
    limits::{CONVERSATIONS_CACHED, CURSORS_RESERVED, DEVICES_CACHED},
};

mod acknowledge;
mod charge;
mod checkpoint;
mod drop_device;
mod expire;
mod mailbox;
mod nonce;
mod records;

/// What the writer keeps between batches, and the batch.
pub(super) struct Ledger<E> {
    engine: Arc<E>,
    young: Arc<RwLock<Young>>,
    /// Knows the nonces of batch, young generation and tables; none when they are too many for it.
    filter: Option<NonceFilter>,
    conversations: LruCache<ConversationId, Conversation>,
    devices: LruCache<DeviceId, Mailbox>,
    /// Devices that have charged messages waiting, and how many: the others needn't be looked up.
    due: BTreeMap<DeviceId, u32>,
    next_cursor: u64,
    /// Cursors below this one may be given out; it is on disk before one of them is.
    cursor_ceiling: u64,
    nonce_generation: u64,
    /// Where the expiry goes on.
    expire_from: Vec<u8>,
    now: Timestamp,
    /// The first cursor of the batch: what is acknowledged lies below it.
    batch_cursor: u64,
    gathered: Gathered,
    nonces: BTreeMap<[u8; 24], SeenNonce>,
    sequences: BTreeMap<ConversationId, u64>,
    changes: BTreeMap<(Table, Slice), Change>,
    mailbox_changes: Batch,
    log: Vec<u8>,
    needs_sync: bool,
}

/// What every message needs to know of its conversation.
struct Conversation {
    head: ConversationHead,
    sequence: u64,
    /// The standing as it is stored, once somebody has asked for it.
    standing: Option<Option<Bytes>>,
}

pub(super) const CURSOR_KEY: &[u8] = b"cursor";
const GENERATION_MS: i64 = MAILBOX_DAYS * DAY_MS;

impl<E: Engine> Ledger<E> {
    /// Reads where the store stood.
    pub(super) fn open(engine: Arc<E>) -> Result<Self, StoreError> {
        let ceiling = stored_ceiling(&*engine)?;
        let young = Arc::new(RwLock::new(stored_young(&*engine)?));
        let due = charge::stored_due(&*engine)?;
        let mut filter = NonceFilter::load(&*engine)?;
        if let Some(filter) = &mut filter {
            read(&young).nonces.keys().for_each(|key| filter.insert(key));
        }
        Ok(Self {
            engine,
            young,
            filter,
            conversations: LruCache::new(capacity(CONVERSATIONS_CACHED)),
            devices: LruCache::new(capacity(DEVICES_CACHED)),
            due,
            next_cursor: ceiling,
            cursor_ceiling: ceiling,
            nonce_generation: 0,
            expire_from: Vec::new(),
            now: Timestamp::default(),
            batch_cursor: ceiling,
            gathered: Gathered::default(),
            nonces: BTreeMap::new(),
            sequences: BTreeMap::new(),
            changes: BTreeMap::new(),
            mailbox_changes: Batch::new(),
            log: Vec::new(),
            needs_sync: false,
        })
    }

    /// Begins a batch at this time.
    pub(super) fn begin(&mut self, now: Timestamp) -> Result<(), StoreError> {
        self.now = now;
        self.batch_cursor = self.next_cursor;
        let generation = u64::try_from(now.as_millis() / GENERATION_MS).unwrap_or(0);
        if generation > self.nonce_generation {
            // So that no young nonce outlives its generation.
            self.checkpoint()?;
            self.engine.rotate_nonces(generation)?;
            self.nonce_generation = generation;
        }
        Ok(())
    }

    /// Applies one event to the batch.
    pub(super) fn apply(&mut self, event: DeliveryEvent) -> Result<Applied, StoreError> {
        match event {
            DeliveryEvent::Acknowledge { device, through } => self.acknowledge(device, through),
            DeliveryEvent::DropDevice { device } => self.drop_device(device),
            DeliveryEvent::Expire { before } => self.expire(before),
            DeliveryEvent::Booked { charges } => {
                for id in &charges {
                    self.remove(Table::Charge, &codec::settled_key(id));
                }
                Ok(Outcome::Done.into())
            }
            event => rules::apply(self, event),
        }
    }

    /// Makes the receipts and puts the new entries into the batch.
    pub(super) fn seal(&mut self, sealer: &dyn BatchSealer) -> Sealed {
        let sealed = self.gathered.seal(sealer);
        for delivered in &sealed.delivered {
            codec::log_entry(&mut self.log, &delivered.entry, &delivered.devices);
        }
        sealed
    }

    /// Commits the batch, synced unless it only acknowledges.
    pub(super) fn commit(&mut self) -> Result<(), StoreError> {
        for (key, seen) in std::mem::take(&mut self.nonces) {
            codec::log_nonce(&mut self.log, &key, &seen);
        }
        for (conversation, sequence) in std::mem::take(&mut self.sequences) {
            codec::log_sequence(&mut self.log, conversation, sequence);
        }
        let capacity = self.log.len();
        let record = Bytes::from(std::mem::replace(&mut self.log, Vec::with_capacity(capacity)));
        let sync = std::mem::take(&mut self.needs_sync);
        if record.is_empty() {
            return self.commit_changes(sync);
        }
        let key = self.take_cursor();
        if self.changes.is_empty() && self.mailbox_changes.is_empty() {
            self.engine.append(key, &record, sync)?;
        } else {
            let value = Change::Put(Slice::from(&*record));
            self.mailbox_changes.push((Table::Log, Slice::from(key.to_be_bytes()), value));
            self.commit_changes(sync)?;
        }
        write(&self.young).replay(key, &record)
    }

    fn commit_changes(&mut self, sync: bool) -> Result<(), StoreError> {
        let mut batch = std::mem::take(&mut self.mailbox_changes);
        for ((table, key), change) in std::mem::take(&mut self.changes) {
            batch.push((table, key, change));
        }
        if !batch.is_empty() {
            self.engine.commit(&batch, sync)?;
            batch.clear();
        }
        self.mailbox_changes = batch;
        Ok(())
    }

    /// What readers need to know of the young generation.
    pub(super) fn young(&self) -> Arc<RwLock<Young>> {
        Arc::clone(&self.young)
    }

    /// Lets a later change of a key replace an earlier one: needed when batches are held back.
    pub(super) fn keep_last_changes(&mut self) {
        self.mailbox_changes.reverse();
        self.mailbox_changes.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        self.mailbox_changes.dedup_by(|a, b| (a.0, &a.1) == (b.0, &b.1));
    }

    /// Forgets the batch and everything that may have come from it, and brings the engine back.
    pub(super) fn recover(&mut self) -> Result<(), StoreError> {
        self.conversations.clear();
        self.devices.clear();
        self.gathered.clear();
        self.nonces.clear();
        self.sequences.clear();
        self.changes.clear();
        self.mailbox_changes.clear();
        self.log.clear();
        self.needs_sync = false;
        self.expire_from.clear();
        self.nonce_generation = 0;
        self.engine.recover()?;
        // Cursors that were given out stay used; whether their ceiling was written isn't known.
        self.cursor_ceiling = stored_ceiling(&*self.engine)?;
        self.next_cursor = self.next_cursor.max(self.cursor_ceiling);
        self.cursor_ceiling = self.next_cursor;
        *write(&self.young) = stored_young(&*self.engine)?;
        self.due = charge::stored_due(&*self.engine)?;
        Ok(())
    }

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Slice>, StoreError> {
        if !self.changes.is_empty() {
            match self.changes.get(&(table, Slice::from(key))) {
                Some(Change::Put(value)) => return Ok(Some(value.clone())),
                Some(Change::Remove | Change::RemoveOnce) => return Ok(None),
                None => {}
            }
        }
        self.engine.get(table, key)
    }

    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) {
        self.changes.insert((table, Slice::from(key)), Change::Put(Slice::from(value)));
    }

    fn remove(&mut self, table: Table, key: &[u8]) {
        self.changes.insert((table, Slice::from(key)), Change::Remove);
    }

    /// The conversation, from memory if it is there.
    fn conversation(
        &mut self,
        id: ConversationId,
    ) -> Result<Option<&mut Conversation>, StoreError> {
        if !self.conversations.contains(&id) {
            let Some(head) = self.get(Table::Conversation, id.as_bytes())? else {
                return Ok(None);
            };
            let head = codec::decode_head(&head)?;
            let sequence = match self.sequences.get(&id) {
                Some(sequence) => *sequence,
                None => last_sequence(&*self.engine, &self.young, id)?,
            };
            self.conversations.put(id, Conversation { head, sequence, standing: None });
        }
        Ok(self.conversations.get_mut(&id))
    }

    /// Gives out the next number that orders entries and records.
    fn take_cursor(&mut self) -> u64 {
        if self.next_cursor >= self.cursor_ceiling {
            self.cursor_ceiling = self.next_cursor + CURSORS_RESERVED;
            let ceiling = self.cursor_ceiling.to_le_bytes();
            self.put(Table::Meta, CURSOR_KEY, &ceiling);
        }
        let cursor = self.next_cursor;
        self.next_cursor += 1;
        cursor
    }
}

/// A young generation, to be read.
pub(super) fn read(young: &RwLock<Young>) -> RwLockReadGuard<'_, Young> {
    young.read().unwrap_or_else(PoisonError::into_inner)
}

fn write(young: &RwLock<Young>) -> RwLockWriteGuard<'_, Young> {
    young.write().unwrap_or_else(PoisonError::into_inner)
}

fn stored_ceiling<E: Engine>(engine: &E) -> Result<u64, StoreError> {
    match engine.get(Table::Meta, CURSOR_KEY)? {
        Some(value) => codec::decode_number(&value),
        None => Ok(1),
    }
}

/// Reads the records that no checkpoint has moved into the tables.
fn stored_young<E: Engine>(engine: &E) -> Result<Young, StoreError> {
    let mut young = Young::default();
    let (first, last) = (0_u64.to_be_bytes(), u64::MAX.to_be_bytes());
    engine.scan(Table::Log, &first, &last, &mut |key, record| {
        young.replay(codec::decode_number_key(key)?, &shared(record))?;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(young)
}

/// The sequence number that a conversation gave out last.
pub(super) fn last_sequence<E: Engine>(
    engine: &E,
    young: &RwLock<Young>,
    id: ConversationId,
) -> Result<u64, StoreError> {
    if let Some(sequence) = read(young).sequences.get(&id) {
        return Ok(*sequence);
    }
    match engine.get(Table::Sequence, id.as_bytes())? {
        Some(value) => codec::decode_number(&value),
        None => Ok(0),
    }
}

const fn capacity(limit: usize) -> NonZeroUsize {
    NonZeroUsize::new(limit).expect("a limit isn't zero")
}
