//! PostgreSQL: the threads that own the connections.
//!
//! The flow: every thread has at most one connection and takes jobs from one queue. It connects when
//! it has a job, and again after the connection broke, so that a server that comes back is used by
//! the next job. A write that met another (SQLSTATE 40001 or 40P01) runs again after a short wait; one
//! whose connection broke before its commit runs once more on a new connection; one whose connection
//! broke during its commit is answered as [`ErrorKind::InDoubt`], because nobody knows. While the
//! server is away, jobs are answered as [`ErrorKind::Unavailable`] and nothing waits for long.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::JoinHandle,
};

use tokio::{sync::oneshot, time::Instant};

use super::{
    migration,
    transaction::{ReadTransaction, WriteTransaction},
};
use crate::{ErrorKind, StoreError, limits};

mod address;
mod failure;
mod session;
mod tls;
mod value;

pub(crate) use address::Address;
use session::Ended;
pub(super) use session::Session;

/// Connections to one database of PostgreSQL.
pub(crate) struct Postgres {
    queue: Option<SyncSender<Job>>,
    threads: Vec<JoinHandle<()>>,
}

struct Job {
    since: Instant,
    run: Box<Run>,
}

/// Takes the thread's connection, or why it isn't used.
type Run = dyn FnOnce(Result<&mut Worker, StoreError>) + Send;

/// What one thread has.
struct Worker {
    address: Arc<Address>,
    session: Option<Session>,
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres").field("threads", &self.threads.len()).finish_non_exhaustive()
    }
}

impl Postgres {
    /// Starts the threads and migrates the database. Blocks until that is done.
    pub(super) fn connect(url: &str) -> Result<Self, StoreError> {
        let address = Arc::new(Address::parse(url)?);
        let (queue, jobs) = sync_channel(limits::CONTROL_QUEUE_MAX);
        let jobs = Arc::new(Mutex::new(jobs));
        let mut postgres = Self { queue: Some(queue), threads: Vec::new() };
        for number in 0..limits::POSTGRES_CONNECTIONS {
            let jobs = Arc::clone(&jobs);
            let worker = Worker { address: Arc::clone(&address), session: None };
            postgres.threads.push(
                std::thread::Builder::new()
                    .name(format!("control-{number}"))
                    .spawn(move || work_until_closed(worker, &jobs))?,
            );
        }
        let (sender, migrated) = sync_channel(1);
        postgres.enqueue(move |worker| {
            let outcome = worker.and_then(|worker| migration::migrate_postgres(worker.session()?));
            drop(sender.send(outcome));
        })?;
        migrated.recv().unwrap_or_else(|_closed| Err(StoreError::closed()))?;
        Ok(postgres)
    }

    /// See [`super::Database::write`].
    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&WriteTransaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        self.enqueue(move |worker| {
            let result = worker.and_then(|worker| worker.write(&work));
            // The caller may have gone; what it asked for is done all the same.
            drop(sender.send(result));
        })?;
        receiver.await.unwrap_or_else(|_closed| Err(StoreError::closed()))
    }

    /// See [`super::Database::read`].
    pub(super) async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&ReadTransaction<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        self.enqueue(move |worker| match worker {
            Ok(worker) => {
                let result = worker.read(&work);
                drop(sender.send(result));
                worker.end_read();
            }
            Err(error) => drop(sender.send(Err(error))),
        })?;
        receiver.await.unwrap_or_else(|_closed| Err(StoreError::closed()))
    }

    fn enqueue(
        &self,
        run: impl FnOnce(Result<&mut Worker, StoreError>) + Send + 'static,
    ) -> Result<(), StoreError> {
        let job = Job { since: Instant::now(), run: Box::new(run) };
        let queue = self.queue.as_ref().ok_or_else(StoreError::closed)?;
        queue.try_send(job).map_err(|error| match error {
            TrySendError::Full(_job) => {
                StoreError::new(ErrorKind::Overloaded, "too much waits for the control store")
            }
            TrySendError::Disconnected(_job) => StoreError::closed(),
        })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so already.
            drop(thread.join());
        }
    }
}

fn work_until_closed(mut worker: Worker, jobs: &Mutex<Receiver<Job>>) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        if job.since.elapsed() > limits::POSTGRES_QUEUE_WAIT {
            // The server is away or slow, and who asked has waited long enough.
            (job.run)(Err(failure::unavailable()));
        } else {
            (job.run)(Ok(&mut worker));
        }
    }
}

impl Worker {
    /// The connection; a new one when there is none, or it broke.
    fn session(&mut self) -> Result<&Session, StoreError> {
        let kept = self.session.take().filter(Session::is_usable);
        let session = match kept {
            Some(session) => session,
            None => Session::connect(&self.address)?,
        };
        Ok(self.session.insert(session))
    }

    fn write<T>(
        &mut self,
        work: &dyn Fn(&WriteTransaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.repeat(|session| session.write(work))
    }

    fn read<T>(
        &mut self,
        work: &dyn Fn(&ReadTransaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.repeat(|session| session.read(work))
    }

    /// Ends the transaction of the last read, after its answer.
    fn end_read(&self) {
        if let Some(session) = &self.session {
            session.end_read();
        }
    }

    /// Runs a transaction until it is through or must not be run again.
    fn repeat<T>(
        &mut self,
        attempt: impl Fn(&Session) -> Result<T, Ended>,
    ) -> Result<T, StoreError> {
        let mut meetings = 0;
        let mut was_doubled = false;
        let mut was_lost = false;
        loop {
            let session = self.session()?;
            let ended = match attempt(session) {
                Ok(value) => return Ok(value),
                Err(ended) => ended,
            };
            match ended {
                Ended::Met(_error) if meetings < limits::POSTGRES_RETRIES_MAX => {
                    meetings += 1;
                    session.pause(meetings);
                }
                // Another node has just written the key: the second run sees what it wrote, and
                // answers as it would have a moment later.
                Ended::Doubled(_error) if !was_doubled => was_doubled = true,
                Ended::Lost(_error) if !was_lost => was_lost = true,
                Ended::Met(error)
                | Ended::Doubled(error)
                | Ended::Lost(error)
                | Ended::Refused(error)
                | Ended::InDoubt(error) => return Err(error),
            }
        }
    }
}
