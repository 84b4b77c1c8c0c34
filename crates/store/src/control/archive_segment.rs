//! The list of an account's encrypted archive segments (PROTOCOL D6).

use tresen_types::{AccountId, BlobId};

use super::{ControlStore, check_size, row_limit};
use crate::{ErrorKind, StoreError, limits::ARCHIVE_SEGMENT_BYTES_MAX, sql::Value};

/// An archive segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveSegmentRecord {
    /// The account.
    pub account: AccountId,
    /// Its place among the account's segments.
    pub sequence: u64,
    /// Where its bytes are.
    pub blob: BlobId,
    /// What the account's devices need to know about it, encrypted.
    pub bytes: Vec<u8>,
}

impl ControlStore {
    /// Adds a segment. The same one again is fine.
    ///
    /// # Errors
    /// `Conflict` when another segment has this sequence.
    pub async fn put_archive_segment(
        &self,
        segment: ArchiveSegmentRecord,
    ) -> Result<(), StoreError> {
        check_size(&segment.bytes, ARCHIVE_SEGMENT_BYTES_MAX)?;
        self.database
            .write(move |transaction| {
                let changed = transaction.execute(
                    "INSERT INTO archive_segment (account, sequence, blob, bytes) \
                     VALUES ($1, $2, $3, $4) \
                     ON CONFLICT (account, sequence) DO UPDATE SET blob = EXCLUDED.blob \
                     WHERE archive_segment.blob = EXCLUDED.blob \
                     AND archive_segment.bytes = EXCLUDED.bytes",
                    &[
                        segment.account.into(),
                        Value::try_from(segment.sequence)?,
                        segment.blob.into(),
                        segment.bytes.as_slice().into(),
                    ],
                )?;
                if changed == 0 {
                    return Err(StoreError::new(ErrorKind::Conflict, "another segment is here"));
                }
                Ok(())
            })
            .await
    }

    /// The account's segments after `after`, in order; zero for all.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn archive_segments(
        &self,
        account: AccountId,
        after: u64,
    ) -> Result<Vec<ArchiveSegmentRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                let rows = transaction.query(
                    "SELECT account, sequence, blob, bytes FROM archive_segment \
                     WHERE account = $1 AND sequence > $2 ORDER BY sequence LIMIT $3",
                    &[account.into(), Value::try_from(after)?, row_limit()],
                )?;
                rows.iter()
                    .map(|row| {
                        Ok(ArchiveSegmentRecord {
                            account: row.id(0)?,
                            sequence: row.unsigned(1)?,
                            blob: row.id(2)?,
                            bytes: row.bytes(3)?,
                        })
                    })
                    .collect()
            })
            .await
    }

    /// Removes a segment; its blob stays until it is deleted.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn delete_archive_segment(
        &self,
        account: AccountId,
        sequence: u64,
    ) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                transaction
                    .execute(
                        "DELETE FROM archive_segment WHERE account = $1 AND sequence = $2",
                        &[account.into(), Value::try_from(sequence)?],
                    )
                    .map(|_changed| ())
            })
            .await
    }
}
