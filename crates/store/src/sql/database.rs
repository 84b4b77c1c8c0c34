//! The database with its back end.

use std::path::Path;

use super::{
    postgres::Postgres,
    sqlite::Sqlite,
    transaction::{ReadTransaction, WriteTransaction},
};
use crate::StoreError;

/// A database with its threads. Dropping it lets them finish what they have.
#[derive(Debug)]
pub(crate) enum Database {
    /// A file or memory of this process.
    Sqlite(Sqlite),
    /// A server that other nodes use too.
    Postgres(Postgres),
}

impl Database {
    /// Opens or makes the database in a file and migrates it.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        Sqlite::open(path).map(Self::Sqlite)
    }

    /// The same without threads: every transaction runs where it is asked for.
    pub(crate) fn open_here(path: &Path) -> Result<Self, StoreError> {
        Sqlite::open_here(path).map(Self::Sqlite)
    }

    /// Makes a database in memory.
    pub(crate) fn in_memory() -> Result<Self, StoreError> {
        Sqlite::in_memory().map(Self::Sqlite)
    }

    /// Connects to a database of PostgreSQL and migrates it.
    pub(crate) fn connect(url: &str) -> Result<Self, StoreError> {
        Postgres::connect(url).map(Self::Postgres)
    }

    /// Runs `work` in a transaction that is committed when it returns `Ok`, and undone otherwise.
    /// `work` runs again when the transaction met another.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&WriteTransaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        match self {
            Self::Sqlite(sqlite) => sqlite.write(work).await,
            Self::Postgres(postgres) => postgres.write(work).await,
        }
    }

    /// Runs `work` on one consistent state.
    pub(crate) async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&ReadTransaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        match self {
            Self::Sqlite(sqlite) => sqlite.read(work).await,
            Self::Postgres(postgres) => postgres.read(work).await,
        }
    }
}
