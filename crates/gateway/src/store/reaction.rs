//! Which reaction of the customer to a message was told last, and which change of an own message.

use tresen_types::MessageId;

use super::Tx;
use crate::error::Result;

impl Tx<'_> {
    /// The told reaction to a message; empty when it was taken back or there never was one.
    pub(crate) fn told_reaction(&self, message: MessageId) -> Result<String> {
        let told = self.one(
            "SELECT emoji FROM reaction WHERE message = ?1",
            (message.as_bytes(),),
            |row| Ok(row.get("emoji")?),
        )?;
        Ok(told.unwrap_or_default())
    }

    /// Notes the text that a customer's message has now (none when it was taken back); says whether
    /// that is news.
    pub(crate) fn put_told_change(&self, message: MessageId, text: &str) -> Result<bool> {
        let changed = self.execute(
            "INSERT INTO change (message, text) VALUES (?1, ?2)
             ON CONFLICT (message) DO UPDATE SET text = excluded.text WHERE text <> excluded.text",
            (message.as_bytes(), text),
        )?;
        Ok(changed > 0)
    }

    /// Notes what is told now.
    pub(crate) fn put_told_reaction(&self, message: MessageId, emoji: &str) -> Result<()> {
        self.execute(
            "INSERT INTO reaction (message, emoji) VALUES (?1, ?2)
             ON CONFLICT (message) DO UPDATE SET emoji = excluded.emoji",
            (message.as_bytes(), emoji),
        )?;
        Ok(())
    }
}
