//! Where webhooks go: the app's receiver, and what overrides it.

use rusqlite::Row;

use super::Tx;
use crate::error::Result;

/// Who set a receiver; a higher level overrides a lower one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// The app's subscription.
    App = 0,
    /// An override for the business account.
    Business = 1,
    /// An override for the number.
    Phone = 2,
}

/// A receiver of webhooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Callback {
    pub(crate) url: String,
    pub(crate) verify_token: String,
    /// The fields that the app wants, in order; used at the app's level.
    pub(crate) fields: Vec<String>,
    /// Set on this machine's command line: may be on a private address.
    pub(crate) is_local: bool,
}

impl Tx<'_> {
    /// The receiver of a level.
    pub(crate) fn callback(&self, level: Level) -> Result<Option<Callback>> {
        self.one(
            "SELECT url, verify_token, fields, is_local FROM callback WHERE level = ?1",
            (level as u8,),
            read,
        )
    }

    /// The receiver that counts: the highest level's.
    pub(crate) fn receiver(&self) -> Result<Option<Callback>> {
        self.one(
            "SELECT url, verify_token, fields, is_local FROM callback ORDER BY level DESC LIMIT 1",
            [],
            read,
        )
    }

    /// Sets the receiver of a level.
    pub(crate) fn set_callback(&self, level: Level, callback: &Callback) -> Result<()> {
        self.execute(
            "INSERT INTO callback (level, url, verify_token, fields, is_local)
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (level) DO UPDATE SET url = excluded.url,
                verify_token = excluded.verify_token, fields = excluded.fields,
                is_local = excluded.is_local",
            (
                level as u8,
                &callback.url,
                &callback.verify_token,
                callback.fields.join(","),
                callback.is_local,
            ),
        )?;
        Ok(())
    }

    /// Takes the receiver of a level away.
    pub(crate) fn delete_callback(&self, level: Level) -> Result<()> {
        self.execute("DELETE FROM callback WHERE level = ?1", (level as u8,))?;
        Ok(())
    }
}

pub(super) fn read(row: &Row<'_>) -> Result<Callback> {
    let fields: String = row.get("fields")?;
    Ok(Callback {
        url: row.get("url")?,
        verify_token: row.get("verify_token")?,
        fields: fields.split(',').filter(|name| !name.is_empty()).map(ToOwned::to_owned).collect(),
        is_local: row.get("is_local")?,
    })
}
