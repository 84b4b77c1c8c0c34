//! What the account's devices keep in common: a value under kind, subject and name, with the sequence of
//! the operation of the own group that set it.

use rusqlite::Row;
use tresen_types::Timestamp;

use super::{Tx, from_sql, to_sql};
use crate::error::Result;

pub(super) const TABLES: &str = "
CREATE TABLE own_record (
    subject BLOB NOT NULL,
    kind INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (subject, kind, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX own_record_by_kind ON own_record (kind, name);

CREATE TABLE amendment (
    target BLOB NOT NULL,
    message BLOB NOT NULL,
    PRIMARY KEY (target, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX amendment_by_message ON amendment (message);

CREATE TABLE wish (
    conversation BLOB NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (conversation, name)
) STRICT, WITHOUT ROWID;
";

/// A record. An empty value is one that was taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordRow {
    pub(crate) kind: u8,
    pub(crate) subject: Vec<u8>,
    pub(crate) name: String,
    pub(crate) value: String,
    /// Of the operation that set it; 0 when the own group hasn't ordered it yet.
    pub(crate) sequence: u64,
    pub(crate) at: Timestamp,
}

const COLUMNS: &str = "subject, kind, name, value, sequence, at";

impl Tx<'_> {
    /// A record.
    pub(crate) fn record(&self, kind: u8, subject: &[u8], name: &str) -> Result<Option<RecordRow>> {
        self.one(
            &format!(
                "SELECT {COLUMNS} FROM own_record WHERE subject = ?1 AND kind = ?2 AND name = ?3"
            ),
            (subject, kind, name),
            read,
        )
    }

    /// All records about something, but for those that were taken away.
    pub(crate) fn records_about(&self, subject: &[u8]) -> Result<Vec<RecordRow>> {
        self.all(
            &format!(
                "SELECT {COLUMNS} FROM own_record WHERE subject = ?1 AND value <> ''
                 ORDER BY kind, name"
            ),
            (subject,),
            read,
        )
    }

    /// All records of a kind, but for those that were taken away.
    pub(crate) fn records_of(&self, kind: u8) -> Result<Vec<RecordRow>> {
        self.all(
            &format!(
                "SELECT {COLUMNS} FROM own_record WHERE kind = ?1 AND value <> ''
                 ORDER BY name, subject"
            ),
            (kind,),
            read,
        )
    }

    /// All records, those that were taken away too.
    pub(crate) fn records(&self) -> Result<Vec<RecordRow>> {
        self.all(
            &format!("SELECT {COLUMNS} FROM own_record ORDER BY kind, subject, name"),
            [],
            read,
        )
    }

    /// Shows a value before the own group has ordered it: the known sequence stays.
    pub(crate) fn set_record(&self, row: &RecordRow) -> Result<()> {
        self.execute(
            "INSERT INTO own_record (subject, kind, name, value, sequence, at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (subject, kind, name) DO UPDATE SET value = excluded.value,
                at = excluded.at",
            (
                &row.subject,
                row.kind,
                &row.name,
                &row.value,
                to_sql(row.sequence),
                row.at.as_millis(),
            ),
        )?;
        Ok(())
    }

    /// Takes in a value that the own group has ordered; tells whether it counts. The last one does, or,
    /// of what is claimed once, the first.
    pub(crate) fn take_record(&self, row: &RecordRow, first_counts: bool) -> Result<bool> {
        let written = self.execute(
            "INSERT INTO own_record (subject, kind, name, value, sequence, at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (subject, kind, name) DO UPDATE SET value = excluded.value,
                sequence = excluded.sequence, at = excluded.at
                WHERE own_record.sequence = 0
                    OR CASE WHEN ?7 THEN excluded.sequence < own_record.sequence
                       ELSE excluded.sequence > own_record.sequence END",
            (
                &row.subject,
                row.kind,
                &row.name,
                &row.value,
                to_sql(row.sequence),
                row.at.as_millis(),
                first_counts,
            ),
        )?;
        Ok(written > 0)
    }

    /// Forgets records of a kind that are older.
    pub(crate) fn drop_records_before(&self, kind: u8, before: Timestamp) -> Result<()> {
        self.execute(
            "DELETE FROM own_record WHERE kind = ?1 AND at < ?2",
            (kind, before.as_millis()),
        )?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<RecordRow> {
    Ok(RecordRow {
        kind: row.get("kind")?,
        subject: row.get("subject")?,
        name: row.get("name")?,
        value: row.get("value")?,
        sequence: from_sql(row.get("sequence")?),
        at: Timestamp::from_millis(row.get("at")?),
    })
}
