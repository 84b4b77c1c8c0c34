//! Tokens, by their hashes: the tokens themselves are shown once and kept nowhere.

use rusqlite::Row;
use tresen_types::Timestamp;

use super::Tx;
use crate::{error::Result, scope::Scopes};

/// A token, without the token itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRecord {
    /// Its number.
    pub id: i64,
    /// What it is for, in its owner's words.
    pub name: String,
    /// What its bearer may do.
    pub scopes: Scopes,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl Tx<'_> {
    /// Keeps a new token.
    pub(crate) fn add_token(
        &self,
        name: &str,
        hash: &[u8; 32],
        scopes: Scopes,
        at: Timestamp,
    ) -> Result<i64> {
        self.execute(
            "INSERT INTO token (name, hash, scopes, created_at) VALUES (?1, ?2, ?3, ?4)",
            (name, &hash[..], scopes.to_string(), at.as_millis()),
        )?;
        Ok(self.0.last_insert_rowid())
    }

    /// All tokens, oldest first.
    pub(crate) fn tokens(&self) -> Result<Vec<TokenRecord>> {
        self.all("SELECT id, name, scopes, created_at, revoked_at FROM token ORDER BY id", [], read)
    }

    /// A token by its hash.
    pub(crate) fn token(&self, hash: &[u8; 32]) -> Result<Option<TokenRecord>> {
        self.one(
            "SELECT id, name, scopes, created_at, revoked_at FROM token WHERE hash = ?1",
            (&hash[..],),
            read,
        )
    }

    /// Revokes a token; tells whether there was one that counted.
    pub(crate) fn revoke_token(&self, id: i64, at: Timestamp) -> Result<bool> {
        let changed = self.execute(
            "UPDATE token SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL",
            (id, at.as_millis()),
        )?;
        Ok(changed > 0)
    }
}

fn read(row: &Row<'_>) -> Result<TokenRecord> {
    Ok(TokenRecord {
        id: row.get("id")?,
        name: row.get("name")?,
        scopes: Scopes::read(&row.get::<_, String>("scopes")?),
        created_at: Timestamp::from_millis(row.get("created_at")?),
        revoked_at: row.get::<_, Option<i64>>("revoked_at")?.map(Timestamp::from_millis),
    })
}
