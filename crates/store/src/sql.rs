//! The thin layer over SQL that every back end of the control plane shares.
//!
//! The flow: [`Database`] owns one writer and a few reader threads, each with its own connection. Work
//! comes as a closure over a [`WriteTransaction`] or a [`ReadTransaction`]; there is no way to hold a
//! transaction open, or to forget its commit. Writes that wait together share one commit, each in a
//! savepoint of its own, and are answered after it.
//!
//! The SQL is what SQLite and PostgreSQL both run: `$1` parameters, `ON CONFLICT`, `RETURNING`, the
//! types BIGINT, TEXT and BLOB, columns listed, nothing null, primary keys that begin with the shard
//! key. Only the migrations are translated, see [`migration`].

mod database;
mod migration;
mod transaction;
mod value;

pub(crate) use database::Database;
pub(crate) use transaction::{ReadTransaction, WriteTransaction};
pub(crate) use value::{Row, Value, flag};
