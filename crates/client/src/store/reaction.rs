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
    /// Empty when it was taken back.
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
                AND emoji <> ''
             ORDER BY at, id",
            (message.as_bytes(),),
            read,
        )
    }

    /// A person's reaction to a message, also one that was taken back.
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

    /// Reactions to messages that the server has, which the archive hasn't got, oldest first.
    pub(crate) fn unarchived_reactions(&self, limit: u32) -> Result<Vec<ReactionRecord>> {
        self.all(
            "SELECT message, reactor, is_own, emoji, id, at FROM reaction
             WHERE NOT EXISTS (SELECT 1 FROM archived WHERE archived.message = reaction.id)
                AND EXISTS (SELECT 1 FROM message WHERE message.id = reaction.message
                    AND message.sequence > 0)
             ORDER BY at, id LIMIT ?1",
            (limit,),
            read,
        )
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
