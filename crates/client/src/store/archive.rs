//! The archive as this device knows it: its key ring, which messages and segments it has, and where a
//! restored message belongs.

use std::fmt;

use rusqlite::{Row, named_params};
use tresen_content::SecretKey;
use tresen_types::{BlobId, ConversationId, MessageId, Timestamp};

use super::{
    MessageRecord, Tx, from_sql, id,
    message::{self, POSITION_STEP},
    to_sql,
};
use crate::error::Result;

/// A key of the ring.
#[derive(Clone)]
pub(crate) struct ArchiveKeyRecord {
    pub(crate) id: [u8; 16],
    pub(crate) key: SecretKey,
    pub(crate) made_at: Timestamp,
    /// Whether no more segments are written under it: a device that knows it was removed.
    pub(crate) is_retired: bool,
}

impl fmt::Debug for ArchiveKeyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArchiveKeyRecord").field("made_at", &self.made_at).finish_non_exhaustive()
    }
}

impl Tx<'_> {
    /// The key ring, newest first.
    pub(crate) fn archive_keys(&self) -> Result<Vec<ArchiveKeyRecord>> {
        self.all(
            "SELECT id, key, made_at, is_retired FROM archive_key ORDER BY made_at DESC, id",
            [],
            read_key,
        )
    }

    /// Adds a key to the ring; one that is there stays as it is.
    pub(crate) fn add_archive_key(&self, record: &ArchiveKeyRecord) -> Result<()> {
        self.execute(
            "INSERT INTO archive_key (id, key, made_at, is_retired)
             VALUES (:id, :key, :made_at, :is_retired) ON CONFLICT (id) DO NOTHING",
            named_params! {
                ":id": record.id,
                ":key": record.key.as_bytes(),
                ":made_at": record.made_at.as_millis(),
                ":is_retired": record.is_retired,
            },
        )?;
        Ok(())
    }

    /// A device was removed: no key that it may know is used again.
    pub(crate) fn retire_archive_keys(&self) -> Result<()> {
        self.execute("UPDATE archive_key SET is_retired = 1", [])?;
        Ok(())
    }

    /// Messages that the server has accepted and the archive hasn't got, oldest first.
    pub(crate) fn unarchived_messages(&self, limit: u32) -> Result<Vec<MessageRecord>> {
        self.all(
            &format!(
                "SELECT {} FROM message WHERE sequence > 0 AND kind IN (0, 5)
                    AND NOT EXISTS (SELECT 1 FROM archived WHERE archived.message = message.id)
                 ORDER BY position LIMIT ?1",
                message::COLUMNS
            ),
            (limit,),
            message::read,
        )
    }

    /// System lines of conversations that the archive hasn't got, oldest first, but for what happened to
    /// this device alone.
    pub(crate) fn unarchived_lines(&self, limit: u32) -> Result<Vec<MessageRecord>> {
        self.all(
            &format!(
                "SELECT {} FROM message WHERE kind = 1
                    AND CAST(content AS TEXT) NOT LIKE '%resynced%'
                    AND CAST(content AS TEXT) NOT LIKE '%unreadable%'
                    AND NOT EXISTS (SELECT 1 FROM archived WHERE archived.message = message.id)
                 ORDER BY position LIMIT ?1",
                message::COLUMNS
            ),
            (limit,),
            message::read,
        )
    }

    /// Notes that the archive has a message.
    pub(crate) fn mark_archived(&self, message: MessageId) -> Result<()> {
        self.execute(
            "INSERT INTO archived (message) VALUES (?1) ON CONFLICT DO NOTHING",
            (message.as_bytes(),),
        )?;
        Ok(())
    }

    /// Whether a segment was taken in, or written by this device.
    pub(crate) fn knows_segment(&self, blob: BlobId) -> Result<bool> {
        let row = self.one(
            "SELECT 1 FROM archive_segment WHERE blob = ?1",
            (blob.as_bytes(),),
            |_row| Ok(()),
        )?;
        Ok(row.is_some())
    }

    /// Notes that a segment was taken in, or written by this device.
    pub(crate) fn note_segment(&self, blob: BlobId, position: u64) -> Result<()> {
        self.execute(
            "INSERT INTO archive_segment (blob, position) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            (blob.as_bytes(), to_sql(position)),
        )?;
        Ok(())
    }

    /// The place of a message that comes in late: between its neighbours by the server's sequence.
    pub(crate) fn place_of(&self, conversation: ConversationId, sequence: u64) -> Result<i64> {
        let before: Option<i64> = self.one(
            "SELECT position FROM message WHERE conversation = ?1 AND sequence > 0
                AND sequence < ?2 ORDER BY sequence DESC LIMIT 1",
            (conversation.as_bytes(), to_sql(sequence)),
            |row| Ok(row.get("position")?),
        )?;
        let after: Option<i64> = self.one(
            "SELECT position FROM message WHERE conversation = ?1 AND position > ?2
             ORDER BY position LIMIT 1",
            (conversation.as_bytes(), before.unwrap_or(i64::MIN)),
            |row| Ok(row.get("position")?),
        )?;
        match (before, after) {
            // The newest: the store gives the next position.
            (_, None) => Ok(0),
            (None, Some(after)) => self.free_below(after.saturating_sub(POSITION_STEP)),
            (Some(before), Some(after)) => {
                let middle = before.midpoint(after);
                let free = self.free_below(middle)?;
                // Without room it stands at the end.
                if free > before { Ok(free) } else { Ok(0) }
            }
        }
    }

    fn free_below(&self, mut position: i64) -> Result<i64> {
        // 0 means "the next" to `add_message`.
        while position == 0 || self.is_taken(position)? {
            position = position.saturating_sub(1);
        }
        Ok(position)
    }

    fn is_taken(&self, position: i64) -> Result<bool> {
        let row =
            self.one("SELECT 1 FROM message WHERE position = ?1", (position,), |_row| Ok(()))?;
        Ok(row.is_some())
    }

    /// The highest accepted sequence number up to a position.
    pub(crate) fn sequence_at(&self, conversation: ConversationId, position: i64) -> Result<u64> {
        let sequence = self.one(
            "SELECT sequence FROM message WHERE conversation = ?1 AND position <= ?2
                AND sequence > 0 ORDER BY position DESC LIMIT 1",
            (conversation.as_bytes(), position),
            |row| Ok(from_sql(row.get("sequence")?)),
        )?;
        Ok(sequence.unwrap_or(0))
    }

    /// The position of the last message with at most this sequence number.
    pub(crate) fn position_at(
        &self,
        conversation: ConversationId,
        sequence: u64,
    ) -> Result<Option<i64>> {
        self.one(
            "SELECT position FROM message WHERE conversation = ?1 AND sequence > 0
                AND sequence <= ?2 ORDER BY sequence DESC LIMIT 1",
            (conversation.as_bytes(), to_sql(sequence)),
            |row| Ok(row.get("position")?),
        )
    }
}

fn read_key(row: &Row<'_>) -> Result<ArchiveKeyRecord> {
    Ok(ArchiveKeyRecord {
        id: id(row, "id")?,
        key: SecretKey::new(id(row, "key")?),
        made_at: Timestamp::from_millis(row.get("made_at")?),
        is_retired: row.get("is_retired")?,
    })
}
