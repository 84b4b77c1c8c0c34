//! The business's own entry links with their private labels.

use rusqlite::Row;
use tresen_types::EntryId;

use super::{Tx, from_sql, id, to_sql};
use crate::error::Result;

/// An entry link of the own business.
#[derive(Clone, Debug)]
pub(crate) struct EntryLinkRecord {
    pub(crate) entry: EntryId,
    /// Private name.
    pub(crate) label: String,
    /// The newest signed version.
    pub(crate) link: Vec<u8>,
    pub(crate) sequence: u64,
}

impl Tx<'_> {
    /// One link.
    pub(crate) fn entry_link(&self, entry: EntryId) -> Result<Option<EntryLinkRecord>> {
        self.one(
            "SELECT entry, label, link, sequence FROM entry_link WHERE entry = ?1",
            (entry.as_bytes(),),
            read,
        )
    }

    /// Writes a link.
    pub(crate) fn put_entry_link(&self, record: &EntryLinkRecord) -> Result<()> {
        self.execute(
            "INSERT INTO entry_link (entry, label, link, sequence) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (entry) DO UPDATE SET label = excluded.label, link = excluded.link,
                sequence = excluded.sequence",
            (record.entry.as_bytes(), &record.label, &record.link, to_sql(record.sequence)),
        )?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<EntryLinkRecord> {
    Ok(EntryLinkRecord {
        entry: id(row, "entry")?,
        label: row.get("label")?,
        link: row.get("link")?,
        sequence: from_sql(row.get("sequence")?),
    })
}
