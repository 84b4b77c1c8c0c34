//! Entries in the tables.

use std::{collections::VecDeque, ops::ControlFlow};

use tresen_types::DeviceId;

use super::Ledger;
use crate::{
    StoreError,
    delivery::{
        codec,
        engine::{Change, Engine, Slice, Table},
        young::YoungEntry,
    },
    limits::{PENDING_CACHED, SHARED_RECIPIENTS_MIN},
};

/// What is known of a mailbox without reading it.
#[derive(Default)]
pub(super) struct Mailbox {
    /// Everything up to this cursor is gone.
    pub(super) low: u64,
    /// The entries after it, if all of them are known: their cursors, and whether the payload is
    /// shared.
    pub(super) pending: Option<VecDeque<(u64, bool)>>,
}

impl<E: Engine> Ledger<E> {
    /// Writes an entry into the mailboxes of its devices: itself, or where many get it a reference.
    pub(super) fn write_entry(
        &mut self,
        cursor: u64,
        entry: &YoungEntry,
    ) -> Result<(), StoreError> {
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
    pub(super) fn remove_entry(
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
    pub(super) fn stored_entries(
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
