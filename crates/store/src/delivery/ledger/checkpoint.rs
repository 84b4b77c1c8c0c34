//! A checkpoint: the young generation moves into the tables.

use std::sync::Arc;

use bytes::Bytes;

use super::{Ledger, read, write};
use crate::{
    StoreError,
    delivery::{
        codec,
        engine::{Change, Engine, Slice, Table},
        young::Young,
    },
    limits::{YOUNG_KEPT_BYTES_MAX, YOUNG_KEPT_MAX},
};

impl<E: Engine> Ledger<E> {
    /// Whether the young generation has grown so large that it should move into the tables.
    pub(in crate::delivery) fn needs_checkpoint(&self) -> bool {
        read(&self.young).is_large()
    }

    /// Moves the young generation into the tables, all of it. There must be no batch under way. Nothing
    /// needs to be synced: until this is on disk, the records are.
    pub(in crate::delivery) fn checkpoint(&mut self) -> Result<(), StoreError> {
        self.move_young(0)
    }

    /// Like [`Ledger::checkpoint`], but the newest entries stay young, in a record of their own: those
    /// who are connected acknowledge most of them soon, so that they never come into the tables.
    pub(in crate::delivery) fn checkpoint_old(&mut self) -> Result<(), StoreError> {
        self.move_young(YOUNG_KEPT_MAX)
    }

    fn move_young(&mut self, kept_max: usize) -> Result<(), StoreError> {
        let young = Arc::clone(&self.young);
        let kept = {
            let young = read(&young);
            let (old, new) = young.split(kept_max, YOUNG_KEPT_BYTES_MAX);
            for (cursor, entry) in old {
                self.write_entry(*cursor, entry)?;
            }
            let mut kept = Vec::new();
            for (cursor, entry) in new {
                codec::log_stored_entry(&mut kept, *cursor, &entry.devices, &entry.value);
            }
            for (key, seen) in &young.nonces {
                let value = Change::Put(Slice::from(codec::encode_nonce(seen)));
                self.mailbox_changes.push((Table::Nonce, Slice::from(*key), value));
            }
            for (conversation, sequence) in &young.sequences {
                let key = Slice::from(*conversation.as_bytes());
                let value = Change::Put(Slice::from(sequence.to_le_bytes()));
                self.mailbox_changes.push((Table::Sequence, key, value));
            }
            for (device, through) in young.acknowledgements() {
                let key = Slice::from(codec::acknowledged_key(device));
                let value = Change::Put(Slice::from(through.to_le_bytes()));
                self.mailbox_changes.push((Table::Meta, key, value));
            }
            for record in &young.records {
                let key = Slice::from(record.to_be_bytes());
                self.mailbox_changes.push((Table::Log, key, Change::RemoveOnce));
            }
            Bytes::from(kept)
        };
        let mut next = Young::default();
        if !kept.is_empty() {
            let key = self.take_cursor();
            let value = Change::Put(Slice::from(&*kept));
            self.mailbox_changes.push((Table::Log, Slice::from(key.to_be_bytes()), value));
            next.replay(key, &kept)?;
        }
        self.filter = self.filter.take().filter(|filter| !filter.is_full());
        self.commit_changes(false)?;
        // Readers look here first and into the tables afterwards, so they miss nothing.
        *write(&young) = next;
        Ok(())
    }
}
