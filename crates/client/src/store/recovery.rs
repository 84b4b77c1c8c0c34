//! How the account's recovery record is kept up to date, once a code was made.

use std::fmt;

use zeroize::Zeroizing;

use super::{Tx, id};
use crate::{config::Seed, error::Result};

/// Where the record lies and how it is sealed.
#[derive(Clone)]
pub(crate) struct RecoveryKeyRecord {
    /// SHA-256 of the look-up key.
    pub(crate) lookup_hash: [u8; 32],
    pub(crate) wrap_key: Seed,
    /// Hash of the content that the server has; zeros for none.
    pub(crate) stored_hash: [u8; 32],
}

impl fmt::Debug for RecoveryKeyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryKeyRecord(..)")
    }
}

impl Tx<'_> {
    /// The keys of the recovery record, if a code was made.
    pub(crate) fn recovery(&self) -> Result<Option<RecoveryKeyRecord>> {
        self.one("SELECT lookup_hash, wrap_key, stored_hash FROM recovery", [], |row| {
            Ok(RecoveryKeyRecord {
                lookup_hash: id(row, "lookup_hash")?,
                wrap_key: Zeroizing::new(id(row, "wrap_key")?),
                stored_hash: id(row, "stored_hash")?,
            })
        })
    }

    /// Writes the keys of the recovery record.
    pub(crate) fn put_recovery(&self, record: &RecoveryKeyRecord) -> Result<()> {
        self.execute(
            "INSERT INTO recovery (id, lookup_hash, wrap_key, stored_hash) VALUES (1, ?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET lookup_hash = excluded.lookup_hash,
                wrap_key = excluded.wrap_key, stored_hash = excluded.stored_hash",
            (record.lookup_hash, &record.wrap_key[..], record.stored_hash),
        )?;
        Ok(())
    }

    /// Forgets the keys of a recovery record that was never stored.
    pub(crate) fn delete_recovery(&self) -> Result<()> {
        self.execute("DELETE FROM recovery", [])?;
        Ok(())
    }
}
