//! Checked domains of businesses, and when their profiles were fetched.

use tresen_types::{AccountId, Timestamp};

use super::Tx;
use crate::error::Result;

pub(super) const TABLES: &str = "
CREATE TABLE domain (
    account BLOB PRIMARY KEY,
    record BLOB NOT NULL,
    fetched_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

impl Tx<'_> {
    /// A business's signed record, empty without one, and when it was fetched.
    pub(crate) fn domain(&self, account: AccountId) -> Result<Option<(Vec<u8>, Timestamp)>> {
        self.one(
            "SELECT record, fetched_at FROM domain WHERE account = ?1",
            (account.as_bytes(),),
            |row| Ok((row.get(0)?, Timestamp::from_millis(row.get(1)?))),
        )
    }

    /// Writes what was fetched.
    pub(crate) fn put_domain(
        &self,
        account: AccountId,
        record: &[u8],
        fetched_at: Timestamp,
    ) -> Result<()> {
        self.execute(
            "INSERT INTO domain (account, record, fetched_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (account) DO UPDATE
             SET record = excluded.record, fetched_at = excluded.fetched_at",
            (account.as_bytes(), record, fetched_at.as_millis()),
        )?;
        Ok(())
    }
}
