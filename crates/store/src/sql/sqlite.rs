//! SQLite: the threads that own the connections, and the statements that run on them.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
};

use rusqlite::{
    Connection, OpenFlags,
    types::{ToSqlOutput, ValueRef},
};
use tokio::sync::oneshot;

use super::{
    dialect, migration,
    transaction::{ReadTransaction, WriteTransaction},
    value::{Row, Value},
};
use crate::{ErrorKind, StoreError, limits};

/// What a write leaves to do until its commit is known.
struct Written {
    /// What went wrong, if the write has to be undone.
    failure: Option<StoreError>,
    /// Answers the caller; with an error if the commit failed.
    answer: Box<dyn FnOnce(Option<StoreError>) + Send>,
}

/// Takes the transaction, or why there is none.
type WriteJob = Box<dyn FnOnce(Result<&WriteTransaction<'_>, StoreError>) -> Written + Send>;
type ReadJob = Box<dyn FnOnce(&ReadTransaction<'_>) + Send>;

/// A database with its threads. Dropping it lets them finish what they have.
pub(crate) struct Sqlite {
    writer: Option<SyncSender<WriteJob>>,
    /// None for a database in memory, which has one connection only.
    readers: Option<SyncSender<ReadJob>>,
    /// Works where it is called, and has no threads.
    here: Option<Mutex<Connection>>,
    threads: Vec<JoinHandle<()>>,
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite").field("threads", &self.threads.len()).finish_non_exhaustive()
    }
}

impl Sqlite {
    /// Opens or makes the database in a file and migrates it.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let mut database = Self::start(open_file(path)?)?;
        let (sender, receiver) = sync_channel(limits::CONTROL_QUEUE_MAX);
        let receiver = Arc::new(Mutex::new(receiver));
        for number in 0..limits::CONTROL_READERS {
            let reader = open_reader(path.to_owned())?;
            let jobs = Arc::clone(&receiver);
            database.threads.push(
                std::thread::Builder::new()
                    .name(format!("control-read-{number}"))
                    .spawn(move || read_until_closed(reader, &jobs))?,
            );
        }
        database.readers = Some(sender);
        Ok(database)
    }

    /// The same without threads: every transaction runs, with its commit, where it is asked for.
    pub(super) fn open_here(path: &Path) -> Result<Self, StoreError> {
        let here = Some(Mutex::new(open_file(path)?));
        Ok(Self { writer: None, readers: None, here, threads: Vec::new() })
    }

    /// Makes a database in memory.
    pub(super) fn in_memory() -> Result<Self, StoreError> {
        let mut connection = Connection::open_in_memory().map_err(sqlite_error)?;
        configure(&connection)?;
        migration::migrate_sqlite(&mut connection)?;
        Self::start(connection)
    }

    fn start(connection: Connection) -> Result<Self, StoreError> {
        let (sender, receiver) = sync_channel(limits::CONTROL_QUEUE_MAX);
        let thread = std::thread::Builder::new()
            .name("control-write".to_owned())
            .spawn(move || write_until_closed(&connection, &receiver))?;
        Ok(Self { writer: Some(sender), readers: None, here: None, threads: vec![thread] })
    }

    /// See [`super::Database::write`]; nothing else writes to the file at the same time, so `work` runs
    /// once.
    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&WriteTransaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let job: WriteJob = Box::new(move |transaction| {
            let result = transaction.and_then(&work);
            Written {
                failure: result.as_ref().err().cloned(),
                answer: Box::new(move |failure| {
                    let answer = failure.map_or(result, Err);
                    // The caller may have gone; what it asked for is done all the same.
                    drop(sender.send(answer));
                }),
            }
        });
        match &self.here {
            Some(connection) => {
                write_batch(&connection.lock().unwrap_or_else(PoisonError::into_inner), vec![job]);
            }
            None => enqueue(self.writer.as_ref(), job)?,
        }
        receiver.await.unwrap_or_else(|_closed| Err(StoreError::closed()))
    }

    /// See [`super::Database::read`].
    pub(super) async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&ReadTransaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        if self.readers.is_none() {
            return self.write(move |transaction| work(transaction)).await;
        }
        let (sender, receiver) = oneshot::channel();
        let job: ReadJob = Box::new(move |transaction| drop(sender.send(work(transaction))));
        enqueue(self.readers.as_ref(), job)?;
        receiver.await.unwrap_or_else(|_closed| Err(StoreError::closed()))
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.writer = None;
        self.readers = None;
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so already.
            drop(thread.join());
        }
    }
}

