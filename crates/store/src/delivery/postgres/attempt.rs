//! One attempt to make a batch's transaction.
//!
//! ```text
//! BEGIN, the writer's row, lock conversations ─▶ lock mailboxes, nonces, removals ─▶ rules
//!   ─▶ receipts ─▶ everything that is written, COMMIT
//! ```

use std::collections::BTreeMap;

use lru::LruCache;
use tokio_postgres::Row;
use tresen_types::{DeviceId, Timestamp};

use super::{
    charge::{booked_step, settle_steps},
    connection::{Connection, Step},
    from_sql, id_from_sql,
    load::Loaded,
    plan::Plan,
    trouble::Trouble,
    write::{PayloadIds, release_steps, steps},
};
use crate::{
    StoreError,
    delivery::{
        BatchSealer, Delivered,
        event::{DeliveryEvent, Outcome},
        jobs::{DISK_FULL, takes_space},
        rules::{self, Applied},
    },
};

/// Acknowledgements that are lost with the machine come again; they don't wait for the disk.
const NO_SYNC: &str = "SET LOCAL synchronous_commit = off";

/// What an attempt works with.
pub(super) struct Attempt<'a> {
    pub(super) connection: &'a Connection,
    pub(super) events: &'a [DeliveryEvent],
    pub(super) sealer: &'a dyn BatchSealer,
    pub(super) writer: &'a [u8; 16],
    /// The batch's number, different in each attempt.
    pub(super) number: u64,
    pub(super) now: Timestamp,
    /// The generation of nonces that belongs to this time.
    pub(super) generation: i64,
    pub(super) is_full: bool,
    /// Devices and cursors up to which nothing is left in the mailbox.
    pub(super) lows: &'a LruCache<DeviceId, u64>,
    /// Where the expiry goes on.
    pub(super) expire_from: &'a ExpireFrom,
}

/// The last entry that the expiry has looked at.
pub(super) type ExpireFrom = (Vec<u8>, i64);

/// What a transaction did.
pub(super) struct Performed {
    pub(super) outcomes: Vec<Result<Outcome, StoreError>>,
    pub(super) delivered: Vec<Delivered>,
    pub(super) lows: BTreeMap<DeviceId, u64>,
    pub(super) expire_from: Option<ExpireFrom>,
}

/// Why a transaction wasn't made.
pub(super) enum Setback {
    /// It was undone.
    Trouble(Trouble),
    /// Its commit wasn't answered: this is what it did if it was made.
    InDoubt(Box<Performed>),
    /// It was undone, because the nonces of an older generation must go first.
    OldGeneration,
}

impl<T: Into<Trouble>> From<T> for Setback {
    fn from(trouble: T) -> Self {
        Self::Trouble(trouble.into())
    }
}

