//! The thin layer over SQL that every back end of the control plane shares.
//!
//! The flow: [`Database`] owns threads with a connection each, to a file of SQLite or to PostgreSQL.
//! Work comes as a closure over a [`WriteTransaction`] or a [`ReadTransaction`]; there is no way to
//! hold a transaction open, or to forget its commit. A closure may run more than once: a transaction
//! that met another is undone and done again, so it changes nothing but the database.
//!
//! On SQLite one thread writes, and writes that wait together share one commit, each in a savepoint
//! of its own. On PostgreSQL every thread writes, `SERIALIZABLE`. Either way a write is answered after
//! its commit.
//!
//! The SQL is what SQLite and PostgreSQL both run: `$1` parameters, `ON CONFLICT`, `RETURNING`, the
//! types BIGINT, TEXT and BLOB, columns listed, nothing null, primary keys that begin with the shard
//! key. What differs stands in [`dialect`].

mod database;
mod dialect;
mod migration;
mod postgres;
mod sqlite;
mod transaction;
mod value;

pub(crate) use database::Database;
pub(crate) use postgres::Address;
pub(crate) use transaction::{ReadTransaction, WriteTransaction};
pub(crate) use value::{Row, Value, flag};
