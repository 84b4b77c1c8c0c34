//! Encrypted recovery records, found by the hash of a secret that only the owner has.

use tresen_types::{AccountId, Timestamp};

use super::{ControlStore, check_size};
use crate::{
    ErrorKind, StoreError,
    limits::{RECORD_BYTES_MAX, RECOVERIES_MAX},
};

/// A recovery record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveryRecord {
    /// By what it is found.
    pub lookup_hash: [u8; 32],
    /// The account.
    pub account: AccountId,
    /// The encrypted record.
    pub bytes: Vec<u8>,
    /// When it was stored.
    pub updated_at: Timestamp,
    /// Fetches since `attempts_since`; the store counts.
    pub attempts: u64,
    /// When the present window of counted fetches began.
    pub attempts_since: Timestamp,
}

impl ControlStore {
    /// Stores a recovery record of the account in place of its one with the same hash. An account
    /// may have several: one for its code, one for each passkey.
    ///
    /// # Errors
    /// `Conflict` when another account's record has this hash; `LimitExceeded` for too many.
    pub async fn put_recovery(
        &self,
        lookup_hash: [u8; 32],
        account: AccountId,
        bytes: Vec<u8>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        check_size(&bytes, RECORD_BYTES_MAX)?;
        self.database
            .write(move |transaction| {
                let changed = transaction.execute(
                    "INSERT INTO recovery \
                     (lookup_hash, account, bytes, updated_at, attempts, attempts_since) \
                     VALUES ($1, $2, $3, $4, 0, $4) \
                     ON CONFLICT (lookup_hash) DO UPDATE \
                     SET bytes = EXCLUDED.bytes, updated_at = EXCLUDED.updated_at \
                     WHERE recovery.account = EXCLUDED.account",
                    &[lookup_hash.into(), account.into(), bytes.as_slice().into(), now.into()],
                )?;
                if changed == 0 {
                    return Err(StoreError::new(
                        ErrorKind::Conflict,
                        "another account's record has this hash",
                    ));
                }
                let records = transaction.number(
                    "SELECT COUNT(*) FROM recovery WHERE account = $1",
                    &[account.into()],
                )?;
                if records > RECOVERIES_MAX {
                    return Err(StoreError::new(
                        ErrorKind::LimitExceeded,
                        "too many recovery records",
                    ));
                }
                Ok(())
            })
            .await
    }

    /// Fetches a recovery record and counts the attempt: at most `attempts_max` in each window of
    /// `window_ms`.
    ///
    /// # Errors
    /// `LimitExceeded` when there were too many attempts.
    pub async fn fetch_recovery(
        &self,
        lookup_hash: [u8; 32],
        now: Timestamp,
        attempts_max: u64,
        window_ms: i64,
    ) -> Result<Option<RecoveryRecord>, StoreError> {
        self.database
            .write(move |transaction| {
                let window_start = now.plus_millis(window_ms.saturating_neg());
                let row = transaction.query_one(
                    "UPDATE recovery SET \
                     attempts = CASE WHEN attempts_since <= $2 THEN 1 ELSE attempts + 1 END, \
                     attempts_since = CASE WHEN attempts_since <= $2 THEN $3 ELSE attempts_since END \
                     WHERE lookup_hash = $1 \
                     RETURNING account, bytes, updated_at, attempts, attempts_since",
                    &[lookup_hash.into(), window_start.into(), now.into()],
                )?;
                row.map(|row| {
                    Ok(RecoveryRecord {
                        lookup_hash,
                        account: row.id(0)?,
                        bytes: row.bytes(1)?,
                        updated_at: row.time(2)?,
                        attempts: row.unsigned(3)?,
                        attempts_since: row.time(4)?,
                    })
                })
                .transpose()
            })
            .await
            .and_then(|record| match record {
                Some(record) if record.attempts > attempts_max => {
                    Err(StoreError::new(ErrorKind::LimitExceeded, "too many attempts"))
                }
                found => Ok(found),
            })
    }

    /// Removes the account's recovery records.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn delete_recovery(&self, account: AccountId) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                transaction
                    .execute("DELETE FROM recovery WHERE account = $1", &[account.into()])
                    .map(|_changed| ())
            })
            .await
    }
}
