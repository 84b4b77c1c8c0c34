//! Attachments whose bytes are on this device, or are to be uploaded, in chunks of 64 KiB.

use rusqlite::{Row, named_params};
use tresen_types::{BlobId, ConversationId, MessageId};

use super::{Tx, blob, id, optional_id, to_sql};
use crate::error::{Error, Result};

/// Where the bytes are. An attachment without a row is on the server alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AttachmentState {
    /// Here; to be uploaded before the message can be sent.
    Uploading = 0,
    /// Here.
    Here = 1,
    /// Neither here nor on the server.
    Gone = 2,
    /// Here; the upload was refused.
    Failed = 3,
}

/// An attachment.
#[derive(Clone, Debug)]
pub(crate) struct AttachmentRecord {
    pub(crate) message: MessageId,
    pub(crate) conversation: ConversationId,
    pub(crate) state: AttachmentState,
    /// The blob, once its upload was begun.
    pub(crate) blob: Option<BlobId>,
}

impl Tx<'_> {
    /// What is known of an attachment.
    pub(crate) fn attachment(&self, message: MessageId) -> Result<Option<AttachmentRecord>> {
        self.one(
            "SELECT message, conversation, state, blob FROM attachment WHERE message = ?1",
            (message.as_bytes(),),
            read,
        )
    }

    /// Writes what is known of an attachment.
    pub(crate) fn put_attachment(&self, record: &AttachmentRecord) -> Result<()> {
        self.execute(
            "INSERT INTO attachment (message, conversation, state, blob)
             VALUES (:message, :conversation, :state, :blob)
             ON CONFLICT (message) DO UPDATE SET state = excluded.state, blob = excluded.blob",
            named_params! {
                ":message": record.message.as_bytes(),
                ":conversation": record.conversation.as_bytes(),
                ":state": record.state as u8,
                ":blob": blob(record.blob.as_ref().map(|id| &id.as_bytes()[..])),
            },
        )?;
        Ok(())
    }

    /// The upload whose message was written first.
    pub(crate) fn next_upload(&self) -> Result<Option<AttachmentRecord>> {
        self.one(
            "SELECT attachment.message, attachment.conversation, attachment.state, attachment.blob
             FROM attachment JOIN message ON message.id = attachment.message
             WHERE attachment.state = 0 ORDER BY message.position LIMIT 1",
            [],
            read,
        )
    }

    /// Gives an attachment's rows to another message id.
    pub(crate) fn rename_attachment(&self, from: MessageId, to: MessageId) -> Result<()> {
        for sql in [
            "UPDATE attachment SET message = ?2 WHERE message = ?1",
            "UPDATE file_chunk SET message = ?2 WHERE message = ?1",
        ] {
            self.execute(sql, (from.as_bytes(), to.as_bytes()))?;
        }
        Ok(())
    }

    /// A chunk of a file.
    pub(crate) fn file_chunk(&self, message: MessageId, number: u64) -> Result<Option<Vec<u8>>> {
        self.one(
            "SELECT bytes FROM file_chunk WHERE message = ?1 AND number = ?2",
            (message.as_bytes(), to_sql(number)),
            |row| Ok(row.get("bytes")?),
        )
    }

    /// Writes a chunk of a file.
    pub(crate) fn put_file_chunk(
        &self,
        message: MessageId,
        number: u64,
        bytes: &[u8],
    ) -> Result<()> {
        self.execute(
            "INSERT INTO file_chunk (message, number, bytes) VALUES (?1, ?2, ?3)
             ON CONFLICT (message, number) DO UPDATE SET bytes = excluded.bytes",
            (message.as_bytes(), to_sql(number), bytes),
        )?;
        Ok(())
    }

    /// Deletes a file and what is known of it.
    pub(crate) fn delete_file(&self, message: MessageId) -> Result<()> {
        for sql in [
            "DELETE FROM attachment WHERE message = ?1",
            "DELETE FROM file_chunk WHERE message = ?1",
        ] {
            self.execute(sql, (message.as_bytes(),))?;
        }
        Ok(())
    }

    /// Deletes the files of a message and of its parts, whose places differ in the last byte only.
    pub(crate) fn delete_files_of(&self, message: MessageId) -> Result<()> {
        let (mut first, mut last) = (*message.as_bytes(), *message.as_bytes());
        if let (Some(first), Some(last)) = (first.last_mut(), last.last_mut()) {
            (*first, *last) = (u8::MIN, u8::MAX);
        }
        for sql in [
            "DELETE FROM attachment WHERE message BETWEEN ?1 AND ?2",
            "DELETE FROM file_chunk WHERE message BETWEEN ?1 AND ?2",
        ] {
            self.execute(sql, (first, last))?;
        }
        Ok(())
    }

    /// Deletes the chunks of copies and downloads that a restart has interrupted.
    pub(crate) fn delete_orphan_files(&self) -> Result<()> {
        self.execute(
            "DELETE FROM file_chunk WHERE message NOT IN (SELECT message FROM attachment)",
            [],
        )?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<AttachmentRecord> {
    Ok(AttachmentRecord {
        message: id(row, "message")?,
        conversation: id(row, "conversation")?,
        state: match row.get::<_, i64>("state")? {
            0 => AttachmentState::Uploading,
            1 => AttachmentState::Here,
            2 => AttachmentState::Gone,
            3 => AttachmentState::Failed,
            _ => return Err(Error::Damaged("state of an attachment")),
        },
        blob: optional_id(row, "blob")?,
    })
}
