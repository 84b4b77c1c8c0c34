//! What the owner's device seals to the new one.

use std::fmt;

use prost::Message;
use tresen_content::SecretKey;
use tresen_types::Timestamp;
use zeroize::Zeroize as _;

use crate::{
    error::{Error, Result},
    limits::SEALED_KEYS_MAX,
    store::{ArchiveKeyRecord, Tx},
};

/// The secrets of an account for a new device.
#[derive(Clone, PartialEq, Eq, Message)]
#[prost(skip_debug)]
pub(super) struct LinkSecrets {
    /// The new device's signed certificate.
    #[prost(bytes = "vec", tag = "1")]
    pub(super) certificate: Vec<u8>,
    /// The signed device list that names it.
    #[prost(bytes = "vec", tag = "2")]
    pub(super) device_list: Vec<u8>,
    /// The account's identity key; empty for an agent.
    #[prost(bytes = "vec", tag = "3")]
    pub(super) account_seed: Vec<u8>,
    /// The business's name; empty for a person.
    #[prost(string, tag = "4")]
    pub(super) business_name: String,
    /// The interface's language of the owner, BCP 47.
    #[prost(string, tag = "5")]
    pub(super) language: String,
    /// The own group's conversation id.
    #[prost(bytes = "vec", tag = "6")]
    pub(super) own_group: Vec<u8>,
    /// Newest keys of the archive.
    #[prost(message, repeated, tag = "7")]
    pub(super) keys: Vec<SealedKey>,
    /// The person's name; empty for a colleague, whose certificate has it.
    #[prost(string, tag = "8")]
    pub(super) name: String,
}

/// A key of the archive's ring.
#[derive(Clone, PartialEq, Eq, Message)]
#[prost(skip_debug)]
pub(crate) struct SealedKey {
    /// Its id.
    #[prost(bytes = "vec", tag = "1")]
    pub(crate) id: Vec<u8>,
    /// The key.
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) key: Vec<u8>,
    /// When it was made, milliseconds since the Unix epoch.
    #[prost(int64, tag = "3")]
    pub(crate) made_at_ms: i64,
    /// Whether nothing new is written under it.
    #[prost(bool, tag = "4")]
    pub(crate) is_retired: bool,
}

impl fmt::Debug for LinkSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkSecrets(..)")
    }
}

impl fmt::Debug for SealedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedKey(..)")
    }
}

impl Drop for LinkSecrets {
    fn drop(&mut self) {
        self.account_seed.zeroize();
    }
}

impl Drop for SealedKey {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

impl SealedKey {
    /// The ring as it is sealed: the newest keys. Older ones are in the archive's segments.
    pub(crate) fn ring(tx: &Tx<'_>) -> Result<Vec<Self>> {
        let keys = tx.archive_keys()?;
        Ok(keys.iter().take(SEALED_KEYS_MAX).map(Self::of).collect())
    }

    /// A key of the ring.
    pub(crate) fn of(record: &ArchiveKeyRecord) -> Self {
        Self {
            id: record.id.to_vec(),
            key: record.key.as_bytes().to_vec(),
            made_at_ms: record.made_at.as_millis(),
            is_retired: record.is_retired,
        }
    }

    /// The key for the ring.
    pub(crate) fn record(&self) -> Result<ArchiveKeyRecord> {
        let malformed = |_length| Error::Untrusted("a key of the archive");
        Ok(ArchiveKeyRecord {
            id: self.id.as_slice().try_into().map_err(malformed)?,
            key: SecretKey::new(self.key.as_slice().try_into().map_err(malformed)?),
            made_at: Timestamp::from_millis(self.made_at_ms),
            is_retired: self.is_retired,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Found in review: the derived form printed the account's identity key.
    #[test]
    fn what_is_printed_holds_no_key() {
        let key = SealedKey { id: vec![1], key: vec![211; 32], made_at_ms: 1, is_retired: false };
        let mut secrets = LinkSecrets::default();
        secrets.account_seed = vec![211; 32];
        secrets.keys.push(key.clone());
        assert!(!format!("{secrets:?} {key:?}").contains("211"));
    }
}
