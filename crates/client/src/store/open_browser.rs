//! Opens the store in the browser: the origin's private files, encrypted with the page's key.
//!
//! The page holds a Web Lock; a second tab that opens anyway gets an error of the file pool.

use rusqlite::{Connection, OpenFlags};
use sqlite_wasm_rs::WasmOsCallback;
use sqlite_wasm_vfs::sahpool::{OpfsSAHPoolCfg, install};
use zeroize::Zeroizing;

use crate::{
    config::StoreLocation,
    error::{Error, Result},
};

/// Nothing to hold: the page has the lock.
pub(super) struct Guard;

pub(super) async fn open(location: StoreLocation) -> Result<(Connection, Guard)> {
    let (name, key) = match location {
        StoreLocation::Memory => return Ok((Connection::open_in_memory()?, Guard)),
        StoreLocation::Browser { name, key } => (name, key),
    };
    install::<WasmOsCallback>(&OpfsSAHPoolCfg::default(), false).await.map_err(|error| {
        let text = format!("{error:?}");
        if text.contains("NoModificationAllowed") {
            Error::StoreLocked
        } else {
            Error::StoreUnavailable(text)
        }
    })?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let connection =
        Connection::open_with_flags_and_vfs(name, flags, c"multipleciphers-opfs-sahpool")?;
    let digits: Zeroizing<String> =
        Zeroizing::new(key.iter().map(|byte| format!("{byte:02x}")).collect());
    let unlock = Zeroizing::new(format!(
        "PRAGMA cipher = 'chacha20'; PRAGMA key = \"x'{}'\";",
        digits.as_str()
    ));
    connection.execute_batch(&unlock)?;
    connection.pragma_update(None, "journal_mode", "persist")?;
    connection.pragma_update(None, "synchronous", "full")?;
    Ok((connection, Guard))
}
