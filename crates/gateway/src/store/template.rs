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
             ON CONFLICT (hash) DO NOTHING",
            (hash, name, at.as_millis()),
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
