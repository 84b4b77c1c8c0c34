//! Broadcasts, who is to get them, and which message each has got.

use rusqlite::{Row, named_params};
use tresen_types::{AccountId, Category, ConversationId, MessageId, Timestamp};

use super::{StoredState, Tx, id};
use crate::error::{Error, Result};

/// The tables.
pub(super) const TABLES: &str = "
CREATE TABLE broadcast (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    template BLOB NOT NULL,
    value TEXT NOT NULL,
    category INTEGER NOT NULL,
    state INTEGER NOT NULL,
    reason TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    starts_at INTEGER NOT NULL,
    per_minute INTEGER NOT NULL,
    messages_max INTEGER NOT NULL
) STRICT;

CREATE TABLE broadcast_recipient (
    broadcast INTEGER NOT NULL,
    conversation BLOB NOT NULL,
    state INTEGER NOT NULL,
    message BLOB,
    PRIMARY KEY (broadcast, conversation)
) STRICT, WITHOUT ROWID;
CREATE INDEX broadcast_waiting ON broadcast_recipient (broadcast) WHERE state = 0;
CREATE INDEX broadcast_message ON broadcast_recipient (message);
";

/// How far a broadcast is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum BroadcastPhase {
    Running = 0,
    Paused = 1,
    Done = 2,
    Cancelled = 3,
}

/// A broadcast.
#[derive(Clone, Debug)]
pub(crate) struct BroadcastRecord {
    /// 0 in a new one.
    pub(crate) number: i64,
    pub(crate) name: String,
    pub(crate) template: [u8; 32],
    /// The values, as JSON.
    pub(crate) values: String,
    pub(crate) category: Category,
    pub(crate) phase: BroadcastPhase,
    /// Why it stands still; empty when somebody wants it so.
    pub(crate) reason: String,
    pub(crate) made_at: Timestamp,
    pub(crate) starts_at: Timestamp,
    /// 0 for as fast as it goes.
    pub(crate) per_minute: u32,
    /// 0 for no limit.
    pub(crate) messages_max: u64,
}

/// What became of those who are to get a broadcast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Turn {
    Waiting = 0,
    Taken = 1,
    Withdrawn = 2,
}

const COLUMNS: &str = "number, name, template, value, category, state, reason, made_at, starts_at,
    per_minute, messages_max";

