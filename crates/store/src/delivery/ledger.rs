//! The writer's state: what it knows of conversations and mailboxes, and the batch that it builds.
//!
//! Every operation reads first and changes afterwards, so that one that fails has changed nothing.
//! Later operations of a batch see the earlier ones: in the caches, and below them in the changes
//! that wait for the commit. When a commit fails, the caches and the changes are forgotten together.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroUsize;
use std::ops::{ControlFlow, Range};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use bytes::Bytes;
use lru::LruCache;
use tresen_types::limits::{DAY_MS, MAILBOX_DAYS};
use tresen_types::{Category, ConversationId, DeviceId, Nonce, Timestamp};

use super::codec::{self, ConversationHead, GroupPart, SeenNonce, Stored};
use super::engine::{Batch, Change, Engine, Slice, Table, shared};
use super::event::{AcceptedMessage, DeliveryEvent, Outcome};
use super::nonce_filter::NonceFilter;
use super::record::{EntryKind, MailboxEntry, Sender};
use super::young::{Young, YoungEntry};
use super::{BatchSealer, Delivered};
use crate::StoreError;
use crate::limits::{
    CONVERSATIONS_CACHED, CURSORS_RESERVED, DEVICES_CACHED, PENDING_CACHED, SHARED_RECIPIENTS_MIN,
};

pub(super) use drop_device::{memberships, parts};
pub(super) use proposal::current_proposals;

mod acknowledge;
mod commit;
mod create_conversation;
mod drop_device;
mod expire;
mod leave;
mod message;
mod notice;
mod proposal;

/// What the writer keeps between batches, and the batch.
pub(super) struct Ledger<E> {
    engine: Arc<E>,
    young: Arc<RwLock<Young>>,
    /// None when there are too many nonces for it.
    filter: Option<NonceFilter>,
    conversations: LruCache<ConversationId, Conversation>,
    devices: LruCache<DeviceId, Mailbox>,
    next_cursor: u64,
    /// Cursors below this one may be given out; it is on disk before one of them is.
    cursor_ceiling: u64,
    nonce_generation: u64,
    /// Where the expiry goes on.
    expire_from: Vec<u8>,
    now: Timestamp,
    /// The first cursor of the batch: what is acknowledged lies below it.
    batch_cursor: u64,
    entries: Vec<NewEntry>,
    accepted: Vec<AcceptedMessage>,
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
}

/// What is known of a mailbox without reading it.
#[derive(Default)]
struct Mailbox {
    /// Everything up to this cursor is gone.
    low: u64,
    /// The entries after it, if all of them are known: their cursors, and whether the payload is
    /// shared.
    pending: Option<VecDeque<(u64, bool)>>,
}

/// An entry that the batch adds.
struct NewEntry {
    entry: MailboxEntry,
    devices: Vec<DeviceId>,
    /// Which of the accepted messages it is.
    receipt: Option<usize>,
}

/// The content of an entry, before it has a cursor.
struct Draft {
    kind: EntryKind,
    conversation: Option<ConversationId>,
    sequence: u64,
    sender: Option<Sender>,
    class: u8,
    category: Category,
    body: Bytes,
    attachment: Bytes,
}

impl Draft {
    /// An MLS handshake message.
    const fn handshake(
        kind: EntryKind,
        conversation: ConversationId,
        sequence: u64,
        sender: Option<Sender>,
        body: Bytes,
    ) -> Self {
        Self {
            kind,
            conversation: Some(conversation),
            sequence,
            sender,
            class: 0,
            category: Category::Service,
            body,
            attachment: Bytes::new(),
        }
    }
}

/// What an operation answers, before the receipts are made.
pub(super) struct Applied {
    pub(super) outcome: Outcome,
    /// Which receipts of the batch belong to it.
    pub(super) receipts: Range<usize>,
}

impl From<Outcome> for Applied {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, receipts: 0..0 }
    }
}

/// What a batch added, once its receipts are made.
pub(super) struct Sealed {
    pub(super) receipts: Vec<Bytes>,
    pub(super) delivered: Vec<Delivered>,
}

const CURSOR_KEY: &[u8] = b"cursor";
const GENERATION_MS: i64 = MAILBOX_DAYS * DAY_MS;

