//! Single values: settings, the cursor, times of the last key packages.

use tresen_types::Timestamp;

use super::{Tx, from_sql, to_sql};
use crate::error::{Error, Result};

const CURSOR: &str = "cursor";
const ORIGIN: &str = "origin";
const CONVERSATIONS_UNKNOWN: &str = "conversations_unknown";
const SETTINGS: &str = "settings";
const ENDING: &str = "ending";
const DECISIONS_SEEN: &str = "decisions_seen";
const LAST_RESORT_AT: &str = "last_resort_at";

impl Tx<'_> {
    /// The cursor of the last mailbox entry that was taken in.
    pub(crate) fn cursor(&self) -> Result<u64> {
        Ok(from_sql(self.number(CURSOR)?.unwrap_or(0)))
    }

    /// Moves the cursor.
    pub(crate) fn set_cursor(&self, cursor: u64) -> Result<()> {
        self.set_text(CURSOR, &to_sql(cursor).to_string())
    }

    /// The server that the store belongs to; none before it was opened the first time.
    pub(crate) fn origin(&self) -> Result<Option<String>> {
        self.text(ORIGIN)
    }

    /// Binds the store to a server.
    pub(crate) fn set_origin(&self, origin: &str) -> Result<()> {
        self.set_text(ORIGIN, origin)
    }

    /// Whether the server may know conversations of this device that the store doesn't.
    pub(crate) fn are_conversations_unknown(&self) -> Result<bool> {
        Ok(self.text(CONVERSATIONS_UNKNOWN)?.is_some_and(|state| state == "yes"))
    }

    /// Notes whether the server is to be asked for this device's conversations.
    pub(crate) fn set_conversations_unknown(&self, are_unknown: bool) -> Result<()> {
        self.set_text(CONVERSATIONS_UNKNOWN, if are_unknown { "yes" } else { "no" })
    }

    /// When the last-resort key package was made, in milliseconds.
    pub(crate) fn last_resort_at(&self) -> Result<i64> {
        Ok(self.number(LAST_RESORT_AT)?.unwrap_or(0))
    }

    /// Notes when the last-resort key package was made.
    pub(crate) fn set_last_resort_at(&self, at_ms: i64) -> Result<()> {
        self.set_text(LAST_RESORT_AT, &at_ms.to_string())
    }

    /// The settings, as JSON.
    pub(crate) fn settings(&self) -> Result<Option<String>> {
        self.text(SETTINGS)
    }

    /// Writes the settings.
    pub(crate) fn set_settings(&self, json: &str) -> Result<()> {
        self.set_text(SETTINGS, json)
    }

    /// Whether the account is to end: the server was asked.
    pub(crate) fn is_ending(&self) -> Result<bool> {
        Ok(self.text(ENDING)?.is_some_and(|state| state == "yes"))
    }

    /// Notes whether the account is to end.
    pub(crate) fn set_ending(&self, is_ending: bool) -> Result<()> {
        self.set_text(ENDING, if is_ending { "yes" } else { "no" })
    }

    /// Up to when decisions of the operator were seen.
    pub(crate) fn decisions_seen(&self) -> Result<Timestamp> {
        Ok(Timestamp::from_millis(self.number(DECISIONS_SEEN)?.unwrap_or_default()))
    }

    /// Notes up to when.
    pub(crate) fn set_decisions_seen(&self, until: Timestamp) -> Result<()> {
        self.set_text(DECISIONS_SEEN, &until.as_millis().to_string())
    }

    /// A text by its name.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>> {
        self.one("SELECT value FROM meta WHERE name = ?1", (name,), |row| Ok(row.get("value")?))
    }

    /// Writes a text under a name.
    pub(crate) fn set_text(&self, name: &str, value: &str) -> Result<()> {
        self.execute(
            "INSERT INTO meta (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )?;
        Ok(())
    }

    fn number(&self, name: &str) -> Result<Option<i64>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_no_number| Error::Damaged("number"))
    }
}