impl Tx<'_> {
    /// Writes a new broadcast; returns its number.
    pub(crate) fn add_broadcast(&self, record: &BroadcastRecord) -> Result<i64> {
        self.execute(
            "INSERT INTO broadcast (name, template, value, category, state, reason, made_at,
                starts_at, per_minute, messages_max)
             VALUES (:name, :template, :value, :category, :state, :reason, :made_at, :starts_at,
                :per_minute, :messages_max)",
            named_params! {
                ":name": record.name,
                ":template": record.template,
                ":value": record.values,
                ":category": record.category.as_byte(),
                ":state": record.phase as u8,
                ":reason": record.reason,
                ":made_at": record.made_at.as_millis(),
                ":starts_at": record.starts_at.as_millis(),
                ":per_minute": record.per_minute,
                ":messages_max": i64::try_from(record.messages_max).unwrap_or(i64::MAX),
            },
        )?;
        let number = self.one("SELECT max(number) AS number FROM broadcast", [], |row| {
            Ok(row.get::<_, i64>("number")?)
        })?;
        number.ok_or(Error::Internal("a broadcast that was written"))
    }

    /// Adds one who is to get it.
    pub(crate) fn add_recipient(&self, broadcast: i64, to: ConversationId) -> Result<()> {
        self.execute(
            "INSERT INTO broadcast_recipient (broadcast, conversation, state) VALUES (?1, ?2, 0)
             ON CONFLICT DO NOTHING",
            (broadcast, to.as_bytes()),
        )?;
        Ok(())
    }

    /// A broadcast by its number.
    pub(crate) fn broadcast(&self, number: i64) -> Result<Option<BroadcastRecord>> {
        self.one(&format!("SELECT {COLUMNS} FROM broadcast WHERE number = ?1"), (number,), read)
    }

    /// All broadcasts, newest first.
    pub(crate) fn broadcasts(&self) -> Result<Vec<BroadcastRecord>> {
        self.all(&format!("SELECT {COLUMNS} FROM broadcast ORDER BY number DESC"), [], read)
    }

    /// Notes how far a broadcast is, and why.
    pub(crate) fn set_broadcast(
        &self,
        number: i64,
        phase: BroadcastPhase,
        reason: &str,
    ) -> Result<()> {
        self.execute(
            "UPDATE broadcast SET state = ?2, reason = ?3 WHERE number = ?1",
            (number, phase as u8, reason),
        )?;
        Ok(())
    }

    /// Some who hadn't a turn yet.
    pub(crate) fn waiting_recipients(
        &self,
        broadcast: i64,
        limit: usize,
    ) -> Result<Vec<ConversationId>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.all(
            "SELECT conversation FROM broadcast_recipient WHERE broadcast = ?1 AND state = 0
             ORDER BY conversation LIMIT ?2",
            (broadcast, limit),
            |row| id(row, "conversation"),
        )
    }

    /// Notes what became of one, in the transaction that writes its message.
    pub(crate) fn take_turn(
        &self,
        broadcast: i64,
        of: ConversationId,
        turn: Turn,
        message: Option<MessageId>,
    ) -> Result<()> {
        self.execute(
            "UPDATE broadcast_recipient SET state = ?3, message = ?4
             WHERE broadcast = ?1 AND conversation = ?2",
            (
                broadcast,
                of.as_bytes(),
                turn as u8,
                message.map(|message| message.as_bytes().to_vec()),
            ),
        )?;
        Ok(())
    }

    /// How many had which turn.
    pub(crate) fn count_turns(&self, broadcast: i64, turn: Turn) -> Result<u64> {
        self.count(
            "SELECT count(*) AS n FROM broadcast_recipient WHERE broadcast = ?1 AND state = ?2",
            (broadcast, turn as u8),
        )
    }

    /// All who are to get it.
    pub(crate) fn count_recipients(&self, broadcast: i64) -> Result<u64> {
        self.count(
            "SELECT count(*) AS n FROM broadcast_recipient WHERE broadcast = ?1",
            (broadcast,),
        )
    }

    /// How many messages of broadcasts since a time have arrived, and how many of those were read.
    pub(crate) fn broadcast_reads(&self, since: Timestamp) -> Result<(u64, u64)> {
        let count = |least: StoredState| {
            self.count(
                "SELECT count(*) AS n FROM broadcast AS b
                 JOIN broadcast_recipient AS r ON r.broadcast = b.number
                 JOIN message AS m ON m.id = r.message
                 WHERE b.made_at >= ?1 AND m.state >= ?2 AND m.state != ?3",
                (since.as_millis(), least as i64, StoredState::Failed as i64),
            )
        };
        Ok((count(StoredState::Delivered)?, count(StoredState::Read)?))
    }

    /// How many of its messages have which state (that of the message's row).
    pub(crate) fn count_states(&self, broadcast: i64, state: i64) -> Result<u64> {
        self.count(
            "SELECT count(*) AS n FROM broadcast_recipient AS r
             JOIN message AS m ON m.id = r.message WHERE r.broadcast = ?1 AND m.state = ?2",
            (broadcast, state),
        )
    }

    /// The messages of it that the server refused, with what it said, as JSON.
    pub(crate) fn refused_turns(&self, broadcast: i64) -> Result<Vec<(i64, MessageId, String)>> {
        self.all(
            "SELECT o.number AS number, r.message AS message, coalesce(o.refusal, '') AS refusal
             FROM broadcast_recipient AS r JOIN outbox AS o ON o.message = r.message
             WHERE r.broadcast = ?1 AND o.is_failed = 1",
            (broadcast,),
            |row| Ok((row.get("number")?, id(row, "message")?, row.get("refusal")?)),
        )
    }

    /// The customers who had a turn.
    pub(crate) fn turn_customers(&self, broadcast: i64) -> Result<Vec<AccountId>> {
        self.all(
            "SELECT c.counterpart AS counterpart FROM broadcast_recipient AS r
             JOIN conversation AS c ON c.id = r.conversation
             WHERE r.broadcast = ?1 AND r.state = 1 AND c.counterpart IS NOT NULL",
            (broadcast,),
            |row| id(row, "counterpart"),
        )
    }

    /// How many messages wait to be sent.
    pub(crate) fn outbox_depth(&self) -> Result<u64> {
        self.count("SELECT count(*) AS n FROM outbox WHERE is_failed = 0", [])
    }

    fn count(&self, sql: &str, parameters: impl rusqlite::Params) -> Result<u64> {
        let count = self.one(sql, parameters, |row| Ok(row.get::<_, i64>("n")?))?;
        Ok(count.map_or(0, |count| u64::try_from(count).unwrap_or(0)))
    }
}

fn read(row: &Row<'_>) -> Result<BroadcastRecord> {
    let limit: i64 = row.get("messages_max")?;
    Ok(BroadcastRecord {
        number: row.get("number")?,
        name: row.get("name")?,
        template: row.get("template")?,
        values: row.get("value")?,
        category: Category::from_byte(row.get("category")?)
            .ok_or(Error::Damaged("category of a broadcast"))?,
        phase: match row.get::<_, i64>("state")? {
            0 => BroadcastPhase::Running,
            1 => BroadcastPhase::Paused,
            2 => BroadcastPhase::Done,
            3 => BroadcastPhase::Cancelled,
            _ => return Err(Error::Damaged("state of a broadcast")),
        },
        reason: row.get("reason")?,
        made_at: Timestamp::from_millis(row.get("made_at")?),
        starts_at: Timestamp::from_millis(row.get("starts_at")?),
        per_minute: row.get("per_minute")?,
        messages_max: u64::try_from(limit).unwrap_or(0),
    })
}
