//! What OpenMLS works with: its cryptography, and the caller's store behind an overlay.
//!
//! One operation has one [`Provider`]. Its writes stay in the overlay until
//! [`Provider::write_back`], so an operation that fails leaves no row behind, and a row that is
//! written twice in one operation reaches the store once.

mod rows;
mod storage;

use std::{cell::RefCell, collections::BTreeMap};

use openmls_traits::OpenMlsProvider;
pub(crate) use rows::Kind;
use zeroize::Zeroizing;

use crate::{
    crypto::Crypto,
    error::{Error, Result},
    store::{GroupStore, StoreError},
};

type Row = (u16, Vec<u8>, Vec<u8>);

/// The writes of one operation; `None` is a deleted row.
#[derive(Default)]
pub(crate) struct Writes(BTreeMap<Row, Option<Zeroizing<Vec<u8>>>>);

/// The caller's store with the operation's writes on top.
pub(crate) struct Overlay<'a> {
    base: &'a dyn GroupStore,
    writes: RefCell<Writes>,
    /// OpenMLS wraps a storage error in dozens of its own; the first one is kept here.
    failure: RefCell<Option<StoreError>>,
}

pub(crate) struct Provider<'a> {
    crypto: Crypto,
    store: Overlay<'a>,
}

impl<'a> Provider<'a> {
    pub(crate) fn new(base: &'a dyn GroupStore) -> Self {
        let store =
            Overlay { base, writes: RefCell::new(Writes::default()), failure: RefCell::new(None) };
        Self { crypto: Crypto, store }
    }

    /// Writes what the operation changed to the store.
    pub(crate) fn write_back(self) -> Result<()> {
        let base = self.store.base;
        self.into_writes()?.apply(base)
    }

    /// Takes the writes without applying them.
    pub(crate) fn into_writes(self) -> Result<Writes> {
        match self.store.failure.into_inner() {
            Some(failure) => Err(failure.into()),
            None => Ok(self.store.writes.into_inner()),
        }
    }

    /// The error to report: the store's failure if there was one, else `other`.
    pub(crate) fn failure_or(&self, other: Error) -> Error {
        self.store.failure.take().map_or(other, Error::Storage)
    }
}

impl Writes {
    pub(crate) fn apply(self, store: &dyn GroupStore) -> Result<()> {
        for ((kind, group, key), value) in self.0 {
            match value {
                Some(value) => store.put(kind, &group, &key, &value)?,
                None => store.delete(kind, &group, &key)?,
            }
        }
        Ok(())
    }
}

impl Overlay<'_> {
    fn get(&self, row: &Row) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        if let Some(written) = self.writes.borrow().0.get(row) {
            return Ok(written.clone());
        }
        Ok(self.base.get(row.0, &row.1, &row.2)?.map(Zeroizing::new))
    }

    fn put(&self, row: Row, value: Zeroizing<Vec<u8>>) {
        self.writes.borrow_mut().0.insert(row, Some(value));
    }

    fn delete(&self, row: Row) {
        self.writes.borrow_mut().0.insert(row, None);
    }

    /// Remembers a failure and hands OpenMLS a stand-in for it.
    fn failed(&self, error: StoreError) -> Failed {
        self.failure.borrow_mut().get_or_insert(error);
        Failed
    }
}

/// Stands in for the [`StoreError`] that the overlay keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store failed")]
pub(crate) struct Failed;

impl<'a> OpenMlsProvider for Provider<'a> {
    type CryptoProvider = Crypto;
    type RandProvider = Crypto;
    type StorageProvider = Overlay<'a>;

    fn storage(&self) -> &Overlay<'a> {
        &self.store
    }

    fn crypto(&self) -> &Crypto {
        &self.crypto
    }

    fn rand(&self) -> &Crypto {
        &self.crypto
    }
}
