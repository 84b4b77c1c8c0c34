//! The rows of the groups, on the connection of the current transaction.

use rusqlite::OptionalExtension as _;
use tresen_mls::{GroupStore, StoreError};

use super::Tx;

impl GroupStore for Tx<'_> {
    fn get(&self, kind: u16, group: &[u8], key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let read = || {
            self.0
                .prepare_cached("SELECT value FROM mls WHERE grp = ?1 AND kind = ?2 AND key = ?3")?
                .query_row((group, kind, key), |row| row.get(0))
                .optional()
        };
        read().map_err(StoreError::new)
    }

    fn put(&self, kind: u16, group: &[u8], key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        let write = || {
            self.0
                .prepare_cached(
                    "INSERT INTO mls (grp, kind, key, value) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (grp, kind, key) DO UPDATE SET value = excluded.value",
                )?
                .execute((group, kind, key, value))
        };
        write().map(drop).map_err(StoreError::new)
    }

    fn delete(&self, kind: u16, group: &[u8], key: &[u8]) -> Result<(), StoreError> {
        let write = || {
            self.0
                .prepare_cached("DELETE FROM mls WHERE grp = ?1 AND kind = ?2 AND key = ?3")?
                .execute((group, kind, key))
        };
        write().map(drop).map_err(StoreError::new)
    }

    fn delete_group(&self, group: &[u8]) -> Result<(), StoreError> {
        let write = || self.0.prepare_cached("DELETE FROM mls WHERE grp = ?1")?.execute((group,));
        write().map(drop).map_err(StoreError::new)
    }
}