impl<E: Engine> Ledger<E> {
    /// Reads where the store stood.
    pub(super) fn open(engine: Arc<E>) -> Result<Self, StoreError> {
        let ceiling = stored_ceiling(&*engine)?;
        let young = Arc::new(RwLock::new(stored_young(&*engine)?));
        let filter = NonceFilter::load(&*engine)?;
        Ok(Self {
            engine,
            young,
            filter,
            conversations: LruCache::new(capacity(CONVERSATIONS_CACHED)),
            devices: LruCache::new(capacity(DEVICES_CACHED)),
            next_cursor: ceiling,
            cursor_ceiling: ceiling,
            nonce_generation: 0,
            expire_from: Vec::new(),
            now: Timestamp::default(),
            batch_cursor: ceiling,
            entries: Vec::new(),
            accepted: Vec::new(),
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
            DeliveryEvent::CreateConversation(create) => self.create_conversation(*create),
            DeliveryEvent::Commit(commit) => self.commit_epoch(*commit),
            DeliveryEvent::Message(message) => self.message(message),
            DeliveryEvent::Proposal { conversation, body } => self.proposal(conversation, body),
            DeliveryEvent::Leave { conversation, device } => self.leave(conversation, device),
            DeliveryEvent::Enqueue(notice) => self.notice(notice),
            DeliveryEvent::Acknowledge { device, through } => self.acknowledge(device, through),
            DeliveryEvent::DropDevice { device } => self.drop_device(device),
            DeliveryEvent::Expire { before } => self.expire(before),
        }
    }

    /// Makes the receipts and puts the new entries into the batch.
    pub(super) fn seal(&mut self, sealer: &dyn BatchSealer) -> Sealed {
        let accepted = std::mem::take(&mut self.accepted);
        let receipts = if accepted.is_empty() { Vec::new() } else { sealer.seal(&accepted) };
        assert_eq!(receipts.len(), accepted.len(), "the sealer makes one receipt for each message");
        let entries = std::mem::take(&mut self.entries);
        let mut delivered = Vec::with_capacity(entries.len());
        for mut new in entries {
            if let Some(receipt) = new.receipt.and_then(|at| receipts.get(at)) {
                new.entry.receipt = receipt.clone();
            }
            if !new.devices.is_empty() {
                codec::log_entry(&mut self.log, &new.entry, &new.devices);
                delivered.push(Delivered { entry: Arc::new(new.entry), devices: new.devices });
            }
        }
        Sealed { receipts, delivered }
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
        let key = self.next_cursor();
        let value = Change::Put(Slice::from(&*record));
        self.mailbox_changes.push((Table::Log, Slice::from(key.to_be_bytes()), value));
        self.commit_changes(sync)?;
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

    /// Whether the young generation has grown so large that it should move into the tables.
    pub(super) fn needs_checkpoint(&self) -> bool {
        read(&self.young).is_large()
    }

    /// Moves the young generation into the tables. There must be no batch under way. Nothing needs to
    /// be synced: until this is on disk, the records are.
    pub(super) fn checkpoint(&mut self) -> Result<(), StoreError> {
        let young = Arc::clone(&self.young);
        {
            let young = read(&young);
            for (cursor, entry) in &young.entries {
                self.write_entry(*cursor, entry)?;
            }
            for (key, seen) in &young.nonces {
                // Before the commit: a filter that knows too much is right in any case.
                if let Some(filter) = &mut self.filter {
                    filter.insert(key);
                }
                let value = Change::Put(Slice::from(codec::encode_nonce(seen)));
                self.mailbox_changes.push((Table::Nonce, Slice::from(*key), value));
            }
            for (conversation, sequence) in &young.sequences {
                let key = Slice::from(*conversation.as_bytes());
                let value = Change::Put(Slice::from(sequence.to_le_bytes()));
                self.mailbox_changes.push((Table::Sequence, key, value));
            }
            for record in &young.records {
                let key = Slice::from(record.to_be_bytes());
                self.mailbox_changes.push((Table::Log, key, Change::RemoveOnce));
            }
        }
        self.filter = self.filter.take().filter(|filter| !filter.is_full());
        self.commit_changes(false)?;
        // Readers look here first and into the tables afterwards, so they miss nothing.
        *write(&young) = Young::default();
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
        self.entries.clear();
        self.accepted.clear();
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
            self.conversations.put(id, Conversation { head, sequence });
        }
        Ok(self.conversations.get_mut(&id))
    }

    /// Takes over a conversation's changed head.
    fn put_head(&mut self, id: ConversationId, head: ConversationHead, sequence: u64) {
        self.put(Table::Conversation, id.as_bytes(), &codec::encode_head(&head));
        self.conversations.put(id, Conversation { head, sequence });
    }

    /// Gives out the next sequence number of a conversation that was loaded before.
    fn next_sequence(&mut self, id: ConversationId) -> u64 {
        let conversation =
            self.conversations.get_mut(&id).expect("the operation has loaded the conversation");
        conversation.sequence += 1;
        let sequence = conversation.sequence;
        self.sequences.insert(id, sequence);
        sequence
    }

    fn put_group_part<'part>(
        &mut self,
        id: ConversationId,
        part: GroupPart,
        epoch: u64,
        parts: impl IntoIterator<Item = &'part Bytes>,
    ) {
        let value = codec::encode_parts(epoch, parts);
        self.put(Table::GroupState, &codec::group_key(id, part), &value);
    }

