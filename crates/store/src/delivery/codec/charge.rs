//! The rows of charges. All have a number and a value.
//!
//! ```text
//! due      device, cursor → the charge that the device's acknowledgement settles
//! open     charge → how many devices it still lies with, and what was kept
//! settled  charge → when; whether it was delivered, and what was kept
//! ```

use bytes::Bytes;
use tresen_types::{DeviceId, Timestamp};

use super::{Reader, UNREADABLE};
use crate::{
    StoreError,
    delivery::standing::{ChargeId, Settled},
};

const DUE: u8 = 1;
const OPEN: u8 = 2;
const SETTLED: u8 = 3;

/// The first byte of a settled charge's value when its message was delivered.
pub(in crate::delivery) const DELIVERED: u8 = 1;
/// The same when it was lost.
pub(in crate::delivery) const LOST: u8 = 0;

/// The number of a due row, which has no other use: more than an open one that nobody holds.
pub(in crate::delivery) const DUE_NUMBER: u64 = 1;

/// The key of what a device's acknowledgement settles.
pub(in crate::delivery) fn due_key(device: DeviceId, cursor: u64) -> [u8; 17] {
    let mut key = [DUE; 17];
    let (head, tail) = key[1..].split_at_mut(DeviceId::LENGTH);
    head.copy_from_slice(device.as_bytes());
    tail.copy_from_slice(&cursor.to_be_bytes());
    key
}

/// Whose a due row is; none for another row.
pub(in crate::delivery) fn read_due_key(key: &[u8]) -> Option<DeviceId> {
    let (first, rest) = key.split_first()?;
    let device = rest.first_chunk::<{ DeviceId::LENGTH }>()?;
    (*first == DUE).then_some(DeviceId::new(*device))
}

/// The key of an open charge.
pub(in crate::delivery) fn open_key(id: &ChargeId) -> [u8; 25] {
    with_kind(OPEN, id)
}

/// The key of a settled charge.
pub(in crate::delivery) fn settled_key(id: &ChargeId) -> [u8; 25] {
    with_kind(SETTLED, id)
}

fn with_kind(kind: u8, id: &ChargeId) -> [u8; 25] {
    let mut key = [kind; 25];
    key[1..].copy_from_slice(id);
    key
}

/// Encodes a row's number and value.
pub(in crate::delivery) fn encode_charge(number: u64, value: &[&[u8]]) -> Vec<u8> {
    [&number.to_le_bytes()[..], &value.concat()].concat()
}

/// Decodes a row's number and value.
pub(in crate::delivery) fn decode_charge(row: &Bytes) -> Result<(u64, Bytes), StoreError> {
    let mut reader = Reader(row);
    let number = reader.number()?;
    Ok((number, row.slice_ref(reader.0)))
}

/// Reads a settled charge.
pub(in crate::delivery) fn read_settled(
    key: &[u8],
    number: u64,
    value: &Bytes,
) -> Result<Settled, StoreError> {
    let id = key.last_chunk::<24>().ok_or(UNREADABLE)?;
    let millis = i64::try_from(number).map_err(|_too_large| UNREADABLE)?;
    let mut reader = Reader(value);
    let is_delivered = reader.byte()? == DELIVERED;
    Ok(Settled {
        id: *id,
        is_delivered,
        at: Timestamp::from_millis(millis),
        usage: value.slice_ref(reader.0),
    })
}
