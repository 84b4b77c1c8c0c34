//! Single values: where the server is, since when this device is linked, secrets.

use super::Tx;
use crate::error::Result;

impl Tx<'_> {
    /// A value by its name.
    pub(crate) fn meta(&self, name: &str) -> Result<Option<String>> {
        self.one("SELECT value FROM meta WHERE name = ?1", (name,), |row| Ok(row.get("value")?))
    }

    /// Keeps a value.
    pub(crate) fn set_meta(&self, name: &str, value: &str) -> Result<()> {
        self.execute(
            "INSERT INTO meta (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )?;
        Ok(())
    }

    /// Forgets a value.
    pub(crate) fn delete_meta(&self, name: &str) -> Result<()> {
        self.execute("DELETE FROM meta WHERE name = ?1", (name,))?;
        Ok(())
    }
}