    /// What was answered to a nonce before, with the receipt if a mailbox still holds the message.
    fn seen(&self, sender: Sender, nonce: Nonce) -> Result<Option<super::Accepted>, StoreError> {
        let key = codec::nonce_key(sender.device, nonce);
        if let Some(seen) = self.nonces.get(&key) {
            // Accepted in this very batch: the receipt isn't made yet, and goes to the first request.
            return Ok(Some(answer(seen, Bytes::new())));
        }
        let young = read(&self.young).nonces.get(&key).copied();
        let seen = match young {
            Some(seen) => seen,
            None if self.filter.as_ref().is_some_and(|filter| !filter.may_contain(&key)) => {
                return Ok(None);
            }
            None => {
                let stored = match self.engine.get(Table::Nonce, &key)? {
                    None => self.engine.get(Table::NonceBefore, &key)?,
                    found => found,
                };
                let Some(stored) = stored else { return Ok(None) };
                codec::decode_nonce(&stored)?
            }
        };
        let receipt = self.stored_receipt(&seen)?;
        Ok(Some(answer(&seen, receipt)))
    }

    fn stored_receipt(&self, seen: &SeenNonce) -> Result<Bytes, StoreError> {
        let young = read(&self.young).entries.get(&seen.cursor).map(|entry| entry.value.clone());
        if let Some(value) = young {
            return receipt(seen.cursor, &value);
        }
        let key = codec::mailbox_key(seen.recipient, seen.cursor);
        let entry = match self.engine.get(Table::Mailbox, &key)? {
            Some(value) if codec::is_reference(&value) => {
                self.engine.get(Table::Payload, &seen.cursor.to_be_bytes())?
            }
            found => found,
        };
        entry.map_or_else(|| Ok(Bytes::new()), |entry| receipt(seen.cursor, &shared(entry)))
    }

    fn remember_nonce(&mut self, sender: Sender, nonce: Nonce, seen: SeenNonce) {
        self.nonces.insert(codec::nonce_key(sender.device, nonce), seen);
        self.needs_sync = true;
    }

    /// Adds an entry for some devices; returns its cursor.
    fn deliver(&mut self, draft: Draft, devices: Vec<DeviceId>, receipt: Option<usize>) -> u64 {
        let cursor = self.next_cursor();
        self.needs_sync = true;
        let entry = MailboxEntry {
            cursor,
            kind: draft.kind,
            conversation: draft.conversation,
            sequence: draft.sequence,
            accepted_at: self.now,
            sender: draft.sender,
            class: draft.class,
            category: draft.category,
            body: draft.body,
            attachment: draft.attachment,
            receipt: Bytes::new(),
        };
        self.entries.push(NewEntry { entry, devices, receipt });
        cursor
    }

    /// Gives out the next number that orders entries and records.
    fn next_cursor(&mut self) -> u64 {
        if self.next_cursor >= self.cursor_ceiling {
            self.cursor_ceiling = self.next_cursor + CURSORS_RESERVED;
            let ceiling = self.cursor_ceiling.to_le_bytes();
            self.put(Table::Meta, CURSOR_KEY, &ceiling);
        }
        let cursor = self.next_cursor;
        self.next_cursor += 1;
        cursor
    }