/// Opens or makes the database in a file and migrates it.
fn open_file(path: &Path) -> Result<Connection, StoreError> {
    let mut connection = Connection::open(path).map_err(sqlite_error)?;
    configure(&connection)?;
    let _mode: String = connection
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .map_err(sqlite_error)?;
    migration::migrate_sqlite(&mut connection)?;
    Ok(connection)
}

fn enqueue<Job>(queue: Option<&SyncSender<Job>>, job: Job) -> Result<(), StoreError> {
    queue.ok_or_else(StoreError::closed)?.try_send(job).map_err(|error| match error {
        TrySendError::Full(_job) => {
            StoreError::new(ErrorKind::Overloaded, "too much waits for the control store")
        }
        TrySendError::Disconnected(_job) => StoreError::closed(),
    })
}

fn configure(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(limits::SQL_BUSY_WAIT).map_err(sqlite_error)?;
    connection.set_prepared_statement_cache_capacity(128);
    connection
        .execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF",
        )
        .map_err(sqlite_error)
}

fn open_reader(path: PathBuf) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(sqlite_error)?;
    configure(&connection)?;
    Ok(connection)
}

fn read_until_closed(mut connection: Connection, jobs: &Mutex<Receiver<ReadJob>>) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // A failed BEGIN drops the job, and with it its answer: the caller reads that as closed.
        let Ok(transaction) = connection.transaction() else { continue };
        job(&ReadTransaction::on_sqlite(&transaction));
    }
}

fn write_until_closed(connection: &Connection, jobs: &Receiver<WriteJob>) {
    while let Ok(first) = jobs.recv() {
        let mut batch = vec![first];
        while batch.len() < limits::CONTROL_BATCH_MAX {
            let Ok(next) = jobs.try_recv() else { break };
            batch.push(next);
        }
        write_batch(connection, batch);
    }
}

/// Runs a batch in one transaction, each job in a savepoint, and answers after the commit.
fn write_batch(connection: &Connection, batch: Vec<WriteJob>) {
    let transaction = WriteTransaction::on_sqlite(connection);
    let mut outcome = connection.execute_batch("BEGIN IMMEDIATE").map_err(sqlite_error);
    let mut written = Vec::with_capacity(batch.len());
    for job in batch {
        if outcome.is_ok() {
            outcome = connection.execute_batch("SAVEPOINT job").map_err(sqlite_error);
        }
        let result = job(outcome.as_ref().map(|()| &transaction).map_err(Clone::clone));
        let end = match &result.failure {
            None => "RELEASE job",
            Some(_failure) => "ROLLBACK TO job; RELEASE job",
        };
        if outcome.is_ok() {
            // An error such as a full disk may have undone the whole transaction already; then the
            // savepoint is gone too, and everything in this batch is told that it failed.
            outcome = connection
                .execute_batch(end)
                .map_err(|error| result.failure.clone().unwrap_or_else(|| sqlite_error(error)));
        }
        written.push(result);
    }
    if outcome.is_ok() {
        outcome = connection.execute_batch("COMMIT").map_err(sqlite_error);
    }
    if outcome.is_err() && !connection.is_autocommit() {
        drop(connection.execute_batch("ROLLBACK"));
    }
    for result in written {
        (result.answer)(outcome.clone().err());
    }
}

/// All rows of a query.
pub(super) fn query(
    connection: &Connection,
    sql: &str,
    parameters: &[Value],
) -> Result<Vec<Row>, StoreError> {
    let mut statement =
        connection.prepare_cached(&dialect::statement_for_sqlite(sql)).map_err(sqlite_error)?;
    let columns = statement.column_count();
    let mut rows = statement.query(rusqlite::params_from_iter(parameters)).map_err(sqlite_error)?;
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

/// Runs a statement without result; returns how many rows it changed.
pub(super) fn execute(
    connection: &Connection,
    sql: &str,
    parameters: &[Value],
) -> Result<usize, StoreError> {
    let mut statement =
        connection.prepare_cached(&dialect::statement_for_sqlite(sql)).map_err(sqlite_error)?;
    statement.execute(rusqlite::params_from_iter(parameters)).map_err(sqlite_error)
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
