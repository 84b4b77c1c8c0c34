//! Webhooks that wait, in lanes: what is of one conversation goes one after the other.

use rusqlite::Row;
use tresen_types::{ConversationId, MessageId, Timestamp};

use super::{Tx, id};
use crate::error::{Error, Result};

/// A webhook that is to go out.
#[derive(Clone, Debug)]
pub(crate) struct NewWebhook {
    /// The conversation whose order it keeps.
    pub(crate) lane: ConversationId,
    pub(crate) field: &'static str,
    /// The `value`, JSON.
    pub(crate) value: String,
    /// The message whose file is still to be fetched before it can go.
    pub(crate) media: Option<MessageId>,
    pub(crate) at: Timestamp,
}

/// A webhook that waits.
#[derive(Clone, Debug)]
pub(crate) struct WebhookRecord {
    pub(crate) number: i64,
    pub(crate) field: String,
    pub(crate) value: String,
    pub(crate) media: Option<MessageId>,
    pub(crate) at: Timestamp,
    pub(crate) attempts: u32,
}

impl Tx<'_> {
    /// Queues a webhook.
    pub(crate) fn add_webhook(&self, webhook: &NewWebhook) -> Result<()> {
        self.execute(
            "INSERT INTO webhook (lane, field, value, media, at, attempts)
             VALUES (?1, ?2, ?3, ?4, ?5, 0)",
            (
                webhook.lane.as_bytes(),
                webhook.field,
                &webhook.value,
                webhook.media.map(|message| message.as_bytes().to_vec()),
                webhook.at.as_millis(),
            ),
        )?;
        Ok(())
    }

    /// How many wait.
    pub(crate) fn webhook_count(&self) -> Result<u64> {
        let count = self
            .one("SELECT count(*) AS n FROM webhook", [], |row| Ok(row.get::<_, i64>("n")?))?
            .unwrap_or(0);
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// The lanes in which something waits.
    pub(crate) fn lanes(&self) -> Result<Vec<ConversationId>> {
        self.all("SELECT DISTINCT lane FROM webhook", [], |row| id(row, "lane"))
    }

    /// The next of a lane.
    pub(crate) fn next_webhook(&self, lane: ConversationId) -> Result<Option<WebhookRecord>> {
        self.one(
            "SELECT number, field, value, media, at, attempts FROM webhook WHERE lane = ?1
             ORDER BY number LIMIT 1",
            (lane.as_bytes(),),
            read,
        )
    }

    /// Puts the described file into a webhook; it can go now.
    pub(crate) fn complete_webhook(&self, number: i64, value: &str) -> Result<()> {
        self.execute(
            "UPDATE webhook SET value = ?2, media = NULL WHERE number = ?1",
            (number, value),
        )?;
        Ok(())
    }

    /// Notes that a webhook wasn't taken.
    pub(crate) fn count_attempt(&self, number: i64) -> Result<()> {
        self.execute("UPDATE webhook SET attempts = attempts + 1 WHERE number = ?1", (number,))?;
        Ok(())
    }

    /// Forgets a webhook that was taken, or given up.
    pub(crate) fn delete_webhook(&self, number: i64) -> Result<()> {
        self.execute("DELETE FROM webhook WHERE number = ?1", (number,))?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<WebhookRecord> {
    let media: Option<Vec<u8>> = row.get("media")?;
    let media = media
        .map(|bytes| MessageId::try_from(&bytes[..]).map_err(|_length| Error::Damaged("message")))
        .transpose()?;
    Ok(WebhookRecord {
        number: row.get("number")?,
        field: row.get("field")?,
        value: row.get("value")?,
        media,
        at: Timestamp::from_millis(row.get("at")?),
        attempts: row.get("attempts")?,
    })
}
