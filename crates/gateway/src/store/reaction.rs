//! Which reaction of the customer to a message was told last.

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
