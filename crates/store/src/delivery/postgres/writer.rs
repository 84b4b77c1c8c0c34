//! The writer's task: takes what waits, makes a transaction of it until that has worked, answers.

use std::{
    num::NonZeroUsize,
    sync::{Arc, atomic::AtomicUsize},
    time::Duration,
};

use lru::LruCache;
use tokio::{sync::mpsc::Receiver, time::Instant};
use tresen_types::{
    DeviceId, Timestamp,
    limits::{DAY_MS, MAILBOX_DAYS},
};

use super::{
    attempt::{Attempt, ExpireFrom, Performed, Setback},
    connection::{Connection, Rows, parameter},
    from_sql, id_from_sql, schema,
    trouble::{AWAY, Trouble},
};
use crate::{
    ErrorKind, StoreError,
    delivery::{
        DeliveryOptions,
        event::DeliveryEvent,
        jobs::{Asked, Job, answer, dropped_device, gather},
        transfer::UNFINISHED_MOVE,
    },
    limits::{
        BATCH_ATTEMPTS_MAX, BATCH_PAUSE_MAX, DATABASE_PAUSE, DEVICES_CACHED, FIND_OUT_ATTEMPTS_MAX,
        FIND_OUT_PAUSE,
    },
    sql::Address,
};

/// The writer of one open store.
pub(super) struct Writer {
    address: Arc<Address>,
    connection: Option<Connection>,
    /// Until when nobody tries to connect.
    pause_until: Option<Instant>,
    options: DeliveryOptions,
    queued_bytes: Arc<AtomicUsize>,
    /// Its row in `delivery.writer`.
    id: [u8; 16],
    /// The number of the last attempt.
    number: u64,
    lows: LruCache<DeviceId, u64>,
    expire_from: ExpireFrom,
}

/// What is known about a batch whose commit wasn't answered.
enum Found {
    Committed,
    Undone,
    Unknown,
}

const NEW_ID: &str = "SELECT uuid_send(gen_random_uuid())";
const READ_MOVE: &str = "SELECT id FROM delivery.move WHERE id = 1";
const FORGET_WRITERS: &str = "DELETE FROM delivery.writer WHERE seen_at < $1";
/// Waits for a transaction that adds the row, if one is under way.
const ADD_WRITER: &str = "INSERT INTO delivery.writer (id, batch, seen_at) VALUES ($1, 0, $2)
    ON CONFLICT DO NOTHING";
/// Waits for the transaction that holds the row, if it is still under way.
const READ_WRITER: &str = "SELECT batch FROM delivery.writer WHERE id = $1 FOR UPDATE";
const GENERATION_MS: i64 = MAILBOX_DAYS * DAY_MS;
const UNKNOWN: StoreError = StoreError::new(
    ErrorKind::InDoubt,
    "the database didn't say whether it has written; try again with the same nonce",
);

impl Writer {
    /// Connects and makes the tables.
    pub(super) async fn open(
        address: Arc<Address>,
        options: DeliveryOptions,
        queued_bytes: Arc<AtomicUsize>,
    ) -> Result<Self, StoreError> {
        let connection = Connection::open(&address).await?;
        schema::migrate(&connection).await?;
        if !connection.query(READ_MOVE, Vec::new()).await?.is_empty() {
            return Err(UNFINISHED_MOVE);
        }
        let month_ago = options.clock.now().as_millis().saturating_sub(GENERATION_MS);
        connection.query(FORGET_WRITERS, vec![Box::new(month_ago)]).await?;
        let rows = connection.query(NEW_ID, Vec::new()).await?;
        let row = rows.first().ok_or(AWAY)?;
        let id = id_from_sql(row.try_get(0).map_err(Trouble::from)?)?;
        read_writer(&connection, &id, options.clock.now()).await?;
        Ok(Self {
            address,
            connection: Some(connection),
            pause_until: None,
            options,
            queued_bytes,
            id,
            number: 0,
            lows: LruCache::new(NonZeroUsize::new(DEVICES_CACHED).expect("a limit isn't zero")),
            expire_from: ExpireFrom::default(),
        })
    }

    /// Works until all senders are gone or a shutdown comes.
    pub(super) async fn run(mut self, mut jobs: Receiver<Job>) {
        let mut carried = None;
        loop {
            let first = match carried.take() {
                Some(job) => job,
                None => match jobs.recv().await {
                    Some(job) => job,
                    None => return,
                },
            };
            let (batch, left) = gather(first, || jobs.try_recv().ok(), &self.queued_bytes);
            carried = left;
            if !batch.is_empty() {
                self.process(batch).await;
            }
            if let Some(Job::Shutdown(done)) = carried {
                drop(jobs);
                drop(self);
                // The caller may have gone; the store is closed all the same.
                let _gone = done.send(());
                return;
            }
        }
    }

    /// Makes a batch's transaction and answers.
    async fn process(&mut self, batch: Vec<Asked>) {
        let (events, replies): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let (outcomes, delivered, dropped) = match self.perform(&events).await {
            Ok(performed) => {
                for (device, low) in performed.lows {
                    self.lows.put(device, low);
                }
                self.expire_from = performed.expire_from.unwrap_or_default();
                let dropped = events.iter().filter_map(dropped_device).collect();
                (performed.outcomes, performed.delivered, dropped)
            }
            Err(error) => {
                tracing::warn!(error.kind = ?error.kind(), "a batch couldn't be committed");
                let failed = events.iter().map(|_event| Err(error.clone())).collect();
                (failed, Vec::new(), Vec::new())
            }
        };
        // Its readers never rely on being told: they read what lies before.
        answer(&*self.options.listener, replies, outcomes, delivered, dropped, false);
    }

