//! What waits to be sent, in the order of its writing.

use rusqlite::{Row, named_params};
use tresen_types::{ConversationId, MessageId, Nonce, Timestamp};

use super::{Tx, blob, from_sql, id, optional_id, to_sql};
use crate::error::Result;

/// One message in the outbox.
#[derive(Clone, Debug)]
pub(crate) struct OutboxRecord {
    /// Its place; 0 in a new one.
    pub(crate) number: i64,
    pub(crate) conversation: ConversationId,
    /// Stays the same for all tries.
    pub(crate) nonce: Nonce,
    /// The message row that it belongs to; `None` for receipts and the like.
    pub(crate) message: Option<MessageId>,
    /// The class byte of the authenticated data.
    pub(crate) class: u8,
    pub(crate) content: Vec<u8>,
    pub(crate) franking_tag: [u8; 32],
    pub(crate) at: Timestamp,
    pub(crate) attempts: u32,
    /// Refused; a person may try again.
    pub(crate) is_failed: bool,
    /// Epoch and ciphertext, once it was encrypted.
    pub(crate) encrypted: Option<(u64, Vec<u8>)>,
}

const COLUMNS: &str = "number, conversation, nonce, message, class, content, franking_tag, at,
    attempts, is_failed, epoch, ciphertext";

impl Tx<'_> {
    /// Adds a message at the end.
    pub(crate) fn add_outbox(&self, record: &OutboxRecord) -> Result<()> {
        self.execute(
            "INSERT INTO outbox (conversation, nonce, message, class, content, franking_tag, at,
                attempts, is_failed)
             VALUES (:conversation, :nonce, :message, :class, :content, :franking_tag, :at,
                :attempts, :is_failed)",
            named_params! {
                ":conversation": record.conversation.as_bytes(),
                ":nonce": record.nonce.as_bytes(),
                ":message": blob(record.message.as_ref().map(|id| &id.as_bytes()[..])),
                ":class": record.class,
                ":content": record.content,
                ":franking_tag": record.franking_tag,
                ":at": record.at.as_millis(),
                ":attempts": record.attempts,
                ":is_failed": record.is_failed,
            },
        )?;
        Ok(())
    }

    /// The oldest sendable message of each conversation: a failed one isn't, but doesn't
    /// stop those behind it.
    pub(crate) fn next_of_outbox(&self) -> Result<Vec<OutboxRecord>> {
        self.all(
            &format!(
                "SELECT {COLUMNS} FROM outbox WHERE number IN (SELECT min(number) FROM outbox
                    WHERE is_failed = 0 GROUP BY conversation) ORDER BY number"
            ),
            [],
            read,
        )
    }

    /// The outbox row of a message.
    pub(crate) fn outbox_of(&self, message: MessageId) -> Result<Option<OutboxRecord>> {
        self.one(
            &format!("SELECT {COLUMNS} FROM outbox WHERE message = ?1"),
            (message.as_bytes(),),
            read,
        )
    }

    /// Notes the ciphertext with its epoch.
    pub(crate) fn set_encrypted(&self, number: i64, epoch: u64, ciphertext: &[u8]) -> Result<()> {
        self.execute(
            "UPDATE outbox SET epoch = ?2, ciphertext = ?3, attempts = attempts + 1
             WHERE number = ?1",
            (number, to_sql(epoch), ciphertext),
        )?;
        Ok(())
    }

    /// Forgets the ciphertext: it is to be encrypted again.
    pub(crate) fn clear_encrypted(&self, number: i64) -> Result<()> {
        self.execute(
            "UPDATE outbox SET epoch = NULL, ciphertext = NULL WHERE number = ?1",
            (number,),
        )?;
        Ok(())
    }

    /// Marks a message as refused, or as to be tried again from the start.
    pub(crate) fn set_failed(&self, number: i64, is_failed: bool) -> Result<()> {
        self.execute(
            "UPDATE outbox SET is_failed = ?2, attempts = 0, epoch = NULL, ciphertext = NULL
             WHERE number = ?1",
            (number, is_failed),
        )?;
        Ok(())
    }

    /// Forgets everything that waits in a conversation.
    pub(crate) fn clear_outbox(&self, conversation: ConversationId) -> Result<()> {
        self.execute("DELETE FROM outbox WHERE conversation = ?1", (conversation.as_bytes(),))?;
        Ok(())
    }

    /// Takes a message out: it was accepted or withdrawn.
    pub(crate) fn delete_outbox(&self, number: i64) -> Result<()> {
        self.execute("DELETE FROM outbox WHERE number = ?1", (number,))?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<OutboxRecord> {
    let epoch: Option<i64> = row.get("epoch")?;
    let ciphertext: Option<Vec<u8>> = row.get("ciphertext")?;
    Ok(OutboxRecord {
        number: row.get("number")?,
        conversation: id(row, "conversation")?,
        nonce: id(row, "nonce")?,
        message: optional_id(row, "message")?,
        class: row.get("class")?,
        content: row.get("content")?,
        franking_tag: id(row, "franking_tag")?,
        at: Timestamp::from_millis(row.get("at")?),
        attempts: row.get("attempts")?,
        is_failed: row.get("is_failed")?,
        encrypted: epoch.map(from_sql).zip(ciphertext),
    })
}
