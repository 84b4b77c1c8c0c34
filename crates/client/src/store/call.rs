//! Calls that were done, so that a repeated one isn't done twice: a worker may die between the work
//! and its answer.

use tresen_types::MessageId;

use super::{Tx, id, to_sql};
use crate::{error::Result, limits::CALLS_KEPT};

impl Tx<'_> {
    /// The message that a call has made.
    pub(crate) fn message_of_call(&self, call: u64) -> Result<Option<MessageId>> {
        self.one("SELECT message FROM call WHERE id = ?1", (to_sql(call),), |row| {
            id(row, "message")
        })
    }

    /// Notes the message that a call has made; old calls are forgotten.
    pub(crate) fn put_call(&self, call: u64, message: MessageId) -> Result<()> {
        self.execute(
            "INSERT INTO call (id, message) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING",
            (to_sql(call), message.as_bytes()),
        )?;
        self.execute(
            "DELETE FROM call WHERE id <= (SELECT id FROM call ORDER BY id DESC LIMIT 1 OFFSET ?1)",
            (CALLS_KEPT,),
        )?;
        Ok(())
    }
}
