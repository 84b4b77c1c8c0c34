//! Passkeys that prove a session and wrap the recovery root.

use tresen_types::AccountId;

use super::{ControlStore, check_size, row_limit};
use crate::{
    ErrorKind, StoreError,
    limits::{PASSKEYS_MAX, RECORD_BYTES_MAX},
    sql::{Row, Value},
};

/// A passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasskeyRecord {
    /// The account.
    pub account: AccountId,
    /// The credential's id.
    pub credential_id: Vec<u8>,
    /// Its public key.
    pub public_key: Vec<u8>,
    /// The authenticator's counter.
    pub sign_count: u64,
    /// The recovery root under a key that only the passkey yields; empty when there is none.
    pub wrapped: Vec<u8>,
}

impl ControlStore {
    /// Adds a passkey, or changes the wrap of one that the account has.
    ///
    /// # Errors
    /// `Conflict` when another account has the credential; `LimitExceeded` for too many.
    pub async fn put_passkey(&self, passkey: PasskeyRecord) -> Result<(), StoreError> {
        check_size(&passkey.wrapped, RECORD_BYTES_MAX)?;
        check_size(&passkey.public_key, RECORD_BYTES_MAX)?;
        check_size(&passkey.credential_id, RECORD_BYTES_MAX)?;
        self.database
            .write(move |transaction| {
                let account = passkey.account;
                transaction.execute(
                    "INSERT INTO passkey \
                     (account, credential_id, public_key, sign_count, wrapped) \
                     VALUES ($1, $2, $3, $4, $5) \
                     ON CONFLICT (account, credential_id) DO UPDATE \
                     SET public_key = EXCLUDED.public_key, sign_count = EXCLUDED.sign_count, \
                     wrapped = EXCLUDED.wrapped",
                    &[
                        account.into(),
                        passkey.credential_id.as_slice().into(),
                        passkey.public_key.as_slice().into(),
                        Value::try_from(passkey.sign_count)?,
                        passkey.wrapped.as_slice().into(),
                    ],
                )?;
                let passkeys = transaction
                    .number("SELECT COUNT(*) FROM passkey WHERE account = $1", &[account.into()])?;
                if passkeys > PASSKEYS_MAX {
                    return Err(StoreError::new(ErrorKind::LimitExceeded, "too many passkeys"));
                }
                Ok(())
            })
            .await
    }

    /// The passkey with this credential id.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn passkey(
        &self,
        credential_id: Vec<u8>,
    ) -> Result<Option<PasskeyRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                transaction
                    .query_one(
                        "SELECT account, credential_id, public_key, sign_count, wrapped \
                         FROM passkey WHERE credential_id = $1",
                        &[credential_id.as_slice().into()],
                    )?
                    .as_ref()
                    .map(read)
                    .transpose()
            })
            .await
    }

    /// The passkeys of an account.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn passkeys(&self, account: AccountId) -> Result<Vec<PasskeyRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                transaction
                    .query(
                        "SELECT account, credential_id, public_key, sign_count, wrapped \
                         FROM passkey WHERE account = $1 ORDER BY credential_id LIMIT $2",
                        &[account.into(), row_limit()],
                    )?
                    .iter()
                    .map(read)
                    .collect()
            })
            .await
    }

    /// Raises a passkey's counter.
    ///
    /// # Errors
    /// `Conflict` when the counter doesn't rise (a copied authenticator); zero twice is fine, for
    /// authenticators that don't count. `NotFound` for an unknown passkey.
    pub async fn advance_sign_count(
        &self,
        account: AccountId,
        credential_id: Vec<u8>,
        sign_count: u64,
    ) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                let key = [account.into(), Value::from(credential_id.as_slice())];
                let row = transaction
                    .query_one(
                        "SELECT sign_count FROM passkey WHERE account = $1 AND credential_id = $2",
                        &key,
                    )?
                    .ok_or_else(|| StoreError::new(ErrorKind::NotFound, "no such passkey"))?;
                let stored = row.unsigned(0)?;
                if sign_count <= stored && (sign_count, stored) != (0, 0) {
                    return Err(StoreError::new(
                        ErrorKind::Conflict,
                        "the passkey's counter doesn't rise",
                    ));
                }
                let [account, credential_id] = key;
                transaction
                    .execute(
                        "UPDATE passkey SET sign_count = $3 \
                         WHERE account = $1 AND credential_id = $2",
                        &[account, credential_id, Value::try_from(sign_count)?],
                    )
                    .map(|_changed| ())
            })
            .await
    }

    /// Removes a passkey.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn delete_passkey(
        &self,
        account: AccountId,
        credential_id: Vec<u8>,
    ) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                transaction
                    .execute(
                        "DELETE FROM passkey WHERE account = $1 AND credential_id = $2",
                        &[account.into(), credential_id.as_slice().into()],
                    )
                    .map(|_changed| ())
            })
            .await
    }
}

fn read(row: &Row) -> Result<PasskeyRecord, StoreError> {
    Ok(PasskeyRecord {
        account: row.id(0)?,
        credential_id: row.bytes(1)?,
        public_key: row.bytes(2)?,
        sign_count: row.unsigned(3)?,
        wrapped: row.bytes(4)?,
    })
}
