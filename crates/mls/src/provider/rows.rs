//! How values and lists become rows.
//!
//! A value is a byte with the format's number and its fields by position (postcard). Names would make
//! reading a third of the engine's code, which everybody loads in the browser; the format's number
//! changes with a version of OpenMLS that has other fields. The configuration of a group alone needs
//! names, because OpenMLS reads it in two forms. Groups and references of key packages are keys as they
//! are, all other keys are values. A list is one row: each item with its length in front.

use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use super::{Failed, Overlay, Row};
use crate::store::StoreError;

/// The form of the values: positions of the fields of OpenMLS 0.9.
const FORMAT: u8 = 1;

/// The kinds of rows. A number is never reused: it stands in the stores of users.
#[derive(Clone, Copy)]
#[repr(u16)]
pub(crate) enum Kind {
    JoinConfig = 1,
    OwnLeafNodes = 2,
    Proposal = 3,
    ProposalRefs = 4,
    Tree = 5,
    InterimTranscriptHash = 6,
    Context = 7,
    ConfirmationTag = 8,
    GroupState = 9,
    MessageSecrets = 10,
    ResumptionPsks = 11,
    OwnLeafIndex = 12,
    EpochSecrets = 13,
    SignatureKeyPair = 14,
    EncryptionKeyPair = 15,
    EpochKeyPairs = 16,
    KeyPackage = 17,
    Psk = 18,
}

impl Kind {
    pub(crate) const fn number(self) -> u16 {
        self as u16
    }
}

type Answer<T> = Result<T, Failed>;

