//! What this device has claimed to do without a person, until the own group says whether it may.

use tresen_types::{ConversationId, Timestamp};

use super::{Tx, id};
use crate::error::Result;

/// Something to do in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WishRecord {
    pub(crate) conversation: ConversationId,
    /// What, and for which occasion: the claim's name.
    pub(crate) name: String,
    pub(crate) at: Timestamp,
}

impl Tx<'_> {
    /// What waits, oldest first.
    pub(crate) fn wishes(&self) -> Result<Vec<WishRecord>> {
        self.all("SELECT conversation, name, at FROM wish ORDER BY at, name", [], |row| {
            Ok(WishRecord {
                conversation: id(row, "conversation")?,
                name: row.get("name")?,
                at: Timestamp::from_millis(row.get("at")?),
            })
        })
    }

    /// Notes one.
    pub(crate) fn put_wish(&self, wish: &WishRecord) -> Result<()> {
        self.execute(
            "INSERT INTO wish (conversation, name, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            (wish.conversation.as_bytes(), &wish.name, wish.at.as_millis()),
        )?;
        Ok(())
    }

    /// Forgets one.
    pub(crate) fn drop_wish(&self, wish: &WishRecord) -> Result<()> {
        self.execute(
            "DELETE FROM wish WHERE conversation = ?1 AND name = ?2",
            (wish.conversation.as_bytes(), &wish.name),
        )?;
        Ok(())
    }
}
