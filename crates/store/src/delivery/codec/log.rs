//! The records of the young generation.

use bytes::Bytes;
use tresen_types::{ConversationId, DeviceId};

use super::{
    NONCE_BYTES, Reader, SeenNonce, UNREADABLE, decode_nonce, encode_entry, encode_nonce,
    put_length,
};
use crate::{StoreError, delivery::record::MailboxEntry};

/// One thing that a record of the young generation says.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::delivery) enum LogItem {
    /// An entry came into mailboxes.
    Entry { cursor: u64, devices: Vec<DeviceId>, value: Bytes },
    /// A nonce was answered.
    Nonce { key: [u8; 24], seen: SeenNonce },
    /// A conversation gave out a sequence number.
    Sequence { conversation: ConversationId, sequence: u64 },
    /// A device acknowledged.
    Acknowledge { device: DeviceId, through: u64 },
}

const LOG_ENTRY: u8 = 1;
const LOG_NONCE: u8 = 2;
const LOG_SEQUENCE: u8 = 3;
const LOG_ACKNOWLEDGE: u8 = 4;

/// Adds an entry to a record.
pub(in crate::delivery) fn log_entry(
    log: &mut Vec<u8>,
    entry: &MailboxEntry,
    devices: &[DeviceId],
) {
    put_entry_head(log, entry.cursor, devices);
    let start = log.len();
    put_length(log, 0);
    encode_entry(entry, log);
    let length = u32::try_from(log.len() - start - 4).expect("sizes are limited far below 4 GiB");
    if let Some(place) = log.get_mut(start..start + 4) {
        place.copy_from_slice(&length.to_le_bytes());
    }
}

/// Adds an entry that is encoded already.
pub(in crate::delivery) fn log_stored_entry(
    log: &mut Vec<u8>,
    cursor: u64,
    devices: &[DeviceId],
    value: &[u8],
) {
    put_entry_head(log, cursor, devices);
    put_length(log, value.len());
    log.extend_from_slice(value);
}

fn put_entry_head(log: &mut Vec<u8>, cursor: u64, devices: &[DeviceId]) {
    log.push(LOG_ENTRY);
    log.extend_from_slice(&cursor.to_le_bytes());
    put_length(log, devices.len());
    for device in devices {
        log.extend_from_slice(device.as_bytes());
    }
}

/// Adds a nonce to a record.
pub(in crate::delivery) fn log_nonce(log: &mut Vec<u8>, key: &[u8; 24], seen: &SeenNonce) {
    log.push(LOG_NONCE);
    log.extend_from_slice(key);
    log.extend_from_slice(&encode_nonce(seen));
}

/// Adds a sequence number to a record.
pub(in crate::delivery) fn log_sequence(
    log: &mut Vec<u8>,
    conversation: ConversationId,
    sequence: u64,
) {
    log.push(LOG_SEQUENCE);
    log.extend_from_slice(conversation.as_bytes());
    log.extend_from_slice(&sequence.to_le_bytes());
}

/// Adds an acknowledgement to a record.
pub(in crate::delivery) fn log_acknowledge(log: &mut Vec<u8>, device: DeviceId, through: u64) {
    log.push(LOG_ACKNOWLEDGE);
    log.extend_from_slice(device.as_bytes());
    log.extend_from_slice(&through.to_le_bytes());
}

/// Reads a record, item by item.
pub(in crate::delivery) fn read_log(
    record: &Bytes,
    mut visit: impl FnMut(LogItem),
) -> Result<(), StoreError> {
    let mut reader = Reader(record);
    while !reader.0.is_empty() {
        visit(match reader.byte()? {
            LOG_ENTRY => {
                let cursor = reader.number()?;
                let mut devices = Vec::new();
                for _device in 0..reader.length()? {
                    devices.push(DeviceId::new(reader.array()?));
                }
                let length = reader.length()?;
                let value = record.slice_ref(reader.take(length)?);
                LogItem::Entry { cursor, devices, value }
            }
            LOG_NONCE => {
                let key = reader.array()?;
                LogItem::Nonce { key, seen: decode_nonce(reader.take(NONCE_BYTES)?)? }
            }
            LOG_SEQUENCE => {
                let conversation = ConversationId::new(reader.array()?);
                LogItem::Sequence { conversation, sequence: reader.number()? }
            }
            LOG_ACKNOWLEDGE => {
                let device = DeviceId::new(reader.array()?);
                LogItem::Acknowledge { device, through: reader.number()? }
            }
            _ => return Err(UNREADABLE),
        });
    }
    Ok(())
}
