//! Further receivers beside the app's: each gets its own copy of what it wants.

use rusqlite::Row;

use super::{Callback, Tx};
use crate::error::Result;

/// A further receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SubscriberRecord {
    /// From 1 on.
    pub(crate) id: i64,
    pub(crate) callback: Callback,
}

const COLUMNS: &str = "id, url, verify_token, fields, is_local";

impl Tx<'_> {
    /// Adds a receiver; gives its number.
    pub(crate) fn add_subscriber(&self, callback: &Callback) -> Result<i64> {
        self.execute(
            "INSERT INTO subscriber (url, verify_token, fields, is_local) VALUES (?1, ?2, ?3, ?4)",
            (&callback.url, &callback.verify_token, callback.fields.join(","), callback.is_local),
        )?;
        Ok(self.0.last_insert_rowid())
    }

    /// All further receivers.
    pub(crate) fn subscribers(&self) -> Result<Vec<SubscriberRecord>> {
        self.all(&format!("SELECT {COLUMNS} FROM subscriber ORDER BY id"), [], read)
    }

    /// One further receiver.
    pub(crate) fn subscriber(&self, id: i64) -> Result<Option<SubscriberRecord>> {
        self.one(&format!("SELECT {COLUMNS} FROM subscriber WHERE id = ?1"), (id,), read)
    }

    /// Takes a receiver away. Says whether it was there.
    pub(crate) fn delete_subscriber(&self, id: i64) -> Result<bool> {
        Ok(self.execute("DELETE FROM subscriber WHERE id = ?1", (id,))? > 0)
    }
}

fn read(row: &Row<'_>) -> Result<SubscriberRecord> {
    Ok(SubscriberRecord { id: row.get("id")?, callback: super::callback::read(row)? })
}
