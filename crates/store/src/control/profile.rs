//! Public business profiles.

use tresen_types::AccountId;

use super::{ControlStore, check_size};
use crate::{ErrorKind, StoreError, limits::RECORD_BYTES_MAX, sql::Value};

/// A business's profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileRecord {
    /// The business.
    pub account: AccountId,
    /// Its sequence; it never falls.
    pub sequence: u64,
    /// The signed profile.
    pub bytes: Vec<u8>,
}

impl ControlStore {
    /// Stores a newer profile.
    ///
    /// # Errors
    /// `Conflict` when the stored one isn't older, unless it is the same.
    pub async fn put_profile(&self, profile: ProfileRecord) -> Result<(), StoreError> {
        check_size(&profile.bytes, RECORD_BYTES_MAX)?;
        self.database
            .write(move |transaction| {
                let changed = transaction.execute(
                    "INSERT INTO profile (account, sequence, bytes) VALUES ($1, $2, $3) \
                     ON CONFLICT (account) DO UPDATE \
                     SET sequence = EXCLUDED.sequence, bytes = EXCLUDED.bytes \
                     WHERE EXCLUDED.sequence > profile.sequence \
                     OR (EXCLUDED.sequence = profile.sequence AND EXCLUDED.bytes = profile.bytes)",
                    &[
                        profile.account.into(),
                        Value::try_from(profile.sequence)?,
                        profile.bytes.as_slice().into(),
                    ],
                )?;
                if changed == 0 {
                    return Err(StoreError::new(ErrorKind::Conflict, "a newer profile exists"));
                }
                Ok(())
            })
            .await
    }

    /// A business's profile.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn profile(&self, account: AccountId) -> Result<Option<ProfileRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                let row = transaction.query_one(
                    "SELECT account, sequence, bytes FROM profile WHERE account = $1",
                    &[account.into()],
                )?;
                row.map(|row| {
                    Ok(ProfileRecord {
                        account: row.id(0)?,
                        sequence: row.unsigned(1)?,
                        bytes: row.bytes(2)?,
                    })
                })
                .transpose()
            })
            .await
    }
}
