//! What is known of each blob; its bytes are in [`crate::BlobStore`].

use tresen_types::{AccountId, BlobId, Timestamp};

use super::{ControlStore, row_limit};
use crate::{
    ErrorKind, StoreError,
    sql::{Row, Value, WriteTransaction, flag},
};

/// What a blob is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlobClass {
    /// A file of a message; expires.
    Media,
    /// A segment of an archive; stays until it is deleted.
    Archive,
}

impl BlobClass {
    const fn as_integer(self) -> i64 {
        match self {
            Self::Media => 0,
            Self::Archive => 1,
        }
    }
}

/// A blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobRecord {
    /// The blob.
    pub id: BlobId,
    /// The account that uploads it.
    pub account: AccountId,
    /// What it is for.
    pub class: BlobClass,
    /// Its full size in bytes, as announced.
    pub size: u64,
    /// How much of it is on disk for sure.
    pub received: u64,
    /// Whether it is complete.
    pub is_finished: bool,
    /// When it goes; none for never.
    pub expires_at: Option<Timestamp>,
    /// When it was announced.
    pub created_at: Timestamp,
}

/// What an account's blobs take, in bytes, as announced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BlobUsage {
    /// Files of messages.
    pub media_bytes: u64,
    /// Archive segments.
    pub archive_bytes: u64,
}

impl ControlStore {
    /// Announces a blob, if the account's blobs with it take at most `quota_bytes`. The same
    /// announcement again is fine; `received` and `is_finished` are taken as nothing yet.
    ///
    /// # Errors
    /// `LimitExceeded` over the quota; `Conflict` when the id is another's.
    pub async fn create_blob(
        &self,
        blob: BlobRecord,
        quota_bytes: u64,
    ) -> Result<BlobRecord, StoreError> {
        self.database.write(move |transaction| create(transaction, &blob, quota_bytes)).await
    }

    /// The blob.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn blob(&self, id: BlobId) -> Result<Option<BlobRecord>, StoreError> {
        self.database.read(move |transaction| find(transaction, id)).await
    }

    /// Records how much of a blob is on disk; it never falls. With its full size the blob is finished.
    ///
    /// # Errors
    /// `NotFound` for an unknown blob, `LimitExceeded` beyond its size.
    pub async fn record_received(
        &self,
        id: BlobId,
        received: u64,
    ) -> Result<BlobRecord, StoreError> {
        self.database
            .write(move |transaction| {
                let blob = find(transaction, id)?
                    .ok_or_else(|| StoreError::new(ErrorKind::NotFound, "no such blob"))?;
                record(transaction, blob, received)
            })
            .await
    }

    /// Forgets a blob with its pieces; returns whether there was one. Delete its bytes first.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn delete_blob(&self, id: BlobId) -> Result<bool, StoreError> {
        self.database
            .write(move |transaction| {
                transaction.execute("DELETE FROM blob_part WHERE blob = $1", &[id.into()])?;
                transaction
                    .execute("DELETE FROM blob WHERE id = $1", &[id.into()])
                    .map(|changed| changed > 0)
            })
            .await
    }

    /// Blobs in the order of their ids, after one; for a transfer.
    pub(crate) async fn blobs_after(
        &self,
        after: Option<BlobId>,
    ) -> Result<Vec<BlobRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                let after = after.map_or_else(|| Value::Blob(Vec::new()), Value::from);
                transaction
                    .query(
                        "SELECT id, account, class, size, received, finished, expires_at, \
                         created_at FROM blob WHERE id > $1 ORDER BY id LIMIT $2",
                        &[after, row_limit()],
                    )?
                    .iter()
                    .map(read)
                    .collect()
            })
            .await
    }

    /// How many blobs there are.
    pub(crate) async fn count_blobs(&self) -> Result<u64, StoreError> {
        self.database
            .read(move |transaction| {
                let count = transaction.number("SELECT COUNT(*) FROM blob", &[])?;
                Ok(u64::try_from(count).unwrap_or(0))
            })
            .await
    }

    /// Some blobs whose time is over.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn expired_blobs(&self, now: Timestamp) -> Result<Vec<BlobId>, StoreError> {
        self.database
            .read(move |transaction| {
                transaction
                    .query(
                        "SELECT id FROM blob WHERE expires_at <> 0 AND expires_at <= $1 \
                         ORDER BY expires_at LIMIT $2",
                        &[now.into(), row_limit()],
                    )?
                    .iter()
                    .map(|row| row.id(0))
                    .collect()
            })
            .await
    }

    /// What an account's blobs take.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn blob_usage(&self, account: AccountId) -> Result<BlobUsage, StoreError> {
        self.database.read(move |transaction| usage(transaction, account)).await
    }
}

