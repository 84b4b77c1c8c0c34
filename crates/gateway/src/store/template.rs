//! Which status of each template was told last, and which were deleted over the API.

use std::collections::BTreeSet;

use tresen_types::Timestamp;

use super::Tx;
use crate::error::Result;

impl Tx<'_> {
    /// The hashes of templates that were deleted over the API.
    pub(crate) fn gone_templates(&self) -> Result<BTreeSet<String>> {
        let gone = self.all("SELECT hash FROM gone_template", [], |row| Ok(row.get("hash")?))?;
        Ok(gone.into_iter().collect())
    }

    /// Notes that a template was deleted.
    pub(crate) fn put_gone_template(&self, hash: &str, name: &str, at: Timestamp) -> Result<()> {
        self.execute(
            "INSERT INTO gone_template (hash, name, at) VALUES (?1, ?2, ?3)
             ON CONFLICT (hash) DO UPDATE SET is_archived = 0",
            (hash, name, at.as_millis()),
        )?;
        Ok(())
    }

    /// The hashes of those that were put away, but not deleted.
    pub(crate) fn archived_templates(&self) -> Result<BTreeSet<String>> {
        let sql = "SELECT hash FROM gone_template WHERE is_archived = 1";
        Ok(self.all(sql, [], |row| Ok(row.get("hash")?))?.into_iter().collect())
    }

    /// Puts a template away.
    pub(crate) fn archive_template(&self, hash: &str, name: &str, at: Timestamp) -> Result<()> {
        self.execute(
            "INSERT INTO gone_template (hash, name, at, is_archived) VALUES (?1, ?2, ?3, 1)
             ON CONFLICT (hash) DO NOTHING",
            (hash, name, at.as_millis()),
        )?;
        Ok(())
    }

    /// Takes a template out again that was put away; says whether it was.
    pub(crate) fn unarchive_template(&self, hash: &str) -> Result<bool> {
        let sql = "DELETE FROM gone_template WHERE hash = ?1 AND is_archived = 1";
        Ok(self.execute(sql, (hash,))? > 0)
    }

    /// Hash and category of the version of a name and language that was told last.
    pub(crate) fn told_version(
        &self,
        name: &str,
        language: &str,
    ) -> Result<Option<(String, String)>> {
        self.one(
            "SELECT hash, category FROM told_version WHERE name = ?1 AND language = ?2",
            (name, language),
            |row| Ok((row.get("hash")?, row.get("category")?)),
        )
    }

    /// Notes the version that is told now.
    pub(crate) fn put_told_version(
        &self,
        name: &str,
        language: &str,
        hash: &str,
        category: &str,
    ) -> Result<()> {
        self.execute(
            "INSERT INTO told_version (name, language, hash, category) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (name, language) DO UPDATE
                SET hash = excluded.hash, category = excluded.category",
            (name, language, hash, category),
        )?;
        Ok(())
    }

    /// The told status of a template; none for one that wasn't there yet.
    pub(crate) fn told_template(&self, template: &str) -> Result<Option<String>> {
        self.one("SELECT status FROM template WHERE hash = ?1", (template,), |row| {
            Ok(row.get("status")?)
        })
    }

    /// Notes what is told now.
    pub(crate) fn put_told_template(&self, template: &str, status: &str) -> Result<()> {
        self.execute(
            "INSERT INTO template (hash, status) VALUES (?1, ?2)
             ON CONFLICT (hash) DO UPDATE SET status = excluded.status",
            (template, status),
        )?;
        Ok(())
    }
}
