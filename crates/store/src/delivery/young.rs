//! The young generation: what the last batches did, in memory and in a log.
//!
//! Most entries are acknowledged within moments. So a batch writes one record with everything that it
//! delivers, acknowledges and answers, and memory holds what follows from the records. A checkpoint
//! moves what is still there into the tables, sorted and at once, and removes the records. After a
//! crash the records are read again, by the same [`Young::replay`] that follows each commit.

use std::collections::{BTreeMap, VecDeque, btree_map};

use bytes::Bytes;
use tresen_types::{ConversationId, DeviceId};

use super::codec::{LogItem, SeenNonce, read_log};
use crate::{
    StoreError,
    limits::{YOUNG_BYTES_MAX, YOUNG_MESSAGES_MAX, YOUNG_RECORDS_MAX},
};

/// What the records since the last checkpoint say.
#[derive(Default)]
pub(super) struct Young {
    /// The keys of the records.
    pub(super) records: Vec<u64>,
    bytes: usize,
    /// Entries that somebody hasn't acknowledged yet, by cursor.
    pub(super) entries: BTreeMap<u64, YoungEntry>,
    mailboxes: BTreeMap<DeviceId, YoungMailbox>,
    pub(super) sequences: BTreeMap<ConversationId, u64>,
    pub(super) nonces: BTreeMap<[u8; 24], SeenNonce>,
}

/// What the records say about one device.
#[derive(Default)]
struct YoungMailbox {
    /// The cursors of its entries.
    entries: VecDeque<u64>,
    /// The last cursor that it has acknowledged; 0 for none since the checkpoint.
    acknowledged: u64,
}

/// An entry that is in no table yet.
pub(super) struct YoungEntry {
    /// The encoded entry.
    pub(super) value: Bytes,
    /// Who hasn't acknowledged it.
    pub(super) devices: Vec<DeviceId>,
}

impl Young {
    /// Takes over what a record says.
    pub(super) fn replay(&mut self, key: u64, record: &Bytes) -> Result<(), StoreError> {
        self.records.push(key);
        self.bytes += record.len();
        read_log(record, |item| match item {
            LogItem::Entry { cursor, devices, value } => {
                for device in &devices {
                    self.mailboxes.entry(*device).or_default().entries.push_back(cursor);
                }
                self.entries.insert(cursor, YoungEntry { value, devices });
            }
            LogItem::Nonce { key, seen } => {
                self.nonces.insert(key, seen);
            }
            LogItem::Sequence { conversation, sequence } => {
                self.sequences.insert(conversation, sequence);
            }
            LogItem::Acknowledge { device, through } => self.acknowledge(device, through),
        })
    }

    /// Whether it is time for a checkpoint.
    pub(super) fn is_large(&self) -> bool {
        self.nonces.len().max(self.entries.len()) >= YOUNG_MESSAGES_MAX
            || self.records.len() >= YOUNG_RECORDS_MAX
            || self.bytes >= YOUNG_BYTES_MAX
    }

    /// The entries in two parts: those that are old, and at most `count` of the newest with at most
    /// `bytes` together.
    pub(super) fn split(
        &self,
        count: usize,
        bytes: usize,
    ) -> (btree_map::Range<'_, u64, YoungEntry>, btree_map::Range<'_, u64, YoungEntry>) {
        let mut size = 0_usize;
        let newest = self.entries.iter().rev().take(count).take_while(|(_cursor, entry)| {
            size = size.saturating_add(entry.value.len());
            size <= bytes
        });
        let from = newest.last().map_or(u64::MAX, |(cursor, _entry)| *cursor);
        (self.entries.range(..from), self.entries.range(from..))
    }

    /// The entries of a device after `cursor`, oldest first.
    pub(super) fn after(
        &self,
        device: DeviceId,
        cursor: u64,
    ) -> impl Iterator<Item = (u64, &Bytes)> {
        self.mailboxes
            .get(&device)
            .into_iter()
            .flat_map(|mailbox| &mailbox.entries)
            .filter(move |at| **at > cursor)
            .filter_map(|at| self.entries.get(at).map(|entry| (*at, &entry.value)))
    }

    /// The last cursor that a device has acknowledged since the checkpoint.
    pub(super) fn acknowledged(&self, device: DeviceId) -> Option<u64> {
        let acknowledged = self.mailboxes.get(&device)?.acknowledged;
        (acknowledged > 0).then_some(acknowledged)
    }

    /// All devices that have acknowledged since the checkpoint, and through which cursor.
    pub(super) fn acknowledgements(&self) -> impl Iterator<Item = (DeviceId, u64)> {
        let all = self.mailboxes.iter().map(|(device, mailbox)| (*device, mailbox.acknowledged));
        all.filter(|(_device, acknowledged)| *acknowledged > 0)
    }

    fn acknowledge(&mut self, device: DeviceId, through: u64) {
        let mailbox = self.mailboxes.entry(device).or_default();
        mailbox.acknowledged = mailbox.acknowledged.max(through);
        let entries = &mut mailbox.entries;
        while let Some(cursor) = entries.front().copied().filter(|cursor| *cursor <= through) {
            entries.pop_front();
            let Some(entry) = self.entries.get_mut(&cursor) else { continue };
            entry.devices.retain(|holder| *holder != device);
            if entry.devices.is_empty() {
                self.entries.remove(&cursor);
            }
        }
    }
}
