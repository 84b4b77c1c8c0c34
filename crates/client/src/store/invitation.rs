//! Invitations that this device has made and nobody has used up yet.

use rusqlite::Row;
use tresen_statement::Role;
use tresen_types::Timestamp;

use super::{Tx, id};
use crate::error::{Error, Result};

/// An open invitation.
#[derive(Clone, Debug)]
pub(crate) struct InvitationRecord {
    pub(crate) id: [u8; 16],
    /// What the new device may do.
    pub(crate) role: Role,
    /// The agent's name.
    pub(crate) name: String,
    pub(crate) expires_at: Timestamp,
}

impl Tx<'_> {
    /// All open invitations.
    pub(crate) fn invitations(&self) -> Result<Vec<InvitationRecord>> {
        self.all("SELECT id, role, name, expires_at FROM invitation ORDER BY expires_at", [], read)
    }

    /// Adds an invitation.
    pub(crate) fn add_invitation(&self, record: &InvitationRecord) -> Result<()> {
        self.execute(
            "INSERT INTO invitation (id, role, name, expires_at) VALUES (?1, ?2, ?3, ?4)",
            (record.id, record.role.as_byte(), &record.name, record.expires_at.as_millis()),
        )?;
        Ok(())
    }

    /// Deletes an invitation: it was used up or has ended.
    pub(crate) fn delete_invitation(&self, id: [u8; 16]) -> Result<()> {
        self.execute("DELETE FROM invitation WHERE id = ?1", (id,))?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<InvitationRecord> {
    Ok(InvitationRecord {
        id: id(row, "id")?,
        role: Role::from_byte(row.get("role")?).ok_or(Error::Damaged("role"))?,
        name: row.get("name")?,
        expires_at: Timestamp::from_millis(row.get("expires_at")?),
    })
}
