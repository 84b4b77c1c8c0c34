//! What the recovery record holds, and its seal.

use std::fmt;

use chacha20poly1305::{
    ChaCha20Poly1305, Key, Nonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use prost::Message;
use sha2::{Digest as _, Sha256};
use tresen_types::DeviceId;
use zeroize::{Zeroize as _, Zeroizing};

use crate::{
    config::Seed,
    error::{Error, Result},
    kdf,
    limits::RECOVERY_RECORD_BYTES_MAX,
    linking::SealedKey,
    runtime,
    store::{ConversationKind, ConversationState, Tx},
};

/// The content of a recovery record.
#[derive(Clone, PartialEq, Eq, Message)]
#[prost(skip_debug)]
pub(super) struct Content {
    /// The account.
    #[prost(bytes = "vec", tag = "1")]
    pub(super) account: Vec<u8>,
    /// Its identity key.
    #[prost(bytes = "vec", tag = "2")]
    pub(super) account_seed: Vec<u8>,
    /// The person's or agent's name.
    #[prost(string, tag = "3")]
    pub(super) name: String,
    /// The business's name; empty for a person.
    #[prost(string, tag = "4")]
    pub(super) business_name: String,
    /// The interface's language.
    #[prost(string, tag = "5")]
    pub(super) language: String,
    /// The own group.
    #[prost(bytes = "vec", tag = "6")]
    pub(super) own_group: Vec<u8>,
    /// The device that made the way back: the one that a new one takes the place of.
    #[prost(bytes = "vec", tag = "7")]
    pub(super) device: Vec<u8>,
    /// The newest signed device list.
    #[prost(bytes = "vec", tag = "8")]
    pub(super) device_list: Vec<u8>,
    /// The newest keys of the archive.
    #[prost(message, repeated, tag = "9")]
    pub(super) keys: Vec<SealedKey>,
    /// Open conversations, newest activity first, as many as fit; the archive has the others.
    #[prost(message, repeated, tag = "10")]
    pub(super) conversations: Vec<Pinned>,
}

/// A conversation with the key that is pinned for its other side.
#[derive(Clone, PartialEq, Eq, Message)]
pub(super) struct Pinned {
    /// Its id.
    #[prost(bytes = "vec", tag = "1")]
    pub(super) id: Vec<u8>,
    /// The other account.
    #[prost(bytes = "vec", tag = "2")]
    pub(super) counterpart: Vec<u8>,
    /// Its pinned key.
    #[prost(bytes = "vec", tag = "3")]
    pub(super) counterpart_key: Vec<u8>,
    /// What it is called.
    #[prost(string, tag = "4")]
    pub(super) name: String,
    /// When it began, in milliseconds.
    #[prost(int64, tag = "5")]
    pub(super) since_ms: i64,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Content(..)")
    }
}

impl Drop for Content {
    fn drop(&mut self) {
        self.account_seed.zeroize();
    }
}

/// Room for nonce and tag.
const NONCE_BYTES: usize = 12;
const CONTENT_BYTES_MAX: usize = RECOVERY_RECORD_BYTES_MAX - NONCE_BYTES - 16;
const AAD: &[u8] = b"tresen/recovery-record/1";

impl Content {
    /// The content as it is now.
    pub(super) fn gather(tx: &Tx<'_>, made_by: DeviceId) -> Result<Self> {
        let account = tx.account()?.ok_or(Error::NoAccount)?;
        let seed = account.account_seed.as_ref().ok_or(Error::Forbidden)?;
        let contact = tx.contact(account.account)?.ok_or(Error::Damaged("own account"))?;
        let mut content = Self {
            account: account.account.as_bytes().to_vec(),
            account_seed: seed.to_vec(),
            name: account.name.clone(),
            business_name: account.business_name.clone(),
            language: account.language.clone(),
            own_group: account.own_group.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
            device: made_by.as_bytes().to_vec(),
            device_list: contact.device_list,
            keys: SealedKey::ring(tx)?,
            conversations: Vec::new(),
        };
        let mut room = CONTENT_BYTES_MAX.saturating_sub(content.encoded_len());
        for record in tx.conversations()? {
            let is_open = record.kind == ConversationKind::Business
                && record.state != ConversationState::Left;
            let Some(counterpart) = record.counterpart.filter(|_other| is_open) else { continue };
            let Some(contact) = tx.contact(counterpart)? else { continue };
            let pinned = Pinned {
                id: record.id.as_bytes().to_vec(),
                counterpart: counterpart.as_bytes().to_vec(),
                counterpart_key: contact.account_key.to_vec(),
                name: contact.name,
                since_ms: record.since.as_millis(),
            };
            // Tag and length before each.
            let size = pinned.encoded_len().saturating_add(4);
            let Some(left) = room.checked_sub(size) else { break };
            room = left;
            content.conversations.push(pinned);
        }
        Ok(content)
    }

    /// The hash by which a change is noticed; keyed, so that it tells nothing. The order of the
    /// conversations, which every message changes, doesn't count.
    pub(super) fn hash(&self, wrap_key: &Seed) -> Result<[u8; 32]> {
        let mut sorted = self.clone();
        sorted.conversations.sort_by(|one, other| one.id.cmp(&other.id));
        let plain = Zeroizing::new(sorted.encode_to_vec());
        kdf::hmac(&wrap_key[..], &[b"tresen/recovery-content/1", &plain]).map(|hash| *hash)
    }

    /// Seals the record.
    pub(super) fn seal(&self, wrap_key: &Seed) -> Result<Vec<u8>> {
        let plain = Zeroizing::new(self.encode_to_vec());
        if plain.len() > CONTENT_BYTES_MAX {
            return Err(Error::TooLarge("recovery record"));
        }
        let nonce: [u8; NONCE_BYTES] = runtime::random();
        let sealed = cipher(wrap_key)
            .encrypt(Nonce::from_slice(&nonce), Payload { msg: &plain, aad: AAD })
            .map_err(|_aead| Error::Internal("recovery record"))?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// Opens a record.
    pub(super) fn open(wrap_key: &Seed, record: &[u8]) -> Result<Self> {
        let (nonce, sealed) =
            record.split_first_chunk::<NONCE_BYTES>().ok_or(Error::Untrusted("recovery record"))?;
        let plain = cipher(wrap_key)
            .decrypt(Nonce::from_slice(nonce), Payload { msg: sealed, aad: AAD })
            .map_err(|_forged| Error::Untrusted("recovery record"))?;
        let plain = Zeroizing::new(plain);
        Self::decode(&plain[..]).map_err(|_malformed| Error::Untrusted("recovery record"))
    }
}

fn cipher(wrap_key: &Seed) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(Key::from_slice(&wrap_key[..]))
}

/// What the server keeps the record under.
pub(super) fn lookup_hash(lookup_key: &Seed) -> [u8; 32] {
    Sha256::digest(&lookup_key[..]).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_opens_with_its_key_alone() {
        let mut content = Content::default();
        "Mira".clone_into(&mut content.name);
        let key: Seed = Zeroizing::new([1; 32]);
        let sealed = content.seal(&key).unwrap();
        assert_eq!(Content::open(&key, &sealed).unwrap(), content);
        assert!(Content::open(&Zeroizing::new([2; 32]), &sealed).is_err());
        let mut forged = sealed;
        if let Some(byte) = forged.last_mut() {
            *byte ^= 1;
        }
        assert!(Content::open(&key, &forged).is_err());
        assert!(Content::open(&key, b"short").is_err());
    }
}