    async fn perform(&mut self, events: &[DeliveryEvent]) -> Result<Performed, StoreError> {
        let mut last = AWAY;
        for attempt in 0..BATCH_ATTEMPTS_MAX {
            match self.attempt(events).await {
                Ok(performed) => return Ok(performed),
                Err(Setback::Trouble(Trouble::Refused(error))) => return Err(error),
                Err(Setback::Trouble(Trouble::Lost)) => {
                    self.connection = None;
                    last = AWAY;
                    if self.pause_until.is_some() {
                        break;
                    }
                }
                Err(Setback::Trouble(Trouble::Conflict)) => {
                    last = Trouble::Conflict.into();
                    pause(attempt, self.number).await;
                }
                Err(Setback::OldGeneration) => match self.rotate_nonces().await {
                    Ok(()) => {}
                    Err(Trouble::Refused(error)) => return Err(error),
                    Err(trouble @ (Trouble::Conflict | Trouble::Lost)) => {
                        self.connection = None;
                        last = trouble.into();
                        pause(attempt, self.number).await;
                    }
                },
                Err(Setback::InDoubt(performed)) => {
                    self.connection = None;
                    match self.find_out().await {
                        Found::Committed => return Ok(*performed),
                        Found::Undone => {}
                        Found::Unknown => return Err(UNKNOWN),
                    }
                }
            }
        }
        Err(last)
    }

    async fn attempt(&mut self, events: &[DeliveryEvent]) -> Result<Performed, Setback> {
        self.connect().await?;
        let connection = self.connection.as_ref().ok_or(Trouble::Lost)?;
        self.number += 1;
        let now = self.options.clock.now();
        let attempt = Attempt {
            connection,
            events,
            sealer: &*self.options.sealer,
            writer: &self.id,
            number: self.number,
            now,
            generation: (now.as_millis() / GENERATION_MS).max(0),
            is_full: self.is_disk_full(),
            lows: &self.lows,
            expire_from: &self.expire_from,
        };
        attempt.run().await
    }

    /// Connects, unless that is so or has failed just now.
    async fn connect(&mut self) -> Result<(), Trouble> {
        if self.connection.as_ref().is_some_and(|connection| !connection.is_closed()) {
            return Ok(());
        }
        if self.pause_until.is_some_and(|until| Instant::now() < until) {
            return Err(Trouble::Lost);
        }
        match Connection::open(&self.address).await {
            Ok(connection) => {
                self.connection = Some(connection);
                self.pause_until = None;
                Ok(())
            }
            Err(trouble) => {
                self.connection = None;
                self.pause_until = Some(Instant::now() + DATABASE_PAUSE);
                Err(trouble)
            }
        }
    }

    async fn rotate_nonces(&self) -> Result<(), Trouble> {
        let generation = self.options.clock.now().as_millis() / GENERATION_MS;
        let connection = self.connection.as_ref().ok_or(Trouble::Lost)?;
        schema::rotate_nonces(connection, generation).await
    }

    /// Asks the database what became of the last attempt.
    async fn find_out(&mut self) -> Found {
        tracing::warn!("a commit wasn't answered; the database is asked what became of it");
        for attempt in 0..FIND_OUT_ATTEMPTS_MAX {
            if attempt > 0 {
                tokio::time::sleep(FIND_OUT_PAUSE).await;
            }
            if self.connect().await.is_err() {
                continue;
            }
            let Some(connection) = self.connection.as_ref() else { continue };
            let now = self.options.clock.now();
            match read_writer(connection, &self.id, now).await {
                Ok(rows) => {
                    let stored = rows.first().and_then(|row| row.try_get::<_, i64>(0).ok());
                    let stored = stored.and_then(|number| from_sql(number).ok());
                    let is_committed = stored == Some(self.number);
                    return if is_committed { Found::Committed } else { Found::Undone };
                }
                // The transaction is still there and holds its lock: it waits for a standby, or its
                // connection hasn't been given up yet.
                Err(Trouble::Conflict) => {}
                Err(Trouble::Lost | Trouble::Refused(_)) => self.connection = None,
            }
        }
        Found::Unknown
    }

    fn is_disk_full(&self) -> bool {
        let free = self.options.free_space.as_ref().and_then(|free_space| free_space());
        free.is_some_and(|free| free < self.options.disk_reserve_bytes)
    }
}

/// Reads the writer's row as soon as no transaction holds it.
async fn read_writer(connection: &Connection, id: &[u8; 16], now: Timestamp) -> Rows {
    let row = vec![parameter(id.to_vec()), parameter(now.as_millis())];
    connection.query(ADD_WRITER, row).await?;
    connection.query(READ_WRITER, vec![parameter(id.to_vec())]).await
}

/// Waits a little longer each time, and not as long as the other nodes.
async fn pause(attempt: u32, number: u64) {
    let growing = Duration::from_millis(1 << attempt.min(8));
    let uneven = Duration::from_micros(number.wrapping_mul(7_919) % 1_000);
    tokio::time::sleep(growing.min(BATCH_PAUSE_MAX) + uneven).await;
}
