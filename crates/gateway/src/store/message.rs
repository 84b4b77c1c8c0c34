//! Messages, by the ids that the API knows them by, and how far their statuses were told.

use rusqlite::Row;
use tresen_types::{ConversationId, MessageId, Timestamp};

use super::{Tx, id};
use crate::error::{Error, Result};

/// How far an own message's statuses were told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Told {
    /// Nothing yet.
    Nothing = 0,
    /// On the server.
    Sent = 1,
    /// On a device of the customer.
    Delivered = 2,
    /// Seen.
    Read = 3,
    /// Refused.
    Failed = 4,
    /// Heard.
    Played = 5,
}

impl Told {
    fn read(number: i64) -> Result<Self> {
        [Self::Nothing, Self::Sent, Self::Delivered, Self::Read, Self::Failed, Self::Played]
            .into_iter()
            .find(|told| *told as i64 == number)
            .ok_or(Error::Damaged("status"))
    }
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The customer.
    Customer = 0,
    /// This gateway: statuses are told.
    Gateway = 1,
    /// A colleague in the app.
    Colleague = 2,
    /// This gateway, as a part of another message: nothing is told of it.
    Part = 3,
}

impl Origin {
    fn read(number: i64) -> Result<Self> {
        [Self::Customer, Self::Gateway, Self::Colleague, Self::Part]
            .into_iter()
            .find(|origin| *origin as i64 == number)
            .ok_or(Error::Damaged("origin"))
    }
}

/// A message as the API knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MessageRecord {
    pub(crate) wamid: String,
    /// The SDK's id; a file's message gets its final one when the file is uploaded.
    pub(crate) id: MessageId,
    pub(crate) conversation: ConversationId,
    pub(crate) position: i64,
    pub(crate) origin: Origin,
    pub(crate) told: Told,
    pub(crate) callback_data: Option<String>,
    /// The API's id of the template of which it is.
    pub(crate) template: Option<String>,
    /// What it asks the customer for: `address/` with a country, or `contact`.
    pub(crate) asks: Option<String>,
    pub(crate) at: Timestamp,
}

/// Own messages of a slot of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) slot: i64,
    pub(crate) sent: i64,
    pub(crate) delivered: i64,
    pub(crate) read: i64,
}

const COLUMNS: &str =
    "wamid, id, conversation, position, origin, told, callback_data, template, asks, at";

impl Tx<'_> {
    /// Keeps a message; one that is there gets what is told of it now and keeps its name.
    pub(crate) fn put_message(&self, record: &MessageRecord) -> Result<()> {
        self.execute(
            "INSERT INTO message
                (wamid, id, conversation, position, origin, told, callback_data, template, at, asks)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (wamid) DO UPDATE SET id = excluded.id, told = excluded.told,
                origin = excluded.origin,
                template = coalesce(excluded.template, message.template),
                asks = coalesce(excluded.asks, message.asks),
                callback_data = coalesce(excluded.callback_data, message.callback_data)",
            (
                &record.wamid,
                record.id.as_bytes(),
                record.conversation.as_bytes(),
                record.position,
                record.origin as u8,
                record.told as u8,
                &record.callback_data,
                &record.template,
                record.at.as_millis(),
                &record.asks,
            ),
        )?;
        Ok(())
    }

    /// A message by the API's id.
    pub(crate) fn message(&self, wamid: &str) -> Result<Option<MessageRecord>> {
        self.one(&format!("SELECT {COLUMNS} FROM message WHERE wamid = ?1"), (wamid,), read)
    }

    /// A message by the SDK's id.
    pub(crate) fn message_by_id(&self, message: MessageId) -> Result<Option<MessageRecord>> {
        self.one(
            &format!("SELECT {COLUMNS} FROM message WHERE id = ?1"),
            (message.as_bytes(),),
            read,
        )
    }

    /// An own message at a place: a file's message keeps it when it gets its final id.
    pub(crate) fn own_message_at(
        &self,
        conversation: ConversationId,
        position: i64,
    ) -> Result<Option<MessageRecord>> {
        self.one(
            &format!(
                "SELECT {COLUMNS} FROM message
                 WHERE conversation = ?1 AND position = ?2 AND origin IN (1, 3)"
            ),
            (conversation.as_bytes(), position),
            read,
        )
    }

    /// Own messages between two times, by slots of so many seconds; of one template, of none (an empty
    /// id), or all.
    pub(crate) fn count_sent(
        &self,
        start: Timestamp,
        end: Timestamp,
        slot_s: i64,
        template: Option<&str>,
    ) -> Result<Vec<Counted>> {
        self.all(
            "SELECT (at - ?1) / ?3 AS slot, sum(told IN (1, 2, 3, 5)) AS sent,
                sum(told IN (2, 3, 5)) AS delivered, sum(told IN (3, 5)) AS read
             FROM message
             WHERE origin = 1 AND at >= ?1 AND at < ?2 AND (?4 IS NULL OR coalesce(template, '') = ?4)
             GROUP BY slot ORDER BY slot",
            (start.as_millis(), end.as_millis(), slot_s.saturating_mul(1_000), template),
            |row| {
                Ok(Counted {
                    slot: row.get("slot")?,
                    sent: row.get("sent")?,
                    delivered: row.get("delivered")?,
                    read: row.get("read")?,
                })
            },
        )
    }

    /// Whether a message of the customer was taken in.
    pub(crate) fn has_heard(&self, conversation: ConversationId) -> Result<bool> {
        let sql = "SELECT 1 FROM message WHERE conversation = ?1 AND origin = 0 LIMIT 1";
        Ok(self.one(sql, (conversation.as_bytes(),), |_row| Ok(()))?.is_some())
    }

    /// The newest place in a conversation that was taken in.
    pub(crate) fn newest_position(&self, conversation: ConversationId) -> Result<Option<i64>> {
        let newest = self.one(
            "SELECT max(position) AS newest FROM message WHERE conversation = ?1",
            (conversation.as_bytes(),),
            |row| Ok(row.get::<_, Option<i64>>("newest")?),
        )?;
        Ok(newest.flatten())
    }

    /// The oldest own message of a conversation whose statuses aren't complete, since a time.
    pub(crate) fn oldest_to_follow(
        &self,
        conversation: ConversationId,
        since: Timestamp,
    ) -> Result<Option<i64>> {
        let oldest = self.one(
            "SELECT min(position) AS oldest FROM message
             WHERE origin = 1 AND told < 3 AND at >= ?2 AND conversation = ?1",
            (conversation.as_bytes(), since.as_millis()),
            |row| Ok(row.get::<_, Option<i64>>("oldest")?),
        )?;
        Ok(oldest.flatten())
    }
}

fn read(row: &Row<'_>) -> Result<MessageRecord> {
    Ok(MessageRecord {
        wamid: row.get("wamid")?,
        id: id(row, "id")?,
        conversation: id(row, "conversation")?,
        position: row.get("position")?,
        origin: Origin::read(row.get("origin")?)?,
        told: Told::read(row.get("told")?)?,
        callback_data: row.get("callback_data")?,
        template: row.get("template")?,
        asks: row.get("asks")?,
        at: Timestamp::from_millis(row.get("at")?),
    })
}
