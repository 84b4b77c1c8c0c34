//! What waits to be sent, in the order of its writing.

use rusqlite::{Row, named_params};
use tresen_proto::aad::FLAG_OPENS_WINDOW;
use tresen_types::{Category, ConversationId, MessageId, Nonce, Timestamp};

use super::{Tx, blob, from_sql, id, optional_id, to_sql};
use crate::error::{Error, Result};

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
    pub(crate) category: Category,
    /// The flags of the authenticated data.
    pub(crate) flags: u16,
    pub(crate) template: Option<[u8; 32]>,
    /// Why it was refused, as JSON.
    pub(crate) refusal: Option<String>,
    /// Epoch and ciphertext, once it was encrypted.
    pub(crate) encrypted: Option<(u64, Vec<u8>)>,
}

const COLUMNS: &str = "number, conversation, nonce, message, class, content, franking_tag, at,
    attempts, is_failed, epoch, ciphertext, category, flags, template, refusal";

impl Tx<'_> {
    /// Adds a message at the end.
    pub(crate) fn add_outbox(&self, record: &OutboxRecord) -> Result<()> {
        self.execute(
            "INSERT INTO outbox (conversation, nonce, message, class, content, franking_tag, at,
                attempts, is_failed, category, flags, template)
             VALUES (:conversation, :nonce, :message, :class, :content, :franking_tag, :at,
                :attempts, :is_failed, :category, :flags, :template)",
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
                ":category": record.category.as_byte(),
                ":flags": record.flags,
                ":template": blob(record.template.as_ref().map(|hash| &hash[..])),
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

    /// Notes why the server refused.
    pub(crate) fn set_refusal(&self, number: i64, refusal: Option<&str>) -> Result<()> {
        self.execute("UPDATE outbox SET refusal = ?2 WHERE number = ?1", (number, refusal))?;
        Ok(())
    }

    /// When the newest message that opens the window was written, of those that the server may have
    /// without this device having heard so.
    pub(crate) fn opening_under_way(
        &self,
        conversation: ConversationId,
    ) -> Result<Option<Timestamp>> {
        let at = self.one(
            "SELECT max(at) AS at FROM outbox WHERE conversation = ?1 AND flags & ?2 <> 0
                AND ciphertext IS NOT NULL",
            (conversation.as_bytes(), FLAG_OPENS_WINDOW),
            |row| Ok(row.get::<_, Option<i64>>("at")?),
        )?;
        Ok(at.flatten().map(Timestamp::from_millis))
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
        category: Category::from_byte(row.get("category")?)
            .ok_or(Error::Damaged("category of a message"))?,
        flags: row.get("flags")?,
        template: row
            .get::<_, Option<Vec<u8>>>("template")?
            .map(|hash| hash.try_into().map_err(|_length| Error::Damaged("hash of a template")))
            .transpose()?,
        refusal: row.get("refusal")?,
        encrypted: epoch.map(from_sql).zip(ciphertext),
    })
}
