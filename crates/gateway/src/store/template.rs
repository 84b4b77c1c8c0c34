//! Which status of each template was told last.

use super::Tx;
use crate::error::Result;

impl Tx<'_> {
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
