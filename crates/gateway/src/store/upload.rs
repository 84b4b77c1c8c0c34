//! Uploads in parts.

use tresen_types::Timestamp;

use super::Tx;
use crate::error::Result;

/// An upload in parts; its bytes lie in the folder of uploads under its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UploadRecord {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) size: u64,
    pub(crate) at: Timestamp,
}

impl Tx<'_> {
    /// Keeps an upload that begins.
    pub(crate) fn put_upload(&self, record: &UploadRecord) -> Result<()> {
        self.execute(
            "INSERT INTO upload (id, name, media_type, size, at) VALUES (?1, ?2, ?3, ?4, ?5)",
            (
                &record.id,
                &record.name,
                &record.media_type,
                i64::try_from(record.size).unwrap_or(i64::MAX),
                record.at.as_millis(),
            ),
        )?;
        Ok(())
    }

    /// An upload by its id.
    pub(crate) fn upload(&self, id: &str) -> Result<Option<UploadRecord>> {
        self.one("SELECT id, name, media_type, size, at FROM upload WHERE id = ?1", (id,), |row| {
            Ok(UploadRecord {
                id: row.get("id")?,
                name: row.get("name")?,
                media_type: row.get("media_type")?,
                size: u64::try_from(row.get::<_, i64>("size")?).unwrap_or(0),
                at: Timestamp::from_millis(row.get("at")?),
            })
        })
    }

    /// How many uploads there are.
    pub(crate) fn upload_sessions(&self) -> Result<u64> {
        let count = self
            .one("SELECT count(*) AS n FROM upload", [], |row| Ok(row.get::<_, i64>("n")?))?
            .unwrap_or(0);
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// The uploads from before a time, which are forgotten.
    pub(crate) fn forget_uploads(&self, before: Timestamp) -> Result<Vec<String>> {
        let old =
            self.all("SELECT id FROM upload WHERE at < ?1", (before.as_millis(),), |row| {
                Ok(row.get("id")?)
            })?;
        self.execute("DELETE FROM upload WHERE at < ?1", (before.as_millis(),))?;
        Ok(old)
    }
}
