//! One-time invitations of an agent's device (PROTOCOL 6.2).

use tresen_types::{AccountId, Timestamp};

use super::{ControlStore, check_size, row_limit};
use crate::{ErrorKind, StoreError, limits::RECORD_BYTES_MAX, sql::Row};

/// An invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationRecord {
    /// Its id, or the hash of its token.
    pub id: Vec<u8>,
    /// The business.
    pub account: AccountId,
    /// Not usable from this time on.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
    /// The signed invitation.
    pub bytes: Vec<u8>,
}

impl ControlStore {
    /// Makes an invitation; `used_at` is taken as none. The same one again is fine until it is used.
    ///
    /// # Errors
    /// `Conflict` when the id is in use.
    pub async fn create_invitation(&self, invitation: InvitationRecord) -> Result<(), StoreError> {
        check_size(&invitation.bytes, RECORD_BYTES_MAX)?;
        self.database
            .write(move |transaction| {
                let changed = transaction.execute(
                    "INSERT INTO invitation (id, account, expires_at, used_at, bytes) \
                     VALUES ($1, $2, $3, 0, $4) \
                     ON CONFLICT (id) DO UPDATE SET bytes = EXCLUDED.bytes \
                     WHERE invitation.account = EXCLUDED.account \
                     AND invitation.expires_at = EXCLUDED.expires_at \
                     AND invitation.used_at = 0 AND invitation.bytes = EXCLUDED.bytes",
                    &[
                        invitation.id.as_slice().into(),
                        invitation.account.into(),
                        invitation.expires_at.into(),
                        invitation.bytes.as_slice().into(),
                    ],
                )?;
                if changed == 0 {
                    return Err(StoreError::new(ErrorKind::Conflict, "another one has this id"));
                }
                Ok(())
            })
            .await
    }

    /// The invitation.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn invitation(&self, id: Vec<u8>) -> Result<Option<InvitationRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                transaction
                    .query_one(
                        "SELECT id, account, expires_at, used_at, bytes \
                         FROM invitation WHERE id = $1",
                        &[id.as_slice().into()],
                    )?
                    .as_ref()
                    .map(read)
                    .transpose()
            })
            .await
    }

    /// The invitations of a business.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn invitations(
        &self,
        account: AccountId,
    ) -> Result<Vec<InvitationRecord>, StoreError> {
        self.database
            .read(move |transaction| {
                transaction
                    .query(
                        "SELECT id, account, expires_at, used_at, bytes \
                         FROM invitation WHERE account = $1 ORDER BY id LIMIT $2",
                        &[account.into(), row_limit()],
                    )?
                    .iter()
                    .map(read)
                    .collect()
            })
            .await
    }

    /// Uses an invitation, once.
    ///
    /// # Errors
    /// `NotFound` for an unknown one, `Expired` for one that is used or too old.
    pub async fn consume_invitation(
        &self,
        id: Vec<u8>,
        now: Timestamp,
    ) -> Result<InvitationRecord, StoreError> {
        self.database
            .write(move |transaction| {
                let used = transaction.query_one(
                    "UPDATE invitation SET used_at = $2 \
                     WHERE id = $1 AND used_at = 0 AND expires_at > $2 \
                     RETURNING id, account, expires_at, used_at, bytes",
                    &[id.as_slice().into(), now.into()],
                )?;
                if let Some(row) = used {
                    return read(&row);
                }
                let known = transaction.query_one(
                    "SELECT used_at FROM invitation WHERE id = $1",
                    &[id.as_slice().into()],
                )?;
                Err(match known {
                    None => StoreError::new(ErrorKind::NotFound, "no such invitation"),
                    Some(_over) => {
                        StoreError::new(ErrorKind::Expired, "the invitation is used or too old")
                    }
                })
            })
            .await
    }

    /// Removes invitations whose time was over before `before`; returns how many.
    ///
    /// # Errors
    /// Fails when the database does.
    pub async fn expire_invitations(&self, before: Timestamp) -> Result<usize, StoreError> {
        self.database
            .write(move |transaction| {
                transaction
                    .execute("DELETE FROM invitation WHERE expires_at <= $1", &[before.into()])
            })
            .await
    }
}

fn read(row: &Row) -> Result<InvitationRecord, StoreError> {
    Ok(InvitationRecord {
        id: row.bytes(0)?,
        account: row.id(1)?,
        expires_at: row.time(2)?,
        used_at: row.optional_time(3)?,
        bytes: row.bytes(4)?,
    })
}
