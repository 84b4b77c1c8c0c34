//! What happened, in order, and to whom it was brought: the event log and its deliveries.
//!
//! An event is kept for a week, whether somebody wants it or not. For each receiver that wants it a
//! delivery waits, in a lane: what is of one conversation goes to one receiver one after the other.

use rusqlite::Row;
use tresen_types::{ConversationId, MessageId, Timestamp};

use super::{Tx, id};
use crate::error::{Error, Result};

/// The receiver that the app's subscription or an override names; others have numbers from 1 on.
pub(crate) const MAIN: i64 = 0;

/// One conversation's deliveries to one receiver.
pub(crate) type Lane = (i64, ConversationId);

/// Something that happened.
#[derive(Clone, Debug)]
pub(crate) struct NewEvent {
    /// The conversation whose order it keeps.
    pub(crate) lane: ConversationId,
    pub(crate) field: &'static str,
    /// The `value`, JSON.
    pub(crate) value: String,
    /// The message whose file is still to be fetched before it is told.
    pub(crate) media: Option<MessageId>,
    pub(crate) at: Timestamp,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub(crate) struct EventRecord {
    pub(crate) number: i64,
    pub(crate) field: String,
    pub(crate) value: String,
    pub(crate) media: Option<MessageId>,
    pub(crate) at: Timestamp,
    /// How often it was brought to the asked receiver in vain.
    pub(crate) attempts: u32,
}

/// How far a delivery has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeliveryState {
    /// It is brought, again and again.
    Waiting = 0,
    /// The receiver took it.
    Taken = 1,
    /// Nobody took it for a week, or nobody wants it any more.
    GivenUp = 2,
}

/// A delivery, as the log shows it.
#[derive(Clone, Debug)]
pub(crate) struct DeliveryRecord {
    pub(crate) event: i64,
    pub(crate) subscriber: i64,
    pub(crate) field: String,
    pub(crate) state: DeliveryState,
    pub(crate) attempts: u32,
    /// The last answer's status; none when there was no answer.
    pub(crate) status: Option<u16>,
    pub(crate) at: Timestamp,
}

