//! One connection, and the transactions that run on it one after the other.
//!
//! The driver is asynchronous and lives on a runtime of this thread; every call waits here, with a
//! time-out of our own, for a server may also fall silent. `BEGIN` travels with the first statement.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    time::Duration,
};

use tokio::{runtime::Runtime, time::timeout};
use tokio_postgres::{Client, Error as DriverError, Statement, types::ToSql};

use super::{
    address::Address,
    failure::{self, Failure},
    value,
};
use crate::{
    StoreError, limits,
    sql::{
        transaction::{ReadTransaction, WriteTransaction},
        value::{Row, Value},
    },
};

const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE";
const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
const BEGIN_MIGRATION: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

/// A connection.
pub(in crate::sql) struct Session {
    runtime: Runtime,
    client: Client,
    statements: RefCell<BTreeMap<String, Statement>>,
    /// What the next statement takes along.
    begin: Cell<Option<&'static str>>,
    /// What went wrong in this transaction; whatever the closure makes of it, nothing is committed.
    failure: RefCell<Option<(Failure, StoreError)>>,
    is_broken: Cell<bool>,
}

/// How a transaction ended that wasn't committed.
pub(super) enum Ended {
    /// The closure or the database refused; the same would happen again.
    Refused(StoreError),
    /// It met another transaction.
    Met(StoreError),
    /// Its key was written meanwhile.
    Doubled(StoreError),
    /// The connection broke before the commit: nothing was written.
    Lost(StoreError),
    /// The connection broke during the commit.
    InDoubt(StoreError),
}

