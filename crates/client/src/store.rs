//! The client's store: one SQLite file an account, the only place with SQL.
//!
//! Everything that one event changes (rows of the groups, messages, outbox, cursor) is one
//! transaction: [`Store::write`] runs a closure and commits what it did, or nothing. Nothing is sent
//! or acknowledged before it returns. Natively the file is protected by its permissions and a lock;
//! in the browser it is encrypted and the page holds the lock.

mod account;
mod amendment;
mod archive;
mod attachment;
mod booking;
mod broadcast;
mod call;
mod consent;
mod contact;
mod conversation;
mod domain;
mod due;
mod group;
mod handshake;
mod held;
mod invitation;
mod link;
mod list;
mod member;
mod message;
mod order;
mod outbox;
#[cfg(target_arch = "wasm32")]
#[path = "store/open_browser.rs"]
mod platform;
#[cfg(not(target_arch = "wasm32"))]
#[path = "store/open_native.rs"]
mod platform;
mod reaction;
mod record;
mod schema;
mod search;
mod setting;
mod shop;
mod template;
mod way_back;
mod wish;

pub(crate) use account::AccountRecord;
pub(crate) use archive::ArchiveKeyRecord;
pub(crate) use attachment::{AttachmentRecord, AttachmentState};
pub(crate) use broadcast::{BroadcastPhase, BroadcastRecord, Turn};
pub(crate) use contact::{CertificateRecord, ContactRecord};
pub(crate) use conversation::{ConversationKind, ConversationRecord, ConversationState};
pub(crate) use group::Aside;
pub(crate) use handshake::{HandshakeKind, HandshakeRecord};
pub(crate) use invitation::InvitationRecord;
pub(crate) use link::EntryLinkRecord;
pub(crate) use list::Listing;
pub(crate) use member::MemberRecord;
pub(crate) use message::{MessageKind, MessageRecord, StoredState};
pub(crate) use order::OrderedField;
pub(crate) use outbox::OutboxRecord;
pub(crate) use reaction::ReactionRecord;
pub(crate) use record::RecordRow;
use rusqlite::{Connection, Row, Transaction, TransactionBehavior, config::DbConfig, types::Value};
pub(crate) use template::TemplateRecord;
pub(crate) use way_back::WayBackRecord;
pub(crate) use wish::WishRecord;

use crate::{
    config::StoreLocation,
    error::{Error, Result},
};

/// Prepared statements that are kept: all that the list of conversations needs, and more.
const STATEMENTS_KEPT: usize = 96;

/// The open store.
pub(crate) struct Store {
    connection: Connection,
    _guard: platform::Guard,
}

/// One transaction.
pub(crate) struct Tx<'a>(Transaction<'a>);

impl Store {
    /// Opens the store and brings its tables up to date.
    pub(crate) async fn open(location: StoreLocation) -> Result<Self> {
        let (connection, guard) = platform::open(location).await?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        // Otherwise a parameter of any question to a table with a partial index makes its statement be
        // prepared again each time: an eighth of what a gateway did.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        let store = Self { connection, _guard: guard };
        store.write(|tx| schema::migrate(&tx.0))?;
        Ok(store)
    }

    /// Runs one event: everything that `event` writes is committed, or nothing of it.
    pub(crate) fn write<T>(&self, event: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        let transaction =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        let tx = Tx(transaction);
        let value = event(&tx)?;
        tx.0.commit()?;
        Ok(value)
    }

    /// Empties every table, and writes over what stood there; the store stays bound to its server.
    pub(crate) fn wipe(&self, origin: &str) -> Result<()> {
        self.try_pragma("PRAGMA secure_delete = ON");
        self.write(|tx| {
            let tables: Vec<String> = tx.all(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
                [],
                |row| Ok(row.get("name")?),
            )?;
            for table in tables {
                // The names are our own: the schema's.
                tx.0.execute(&format!("DELETE FROM \"{table}\""), [])?;
            }
            tx.set_origin(origin)
        })?;
        self.try_pragma("PRAGMA secure_delete = OFF");
        // What was written before stands in the journal too, where there is one of that kind.
        self.try_pragma("PRAGMA wal_checkpoint(TRUNCATE)");
        Ok(())
    }

    /// What makes a wiped store cleaner, where it can be done: without it, it is empty nevertheless.
    fn try_pragma(&self, pragma: &str) {
        if let Err(error) = self.connection.execute_batch(pragma) {
            tracing::warn!(%error, pragma, "a wiped store isn't overwritten");
        }
    }

    /// Reads from one state of the store.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        let transaction =
            Transaction::new_unchecked(&self.connection, TransactionBehavior::Deferred)?;
        let tx = Tx(transaction);
        let value = read(&tx)?;
        tx.0.commit()?;
        Ok(value)
    }
}

/// A part of a transaction that can be undone alone.
#[must_use]
pub(crate) struct Savepoint<'a>(&'a Connection);

impl Savepoint<'_> {
    /// Keeps what was written since.
    pub(crate) fn keep(self) -> Result<()> {
        Ok(self.0.execute_batch("RELEASE entry")?)
    }

    /// Undoes what was written since.
    pub(crate) fn undo(self) -> Result<()> {
        Ok(self.0.execute_batch("ROLLBACK TO entry; RELEASE entry")?)
    }
}

impl Tx<'_> {
    /// Begins a part that can be undone alone; there is one at a time.
    pub(crate) fn savepoint(&self) -> Result<Savepoint<'_>> {
        self.0.execute_batch("SAVEPOINT entry")?;
        Ok(Savepoint(&self.0))
    }

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

/// Reads an identifier or key of a fixed size.
fn id<T>(row: &Row<'_>, column: &str) -> Result<T>
where
    T: for<'b> TryFrom<&'b [u8]>,
{
    let bytes = row.get_ref(column)?.as_blob().map_err(|_type| Error::Damaged("identifier"))?;
    T::try_from(bytes).map_err(|_length| Error::Damaged("identifier"))
}

/// Reads an identifier that may be missing.
fn optional_id<T>(row: &Row<'_>, column: &str) -> Result<Option<T>>
where
    T: for<'b> TryFrom<&'b [u8]>,
{
    match row.get::<_, Option<Vec<u8>>>(column)? {
        None => Ok(None),
        Some(bytes) => {
            T::try_from(&bytes).map(Some).map_err(|_length| Error::Damaged("identifier"))
        }
    }
}

/// Writes an identifier that may be missing.
fn blob(bytes: Option<&[u8]>) -> Value {
    bytes.map_or(Value::Null, |bytes| Value::Blob(bytes.to_vec()))
}

/// Counts and sequence numbers: SQLite's integers are signed.
fn to_sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn from_sql(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests;