impl Tx<'_> {
    /// Notes an event, and a delivery for each of these receivers.
    pub(crate) fn add_event(&self, event: &NewEvent, to: &[i64]) -> Result<()> {
        self.execute(
            "INSERT INTO event (lane, field, value, media, at) VALUES (?1, ?2, ?3, ?4, ?5)",
            (
                event.lane.as_bytes(),
                event.field,
                &event.value,
                event.media.map(|message| message.as_bytes().to_vec()),
                event.at.as_millis(),
            ),
        )?;
        let number = self.0.last_insert_rowid();
        for subscriber in to {
            self.execute(
                "INSERT INTO delivery (event, subscriber, lane, state, attempts, status, at)
                 VALUES (?1, ?2, ?3, 0, 0, NULL, ?4)",
                (number, subscriber, event.lane.as_bytes(), event.at.as_millis()),
            )?;
        }
        Ok(())
    }

    /// How many deliveries wait.
    pub(crate) fn waiting_count(&self) -> Result<u64> {
        let count = self
            .one("SELECT count(*) AS n FROM delivery WHERE state = 0", [], |row| {
                Ok(row.get::<_, i64>("n")?)
            })?
            .unwrap_or(0);
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// The lanes in which something waits.
    pub(crate) fn lanes(&self) -> Result<Vec<Lane>> {
        self.all("SELECT DISTINCT subscriber, lane FROM delivery WHERE state = 0", [], |row| {
            Ok((row.get("subscriber")?, id(row, "lane")?))
        })
    }

    /// The next event of a lane.
    pub(crate) fn next_delivery(&self, lane: Lane) -> Result<Option<EventRecord>> {
        self.one(
            "SELECT event.number, field, value, media, event.at, attempts FROM delivery
                JOIN event ON event.number = delivery.event
             WHERE delivery.state = 0 AND subscriber = ?1 AND delivery.lane = ?2
             ORDER BY delivery.event LIMIT 1",
            (lane.0, lane.1.as_bytes()),
            read,
        )
    }

    /// Events after one, oldest first.
    pub(crate) fn events_after(&self, after: i64, limit: u32) -> Result<Vec<EventRecord>> {
        self.all(
            "SELECT number, field, value, media, at, 0 AS attempts FROM event WHERE number > ?1
             ORDER BY number LIMIT ?2",
            (after, limit),
            read,
        )
    }

    /// Events of a lane before one, newest first.
    pub(crate) fn events_of(
        &self,
        lane: ConversationId,
        before: i64,
        limit: u32,
    ) -> Result<Vec<EventRecord>> {
        self.all(
            "SELECT number, field, value, media, at, 0 AS attempts FROM event
             WHERE lane = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3",
            (lane.as_bytes(), before, limit),
            read,
        )
    }

    /// The number of the newest event.
    pub(crate) fn newest_event(&self) -> Result<i64> {
        let newest = self.one("SELECT max(number) AS newest FROM event", [], |row| {
            Ok(row.get::<_, Option<i64>>("newest")?)
        })?;
        Ok(newest.flatten().unwrap_or(0))
    }

    /// Puts the described file into an event; it can be told now.
    pub(crate) fn complete_event(&self, number: i64, value: &str) -> Result<()> {
        self.execute(
            "UPDATE event SET value = ?2, media = NULL WHERE number = ?1",
            (number, value),
        )?;
        Ok(())
    }

    /// Notes how a delivery went.
    pub(crate) fn note_delivery(
        &self,
        event: i64,
        subscriber: i64,
        state: DeliveryState,
        status: Option<u16>,
        at: Timestamp,
    ) -> Result<()> {
        self.execute(
            "UPDATE delivery SET state = ?3, status = ?4, at = ?5, attempts = attempts + 1
             WHERE event = ?1 AND subscriber = ?2",
            (event, subscriber, state as u8, status, at.as_millis()),
        )?;
        Ok(())
    }

    /// Lets an event be brought once more to a receiver; gives its lane, if there is such an event.
    pub(crate) fn replay(
        &self,
        event: i64,
        subscriber: i64,
        at: Timestamp,
    ) -> Result<Option<ConversationId>> {
        let lane: Option<ConversationId> =
            self.one("SELECT lane FROM event WHERE number = ?1", (event,), |row| id(row, "lane"))?;
        let Some(lane) = lane else { return Ok(None) };
        self.execute(
            "INSERT INTO delivery (event, subscriber, lane, state, attempts, status, at)
             VALUES (?1, ?2, ?3, 0, 0, NULL, ?4)
             ON CONFLICT (event, subscriber) DO UPDATE SET state = 0, attempts = 0",
            (event, subscriber, lane.as_bytes(), at.as_millis()),
        )?;
        Ok(Some(lane))
    }

    /// The newest deliveries before an event, newest first.
    pub(crate) fn deliveries(&self, before: i64, limit: u32) -> Result<Vec<DeliveryRecord>> {
        self.all(
            "SELECT delivery.event, subscriber, field, state, attempts, status, delivery.at
             FROM delivery JOIN event ON event.number = delivery.event
             WHERE delivery.event < ?1 ORDER BY delivery.event DESC, subscriber LIMIT ?2",
            (before, limit),
            |row| {
                Ok(DeliveryRecord {
                    event: row.get("event")?,
                    subscriber: row.get("subscriber")?,
                    field: row.get("field")?,
                    state: match row.get::<_, i64>("state")? {
                        0 => DeliveryState::Waiting,
                        1 => DeliveryState::Taken,
                        2 => DeliveryState::GivenUp,
                        _ => return Err(Error::Damaged("state of delivery")),
                    },
                    attempts: row.get("attempts")?,
                    status: row.get("status")?,
                    at: Timestamp::from_millis(row.get("at")?),
                })
            },
        )
    }

    /// Forgets events from before a time that wait for nobody.
    pub(crate) fn forget_events(&self, before: Timestamp) -> Result<()> {
        self.execute(
            "DELETE FROM event WHERE at < ?1 AND NOT EXISTS (
                SELECT 1 FROM delivery WHERE event = event.number AND state = 0)",
            (before.as_millis(),),
        )?;
        self.execute(
            "DELETE FROM delivery WHERE state <> 0
                AND NOT EXISTS (SELECT 1 FROM event WHERE number = delivery.event)",
            [],
        )?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<EventRecord> {
    let media: Option<Vec<u8>> = row.get("media")?;
    let media = media
        .map(|bytes| MessageId::try_from(&bytes[..]).map_err(|_length| Error::Damaged("message")))
        .transpose()?;
    Ok(EventRecord {
        number: row.get("number")?,
        field: row.get("field")?,
        value: row.get("value")?,
        media,
        at: Timestamp::from_millis(row.get("at")?),
        attempts: row.get("attempts")?,
    })
}
