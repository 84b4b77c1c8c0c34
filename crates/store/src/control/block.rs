//! Who doesn't want to hear from whom.

use tresen_types::{AccountId, Timestamp};

use super::{ControlStore, row_limit};
use crate::{ErrorKind, StoreError, limits::BLOCKS_MAX};

impl ControlStore {
    /// Blocks an account for another.
    ///
    /// # Errors
    /// `LimitExceeded` when `account` blocks too many.
    pub async fn block_account(
        &self,
        account: AccountId,
        blocked: AccountId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                let blocks = transaction
                    .number("SELECT COUNT(*) FROM block WHERE account = $1", &[account.into()])?;
                if blocks >= BLOCKS_MAX {
                    return Err(StoreError::new(ErrorKind::LimitExceeded, "too many blocks"));
                }
                transaction
                    .execute(
                        "INSERT INTO block (account, blocked, blocked_at) VALUES ($1, $2, $3) \
                         ON CONFLICT (account, blocked) DO NOTHING",
                        &[account.into(), blocked.into(), now.into()],
                    )
                    .map(|_changed| ())
            })
            .await
    }

    /// Takes a block back.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn unblock_account(
        &self,
        account: AccountId,
        blocked: AccountId,
    ) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                transaction
                    .execute(
                        "DELETE FROM block WHERE account = $1 AND blocked = $2",
                        &[account.into(), blocked.into()],
                    )
                    .map(|_changed| ())
            })
            .await
    }

    /// Whether `account` has blocked `other`.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn has_blocked(
        &self,
        account: AccountId,
        other: AccountId,
    ) -> Result<bool, StoreError> {
        self.database
            .read(move |transaction| {
                transaction
                    .query_one(
                        "SELECT blocked_at FROM block WHERE account = $1 AND blocked = $2",
                        &[account.into(), other.into()],
                    )
                    .map(|row| row.is_some())
            })
            .await
    }

    /// The accounts that `account` has blocked.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn blocked_accounts(&self, account: AccountId) -> Result<Vec<AccountId>, StoreError> {
        self.database
            .read(move |transaction| {
                transaction
                    .query(
                        "SELECT blocked FROM block WHERE account = $1 ORDER BY blocked LIMIT $2",
                        &[account.into(), row_limit()],
                    )?
                    .iter()
                    .map(|row| row.id(0))
                    .collect()
            })
            .await
    }
}
