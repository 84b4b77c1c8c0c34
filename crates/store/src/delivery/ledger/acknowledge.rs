//! A device has persisted its entries up to a cursor.

use tresen_types::DeviceId;

use super::Ledger;
use crate::{
    StoreError,
    delivery::{codec, engine::Engine, event::Outcome, rules::Applied},
    limits::PENDING_CACHED,
};

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
            codec::log_acknowledge(&mut self.log, device, through);
            mailbox.low = through;
            mailbox.pending = is_whole.then_some(pending);
        }
        self.devices.put(device, mailbox);
        Ok(Outcome::Done.into())
    }
}