impl Overlay<'_> {
    pub(super) fn put_value(
        &self,
        kind: Kind,
        group: &impl Serialize,
        key: &impl Serialize,
        value: &impl Serialize,
    ) -> Answer<()> {
        let row = self.row(kind, group, key)?;
        self.put(row, self.encode(kind, value)?);
        Ok(())
    }

    pub(super) fn get_value<T: DeserializeOwned>(
        &self,
        kind: Kind,
        group: &impl Serialize,
        key: &impl Serialize,
    ) -> Answer<Option<T>> {
        let row = self.row(kind, group, key)?;
        let value = self.get(&row).map_err(|error| self.failed(error))?;
        value.map(|bytes| self.decode(kind, &bytes)).transpose()
    }

    /// Writes a value with names.
    pub(super) fn put_named(
        &self,
        kind: Kind,
        group: &impl Serialize,
        value: &impl Serialize,
    ) -> Answer<()> {
        let json = serde_json::to_vec(value).map_err(|_unserialisable| self.damaged(kind))?;
        self.put(self.row(kind, group, &())?, Zeroizing::new(json));
        Ok(())
    }

    /// Reads a value with names.
    pub(super) fn get_named<T: DeserializeOwned>(
        &self,
        kind: Kind,
        group: &impl Serialize,
    ) -> Answer<Option<T>> {
        let row = self.row(kind, group, &())?;
        let value = self.get(&row).map_err(|error| self.failed(error))?;
        let read = |json: Zeroizing<Vec<u8>>| {
            serde_json::from_slice(&json).map_err(|_malformed| self.damaged(kind))
        };
        value.map(read).transpose()
    }

    pub(super) fn delete_value(
        &self,
        kind: Kind,
        group: &impl Serialize,
        key: &impl Serialize,
    ) -> Answer<()> {
        self.delete(self.row(kind, group, key)?);
        Ok(())
    }

    pub(super) fn append(
        &self,
        kind: Kind,
        group: &impl Serialize,
        item: &impl Serialize,
    ) -> Answer<()> {
        let row = self.row(kind, group, &())?;
        let mut items = self.items(kind, &row)?;
        items.push(self.encode(kind, item)?);
        self.put(row, join(&items));
        Ok(())
    }

    pub(super) fn list<T: DeserializeOwned>(
        &self,
        kind: Kind,
        group: &impl Serialize,
    ) -> Answer<Vec<T>> {
        let items = self.items(kind, &self.row(kind, group, &())?)?;
        items.iter().map(|item| self.decode(kind, item)).collect()
    }

    pub(super) fn remove_item(
        &self,
        kind: Kind,
        group: &impl Serialize,
        item: &impl Serialize,
    ) -> Answer<()> {
        let row = self.row(kind, group, &())?;
        let removed = self.encode(kind, item)?;
        let mut items = self.items(kind, &row)?;
        items.retain(|item| *item != removed);
        self.put(row, join(&items));
        Ok(())
    }

    fn items(&self, kind: Kind, row: &Row) -> Answer<Vec<Zeroizing<Vec<u8>>>> {
        let list = self.get(row).map_err(|error| self.failed(error))?;
        list.map_or(Ok(Vec::new()), |list| split(&list).ok_or_else(|| self.damaged(kind)))
    }

    fn row(&self, kind: Kind, group: &impl Serialize, key: &impl Serialize) -> Answer<Row> {
        let group = self.plain(kind, group)?;
        let key = match kind {
            Kind::KeyPackage => self.plain(kind, key)?,
            _ => postcard::to_allocvec(key).map_err(|_unserialisable| self.damaged(kind))?,
        };
        Ok((kind.number(), group, key))
    }

    fn encode(&self, kind: Kind, value: &impl Serialize) -> Answer<Zeroizing<Vec<u8>>> {
        let fields = postcard::to_allocvec(value).map_err(|_unserialisable| self.damaged(kind))?;
        let fields = Zeroizing::new(fields);
        let mut bytes = Zeroizing::new(Vec::with_capacity(fields.len().saturating_add(1)));
        bytes.push(FORMAT);
        bytes.extend_from_slice(&fields);
        Ok(bytes)
    }

    fn decode<T: DeserializeOwned>(&self, kind: Kind, bytes: &[u8]) -> Answer<T> {
        match bytes.split_first() {
            Some((&FORMAT, value)) => {
                postcard::from_bytes(value).map_err(|_malformed| self.damaged(kind))
            }
            _ => Err(self.damaged(kind)),
        }
    }

    /// The bytes of a key that is one byte string, or nothing.
    fn plain(&self, kind: Kind, key: &impl Serialize) -> Answer<Vec<u8>> {
        let bytes = postcard::to_allocvec(key).map_err(|_unserialisable| self.damaged(kind))?;
        if bytes.is_empty() {
            return Ok(bytes);
        }
        postcard::from_bytes(&bytes).map_err(|_another_type| self.damaged(kind))
    }

    pub(super) fn damaged(&self, kind: Kind) -> Failed {
        self.failed(StoreError::Damaged { kind: kind.number() })
    }
}

fn join(items: &[Zeroizing<Vec<u8>>]) -> Zeroizing<Vec<u8>> {
    let mut list = Zeroizing::new(Vec::new());
    for item in items {
        let length = u32::try_from(item.len()).expect("a row is far below 4 GiB");
        list.extend_from_slice(&length.to_be_bytes());
        list.extend_from_slice(item);
    }
    list
}

fn split(mut list: &[u8]) -> Option<Vec<Zeroizing<Vec<u8>>>> {
    let mut items = Vec::new();
    while !list.is_empty() {
        let (length, rest) = list.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (item, rest) = rest.split_at_checked(length)?;
        items.push(Zeroizing::new(item.to_vec()));
        list = rest;
    }
    Some(items)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lists_round_trip(items: Vec<Vec<u8>>) {
            let items: Vec<_> = items.into_iter().map(Zeroizing::new).collect();
            prop_assert_eq!(split(&join(&items)), Some(items));
        }

        #[test]
        fn damaged_lists_are_noticed_or_split(bytes: Vec<u8>) {
            if let Some(items) = split(&bytes) {
                prop_assert_eq!(join(&items).to_vec(), bytes);
            }
        }
    }
}
