//! What is derived from encoded content: the message id and the franking tag.

use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use tresen_types::MessageId;

use crate::error::Error;

/// The first byte of every message id: SHA-256.
const HASH_SHA256: u8 = 1;

/// The message id of MIMI content (draft -08, section 3.3).
///
/// # Errors
/// [`Error::Limit`] when a URI is longer than 65,535 bytes.
pub fn message_id(
    sender_uri: &str,
    room_uri: &str,
    content: &[u8],
    salt: &[u8; 16],
) -> Result<MessageId, Error> {
    let length = |uri: &str| {
        u16::try_from(uri.len()).map(u16::to_be_bytes).map_err(|_too_long| Error::Limit)
    };
    let hash = Sha256::new()
        .chain_update(length(sender_uri)?)
        .chain_update(sender_uri)
        .chain_update(length(room_uri)?)
        .chain_update(room_uri)
        .chain_update(content)
        .chain_update(salt)
        .finalize();
    let mut id = [HASH_SHA256; 32];
    // The last byte of the hash falls off.
    id.iter_mut().skip(1).zip(hash).for_each(|(to, from)| *to = from);
    Ok(MessageId::new(id))
}

/// The commitment to encoded content that stands in the authenticated data (PROTOCOL 4.1).
#[must_use]
pub fn franking_tag(salt: &[u8; 16], content: &[u8]) -> [u8; 32] {
    Hmac::<Sha256>::new_from_slice(salt)
        .expect("HMAC takes keys of any length")
        .chain_update(content)
        .finalize()
        .into_bytes()
        .into()
}
