//! Reactions: one a message and person.

use rusqlite::Row;
use tresen_types::{MessageId, Timestamp};

use super::{Tx, id};
use crate::error::Result;

/// A reaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReactionRecord {
    /// The message that it is about.
    pub(crate) message: MessageId,
    /// Who: the account of a customer, the device of an agent.
    pub(crate) reactor: Vec<u8>,
    pub(crate) is_own: bool,
    pub(crate) emoji: String,
    /// The id of the reaction itself.
    pub(crate) id: MessageId,
    pub(crate) at: Timestamp,
}

impl Tx<'_> {
    /// The reactions to a message, oldest first.
    pub(crate) fn reactions(&self, message: MessageId) -> Result<Vec<ReactionRecord>> {
        self.all(
            "SELECT message, reactor, is_own, emoji, id, at FROM reaction WHERE message = ?1
             ORDER BY at, id",
            (message.as_bytes(),),
            read,
        )
    }

    /// A person's reaction to a message.
    pub(crate) fn reaction_of(
        &self,
        message: MessageId,
        reactor: &[u8],
    ) -> Result<Option<ReactionRecord>> {
        self.one(
            "SELECT message, reactor, is_own, emoji, id, at FROM reaction
             WHERE message = ?1 AND reactor = ?2",
            (message.as_bytes(), reactor),
            read,
        )
    }

    /// Sets a reaction, over the same person's former one.
    pub(crate) fn put_reaction(&self, record: &ReactionRecord) -> Result<()> {
        self.execute(
            "INSERT INTO reaction (message, reactor, is_own, emoji, id, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (message, reactor) DO UPDATE SET emoji = excluded.emoji,
                id = excluded.id, at = excluded.at",
            (
                record.message.as_bytes(),
                &record.reactor,
                record.is_own,
                &record.emoji,
                record.id.as_bytes(),
                record.at.as_millis(),
            ),
        )?;
        Ok(())
    }

    /// Takes a reaction back.
    pub(crate) fn delete_reaction(&self, message: MessageId, reactor: &[u8]) -> Result<()> {
        self.execute(
            "DELETE FROM reaction WHERE message = ?1 AND reactor = ?2",
            (message.as_bytes(), reactor),
        )?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<ReactionRecord> {
    Ok(ReactionRecord {
        message: id(row, "message")?,
        reactor: row.get("reactor")?,
        is_own: row.get("is_own")?,
        emoji: row.get("emoji")?,
        id: id(row, "id")?,
        at: Timestamp::from_millis(row.get("at")?),
    })
}
