//! Hashes by which keys and wordings are known.

use sha2::{Digest as _, Sha256};
use tresen_types::crockford;

const ACCOUNT_KEY_LABEL: &[u8] = b"tresen/account-key/1";

/// The hash of an account key that a consent holds.
#[must_use]
pub fn key_hash(account_key: &[u8; 32]) -> [u8; 32] {
    Sha256::new().chain_update(ACCOUNT_KEY_LABEL).chain_update(account_key).finalize().into()
}

/// The short hash of an account key that a link carries: the first half of [`key_hash`].
#[must_use]
pub fn fingerprint(account_key: &[u8; 32]) -> [u8; 16] {
    let mut short = [0; 16];
    short.iter_mut().zip(key_hash(account_key)).for_each(|(to, from)| *to = from);
    short
}

/// The fingerprint as it stands in the fragment of an entry link: 26 characters.
#[must_use]
pub fn fingerprint_text(account_key: &[u8; 32]) -> String {
    crockford::encode(&fingerprint(account_key))
}

/// Reads a fragment; `None` when it isn't a fingerprint.
#[must_use]
pub fn fingerprint_of_text(text: &str) -> Option<[u8; 16]> {
    crockford::decode(text)
}

/// The hash of the words that a customer agreed to.
#[must_use]
pub fn wording_hash(wording: &str) -> [u8; 32] {
    Sha256::new().chain_update(b"tresen/wording/1\0").chain_update(wording).finalize().into()
}
