//! Entries that nobody fetched in time.

use std::ops::ControlFlow;

use tresen_types::{DeviceId, Timestamp};

use super::Ledger;
use crate::{
    StoreError,
    delivery::{
        codec,
        engine::{Engine, Table},
        event::Outcome,
        record::is_over,
        rules::Applied,
    },
    limits::EXPIRE_KEYS_MAX,
};

impl<E: Engine> Ledger<E> {
    /// Looks at the next keys. Runs in a batch of its own, so that everything that it removes is
    /// committed already.
    pub(super) fn expire(&mut self, before: Timestamp) -> Result<Applied, StoreError> {
        let now = self.now;
        let mut old = Vec::new();
        let mut seen = 0;
        let mut next = None;
        let end = codec::mailbox_key(DeviceId::new([0xff; 8]), u64::MAX);
        self.engine.scan(Table::Mailbox, &self.expire_from, &end, &mut |key, value| {
            if seen == EXPIRE_KEYS_MAX {
                next = Some(key.to_vec());
                return Ok(ControlFlow::Break(()));
            }
            seen += 1;
            let peeked = codec::peek_entry(&value)?;
            if peeked.accepted_at < before
                || is_over(peeked.accepted_at, peeked.time_to_live_s, now)
            {
                let (device, cursor) = codec::read_mailbox_key(key)?;
                old.push((device, cursor, codec::is_reference(&value)));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        for (device, cursor, is_shared) in &old {
            self.remove_entry(*device, *cursor, *is_shared)?;
            self.settle(*device, (*cursor, *cursor), false)?;
            self.devices.pop(device);
        }
        let is_done = next.is_none();
        self.expire_from = next.unwrap_or_default();
        let removed = u64::try_from(old.len()).unwrap_or(u64::MAX);
        Ok(Outcome::Expired { removed, is_done }.into())
    }
}