fn create(
    transaction: &WriteTransaction<'_>,
    blob: &BlobRecord,
    quota_bytes: u64,
) -> Result<BlobRecord, StoreError> {
    if let Some(stored) = find(transaction, blob.id)? {
        let is_same = stored.account == blob.account
            && stored.size == blob.size
            && stored.class == blob.class;
        return if is_same {
            Ok(stored)
        } else {
            Err(StoreError::new(ErrorKind::Conflict, "another blob has this id"))
        };
    }
    let used = usage(transaction, blob.account)?;
    let total = used.media_bytes.saturating_add(used.archive_bytes).saturating_add(blob.size);
    if total > quota_bytes {
        return Err(StoreError::new(ErrorKind::LimitExceeded, "over the account's quota"));
    }
    let new = BlobRecord { received: 0, is_finished: blob.size == 0, ..blob.clone() };
    transaction.execute(
        "INSERT INTO blob (id, account, class, size, received, finished, expires_at, created_at) \
         VALUES ($1, $2, $3, $4, 0, $5, $6, $7)",
        &[
            new.id.into(),
            new.account.into(),
            new.class.as_integer().into(),
            Value::try_from(new.size)?,
            flag(new.is_finished),
            new.expires_at.unwrap_or_default().into(),
            new.created_at.into(),
        ],
    )?;
    Ok(new)
}

/// Records how much of a blob is there.
pub(super) fn record(
    transaction: &WriteTransaction<'_>,
    mut blob: BlobRecord,
    received: u64,
) -> Result<BlobRecord, StoreError> {
    if received > blob.size {
        let what = "more than the blob's announced size";
        return Err(StoreError::new(ErrorKind::LimitExceeded, what));
    }
    blob.received = blob.received.max(received);
    blob.is_finished = blob.received == blob.size;
    transaction.execute(
        "UPDATE blob SET received = $2, finished = $3 WHERE id = $1",
        &[blob.id.into(), Value::try_from(blob.received)?, flag(blob.is_finished)],
    )?;
    Ok(blob)
}

fn usage(
    transaction: &crate::sql::ReadTransaction<'_>,
    account: AccountId,
) -> Result<BlobUsage, StoreError> {
    let sum = |class: BlobClass| -> Result<u64, StoreError> {
        let bytes = transaction.number(
            "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM blob WHERE account = $1 AND class = $2",
            &[account.into(), class.as_integer().into()],
        )?;
        Ok(u64::try_from(bytes).unwrap_or(0))
    };
    Ok(BlobUsage { media_bytes: sum(BlobClass::Media)?, archive_bytes: sum(BlobClass::Archive)? })
}

pub(super) fn find(
    transaction: &crate::sql::ReadTransaction<'_>,
    id: BlobId,
) -> Result<Option<BlobRecord>, StoreError> {
    transaction
        .query_one(
            "SELECT id, account, class, size, received, finished, expires_at, created_at \
             FROM blob WHERE id = $1",
            &[id.into()],
        )?
        .as_ref()
        .map(read)
        .transpose()
}

fn read(row: &Row) -> Result<BlobRecord, StoreError> {
    Ok(BlobRecord {
        id: row.id(0)?,
        account: row.id(1)?,
        class: match row.integer(2)? {
            0 => BlobClass::Media,
            1 => BlobClass::Archive,
            _ => return Err(StoreError::corrupt("a blob has an unknown class")),
        },
        size: row.unsigned(3)?,
        received: row.unsigned(4)?,
        is_finished: row.flag(5)?,
        expires_at: row.optional_time(6)?,
        created_at: row.time(7)?,
    })
}
