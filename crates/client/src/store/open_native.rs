//! Opens the store natively: owner-only file, owner-only folder, one process at a time.

use std::{
    fs::{self, File, OpenOptions},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

use rusqlite::Connection;
use rustix::fs::{FlockOperation, flock};

use crate::{
    config::StoreLocation,
    error::{Error, Result},
};

/// Holds the lock for as long as the store is open.
pub(super) struct Guard(#[expect(dead_code, reason = "the open file is the lock")] Option<File>);

#[expect(clippy::unused_async, reason = "the browser's one waits")]
pub(super) async fn open(location: StoreLocation) -> Result<(Connection, Guard)> {
    match location {
        StoreLocation::Memory => Ok((Connection::open_in_memory()?, Guard(None))),
        StoreLocation::File(path) => {
            let guard =
                prepare(&path).map_err(|error| Error::StoreUnavailable(error.to_string()))?;
            let Some(guard) = guard else { return Err(Error::StoreLocked) };
            let connection = Connection::open(&path)?;
            connection.pragma_update(None, "journal_mode", "wal")?;
            connection.pragma_update(None, "synchronous", "full")?;
            Ok((connection, guard))
        }
    }
}

fn prepare(path: &Path) -> std::io::Result<Option<Guard>> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
        && !folder.exists()
    {
        fs::create_dir_all(folder)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    // Made before SQLite does, which would use the process's default mode; its journal files get
    // the mode of the database.
    drop(OpenOptions::new().append(true).create(true).mode(0o600).open(path)?);
    let lock = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path.with_extension("lock"))?;
    match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(Guard(Some(lock)))),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