impl Session {
    /// Connects and sets the limits of the session.
    pub(super) fn connect(address: &Address) -> Result<Self, StoreError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let client = runtime.block_on(address.connect())?;
        let session = Self {
            runtime,
            client,
            statements: RefCell::new(BTreeMap::new()),
            begin: Cell::new(None),
            failure: RefCell::new(None),
            is_broken: Cell::new(false),
        };
        session.batch(&settings())?;
        Ok(session)
    }

    /// Whether the next transaction can run here.
    pub(super) fn is_usable(&self) -> bool {
        !self.is_broken.get() && !self.client.is_closed()
    }

    /// All rows of a query.
    pub(in crate::sql) fn query(
        &self,
        sql: &str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        let parameters = as_parameters(parameters);
        let rows = self.run(sql, async |client: &Client, statement: &Statement| {
            client.query(statement, &parameters).await
        })?;
        rows.iter().map(|row| value::read_row(row).map_err(|error| self.failed(&error))).collect()
    }

    /// Runs a statement without result; returns how many rows it changed.
    pub(in crate::sql) fn execute(
        &self,
        sql: &str,
        parameters: &[Value],
    ) -> Result<usize, StoreError> {
        let parameters = as_parameters(parameters);
        let changed = self.run(sql, async |client: &Client, statement: &Statement| {
            client.execute(statement, &parameters).await
        })?;
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    /// Runs a closure in a transaction and commits it.
    pub(super) fn write<T>(
        &self,
        work: &dyn Fn(&WriteTransaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, Ended> {
        self.start(BEGIN_WRITE);
        let result = work(&WriteTransaction::on_postgres(self));
        let was_used = self.begin.take().is_none();
        let value = self.check(result, was_used)?;
        if was_used {
            self.commit()?;
        }
        Ok(value)
    }

    /// Runs a closure on one consistent state; [`Self::end_read`] follows.
    pub(super) fn read<T>(
        &self,
        work: &dyn Fn(&ReadTransaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, Ended> {
        self.start(BEGIN_READ);
        let result = work(&ReadTransaction::on_postgres(self));
        let was_used = self.begin.get().is_none();
        self.check(result, was_used)
    }

    /// Ends the transaction of a read.
    pub(super) fn end_read(&self) {
        let was_used = self.begin.take().is_none();
        if was_used && self.is_usable() {
            self.roll_back();
        }
    }

    /// Waits before a transaction runs again: longer each time, and not as long as the other.
    pub(super) fn pause(&self, attempt: u32) {
        let longest = limits::POSTGRES_RETRY_WAIT_MIN
            .saturating_mul(1 << attempt.min(16))
            .min(limits::POSTGRES_RETRY_WAIT_MAX);
        let share = getrandom::u32().map_or(1, |random| random % 64 + 1);
        let wait = longest.saturating_mul(share) / 64;
        self.runtime.block_on(async { tokio::time::sleep(wait).await });
    }

    /// Makes the table of the migrations; nodes that do so at once may disturb each other.
    pub(in crate::sql) fn create_migration_table(&self, sql: &str) -> Result<(), StoreError> {
        let mut attempts = 0;
        loop {
            self.start(BEGIN_MIGRATION);
            match self.batch(sql) {
                Ok(()) => return Ok(()),
                Err(_disturbed) if attempts < limits::POSTGRES_RETRIES_MAX && self.is_usable() => {
                    attempts += 1;
                    self.pause(attempts);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Applies a migration unless that is done. Its row is written first: another node that does the
    /// same waits there.
    pub(in crate::sql) fn migrate(&self, number: i64, text: &str) -> Result<(), StoreError> {
        let wait = limits::POSTGRES_MIGRATION_WAIT.as_millis();
        let begin = format!(
            "{BEGIN_MIGRATION}; SET LOCAL lock_timeout = {wait}; \
             SET LOCAL statement_timeout = {wait}; \
             SET LOCAL idle_in_transaction_session_timeout = {wait}"
        );
        let work = async {
            self.client.batch_execute(&begin).await?;
            let insert = "INSERT INTO migration (number) VALUES ($1) ON CONFLICT DO NOTHING";
            if self.client.execute(insert, &[&number]).await? > 0 {
                self.client.batch_execute(text).await?;
            }
            self.client.batch_execute("COMMIT").await
        };
        self.bounded(limits::POSTGRES_MIGRATION_WAIT.saturating_mul(2), work).inspect_err(
            |_failed| {
                self.roll_back();
            },
        )
    }

    fn start(&self, begin: &'static str) {
        self.begin.set(Some(begin));
        self.failure.replace(None);
    }

    /// Undoes the transaction if anything went wrong in it.
    fn check<T>(&self, result: Result<T, StoreError>, was_used: bool) -> Result<T, Ended> {
        let ended = match (self.failure.take(), result) {
            (None, Ok(value)) => return Ok(value),
            (None, Err(error)) => Ended::Refused(error),
            (Some((Failure::Met, error)), _) => Ended::Met(error),
            (Some((Failure::Doubled, error)), _) => Ended::Doubled(error),
            (Some((Failure::Lost, error)), _) => Ended::Lost(error),
            (Some((Failure::Refused, error)), _) => Ended::Refused(error),
        };
        if was_used && self.is_usable() {
            self.roll_back();
        }
        // Rolled back already: a read has nothing more to end.
        self.begin.set(Some(BEGIN_READ));
        Err(ended)
    }

    fn commit(&self) -> Result<(), Ended> {
        let work = async {
            timeout(limits::POSTGRES_ANSWER_WAIT, self.client.batch_execute("COMMIT")).await
        };
        let error = match self.runtime.block_on(work) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => error,
            Err(_elapsed) => {
                self.is_broken.set(true);
                return Err(Ended::InDoubt(failure::in_doubt()));
            }
        };
        if failure::leaves_doubt(&error) {
            self.is_broken.set(true);
            return Err(Ended::InDoubt(failure::in_doubt()));
        }
        // The server has said that it didn't commit.
        let (failure, error) = failure::classify(&error);
        Err(match failure {
            Failure::Met => Ended::Met(error),
            Failure::Doubled => Ended::Doubled(error),
            Failure::Lost | Failure::Refused => Ended::Refused(error),
        })
    }

    /// A connection that can't even do this isn't used again.
    fn roll_back(&self) {
        if self.batch("ROLLBACK").is_err() {
            self.is_broken.set(true);
        }
    }

    fn batch(&self, sql: &str) -> Result<(), StoreError> {
        self.bounded(limits::POSTGRES_ANSWER_WAIT, self.client.batch_execute(sql))
    }

    fn run<T>(
        &self,
        sql: &str,
        send: impl AsyncFnOnce(&Client, &Statement) -> Result<T, DriverError>,
    ) -> Result<T, StoreError> {
        let work = async {
            let statement = self.statement(sql).await?;
            let Some(begin) = self.begin.take() else {
                return send(&self.client, &statement).await;
            };
            let (begun, sent) =
                tokio::join!(self.client.batch_execute(begin), send(&self.client, &statement));
            begun?;
            sent
        };
        self.bounded(limits::POSTGRES_ANSWER_WAIT, work)
    }

    async fn statement(&self, sql: &str) -> Result<Statement, DriverError> {
        let known = self.statements.borrow().get(sql).cloned();
        if let Some(statement) = known {
            return Ok(statement);
        }
        let statement = self.client.prepare(sql).await?;
        let mut statements = self.statements.borrow_mut();
        if statements.len() >= limits::POSTGRES_STATEMENTS_MAX {
            statements.clear();
        }
        statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    fn bounded<T>(
        &self,
        limit: Duration,
        work: impl Future<Output = Result<T, DriverError>>,
    ) -> Result<T, StoreError> {
        match self.runtime.block_on(async { timeout(limit, work).await }) {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(self.failed(&error)),
            Err(_elapsed) => {
                let error = failure::unavailable();
                self.is_broken.set(true);
                self.failure.replace(Some((Failure::Lost, error.clone())));
                Err(error)
            }
        }
    }

    /// Remembers the first failure of the transaction; those that follow are its consequence.
    fn failed(&self, error: &DriverError) -> StoreError {
        let (failure, error) = failure::classify(error);
        if matches!(failure, Failure::Lost) {
            self.is_broken.set(true);
        }
        let mut first = self.failure.borrow_mut();
        if first.is_none() {
            *first = Some((failure, error.clone()));
        }
        error
    }
}

/// What a session is told first. Every query goes by a key, also on a small table, where reading all
/// of it would make every transaction meet every other. A server that answers a commit before it is
/// on disk is told not to.
fn settings() -> String {
    let statement_ms = limits::POSTGRES_STATEMENT_WAIT.as_millis();
    let lock_ms = limits::POSTGRES_LOCK_WAIT.as_millis();
    format!(
        "SET statement_timeout = {statement_ms}; SET lock_timeout = {lock_ms}; \
         SET idle_in_transaction_session_timeout = {statement_ms}; SET enable_seqscan = off; \
         SELECT set_config('synchronous_commit', 'on', false) \
         WHERE current_setting('synchronous_commit') = 'off'"
    )
}

fn as_parameters(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}
