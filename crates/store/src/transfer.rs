//! Moves a server's control plane and blobs from one pair of stores to another, in either direction.
//!
//! The flow: every table is copied in the order of its key, some rows in each transaction; a run that
//! was interrupted goes on after the last row that arrived. Blobs follow, piece by piece, each from
//! where its upload stands on the other side. At the end both sides are read and compared: number of
//! rows and checksum of every table, length and checksum of every blob. Nobody may use either side
//! meanwhile, and the target begins empty; what is there and doesn't belong fails the comparison.

use crate::{BlobStore, ControlStore, ErrorKind, StoreError};

mod blobs;
mod tables;

/// The stores of one side. The delivery store has its own way.
#[derive(Clone, Copy, Debug)]
pub struct Side<'stores> {
    /// The control plane.
    pub control: &'stores ControlStore,
    /// The blobs.
    pub blobs: &'stores BlobStore,
}

/// How far a transfer is: told after every transaction and every blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Rows arrived.
    Rows {
        /// The table.
        table: &'static str,
        /// How many rows arrived in this run.
        count: u64,
    },
    /// A blob arrived, or was there.
    Blob {
        /// Its bytes.
        bytes: u64,
    },
    /// A table is the same on both sides.
    Verified {
        /// The table.
        table: &'static str,
        /// Its rows.
        rows: u64,
    },
}

/// What is the same on both sides now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Transferred {
    /// Rows of all tables but those of blobs.
    pub rows: u64,
    /// Blobs, also unfinished ones.
    pub blobs: u64,
    /// Bytes of the blobs.
    pub blob_bytes: u64,
}

/// Copies everything of `from` to `to`, and compares.
///
/// # Errors
/// `Conflict` when the sides differ at the end: somebody wrote meanwhile, or the target wasn't empty.
/// Otherwise what the stores say; run it again then, it goes on where it was.
pub async fn transfer(
    from: Side<'_>,
    to: Side<'_>,
    mut progress: impl FnMut(Progress) + Send,
) -> Result<Transferred, StoreError> {
    tables::copy(from.control, to.control, &mut progress).await?;
    let mut transferred = blobs::copy(from, to, &mut progress).await?;
    transferred.rows = tables::compare(from.control, to.control, &mut progress).await?;
    Ok(transferred)
}

const DIFFERENT: StoreError =
    StoreError::new(ErrorKind::Conflict, "the two sides differ after the transfer");