    /// Writes an entry into the mailboxes of its devices: itself, or where many get it a reference.
    fn write_entry(&mut self, cursor: u64, entry: &YoungEntry) -> Result<(), StoreError> {
        let is_shared = entry.devices.len() >= SHARED_RECIPIENTS_MIN;
        let value = if is_shared {
            let key = Slice::from(cursor.to_be_bytes());
            let payload = Change::Put(Slice::from(&*entry.value));
            self.mailbox_changes.push((Table::Payload, key, payload));
            let count = u32::try_from(entry.devices.len()).expect("devices are limited");
            self.put(Table::Share, &cursor.to_be_bytes(), &count.to_le_bytes());
            Slice::from(codec::encode_reference(&entry.value)?)
        } else {
            Slice::from(&*entry.value)
        };
        for device in &entry.devices {
            let key = Slice::from(codec::mailbox_key(*device, cursor));
            self.mailbox_changes.push((Table::Mailbox, key, Change::Put(value.clone())));
            if let Some(mailbox) = self.devices.get_mut(device) {
                mailbox.add(cursor, is_shared);
            }
        }
        Ok(())
    }

    /// Removes one entry of a mailbox, and the payload with the last reference to it.
    fn remove_entry(
        &mut self,
        device: DeviceId,
        cursor: u64,
        is_shared: bool,
    ) -> Result<(), StoreError> {
        let payload_key = cursor.to_be_bytes();
        let holders = if is_shared { self.get(Table::Share, &payload_key)? } else { None };
        if let Some(holders) = holders {
            let bytes = <[u8; 4]>::try_from(&*holders)
                .map_err(|_wrong| StoreError::corrupt("a payload's count is unreadable"))?;
            let left = u32::from_le_bytes(bytes).saturating_sub(1);
            if left == 0 {
                self.remove(Table::Share, &payload_key);
                self.mailbox_changes.push((
                    Table::Payload,
                    Slice::from(payload_key),
                    Change::RemoveOnce,
                ));
            } else {
                self.put(Table::Share, &payload_key, &left.to_le_bytes());
            }
        }
        let key = Slice::from(codec::mailbox_key(device, cursor));
        self.mailbox_changes.push((Table::Mailbox, key, Change::RemoveOnce));
        Ok(())
    }

    /// The committed entries of a mailbox after `low` (cursors, and whether the payload is shared): all
    /// up to `through` and at most `beyond` after it; and whether these are all that there are.
    fn stored_entries(
        &self,
        device: DeviceId,
        low: u64,
        through: u64,
        beyond: usize,
    ) -> Result<(VecDeque<(u64, bool)>, bool), StoreError> {
        let mut found = VecDeque::new();
        let mut later = 0;
        let mut is_whole = true;
        let from = codec::mailbox_key(device, low.saturating_add(1));
        let to = codec::mailbox_key(device, u64::MAX);
        self.engine.scan(Table::Mailbox, &from, &to, &mut |key, value| {
            let (_device, cursor) = codec::read_mailbox_key(key)?;
            if cursor > through {
                if later == beyond {
                    is_whole = false;
                    return Ok(ControlFlow::Break(()));
                }
                later += 1;
            }
            found.push_back((cursor, codec::is_reference(&value)));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok((found, is_whole))
    }
}

impl Mailbox {
    fn add(&mut self, cursor: u64, is_shared: bool) {
        match &mut self.pending {
            Some(pending) if pending.len() < PENDING_CACHED => {
                pending.push_back((cursor, is_shared));
            }
            // Too long to remember: the next acknowledgement scans.
            _ => self.pending = None,
        }
    }
}

/// A young generation, to be read.
pub(super) fn read(young: &RwLock<Young>) -> RwLockReadGuard<'_, Young> {
    young.read().unwrap_or_else(PoisonError::into_inner)
}

fn write(young: &RwLock<Young>) -> RwLockWriteGuard<'_, Young> {
    young.write().unwrap_or_else(PoisonError::into_inner)
}

/// The active members but one.
fn others(head: &ConversationHead, but: DeviceId) -> Vec<DeviceId> {
    head.members
        .iter()
        .filter(|member| member.device != but && !member.has_left)
        .map(|member| member.device)
        .collect()
}

fn answer(seen: &SeenNonce, receipt: Bytes) -> super::Accepted {
    super::Accepted { sequence: seen.sequence, accepted_at: seen.accepted_at, receipt }
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

/// The receipt of an encoded entry.
fn receipt(cursor: u64, value: &Bytes) -> Result<Bytes, StoreError> {
    match codec::decode_entry(cursor, value)? {
        Stored::Inline(entry) => Ok(entry.receipt),
        Stored::Reference { .. } => Ok(Bytes::new()),
    }
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
