//! One connection: its settings, its prepared statements, and several statements in one round trip.

use std::{
    collections::BTreeMap,
    future::{Future, poll_fn},
    pin::Pin,
    sync::{Mutex, PoisonError},
    task::Poll,
};

use tokio_postgres::{Client, Row, Statement, types::ToSql};

use super::trouble::Trouble;
use crate::{
    limits::{DATABASE_READ_WAIT, DATABASE_ROUND_WAIT},
    sql::Address,
};

/// What a session begins with.
///
/// A commit is answered when it is on the disk, and on the synchronous standby's if there is one. A
/// transaction whose node has fallen silent gives its locks back. Plans are made once and always use
/// the keys, also those that are made while the tables are still empty.
const SESSION: &str = "
SET synchronous_commit = on;
SET default_transaction_isolation = 'read committed';
SET statement_timeout = '10s';
SET lock_timeout = '4s';
SET idle_in_transaction_session_timeout = '10s';
SET plan_cache_mode = force_generic_plan;
SET enable_seqscan = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET jit = off;";

/// The value of a statement's parameter.
pub(in crate::delivery) type Parameter = Box<dyn ToSql + Sync + Send>;

/// The values of a statement's parameters.
pub(in crate::delivery) type Parameters = Vec<Parameter>;

/// Takes a value as a parameter.
pub(in crate::delivery) fn parameter<T: ToSql + Sync + Send + 'static>(value: T) -> Parameter {
    Box::new(value)
}

/// One statement of a round trip.
pub(in crate::delivery) struct Step {
    sql: &'static str,
    parameters: Parameters,
}

impl Step {
    pub(in crate::delivery) fn new(sql: &'static str, parameters: Parameters) -> Self {
        Self { sql, parameters }
    }

    pub(in crate::delivery) fn bare(sql: &'static str) -> Self {
        Self::new(sql, Vec::new())
    }
}

/// What a statement returned.
pub(in crate::delivery) type Rows = Result<Vec<Row>, Trouble>;

/// A connection.
pub(in crate::delivery) struct Connection {
    client: Client,
    statements: Mutex<BTreeMap<&'static str, Statement>>,
}

impl Connection {
    pub(in crate::delivery) async fn open(address: &Address) -> Result<Self, Trouble> {
        let client = address.connect().await?;
        let connection = Self { client, statements: Mutex::new(BTreeMap::new()) };
        connection.run(SESSION).await?;
        Ok(connection)
    }

    pub(in crate::delivery) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Runs statements without parameters or rows.
    pub(in crate::delivery) async fn run(&self, sql: &str) -> Result<(), Trouble> {
        match tokio::time::timeout(DATABASE_ROUND_WAIT, self.client.batch_execute(sql)).await {
            Ok(done) => Ok(done?),
            Err(_late) => Err(Trouble::Lost),
        }
    }

    /// Runs one statement.
    pub(in crate::delivery) async fn query(
        &self,
        sql: &'static str,
        parameters: Parameters,
    ) -> Rows {
        let work = async {
            let statement = self.statement(sql).await?;
            query(&self.client, statement, parameters).await
        };
        tokio::time::timeout(DATABASE_READ_WAIT, work).await.unwrap_or(Err(Trouble::Lost))
    }

    /// Runs statements in this order, sent at once. When one fails, so do all others of the same
    /// transaction.
    pub(in crate::delivery) async fn round(&self, steps: Vec<Step>) -> Vec<Rows> {
        let count = steps.len();
        tokio::time::timeout(DATABASE_ROUND_WAIT, self.try_round(steps)).await.unwrap_or_else(
            |_late| std::iter::repeat_n((), count).map(|()| Err(Trouble::Lost)).collect(),
        )
    }

    /// As [`Self::round`], with the first failure for the whole.
    pub(in crate::delivery) async fn round_all(
        &self,
        steps: Vec<Step>,
    ) -> Result<Vec<Vec<Row>>, Trouble> {
        self.round(steps).await.into_iter().collect()
    }

    async fn try_round(&self, steps: Vec<Step>) -> Vec<Rows> {
        type Waiting<'a> = Pin<Box<dyn Future<Output = Rows> + Send + 'a>>;
        let mut prepared = Vec::with_capacity(steps.len());
        for step in &steps {
            match self.statement(step.sql).await {
                Ok(statement) => prepared.push(statement),
                // Nothing was sent.
                Err(trouble) => return steps.iter().map(|_step| Err(trouble.clone())).collect(),
            }
        }
        let mut waiting: Vec<Waiting<'_>> = Vec::with_capacity(steps.len());
        for (step, statement) in steps.into_iter().zip(prepared) {
            waiting.push(Box::pin(query(&self.client, statement, step.parameters)));
        }
        let mut done: Vec<Option<Rows>> = waiting.iter().map(|_step| None).collect();
        // Polled in order, so that they are sent in order.
        poll_fn(|context| {
            let mut is_done = true;
            for (future, result) in waiting.iter_mut().zip(&mut done) {
                if result.is_none() {
                    match future.as_mut().poll(context) {
                        Poll::Ready(rows) => *result = Some(rows),
                        Poll::Pending => is_done = false,
                    }
                }
            }
            if is_done { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        done.into_iter().map(|result| result.unwrap_or(Err(Trouble::Lost))).collect()
    }

    async fn statement(&self, sql: &'static str) -> Result<Statement, Trouble> {
        let known =
            self.statements.lock().unwrap_or_else(PoisonError::into_inner).get(sql).cloned();
        if let Some(statement) = known {
            return Ok(statement);
        }
        let statement = self.client.prepare(sql).await?;
        self.statements
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(sql, statement.clone());
        Ok(statement)
    }
}

async fn query(client: &Client, statement: Statement, parameters: Parameters) -> Rows {
    let parameters: Vec<&(dyn ToSql + Sync)> = parameters
        .iter()
        .map(|parameter| {
            let parameter: &(dyn ToSql + Sync) = &**parameter;
            parameter
        })
        .collect();
    Ok(client.query(&statement, &parameters).await?)
}
