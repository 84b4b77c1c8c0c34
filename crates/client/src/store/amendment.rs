//! Edits and deletions: rows of messages that are never listed, found by the message that they change.

use tresen_types::MessageId;

use super::{
    Tx,
    message::{COLUMNS, MessageRecord, read},
};
use crate::error::Result;

impl Tx<'_> {
    /// Notes that a message changes another one, which may not be here yet.
    pub(crate) fn put_amendment(&self, target: MessageId, message: MessageId) -> Result<()> {
        self.execute(
            "INSERT INTO amendment (target, message) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            (target.as_bytes(), message.as_bytes()),
        )?;
        Ok(())
    }

    /// What changes a message, in the order of its conversation; what isn't sent yet comes last.
    pub(crate) fn amendments(&self, target: MessageId) -> Result<Vec<MessageRecord>> {
        self.all(
            &format!(
                "SELECT {COLUMNS} FROM message
                 WHERE id IN (SELECT message FROM amendment WHERE target = ?1)
                 ORDER BY sequence = 0, sequence, position"
            ),
            (target.as_bytes(),),
            read,
        )
    }

    /// The message that another one changes.
    pub(crate) fn amended_by(&self, message: MessageId) -> Result<Option<MessageId>> {
        self.one("SELECT target FROM amendment WHERE message = ?1", (message.as_bytes(),), |row| {
            super::id(row, "target")
        })
    }

    /// Empties a message that was taken back: words, search text, file, reactions.
    pub(crate) fn empty_message(&self, message: &MessageRecord) -> Result<()> {
        self.drop_searched(message.position)?;
        self.execute("DELETE FROM reaction WHERE message = ?1", (message.id.as_bytes(),))?;
        self.delete_files_of(message.id)?;
        self.execute(
            "UPDATE message SET kind = ?2, content = x'', is_reportable = 0 WHERE id = ?1",
            (message.id.as_bytes(), super::MessageKind::Deleted as u8),
        )?;
        Ok(())
    }

    /// Takes a message off the lists of this device.
    pub(crate) fn hide_message(&self, message: &MessageRecord) -> Result<()> {
        self.empty_message(message)?;
        self.execute(
            "UPDATE message SET kind = ?2 WHERE id = ?1",
            (message.id.as_bytes(), super::MessageKind::Hidden as u8),
        )?;
        Ok(())
    }

    /// Gives a message another search text.
    pub(crate) fn set_search_text(&self, message: &MessageRecord, text: &str) -> Result<()> {
        self.drop_searched(message.position)?;
        self.put_searched(message.position, text)
    }
}
