//! A notice for some devices.

use bytes::Bytes;
use tresen_types::{Category, limits::HANDSHAKE_BYTES_MAX};

use super::{Applied, Draft, Records, deliver};
use crate::{
    ErrorKind, StoreError,
    delivery::{
        event::{Notice, Outcome},
        record::EntryKind,
    },
    limits::NOTICE_DEVICES_MAX,
};

pub(super) fn notice<R: Records>(records: &mut R, notice: Notice) -> Result<Applied, StoreError> {
    let Notice { mut devices, conversation, sender, class, body } = notice;
    if devices.len() > NOTICE_DEVICES_MAX || body.len() > HANDSHAKE_BYTES_MAX {
        return Err(StoreError::new(ErrorKind::LimitExceeded, "a notice is too large"));
    }
    devices.sort_unstable();
    devices.dedup();
    if !devices.is_empty() {
        let draft = Draft {
            kind: EntryKind::Notice,
            conversation,
            sequence: 0,
            sender,
            class,
            category: Category::Service,
            is_charged: false,
            time_to_live_s: 0,
            body,
            attachment: Bytes::new(),
        };
        deliver(records, draft, devices, None);
    }
    Ok(Outcome::Done.into())
}