impl Attempt<'_> {
    /// Makes the transaction, or undoes it.
    pub(super) async fn run(self) -> Result<Performed, Setback> {
        let taken: Vec<&DeliveryEvent> =
            self.events.iter().filter(|event| !(self.is_full && takes_space(event))).collect();
        let plan = Plan::of(&taken);
        let result = if plan.only_acknowledges(&taken) {
            self.acknowledge_alone(&plan).await
        } else {
            self.perform(&plan, &taken).await
        };
        if let Err(
            Setback::OldGeneration | Setback::Trouble(Trouble::Conflict | Trouble::Refused(_)),
        ) = &result
        {
            // If this fails, so does the next attempt, which opens a new connection then.
            drop(self.connection.run("ROLLBACK").await);
        }
        result
    }

    async fn acknowledge_alone(&self, plan: &Plan) -> Result<Performed, Setback> {
        let mut steps = vec![Step::bare("BEGIN"), Step::bare(NO_SYNC)];
        steps.extend(self.acknowledge_step(plan));
        let rows = self.connection.round_all(steps).await?.pop().unwrap_or_default();
        let mut steps = release_steps(&rows)?;
        steps.extend(settle_steps(&rows, true, self.now)?);
        steps.push(Step::bare("COMMIT"));
        self.connection.round_all(steps).await?;
        let full = |event| {
            if self.is_full && takes_space(event) { Err(DISK_FULL) } else { Ok(Outcome::Done) }
        };
        Ok(Performed {
            outcomes: self.events.iter().map(full).collect(),
            delivered: Vec::new(),
            lows: lows(&rows)?,
            expire_from: None,
        })
    }

    async fn perform(&self, plan: &Plan, taken: &[&DeliveryEvent]) -> Result<Performed, Setback> {
        let mut loaded = self.load(plan, taken).await?;
        let applied: Vec<_> =
            self.events.iter().map(|event| self.apply(&mut loaded, event)).collect();
        if loaded.batch.is_unlocked {
            return Err(StoreError::corrupt("a mailbox wasn't locked").into());
        }
        let sealed = loaded.batch.gathered.seal(self.sealer);
        let [writer, _rest] = halves(self.writer);
        let ids = PayloadIds { writer, batch: self.number };
        let mut steps = steps(&loaded.batch, &sealed.delivered, loaded.generation, &ids)?;
        steps.extend(release_steps(&loaded.removed)?);
        let is_delivered = !plan.acknowledged.is_empty();
        steps.extend(settle_steps(&loaded.removed, is_delivered, self.now)?);
        steps.extend(booked_step(&plan.booked));
        steps.push(Step::bare("COMMIT"));
        let acknowledged = if plan.acknowledged.is_empty() { &[] } else { &*loaded.removed };
        let performed = Performed {
            outcomes: applied
                .into_iter()
                .map(|result| result.map(|done| done.fill(&sealed.receipts)))
                .collect(),
            delivered: sealed.delivered,
            lows: lows(acknowledged)?,
            expire_from: loaded.page.and_then(|page| page.next),
        };
        let mut results = self.connection.round(steps).await;
        let committed = results.pop().unwrap_or(Err(Trouble::Lost));
        // A statement that was refused has undone the transaction, and the commit with it.
        for result in results {
            match result {
                Ok(_rows) => {}
                Err(Trouble::Lost) => return Err(Setback::InDoubt(Box::new(performed))),
                Err(trouble) => return Err(trouble.into()),
            }
        }
        match committed {
            Ok(_rows) => Ok(performed),
            Err(Trouble::Conflict) => Err(Trouble::Conflict.into()),
            Err(Trouble::Lost | Trouble::Refused(_)) => Err(Setback::InDoubt(Box::new(performed))),
        }
    }

    fn apply(&self, loaded: &mut Loaded, event: &DeliveryEvent) -> Result<Applied, StoreError> {
        if self.is_full && takes_space(event) {
            return Err(DISK_FULL);
        }
        match event {
            DeliveryEvent::Acknowledge { .. } => Ok(Outcome::Done.into()),
            DeliveryEvent::DropDevice { device } => {
                for id in &loaded.memberships {
                    rules::leave(&mut loaded.batch, *id, *device)?;
                }
                Ok(Outcome::Done.into())
            }
            DeliveryEvent::Expire { .. } => {
                let removed = u64::try_from(loaded.removed.len()).unwrap_or(u64::MAX);
                let is_done = loaded.page.as_ref().is_none_or(|page| page.next.is_none());
                Ok(Outcome::Expired { removed, is_done }.into())
            }
            DeliveryEvent::Booked { .. } => Ok(Outcome::Done.into()),
            event => rules::apply(&mut loaded.batch, event.clone()),
        }
    }
}

/// The last cursor that an acknowledgement has removed from each mailbox.
fn lows(rows: &[Row]) -> Result<BTreeMap<DeviceId, u64>, Setback> {
    let mut lows = BTreeMap::new();
    for row in rows {
        let device = DeviceId::new(id_from_sql(row.try_get(0)?)?);
        let cursor = from_sql(row.try_get(1)?)?;
        let low = lows.entry(device).or_insert(cursor);
        *low = cursor.max(*low);
    }
    Ok(lows)
}

fn halves(id: &[u8; 16]) -> [[u8; 8]; 2] {
    let number = u128::from_be_bytes(*id);
    let (high, low) = (number >> 64, number & u128::from(u64::MAX));
    [high, low].map(|half| u64::try_from(half).unwrap_or_default().to_be_bytes())
}
