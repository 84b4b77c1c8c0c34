//! Charges: kept with the message, settled with its first acknowledgement or its last loss.

use std::{collections::BTreeMap, ops::ControlFlow};

use tresen_types::DeviceId;

use super::Ledger;
use crate::{
    StoreError,
    delivery::{
        codec,
        engine::{Engine, Slice, Table, shared},
        rules::NewCharge,
        standing::{ChargeId, Settled},
    },
};

/// Devices that have charged messages waiting.
pub(super) fn stored_due<E: Engine>(engine: &E) -> Result<BTreeMap<DeviceId, u32>, StoreError> {
    let mut due = BTreeMap::new();
    let first = codec::due_key(DeviceId::new([0; 8]), 0);
    let last = codec::due_key(DeviceId::new([0xff; 8]), u64::MAX);
    engine.scan(Table::Charge, &first, &last, &mut |key, _id| {
        if let Some(device) = codec::read_due_key(key) {
            let count: &mut u32 = due.entry(device).or_default();
            *count = count.saturating_add(1);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(due)
}

/// The settled charges, at most `limit`.
pub(in crate::delivery) fn settled<E: Engine>(
    engine: &E,
    limit: usize,
) -> Result<Vec<Settled>, StoreError> {
    let mut found = Vec::new();
    let (first, last) = (codec::settled_key(&[0; 24]), codec::settled_key(&[0xff; 24]));
    engine.scan(Table::Charge, &first, &last, &mut |key, row| {
        if found.len() >= limit {
            return Ok(ControlFlow::Break(()));
        }
        let (number, value) = codec::decode_charge(&shared(row))?;
        found.push(codec::read_settled(key, number, &value)?);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

impl<E: Engine> Ledger<E> {
    pub(super) fn open_charge(&mut self, charge: NewCharge) {
        let NewCharge { id, devices, cursor, usage } = charge;
        let due = codec::encode_charge(codec::DUE_NUMBER, &[&id]);
        for device in &devices {
            self.put(Table::Charge, &codec::due_key(*device, cursor), &due);
            let count = self.due.entry(*device).or_default();
            *count = count.saturating_add(1);
        }
        let holders = u64::try_from(devices.len()).unwrap_or(u64::MAX);
        let open = codec::encode_charge(holders, &[&usage]);
        self.put(Table::Charge, &codec::open_key(&id), &open);
    }

    /// Settles what is due for a device up to a cursor: the device has it, or never will.
    pub(super) fn settle(
        &mut self,
        device: DeviceId,
        cursors: (u64, u64),
        is_delivered: bool,
    ) -> Result<(), StoreError> {
        if !self.due.contains_key(&device) {
            return Ok(());
        }
        let mut due = Vec::new();
        let (first, last) = (codec::due_key(device, cursors.0), codec::due_key(device, cursors.1));
        self.engine.scan(Table::Charge, &first, &last, &mut |key, _row| {
            due.push(Slice::from(key));
            Ok(ControlFlow::Continue(()))
        })?;
        for key in due {
            // Gone when this batch has settled it before.
            let Some(row) = self.get(Table::Charge, &key)? else { continue };
            let (_number, id) = codec::decode_charge(&shared(row))?;
            self.remove(Table::Charge, &key);
            if let Some(count) = self.due.get_mut(&device) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    self.due.remove(&device);
                }
            }
            let id = ChargeId::try_from(&*id)
                .map_err(|_length| StoreError::corrupt("a charge has no name"))?;
            self.settle_charge(&id, is_delivered)?;
        }
        Ok(())
    }

    fn settle_charge(&mut self, id: &ChargeId, is_delivered: bool) -> Result<(), StoreError> {
        let open_key = codec::open_key(id);
        // Gone when another device had the message before.
        let Some(row) = self.get(Table::Charge, &open_key)? else { return Ok(()) };
        let (holders, usage) = codec::decode_charge(&shared(row))?;
        if !is_delivered && holders > 1 {
            let open = codec::encode_charge(holders.saturating_sub(1), &[&usage]);
            self.put(Table::Charge, &open_key, &open);
            return Ok(());
        }
        let verdict = if is_delivered { codec::DELIVERED } else { codec::LOST };
        let at = u64::try_from(self.now.as_millis()).unwrap_or(0);
        let settled = codec::encode_charge(at, &[&[verdict], &usage]);
        self.put(Table::Charge, &codec::settled_key(id), &settled);
        self.remove(Table::Charge, &open_key);
        Ok(())
    }
}
