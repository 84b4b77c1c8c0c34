//! A device has persisted its entries up to a cursor.

use tresen_types::DeviceId;

use super::Ledger;
use crate::{
    StoreError,
    delivery::{
        codec,
        engine::{Engine, Table},
        event::Outcome,
        rules::Applied,
    },
    limits::PENDING_CACHED,
};

/// The last cursor that a device had acknowledged at the last checkpoint.
pub(in crate::delivery) fn acknowledged<E: Engine>(
    engine: &E,
    device: DeviceId,
) -> Result<u64, StoreError> {
    match engine.get(Table::Meta, &codec::acknowledged_key(device))? {
        Some(value) => codec::decode_number(&value),
        None => Ok(0),
    }
}

impl<E: Engine> Ledger<E> {
    pub(super) fn acknowledge(
        &mut self,
        device: DeviceId,
        through: u64,
    ) -> Result<Applied, StoreError> {
        // What this batch adds can't have been seen: a cursor beyond is a mistake, and harmless.
        let through = through.min(self.batch_cursor.saturating_sub(1));
        let mut mailbox = self.devices.pop(&device).unwrap_or_default();
        if through > mailbox.low {
            let (mut pending, is_whole) = match mailbox.pending.take() {
                Some(pending) => (pending, true),
                None => self.stored_entries(device, mailbox.low, through, PENDING_CACHED)?,
            };
            while let Some((cursor, is_shared)) = pending.front().copied() {
                if cursor > through {
                    break;
                }
                self.remove_entry(device, cursor, is_shared)?;
                pending.pop_front();
            }
            self.settle(device, (0, through), true)?;
            codec::log_acknowledge(&mut self.log, device, through);
            mailbox.low = through;
            mailbox.pending = is_whole.then_some(pending);
        }
        self.devices.put(device, mailbox);
        Ok(Outcome::Done.into())
    }
}
