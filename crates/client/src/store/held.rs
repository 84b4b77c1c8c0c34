//! Messages that wait for the customer's weekly digest: here, but seen by nobody yet.

use tresen_types::{ConversationId, MessageId, Timestamp};

use super::{MessageKind, Tx, id, message::POSITION_STEP};
use crate::error::Result;

impl Tx<'_> {
    /// Holds a message that was just added, of the kind [`MessageKind::Held`].
    pub(crate) fn hold(&self, id: MessageId, until: Timestamp) -> Result<()> {
        self.execute(
            "UPDATE message SET held_until = ?2 WHERE id = ?1",
            (id.as_bytes(), until.as_millis()),
        )?;
        Ok(())
    }

    /// The messages whose time has come, in the order in which they came.
    pub(crate) fn held_due(&self, now: Timestamp) -> Result<Vec<MessageId>> {
        self.all(
            "SELECT id FROM message WHERE held_until <= ?1 ORDER BY position",
            (now.as_millis(),),
            |row| id(row, "id"),
        )
    }

    /// Makes a held message an ordinary one, at the end of what is here, with its search text.
    pub(crate) fn release(&self, id: MessageId, search_text: &str) -> Result<()> {
        self.execute(
            "UPDATE message SET held_until = NULL, kind = ?2,
                position = (SELECT max(position) FROM message) + ?3 WHERE id = ?1",
            (id.as_bytes(), MessageKind::Content as u8, POSITION_STEP),
        )?;
        let released = self.known_message(id)?;
        self.note_heard(released.conversation, released.position)?;
        self.put_searched(released.position, search_text)
    }

    /// How many messages of a conversation are held, and until when the first of them is.
    pub(crate) fn held(&self, conversation: ConversationId) -> Result<Option<(u32, Timestamp)>> {
        let found = self.one(
            "SELECT count(*) AS count, min(held_until) AS until FROM message
             WHERE held_until IS NOT NULL AND conversation = ?1",
            (conversation.as_bytes(),),
            |row| Ok((row.get("count")?, row.get::<_, Option<i64>>("until")?)),
        )?;
        Ok(found.and_then(|(count, until)| Some((count, Timestamp::from_millis(until?)))))
    }
}
