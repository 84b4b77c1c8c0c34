//! Application messages with real headers and random insides.
//!
//! The first 16 bytes of the "ciphertext" are the sender's counter and the time of sending, so that
//! the receiver can tell losses, doubles, disorder and latency.

use tresen_proto::{
    aad::{AuthenticatedData, FLAG_OPENS_WINDOW, MessageClass},
    mls_header,
};
use tresen_types::{AccountId, Category, DeviceId, GroupId, Nonce};

/// Bytes of the encrypted sender data of a real message (RFC 9420 section 6.3.2: leaf index,
/// generation, reuse guard and the tag).
const SENDER_DATA_BYTES: usize = 28;

/// Who writes where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route {
    pub(crate) account: AccountId,
    pub(crate) device: DeviceId,
    pub(crate) group: GroupId,
    pub(crate) epoch: u64,
}

/// What a load message tells its receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) counter: u64,
    pub(crate) sent_at_us: u64,
}

/// Makes a message with `ciphertext_bytes` of ciphertext, at least 16.
pub(crate) fn write(
    route: &Route,
    class: MessageClass,
    stamp: Stamp,
    nonce: Nonce,
    ciphertext_bytes: usize,
) -> Vec<u8> {
    let data = AuthenticatedData {
        franking_tag: spread(stamp.counter),
        class,
        category: Category::Service,
        flags: if class == MessageClass::Chat { FLAG_OPENS_WINDOW } else { 0 },
        template: None,
        account: route.account,
        device: route.device,
        nonce,
        time_to_live_s: 0,
    };
    let mut ciphertext = Vec::with_capacity(ciphertext_bytes);
    ciphertext.extend_from_slice(&stamp.counter.to_be_bytes());
    ciphertext.extend_from_slice(&stamp.sent_at_us.to_be_bytes());
    while ciphertext.len() < ciphertext_bytes {
        let missing = ciphertext_bytes - ciphertext.len();
        let block = spread(stamp.counter.wrapping_add(ciphertext.len() as u64));
        ciphertext.extend_from_slice(block.get(..missing.min(32)).unwrap_or(&block));
    }
    let sender_data = [0x5a; SENDER_DATA_BYTES];
    mls_header::write_private(route.group, route.epoch, &data.encode(), &sender_data, &ciphertext)
        .expect("a load message is shorter than 2^30 bytes")
}

/// Reads the stamp out of a delivered message.
pub(crate) fn stamp(message: &[u8]) -> Option<Stamp> {
    let header = mls_header::read(message).ok()?;
    // Version, wire format, group, epoch, content type, then three vectors; the last is the ciphertext.
    let before = 4 + 1 + GroupId::LENGTH + 8 + 1;
    let data = header.authenticated_data.len();
    let length_of = |bytes: usize| if bytes < 64 { 1 } else { 2 };
    let sender_data = before + length_of(data) + data;
    let ciphertext = sender_data + 1 + SENDER_DATA_BYTES;
    let length = length_of(message.len().checked_sub(ciphertext + 1)?);
    let bytes = message.get(ciphertext + length..ciphertext + length + 16)?;
    let (counter, sent_at) = bytes.split_at_checked(8)?;
    Some(Stamp {
        counter: u64::from_be_bytes(counter.try_into().ok()?),
        sent_at_us: u64::from_be_bytes(sent_at.try_into().ok()?),
    })
}

/// 32 bytes that don't compress, out of a counter (splitmix64).
fn spread(counter: u64) -> [u8; 32] {
    let mut bytes = [0; 32];
    let mut state = counter;
    for chunk in bytes.chunks_exact_mut(8) {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        chunk.copy_from_slice(&(mixed ^ (mixed >> 31)).to_be_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_survives_every_size() {
        let route = Route {
            account: AccountId::new([1; 16]),
            device: DeviceId::new([2; 8]),
            group: GroupId::new([3; 16]),
            epoch: 1,
        };
        let expected = Stamp { counter: 9, sent_at_us: 1_234_567 };
        for size in [16, 62, 63, 64, 65, 66, 400, 16_000] {
            let message = write(&route, MessageClass::Chat, expected, Nonce::new([4; 16]), size);
            assert_eq!(stamp(&message), Some(expected), "{size} bytes");
        }
    }
}
