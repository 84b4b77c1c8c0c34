//! Where groups are kept: rows of bytes behind [`GroupStore`].
//!
//! The caller implements the trait on its own transaction (natively and in the browser: SQLite).
//! One table does: `(kind, group, key) → value`, primary key over the first three.

use std::{
    collections::BTreeMap,
    error::Error as StdError,
    sync::{Mutex, PoisonError},
};

use crate::provider::Kind;

/// The kind of the rows of which a group has one for each pending proposal, and else none: a store can
/// be asked which groups have some.
pub const PROPOSAL_ROWS: u16 = Kind::Proposal.number();

/// A store's failure. What exactly failed is the store's business.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store itself failed.
    #[error("the store failed")]
    Failed(#[source] Box<dyn StdError + Send + Sync>),
    /// A row isn't what was written, or rows of a group are missing.
    #[error("a row of kind {kind} is damaged or missing")]
    Damaged {
        /// The kind of the row.
        kind: u16,
    },
}

impl StoreError {
    /// Wraps the error of an implementation.
    #[must_use]
    pub fn new(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Failed(error.into())
    }
}

/// Rows of bytes. `group` is the 16 bytes of the group's id, or empty for rows of the device (its
/// key packages). All values are secret: an implementation encrypts them at rest.
pub trait GroupStore {
    /// Reads a row. A failure is an error, never `None`.
    ///
    /// # Errors
    /// When the store fails.
    fn get(&self, kind: u16, group: &[u8], key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Writes a row, over the old one if there is one.
    ///
    /// # Errors
    /// When the store fails.
    fn put(&self, kind: u16, group: &[u8], key: &[u8], value: &[u8]) -> Result<(), StoreError>;

    /// Deletes a row, if there is one.
    ///
    /// # Errors
    /// When the store fails.
    fn delete(&self, kind: u16, group: &[u8], key: &[u8]) -> Result<(), StoreError>;

    /// Deletes all rows of a group.
    ///
    /// # Errors
    /// When the store fails.
    fn delete_group(&self, group: &[u8]) -> Result<(), StoreError>;
}

type Rows = BTreeMap<(Vec<u8>, u16, Vec<u8>), Vec<u8>>;

/// A store in memory, for tests and for groups that needn't outlive the process.
#[derive(Default)]
pub struct MemoryGroupStore(Mutex<Rows>);

impl MemoryGroupStore {
    /// Makes an empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.lock().len()
    }

    /// The number of rows that belong to a group.
    #[must_use]
    pub fn rows_of(&self, group: &[u8]) -> usize {
        self.lock().keys().filter(|(of, _, _)| of == group).count()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Rows> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clone for MemoryGroupStore {
    fn clone(&self) -> Self {
        Self(Mutex::new(self.lock().clone()))
    }
}

impl std::fmt::Debug for MemoryGroupStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryGroupStore").field("rows", &self.rows()).finish()
    }
}

impl GroupStore for MemoryGroupStore {
    fn get(&self, kind: u16, group: &[u8], key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.lock().get(&(group.to_vec(), kind, key.to_vec())).cloned())
    }

    fn put(&self, kind: u16, group: &[u8], key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        self.lock().insert((group.to_vec(), kind, key.to_vec()), value.to_vec());
        Ok(())
    }

    fn delete(&self, kind: u16, group: &[u8], key: &[u8]) -> Result<(), StoreError> {
        self.lock().remove(&(group.to_vec(), kind, key.to_vec()));
        Ok(())
    }

    fn delete_group(&self, group: &[u8]) -> Result<(), StoreError> {
        self.lock().retain(|(of, _, _), _| of != group);
        Ok(())
    }
}
