//! A checkpoint: the young generation moves into the tables.

use std::sync::Arc;

use super::{Ledger, read, write};
use crate::{
    StoreError,
    delivery::{
        codec,
        engine::{Change, Engine, Slice, Table},
        young::Young,
    },
};

impl<E: Engine> Ledger<E> {
    /// Whether the young generation has grown so large that it should move into the tables.
    pub(in crate::delivery) fn needs_checkpoint(&self) -> bool {
        read(&self.young).is_large()
    }

    /// Moves the young generation into the tables. There must be no batch under way. Nothing needs to
    /// be synced: until this is on disk, the records are.
    pub(in crate::delivery) fn checkpoint(&mut self) -> Result<(), StoreError> {
        let young = Arc::clone(&self.young);
        {
            let young = read(&young);
            for (cursor, entry) in &young.entries {
                self.write_entry(*cursor, entry)?;
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
        }
        self.filter = self.filter.take().filter(|filter| !filter.is_full());
        self.commit_changes(false)?;
        // Readers look here first and into the tables afterwards, so they miss nothing.
        *write(&young) = Young::default();
        Ok(())
    }
}
