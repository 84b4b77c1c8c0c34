//! Files, by the ids that the API knows them by: uploads, and what came with messages.

use rusqlite::Row;
use tresen_types::{MessageId, Timestamp};

use super::Tx;
use crate::error::{Error, Result};

/// A file as the API knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MediaRecord {
    pub(crate) id: String,
    /// The message that brought it; none for an upload, which lies in the gateway's folder.
    pub(crate) message: Option<MessageId>,
    pub(crate) media_type: String,
    pub(crate) sha256: [u8; 32],
    pub(crate) size: u64,
    pub(crate) name: String,
    pub(crate) at: Timestamp,
}

const COLUMNS: &str = "id, message, media_type, sha256, size, name, at";

impl Tx<'_> {
    /// Keeps a file.
    pub(crate) fn put_media(&self, record: &MediaRecord) -> Result<()> {
        self.execute(
            "INSERT INTO media (id, message, media_type, sha256, size, name, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            (
                &record.id,
                record.message.map(|message| message.as_bytes().to_vec()),
                &record.media_type,
                &record.sha256[..],
                i64::try_from(record.size).unwrap_or(i64::MAX),
                &record.name,
                record.at.as_millis(),
            ),
        )?;
        Ok(())
    }

    /// A file by its id.
    pub(crate) fn media(&self, id: &str) -> Result<Option<MediaRecord>> {
        self.one(&format!("SELECT {COLUMNS} FROM media WHERE id = ?1"), (id,), read)
    }

    /// The file of a message.
    pub(crate) fn media_of(&self, message: MessageId) -> Result<Option<MediaRecord>> {
        self.one(
            &format!("SELECT {COLUMNS} FROM media WHERE message = ?1"),
            (message.as_bytes(),),
            read,
        )
    }

    /// How many uploads are kept.
    pub(crate) fn upload_count(&self) -> Result<u64> {
        let count = self
            .one("SELECT count(*) AS n FROM media WHERE message IS NULL", [], |row| {
                Ok(row.get::<_, i64>("n")?)
            })?
            .unwrap_or(0);
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Uploads from before a time.
    pub(crate) fn uploads_before(&self, at: Timestamp) -> Result<Vec<MediaRecord>> {
        self.all(
            &format!("SELECT {COLUMNS} FROM media WHERE message IS NULL AND at < ?1"),
            (at.as_millis(),),
            read,
        )
    }

    /// Forgets a file.
    pub(crate) fn delete_media(&self, id: &str) -> Result<()> {
        self.execute("DELETE FROM media WHERE id = ?1", (id,))?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<MediaRecord> {
    let message: Option<Vec<u8>> = row.get("message")?;
    let message = message
        .map(|bytes| MessageId::try_from(&bytes[..]).map_err(|_length| Error::Damaged("message")))
        .transpose()?;
    let sha256: Vec<u8> = row.get("sha256")?;
    Ok(MediaRecord {
        id: row.get("id")?,
        message,
        media_type: row.get("media_type")?,
        sha256: <[u8; 32]>::try_from(&sha256[..]).map_err(|_length| Error::Damaged("hash"))?,
        size: u64::try_from(row.get::<_, i64>("size")?).unwrap_or(0),
        name: row.get("name")?,
        at: Timestamp::from_millis(row.get("at")?),
    })
}
