//! Statements within a transaction.

use std::ops::Deref;

use super::{
    postgres::Session,
    sqlite,
    value::{Row, Value},
};
use crate::StoreError;

/// Reads from one consistent state.
pub(crate) struct ReadTransaction<'connection>(Engine<'connection>);

/// Reads and writes; committed after the closure has returned `Ok`, undone otherwise.
pub(crate) struct WriteTransaction<'connection>(ReadTransaction<'connection>);

/// The connection that a transaction runs on.
enum Engine<'connection> {
    Sqlite(&'connection rusqlite::Connection),
    Postgres(&'connection Session),
}

impl<'connection> ReadTransaction<'connection> {
    pub(super) const fn on_sqlite(connection: &'connection rusqlite::Connection) -> Self {
        Self(Engine::Sqlite(connection))
    }

    pub(super) const fn on_postgres(session: &'connection Session) -> Self {
        Self(Engine::Postgres(session))
    }

    /// All rows of a query.
    pub(crate) fn query(&self, sql: &str, parameters: &[Value]) -> Result<Vec<Row>, StoreError> {
        match self.0 {
            Engine::Sqlite(connection) => sqlite::query(connection, sql, parameters),
            Engine::Postgres(session) => session.query(sql, parameters),
        }
    }

    /// The first row of a query.
    pub(crate) fn query_one(
        &self,
        sql: &str,
        parameters: &[Value],
    ) -> Result<Option<Row>, StoreError> {
        self.query(sql, parameters).map(|rows| rows.into_iter().next())
    }

    /// The single number of a query that always has one row.
    pub(crate) fn number(&self, sql: &str, parameters: &[Value]) -> Result<i64, StoreError> {
        self.query_one(sql, parameters)?
            .ok_or_else(|| StoreError::corrupt("a count has no row"))?
            .integer(0)
    }
}

impl<'connection> WriteTransaction<'connection> {
    pub(super) const fn on_sqlite(connection: &'connection rusqlite::Connection) -> Self {
        Self(ReadTransaction::on_sqlite(connection))
    }

    pub(super) const fn on_postgres(session: &'connection Session) -> Self {
        Self(ReadTransaction::on_postgres(session))
    }

    /// Runs a statement without result; returns how many rows it changed.
    pub(crate) fn execute(&self, sql: &str, parameters: &[Value]) -> Result<usize, StoreError> {
        match self.0.0 {
            Engine::Sqlite(connection) => sqlite::execute(connection, sql, parameters),
            Engine::Postgres(session) => session.execute(sql, parameters),
        }
    }
}

impl<'connection> Deref for WriteTransaction<'connection> {
    type Target = ReadTransaction<'connection>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
