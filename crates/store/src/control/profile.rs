//! Public business profiles.

use tresen_types::AccountId;

use super::{ControlStore, DomainClaimState, check_size};
use crate::{
    ErrorKind, StoreError,
    limits::RECORD_BYTES_MAX,
    sql::{ReadTransaction, Value},
};

/// A business's profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileRecord {
    /// The business.
    pub account: AccountId,
    /// Its sequence; it never falls.
    pub sequence: u64,
    /// The signed profile.
    pub bytes: Vec<u8>,
    /// What its name looks like; empty where that isn't known.
    pub skeleton: String,
}

impl ControlStore {
    /// Stores a newer profile. Whoever changes the name may not take one that looks like that of a
    /// business with a confirmed domain; false says so, and stores nothing.
    ///
    /// # Errors
    /// `Conflict` when the stored one isn't older, unless it is the same.
    pub async fn put_profile(&self, profile: ProfileRecord) -> Result<bool, StoreError> {
        check_size(&profile.bytes, RECORD_BYTES_MAX)?;
        self.database
            .write(move |transaction| {
                if looks_like_another(transaction, &profile)? {
                    return Ok(false);
                }
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
                transaction.execute(
                    "INSERT INTO profile_look (account, skeleton) VALUES ($1, $2) \
                     ON CONFLICT (account) DO UPDATE SET skeleton = EXCLUDED.skeleton",
                    &[profile.account.into(), profile.skeleton.as_str().into()],
                )?;
                Ok(true)
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
                let skeleton = skeleton(transaction, account)?;
                row.map(|row| {
                    Ok(ProfileRecord {
                        account: row.id(0)?,
                        sequence: row.unsigned(1)?,
                        bytes: row.bytes(2)?,
                        skeleton,
                    })
                })
                .transpose()
            })
            .await
    }
}

fn skeleton(transaction: &ReadTransaction<'_>, account: AccountId) -> Result<String, StoreError> {
    let row = transaction
        .query_one("SELECT skeleton FROM profile_look WHERE account = $1", &[account.into()])?;
    row.map_or(Ok(String::new()), |row| row.text(0))
}

/// Whether a name that is new for this business looks like that of one with a confirmed domain.
fn looks_like_another(
    transaction: &ReadTransaction<'_>,
    profile: &ProfileRecord,
) -> Result<bool, StoreError> {
    // Two honest businesses may have had the same name for years: a name that stays is kept.
    let is_kept = skeleton(transaction, profile.account)? == profile.skeleton;
    if profile.skeleton.is_empty() || is_kept {
        return Ok(false);
    }
    let other = transaction.query_one(
        "SELECT 1 FROM profile_look look JOIN domain_claim claim ON claim.account = look.account \
         WHERE look.skeleton = $1 AND look.account <> $2 AND claim.state = $3",
        &[
            profile.skeleton.as_str().into(),
            profile.account.into(),
            Value::Integer(i64::from(DomainClaimState::Confirmed as u8)),
        ],
    )?;
    Ok(other.is_some())
}
