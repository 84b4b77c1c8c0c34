//! One-time links with which the first owner claims a business account.

use tresen_types::Timestamp;

use super::ControlStore;
use crate::{ErrorKind, StoreError, sql::WriteTransaction};

/// A claim link. The token itself is never stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimLinkRecord {
    /// The hash of the token.
    pub token_hash: [u8; 32],
    /// Not usable from this time on.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
}

impl ControlStore {
    /// Makes a claim link. The same one again is fine until it is used.
    ///
    /// # Errors
    /// `Conflict` when the token was used before.
    pub async fn create_claim_link(
        &self,
        token_hash: [u8; 32],
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.database
            .write(move |transaction| {
                let changed = transaction.execute(
                    "INSERT INTO claim_link (token_hash, expires_at, used_at) VALUES ($1, $2, 0) \
                     ON CONFLICT (token_hash) DO UPDATE SET expires_at = EXCLUDED.expires_at \
                     WHERE claim_link.used_at = 0 \
                     AND claim_link.expires_at = EXCLUDED.expires_at",
                    &[token_hash.into(), expires_at.into()],
                )?;
                if changed == 0 {
                    return Err(StoreError::new(
                        ErrorKind::Conflict,
                        "another link has this token",
                    ));
                }
                Ok(())
            })
            .await
    }

    /// The claim link.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn claim_link(
        &self,
        token_hash: [u8; 32],
    ) -> Result<Option<ClaimLinkRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                let row = transaction.query_one(
                    "SELECT expires_at, used_at FROM claim_link WHERE token_hash = $1",
                    &[token_hash.into()],
                )?;
                row.map(|row| {
                    Ok(ClaimLinkRecord {
                        token_hash,
                        expires_at: row.time(0)?,
                        used_at: row.optional_time(1)?,
                    })
                })
                .transpose()
            })
            .await
    }

    /// How many claim links were ever used: zero on a server that nobody owns yet.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn claim_links_used(&self) -> Result<u64, StoreError> {
        self.database
            .read(move |transaction| {
                let used = transaction
                    .number("SELECT COUNT(*) FROM claim_link WHERE used_at <> 0", &[])?;
                Ok(u64::try_from(used).unwrap_or(0))
            })
            .await
    }
}

/// Uses a claim link, once.
pub(super) fn consume(
    transaction: &WriteTransaction<'_>,
    token_hash: [u8; 32],
    now: Timestamp,
) -> Result<(), StoreError> {
    let used = transaction.execute(
        "UPDATE claim_link SET used_at = $2 \
         WHERE token_hash = $1 AND used_at = 0 AND expires_at > $2",
        &[token_hash.into(), now.into()],
    )?;
    if used == 1 {
        return Ok(());
    }
    let known = transaction
        .query_one("SELECT used_at FROM claim_link WHERE token_hash = $1", &[token_hash.into()])?;
    Err(match known {
        None => StoreError::new(ErrorKind::NotFound, "no such claim link"),
        Some(_over) => StoreError::new(ErrorKind::Expired, "the claim link is used or too old"),
    })
}
