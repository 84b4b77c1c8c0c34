//! The pieces of a blob, where each is an object of its own.

use tresen_types::BlobId;

use super::{
    BlobRecord, ControlStore,
    blob::{find, record},
};
use crate::{
    ErrorKind, StoreError,
    limits::BLOB_PARTS_MAX,
    sql::{ReadTransaction, Row, Value},
};

/// A piece of a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlobPartRecord {
    /// The blob.
    pub blob: BlobId,
    /// Where in the blob it begins.
    pub start: u64,
    /// The random name of its object.
    pub name: [u8; 8],
    /// Its length in bytes.
    pub length: u64,
}

impl ControlStore {
    /// Records that an object with a piece is about to be made. The same again is fine.
    ///
    /// # Errors
    /// `NotFound` for an unknown blob; `Conflict` when the upload stands elsewhere; `LimitExceeded`
    /// beyond the blob's size and for too many pieces.
    pub async fn announce_blob_part(&self, part: BlobPartRecord) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                let blob = at_its_turn(transaction, part)?;
                if part.start.saturating_add(part.length) > blob.size {
                    return Err(too_much("more than the blob's announced size"));
                }
                let parts = transaction.number(
                    "SELECT COUNT(*) FROM blob_part WHERE blob = $1",
                    &[part.blob.into()],
                )?;
                if parts >= BLOB_PARTS_MAX {
                    return Err(too_much("a blob in too many pieces"));
                }
                transaction
                    .execute(
                        "INSERT INTO blob_part (blob, start, name, length, finished) \
                         VALUES ($1, $2, $3, $4, 0) ON CONFLICT (blob, start, name) DO NOTHING",
                        &[
                            part.blob.into(),
                            Value::try_from(part.start)?,
                            part.name.into(),
                            Value::try_from(part.length)?,
                        ],
                    )
                    .map(|_changed| ())
            })
            .await
    }

    /// Records that the object of an announced piece is there: the blob is longer by it now. The same
    /// again is fine.
    ///
    /// # Errors
    /// `NotFound` for an unknown blob or piece; `Conflict` when another piece came first.
    pub async fn finish_blob_part(&self, part: BlobPartRecord) -> Result<BlobRecord, StoreError> {
        self.database
            .write(move |transaction| {
                let key = [part.blob.into(), Value::try_from(part.start)?, Value::from(part.name)];
                let stored = transaction.query_one(
                    "SELECT finished FROM blob_part WHERE blob = $1 AND start = $2 AND name = $3",
                    &key,
                )?;
                let stored = stored.ok_or_else(no_part)?;
                if stored.flag(0)? {
                    return find(transaction, part.blob)?.ok_or_else(no_part);
                }
                let blob = at_its_turn(transaction, part)?;
                transaction.execute(
                    "UPDATE blob_part SET finished = 1 \
                     WHERE blob = $1 AND start = $2 AND name = $3",
                    &key,
                )?;
                record(transaction, blob, part.start.saturating_add(part.length))
            })
            .await
    }

    /// The finished pieces of a blob, in order.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn finished_blob_parts(
        &self,
        blob: BlobId,
    ) -> Result<Vec<BlobPartRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                list(
                    transaction,
                    "SELECT blob, start, name, length FROM blob_part \
                     WHERE blob = $1 AND finished = 1 ORDER BY start LIMIT $2",
                    blob,
                )
            })
            .await
    }

    /// All pieces of a blob, also those that were announced and never finished.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn blob_parts(&self, blob: BlobId) -> Result<Vec<BlobPartRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                list(
                    transaction,
                    "SELECT blob, start, name, length FROM blob_part \
                     WHERE blob = $1 ORDER BY start, name LIMIT $2",
                    blob,
                )
            })
            .await
    }
}

/// The blob, if the piece is the one that comes next.
fn at_its_turn(
    transaction: &ReadTransaction<'_>,
    part: BlobPartRecord,
) -> Result<BlobRecord, StoreError> {
    let blob = find(transaction, part.blob)?.ok_or_else(no_part)?;
    if blob.received != part.start || blob.is_finished {
        return Err(StoreError::new(ErrorKind::Conflict, "the upload stands elsewhere"));
    }
    Ok(blob)
}

fn list(
    transaction: &ReadTransaction<'_>,
    sql: &str,
    blob: BlobId,
) -> Result<Vec<BlobPartRecord>, StoreError> {
    transaction.query(sql, &[blob.into(), BLOB_PARTS_MAX.into()])?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<BlobPartRecord, StoreError> {
    Ok(BlobPartRecord {
        blob: row.id(0)?,
        start: row.unsigned(1)?,
        name: row.id(2)?,
        length: row.unsigned(3)?,
    })
}

const fn no_part() -> StoreError {
    StoreError::new(ErrorKind::NotFound, "no such blob or piece")
}

const fn too_much(what: &'static str) -> StoreError {
    StoreError::new(ErrorKind::LimitExceeded, what)
}
