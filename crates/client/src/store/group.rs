//! The rows of the groups, on the connection of the current transaction; and those of a group that waits
//! beside the one in use until the server has answered.

use rusqlite::OptionalExtension as _;
use tresen_mls::{Group, GroupStore, StoreError};
use tresen_types::{ConversationId, GroupId};

use super::{Tx, id};
use crate::error::Result as ClientResult;

/// The group of a conversation as it will be when the server accepts what waits: its rows stand under the
/// conversation's id with the group's behind it.
pub(crate) struct Aside<'a>(pub(crate) &'a Tx<'a>, pub(crate) ConversationId);

impl Aside<'_> {
    fn name(&self, group: &[u8]) -> Vec<u8> {
        [self.1.as_bytes(), group].concat()
    }
}

impl GroupStore for Aside<'_> {
    fn get(&self, kind: u16, group: &[u8], key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.get(kind, &self.name(group), key)
    }

    fn put(&self, kind: u16, group: &[u8], key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        self.0.put(kind, &self.name(group), key, value)
    }

    fn delete(&self, kind: u16, group: &[u8], key: &[u8]) -> Result<(), StoreError> {
        self.0.delete(kind, &self.name(group), key)
    }

    fn delete_group(&self, group: &[u8]) -> Result<(), StoreError> {
        self.0.delete_group(&self.name(group))
    }
}

impl Tx<'_> {
    /// Puts the group that waits in the place of the one in use; gives its id. `None` when none waits.
    pub(crate) fn take_aside(&self, conversation: ConversationId) -> ClientResult<Option<GroupId>> {
        let (first, last) = aside_names(conversation);
        let group: Option<GroupId> = self.one(
            "SELECT substr(grp, 17) AS grp FROM mls WHERE grp BETWEEN ?1 AND ?2 LIMIT 1",
            (&first, &last),
            |row| id(row, "grp"),
        )?;
        if let Some(group) = group {
            Group::delete(self, group)?;
            self.execute(
                "UPDATE mls SET grp = substr(grp, 17) WHERE grp BETWEEN ?1 AND ?2",
                (&first, &last),
            )?;
        }
        Ok(group)
    }

    /// Forgets the group that waits, if there is one.
    pub(crate) fn delete_aside(&self, conversation: ConversationId) -> ClientResult<()> {
        self.execute("DELETE FROM mls WHERE grp BETWEEN ?1 AND ?2", aside_names(conversation))?;
        Ok(())
    }
}

/// The first and the last name that a waiting group of a conversation can have.
fn aside_names(conversation: ConversationId) -> (Vec<u8>, Vec<u8>) {
    let id = conversation.as_bytes();
    ([&id[..], &[0; 16]].concat(), [&id[..], &[255; 16]].concat())
}

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
