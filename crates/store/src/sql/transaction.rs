//! Statements within a transaction.

use std::ops::Deref;

use rusqlite::{
    Connection,
    types::{ToSqlOutput, ValueRef},
};

use super::value::{Row, Value};
use crate::{ErrorKind, StoreError};

/// Reads from one consistent state.
pub(crate) struct ReadTransaction<'connection> {
    connection: &'connection Connection,
}

/// Reads and writes; committed by the writer after the closure has returned `Ok`, undone otherwise.
pub(crate) struct WriteTransaction<'connection>(ReadTransaction<'connection>);

impl<'connection> ReadTransaction<'connection> {
    pub(super) const fn new(connection: &'connection Connection) -> Self {
        Self { connection }
    }

    /// All rows of a query.
    pub(crate) fn query(&self, sql: &str, parameters: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut statement =
            self.connection.prepare_cached(&for_sqlite(sql)).map_err(sqlite_error)?;
        let columns = statement.column_count();
        let mut rows =
            statement.query(rusqlite::params_from_iter(parameters)).map_err(sqlite_error)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(sqlite_error)? {
            let mut values = Vec::with_capacity(columns);
            for column in 0..columns {
                values.push(read_value(row.get_ref(column).map_err(sqlite_error)?)?);
            }
            found.push(Row::new(values));
        }
        Ok(found)
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
    pub(super) const fn new(connection: &'connection Connection) -> Self {
        Self(ReadTransaction::new(connection))
    }

    /// Runs a statement without result; returns how many rows it changed.
    pub(crate) fn execute(&self, sql: &str, parameters: &[Value]) -> Result<usize, StoreError> {
        let mut statement =
            self.0.connection.prepare_cached(&for_sqlite(sql)).map_err(sqlite_error)?;
        statement.execute(rusqlite::params_from_iter(parameters)).map_err(sqlite_error)
    }
}

impl<'connection> Deref for WriteTransaction<'connection> {
    type Target = ReadTransaction<'connection>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// SQLite takes `$1` for a name and numbers names as they come; `?1` is what `$1` means elsewhere.
fn for_sqlite(sql: &str) -> String {
    sql.replace('$', "?")
}

fn read_value(value: ValueRef<'_>) -> Result<Value, StoreError> {
    match value {
        ValueRef::Integer(number) => Ok(Value::Integer(number)),
        ValueRef::Blob(bytes) => Ok(Value::Blob(bytes.to_vec())),
        ValueRef::Text(text) => std::str::from_utf8(text)
            .map(Value::from)
            .map_err(|_not_text| StoreError::corrupt("a text column isn't UTF-8")),
        ValueRef::Null | ValueRef::Real(_) => {
            Err(StoreError::corrupt("a column has a type that is never written"))
        }
    }
}

/// The one border between SQLite's errors and ours.
pub(super) fn sqlite_error(error: rusqlite::Error) -> StoreError {
    use rusqlite::ErrorCode;
    let code = error.sqlite_error_code();
    match code {
        Some(ErrorCode::ConstraintViolation) => {
            StoreError::new(ErrorKind::Conflict, "another record stands in the way")
        }
        Some(ErrorCode::DiskFull) => StoreError::new(ErrorKind::Full, "the disk is full"),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            tracing::error!(?code, "the control database is damaged");
            StoreError::corrupt("the control database is damaged")
        }
        _ => {
            tracing::error!(?code, %error, "the control database failed");
            drop(error);
            StoreError::new(ErrorKind::Io, "the control database failed")
        }
    }
}
