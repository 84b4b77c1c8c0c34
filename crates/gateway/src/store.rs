//! The gateway's own store: one SQLite file beside the account, in the same folder.
//!
//! Holds what the API needs beside the account's own store: tokens, callbacks, names of customers
//! and messages, events and to whom they are to be brought. Commands on the same folder may write while the gateway runs.

mod bill;
mod callback;
mod customer;
mod event;
mod hosted;
mod idempotency;
mod media;
mod message;
mod meta;
mod reaction;
mod schema;
mod subscriber;
mod template;
mod token;
mod upload;

use std::{
    fs::{self, OpenOptions},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
    time::Duration,
};

pub(crate) use bill::BillRecord;
pub(crate) use callback::{Callback, Level};
pub(crate) use customer::CustomerRecord;
pub(crate) use event::{DeliveryState, EventRecord, Lane, MAIN, NewEvent};
pub(crate) use hosted::PageRecord;
pub(crate) use media::MediaRecord;
pub(crate) use message::{Counted, MessageRecord, Origin, Told};
use rusqlite::{Connection, Row, Transaction, TransactionBehavior, config::DbConfig};
pub(crate) use subscriber::SubscriberRecord;
pub use token::TokenRecord;
pub(crate) use upload::UploadRecord;

use crate::error::{Error, Result};

/// The file in the gateway's folder.
const FILE: &str = "gateway.db";
/// Statements that stay prepared.
const STATEMENTS_CACHED: usize = 64;
/// How long to wait for a command on the same folder.
const BUSY: Duration = Duration::from_secs(5);

/// The gateway's own store.
pub(crate) struct Store(Connection);

/// One transaction.
pub(crate) struct Tx<'a>(Transaction<'a>);

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the store in a folder for commands: what they change is on the disk when they end.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        Self::open_with(folder, "full")
    }

    /// Opens the store in a folder for serving. A commit survives the process, and with a loss of power
    /// the newest ones may be gone: they are taken in again from the account's store, which has each
    /// message and each number of a call on the disk (decision 0025).
    pub(crate) fn open_to_serve(folder: &Path) -> Result<Self> {
        Self::open_with(folder, "normal")
    }

    fn open_with(folder: &Path, synchronous: &str) -> Result<Self> {
        let path = folder.join(FILE);
        prepare(folder, &path)
            .map_err(|source| Error::File { what: "the gateway's folder", source })?;
        let connection = Connection::open(path)?;
        connection.busy_timeout(BUSY)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", synchronous)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
        // Plans don't look at parameters: with partial indexes they would be made anew for each question.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        let store = Self(connection);
        store.write(|tx| schema::migrate(&tx.0))?;
        Ok(store)
    }

    /// Writes all of one event, or nothing of it.
    pub(crate) fn write<T>(&self, event: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        let transaction = Transaction::new_unchecked(&self.0, TransactionBehavior::Immediate)?;
        let tx = Tx(transaction);
        let value = event(&tx)?;
        tx.0.commit()?;
        Ok(value)
    }

    /// Reads from one state of the store.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        let transaction = Transaction::new_unchecked(&self.0, TransactionBehavior::Deferred)?;
        let tx = Tx(transaction);
        let value = read(&tx)?;
        tx.0.commit()?;
        Ok(value)
    }
}

/// The folder is the owner's alone, and so is the file.
fn prepare(folder: &Path, path: &Path) -> std::io::Result<()> {
    if !folder.exists() {
        fs::create_dir_all(folder)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    drop(OpenOptions::new().append(true).create(true).mode(0o600).open(path)?);
    Ok(())
}

impl Tx<'_> {
    fn execute(&self, sql: &str, parameters: impl rusqlite::Params) -> Result<usize> {
        Ok(self.0.prepare_cached(sql)?.execute(parameters)?)
    }

    fn one<T>(
        &self,
        sql: &str,
        parameters: impl rusqlite::Params,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query(parameters)?;
        rows.next()?.map(read).transpose()
    }

    fn all<T>(
        &self,
        sql: &str,
        parameters: impl rusqlite::Params,
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query(parameters)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(row)?);
        }
        Ok(found)
    }
}

/// Reads an identifier.
fn id<T>(row: &Row<'_>, column: &str) -> Result<T>
where
    T: for<'b> TryFrom<&'b [u8]>,
{
    let bytes = row.get_ref(column)?.as_blob().map_err(|_type| Error::Damaged("identifier"))?;
    T::try_from(bytes).map_err(|_length| Error::Damaged("identifier"))
}
