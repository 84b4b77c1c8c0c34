//! The ways back into the account: recovery code and passkeys, and how their records are kept up to
//! date.

use std::fmt;

use rusqlite::Row;
use tresen_types::{DeviceId, Timestamp};
use zeroize::Zeroizing;

use super::{Tx, id};
use crate::{config::Seed, error::Result};

/// Where a record lies and how it is sealed.
#[derive(Clone)]
pub(crate) struct WayBackRecord {
    /// What the server keeps the record under.
    pub(crate) lookup_hash: [u8; 32],
    pub(crate) wrap_key: Seed,
    /// Hash of the content that this device has stored last; zeros for none.
    pub(crate) stored_hash: [u8; 32],
    /// The passkey's credential; none for the code.
    pub(crate) credential: Option<Vec<u8>>,
    /// The device that made it: the one whose place the device that comes back takes.
    pub(crate) device: DeviceId,
    pub(crate) made_at: Timestamp,
}

impl fmt::Debug for WayBackRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WayBackRecord").field("made_at", &self.made_at).finish_non_exhaustive()
    }
}

impl Tx<'_> {
    /// All ways back, oldest first.
    pub(crate) fn ways_back(&self) -> Result<Vec<WayBackRecord>> {
        self.all(
            "SELECT lookup_hash, wrap_key, stored_hash, credential, device, made_at FROM way_back
             ORDER BY made_at, lookup_hash",
            [],
            read,
        )
    }

    /// Writes a way back.
    pub(crate) fn put_way_back(&self, record: &WayBackRecord) -> Result<()> {
        self.execute(
            "INSERT INTO way_back (lookup_hash, wrap_key, stored_hash, credential, device, made_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (lookup_hash) DO UPDATE SET wrap_key = excluded.wrap_key,
                stored_hash = excluded.stored_hash, device = excluded.device,
                made_at = excluded.made_at",
            (
                record.lookup_hash,
                &record.wrap_key[..],
                record.stored_hash,
                &record.credential,
                record.device.as_bytes(),
                record.made_at.as_millis(),
            ),
        )?;
        Ok(())
    }

    /// Forgets a way back.
    pub(crate) fn delete_way_back(&self, lookup_hash: [u8; 32]) -> Result<()> {
        self.execute("DELETE FROM way_back WHERE lookup_hash = ?1", (lookup_hash,))?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<WayBackRecord> {
    Ok(WayBackRecord {
        lookup_hash: id(row, "lookup_hash")?,
        wrap_key: Zeroizing::new(id(row, "wrap_key")?),
        stored_hash: id(row, "stored_hash")?,
        credential: row.get("credential")?,
        device: id(row, "device")?,
        made_at: Timestamp::from_millis(row.get("made_at")?),
    })
}
