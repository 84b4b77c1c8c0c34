//! The ordered key-value engine below a delivery store: tables, atomic batches, scans.

use std::ops::ControlFlow;

use bytes::Bytes;
pub(super) use fjall::Slice;

use crate::StoreError;

mod fjall_engine;
mod log_file;
mod memory_engine;

pub use fjall_engine::{FjallEngine, free_space};
pub use memory_engine::MemoryEngine;

/// A table; keys are byte strings in their natural order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// The store's own numbers, by name.
    Meta,
    /// Conversation → what every message needs to know of it.
    Conversation,
    /// Conversation and part → public group state.
    GroupState,
    /// Conversation → the sequence number that was given out last.
    Sequence,
    /// Device and conversation → nothing.
    Membership,
    /// Account and conversation → nothing.
    Party,
    /// Device and cursor → an entry, or a reference to its payload.
    Mailbox,
    /// Cursor → an entry that several mailboxes refer to.
    Payload,
    /// Cursor → how many mailboxes still refer to the payload.
    Share,
    /// Charges that are due, open or settled (`codec::charge`).
    Charge,
    /// Number → a record of the young generation.
    Log,
    /// Nonce and device → what was answered; the present generation.
    Nonce,
    /// The same, of the generation before.
    NonceBefore,
}

/// A change of one key.
#[derive(Clone, Debug)]
pub enum Change {
    /// Sets the value.
    Put(Slice),
    /// Removes the key.
    Remove,
    /// Removes a key that was written only once, ever: cheaper.
    RemoveOnce,
}

/// Changes that are made together. No key is in it twice.
pub(super) type Batch = Vec<(Table, Slice, Change)>;

/// What a scan calls for each key in order.
pub(super) type Visit<'a> = &'a mut dyn FnMut(&[u8], Slice) -> Result<ControlFlow<()>, StoreError>;

/// An engine. Reads see all batches whose commit has returned.
pub trait Engine: Send + Sync + 'static {
    /// The value of a key.
    ///
    /// # Errors
    /// Fails when the disk does.
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Slice>, StoreError>;

    /// Visits the keys from `from` on, up to and with `to`, until the visitor breaks off.
    ///
    /// # Errors
    /// Fails when the disk or the visitor does.
    fn scan(
        &self,
        table: Table,
        from: &[u8],
        to: &[u8],
        visit: Visit<'_>,
    ) -> Result<(), StoreError>;

    /// Adds a record to [`Table::Log`], and changes nothing else.
    ///
    /// # Errors
    /// As [`Engine::commit`].
    fn append(&self, key: u64, record: &Bytes, sync: bool) -> Result<(), StoreError>;

    /// Makes all changes or none; with `sync` they survive a loss of power when this returns.
    ///
    /// # Errors
    /// After an error it is unknown whether the changes were made: [`Engine::recover`] next.
    fn commit(&self, batch: &Batch, sync: bool) -> Result<(), StoreError>;

    /// Brings the engine back after an error, to a state with all of a batch or nothing of it.
    ///
    /// # Errors
    /// Fails as long as the disk does; try again.
    fn recover(&self) -> Result<(), StoreError>;

    /// Makes `generation` the present one of the nonces, keeps the one before, and drops all others.
    ///
    /// # Errors
    /// Fails when the disk does.
    fn rotate_nonces(&self, generation: u64) -> Result<(), StoreError>;

    /// Bytes that are free where the engine writes; none when that doesn't apply.
    fn free_space(&self) -> Option<u64>;
}

/// The value as shared bytes, without a copy.
pub(super) fn shared(value: Slice) -> Bytes {
    Bytes::from_owner(value)
}
