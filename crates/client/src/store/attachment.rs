//! Where the bytes of attachments are.

use tresen_types::MessageId;
use tresen_view::TransferState;

use super::{Tx, from_sql};
use crate::error::{Error, Result};

impl Tx<'_> {
    /// How far an attachment has come; `None` when nothing was done with it yet.
    pub(crate) fn transfer_state(&self, message: MessageId) -> Result<Option<TransferState>> {
        self.one(
            "SELECT state, done_bytes, total_bytes FROM attachment WHERE message = ?1",
            (message.as_bytes(),),
            |row| {
                let done_bytes = from_sql(row.get("done_bytes")?);
                let total_bytes = from_sql(row.get("total_bytes")?);
                Ok(match row.get::<_, i64>("state")? {
                    0 => TransferState::Remote,
                    1 => TransferState::Uploading { done_bytes, total_bytes },
                    2 => TransferState::Downloading { done_bytes, total_bytes },
                    3 => TransferState::Here,
                    4 => TransferState::Gone,
                    _ => return Err(Error::Damaged("state of a transfer")),
                })
            },
        )
    }
}
