//! Messages, as they were decrypted, and their search text beside them.

use rusqlite::{Row, named_params};
use tresen_types::{AccountId, ConversationId, DeviceId, MessageId, Nonce, Timestamp};

use super::{Tx, from_sql, id, to_sql};
use crate::error::{Error, Result};

/// What counts as unread: words of the other side that are seen in their place. Index and questions say it
/// in the same words, or SQLite doesn't take the index.
macro_rules! is_incoming {
    () => {
        "is_own = 0 AND kind NOT IN (1, 3, 4, 5, 6, 7)"
    };
}

pub(super) use is_incoming;

/// Who answers a thousand times and is never answered (a gateway) has nothing to walk through.
pub(super) const UNREAD_INDEX: &str = concat!(
    "CREATE INDEX message_that_came ON message (conversation, position) WHERE ",
    is_incoming!(),
    ";"
);

pub(super) const UNREAD_COUNT: &str = concat!(
    "SELECT count(*) AS count FROM message WHERE conversation = ?1 AND position > ?2 AND ",
    is_incoming!()
);
pub(super) const UNREAD_FIRST: &str = concat!(
    "SELECT position FROM message WHERE conversation = ?1 AND position > ?2 AND ",
    is_incoming!(),
    " ORDER BY position LIMIT 1"
);

/// What a row's content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MessageKind {
    /// Encoded content (crate `content`).
    Content = 0,
    /// A system line, as JSON.
    System = 1,
    /// A check failed: the reason, as a stable word.
    Refused = 2,
    /// Encoded content that the customer didn't ask for.
    Shelved = 3,
    /// Encoded content that waits for the customer's weekly digest: nobody sees it yet.
    Held = 4,
    /// An edit or a deletion of another message: never listed.
    Amendment = 5,
    /// Its author took it back: nothing of it is left.
    Deleted = 6,
    /// This account took it off its own devices.
    Hidden = 7,
}

/// How far an own message has come; increases but for a retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum StoredState {
    Queued = 0,
    Sent = 1,
    Delivered = 2,
    Read = 3,
    Failed = 4,
    /// Heard. Also notes of a message of the other side that this device has told so.
    Played = 5,
}

/// A message.
#[derive(Clone, Debug)]
pub(crate) struct MessageRecord {
    /// Place on this device; 0 in a new one: the store gives the next.
    pub(crate) position: i64,
    pub(crate) id: MessageId,
    pub(crate) conversation: ConversationId,
    pub(crate) kind: MessageKind,
    /// Position in the conversation at the server; 0 while it isn't accepted.
    pub(crate) sequence: u64,
    pub(crate) at: Timestamp,
    pub(crate) sender_account: AccountId,
    pub(crate) sender_device: DeviceId,
    /// Whether the own account wrote it.
    pub(crate) is_own: bool,
    pub(crate) state: Option<StoredState>,
    pub(crate) content: Vec<u8>,
    pub(crate) nonce: Nonce,
    /// The server's acceptance receipt; may be empty.
    pub(crate) receipt: Vec<u8>,
    /// Whether the receipt verifies and fits.
    pub(crate) is_reportable: bool,
}

/// The receipts that this device still owes for a message.
pub(super) const OWES_DELIVERED: i64 = 1;
pub(super) const OWES_READ: i64 = 2;

/// Distance between new positions: messages that come in late find room between.
pub(super) const POSITION_STEP: i64 = 1 << 16;

pub(super) const COLUMNS: &str = "position, id, conversation, kind, sequence, at, sender_account,
    sender_device, is_own, state, content, nonce, receipt, is_reportable";

impl Tx<'_> {
    /// Messages of a span of time in all chats, oldest first; when there are too many, the newest.
    pub(crate) fn messages_between(
        &self,
        from: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<MessageRecord>> {
        let mut found = self.all(
            &format!(
                "SELECT {COLUMNS} FROM message WHERE at >= ?1 AND at < ?2
                 ORDER BY at DESC, position DESC LIMIT ?3"
            ),
            (from.as_millis(), until.as_millis(), limit),
            read,
        )?;
        found.reverse();
        Ok(found)
    }

    /// Adds a message with its search text; gives its position. A message that is there already
    /// (the same id) stays as it is: then the answer is `None`.
    pub(crate) fn add_message(
        &self,
        record: &MessageRecord,
        search_text: &str,
    ) -> Result<Option<i64>> {
        let position: i64 = if record.position != 0 {
            record.position
        } else {
            self.one(
                "SELECT coalesce(max(position), 0) + ?1 AS next FROM message",
                (POSITION_STEP,),
                |row| Ok(row.get("next")?),
            )?
            .unwrap_or(POSITION_STEP)
        };
        let position = if record.position == 0 { position.max(1) } else { position };
        let added = self.execute(
            "INSERT INTO message (position, id, conversation, kind, sequence, at, sender_account,
                sender_device, is_own, state, content, nonce, receipt, is_reportable, owes)
             VALUES (:position, :id, :conversation, :kind, :sequence, :at, :sender_account,
                :sender_device, :is_own, :state, :content, :nonce, :receipt, :is_reportable, 0)
             ON CONFLICT (id) DO NOTHING",
            named_params! {
                ":position": position,
                ":id": record.id.as_bytes(),
                ":conversation": record.conversation.as_bytes(),
                ":kind": record.kind as u8,
                ":sequence": to_sql(record.sequence),
                ":at": record.at.as_millis(),
                ":sender_account": record.sender_account.as_bytes(),
                ":sender_device": record.sender_device.as_bytes(),
                ":is_own": record.is_own,
                ":state": record.state.map(|state| state as u8),
                ":content": record.content,
                ":nonce": record.nonce.as_bytes(),
                ":receipt": record.receipt,
                ":is_reportable": record.is_reportable,
            },
        )?;
        if added == 0 {
            return Ok(None);
        }
        if !record.is_own {
            self.note_heard(record.conversation, position)?;
        }
        self.put_searched(position, search_text)?;
        Ok(Some(position))
    }

    /// A message by its id.
    pub(crate) fn message(&self, id: MessageId) -> Result<Option<MessageRecord>> {
        self.one(&format!("SELECT {COLUMNS} FROM message WHERE id = ?1"), (id.as_bytes(),), read)
    }

    /// Whether the server has ever accepted a message of this device.
    pub(crate) fn has_sent(&self) -> Result<bool> {
        let found = self.one(
            "SELECT 1 FROM message WHERE is_own = 1 AND sequence > 0 LIMIT 1",
            [],
            |_row| Ok(()),
        )?;
        Ok(found.is_some())
    }

    /// Whether a message of an account with this nonce is there.
    pub(crate) fn has_nonce(&self, account: AccountId, nonce: Nonce) -> Result<bool> {
        let found = self.one(
            "SELECT 1 FROM message WHERE nonce = ?1 AND sender_account = ?2",
            (nonce.as_bytes(), account.as_bytes()),
            |_row| Ok(()),
        )?;
        Ok(found.is_some())
    }

    /// The own message that was sent with a nonce.
    pub(crate) fn message_of_nonce(&self, nonce: Nonce) -> Result<Option<MessageId>> {
        let sql = "SELECT id FROM message WHERE nonce = ?1 AND is_own = 1";
        self.one(sql, [nonce.as_bytes()], |row| id(row, "id"))
    }

    /// A message that must be there.
    pub(crate) fn known_message(&self, id: MessageId) -> Result<MessageRecord> {
        self.message(id)?.ok_or(Error::NotFound("message"))
    }

    /// Messages before a position, newest first.
    pub(crate) fn messages_before(
        &self,
        conversation: ConversationId,
        before: i64,
        limit: u32,
    ) -> Result<Vec<MessageRecord>> {
        self.all(
            &format!(
                "SELECT {COLUMNS} FROM message WHERE conversation = ?1 AND position < ?2
                    AND kind NOT IN (4, 5, 7) ORDER BY position DESC LIMIT ?3"
            ),
            (conversation.as_bytes(), before, limit),
            read,
        )
    }

    /// Messages from a position on, oldest first.
    pub(crate) fn messages_from(
        &self,
        conversation: ConversationId,
        from: i64,
        limit: u32,
    ) -> Result<Vec<MessageRecord>> {
        self.all(
            &format!(
                "SELECT {COLUMNS} FROM message WHERE conversation = ?1 AND position >= ?2
                    AND kind NOT IN (4, 5, 7) ORDER BY position LIMIT ?3"
            ),
            (conversation.as_bytes(), from, limit),
            read,
        )
    }

    /// Deletes a message with its search text.
    pub(crate) fn delete_message(&self, id: MessageId) -> Result<()> {
        let Some(message) = self.message(id)? else { return Ok(()) };
        self.drop_searched(message.position)?;
        self.execute("DELETE FROM message WHERE position = ?1", (message.position,))?;
        Ok(())
    }

    /// Notes what the server said to an own message.
    pub(crate) fn accept_message(
        &self,
        id: MessageId,
        sequence: u64,
        at: Timestamp,
        receipt: &[u8],
        is_reportable: bool,
    ) -> Result<()> {
        self.execute(
            "UPDATE message SET sequence = ?2, at = ?3, receipt = ?4, is_reportable = ?5,
                state = CASE WHEN state IN (0, 4) THEN 1 ELSE state END WHERE id = ?1",
            (id.as_bytes(), to_sql(sequence), at.as_millis(), receipt, is_reportable),
        )?;
        Ok(())
    }

    /// Sets the state of an own message.
    pub(crate) fn set_message_state(&self, id: MessageId, state: StoredState) -> Result<()> {
        self.execute("UPDATE message SET state = ?2 WHERE id = ?1", (id.as_bytes(), state as u8))?;
        Ok(())
    }

    /// Raises the state of an own message; tells whether that was news.
    pub(crate) fn set_message_state_from_receipt(
        &self,
        conversation: ConversationId,
        id: MessageId,
        state: StoredState,
    ) -> Result<bool> {
        let changed = self.execute(
            "UPDATE message SET state = ?3 WHERE id = ?1 AND conversation = ?2 AND is_own = 1
                AND (state < ?3 OR state = 4)",
            (id.as_bytes(), conversation.as_bytes(), state as u8),
        )?;
        Ok(changed > 0)
    }

    /// Own messages up to one that are not so far yet.
    pub(crate) fn own_messages_up_to(
        &self,
        conversation: ConversationId,
        last: MessageId,
        state: StoredState,
    ) -> Result<Vec<MessageId>> {
        self.all(
            "SELECT id FROM message WHERE conversation = ?1 AND is_own = 1 AND state < ?3
                AND position <= (SELECT position FROM message WHERE id = ?2 AND conversation = ?1)
             ORDER BY position",
            (conversation.as_bytes(), last.as_bytes(), state as u8),
            |row| id(row, "id"),
        )
    }

    /// The position of the last message up to a sequence number.
    pub(crate) fn position_of_sequence(
        &self,
        conversation: ConversationId,
        sequence: u64,
    ) -> Result<Option<i64>> {
        self.one(
            "SELECT position FROM message WHERE conversation = ?1 AND sequence BETWEEN 1 AND ?2
             ORDER BY position DESC LIMIT 1",
            (conversation.as_bytes(), to_sql(sequence)),
            |row| Ok(row.get("position")?),
        )
    }

    /// Messages of the other side that weren't seen.
    pub(crate) fn unread(&self, conversation: ConversationId, after: i64) -> Result<u32> {
        let count =
            self.one(UNREAD_COUNT, (conversation.as_bytes(), after), |row| Ok(row.get("count")?))?;
        Ok(count.unwrap_or(0))
    }

    /// Position of the first message that wasn't seen.
    pub(crate) fn first_unread(
        &self,
        conversation: ConversationId,
        after: i64,
    ) -> Result<Option<i64>> {
        self.one(UNREAD_FIRST, (conversation.as_bytes(), after), |row| Ok(row.get("position")?))
    }

    /// Notes that this device owes the sender a delivered receipt.
    pub(crate) fn owe_delivered(&self, id: MessageId) -> Result<()> {
        self.execute(
            "UPDATE message SET owes = owes | ?2 WHERE id = ?1",
            (id.as_bytes(), OWES_DELIVERED),
        )?;
        Ok(())
    }

    /// Notes that the messages up to a position were seen, so that read receipts are owed.
    pub(crate) fn owe_read(
        &self,
        conversation: ConversationId,
        after: i64,
        through: i64,
    ) -> Result<usize> {
        self.execute(
            "UPDATE message SET owes = ?4 WHERE conversation = ?1 AND position > ?2
                AND position <= ?3 AND is_own = 0 AND kind = 0",
            (conversation.as_bytes(), after, through, OWES_READ),
        )
    }

    /// Conversations in which receipts are owed.
    pub(crate) fn conversations_that_owe(&self) -> Result<Vec<ConversationId>> {
        // The sign keeps SQLite from walking through all messages in the order of conversations.
        let few = "SELECT DISTINCT +conversation AS conversation FROM message WHERE owes > 0";
        self.all(few, [], |row| id(row, "conversation"))
    }

    /// Takes up to `limit` owed receipts of one kind; they aren't owed any more.
    pub(crate) fn take_owed(
        &self,
        conversation: ConversationId,
        is_read: bool,
        limit: usize,
    ) -> Result<Vec<MessageId>> {
        let bit = if is_read { OWES_READ } else { OWES_DELIVERED };
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let ids: Vec<MessageId> = self.all(
            "SELECT id FROM message WHERE owes & ?2 <> 0 AND owes > 0 AND +conversation = ?1
             ORDER BY position LIMIT ?3",
            (conversation.as_bytes(), bit, limit),
            |row| id(row, "id"),
        )?;
        for taken in &ids {
            self.execute(
                "UPDATE message SET owes = owes & ~?2 WHERE id = ?1",
                (taken.as_bytes(), bit),
            )?;
        }
        Ok(ids)
    }
}

pub(super) fn read(row: &Row<'_>) -> Result<MessageRecord> {
    Ok(MessageRecord {
        position: row.get("position")?,
        id: id(row, "id")?,
        conversation: id(row, "conversation")?,
        kind: match row.get::<_, i64>("kind")? {
            0 => MessageKind::Content,
            1 => MessageKind::System,
            2 => MessageKind::Refused,
            3 => MessageKind::Shelved,
            4 => MessageKind::Held,
            5 => MessageKind::Amendment,
            6 => MessageKind::Deleted,
            7 => MessageKind::Hidden,
            _ => return Err(Error::Damaged("kind of message")),
        },
        sequence: from_sql(row.get("sequence")?),
        at: Timestamp::from_millis(row.get("at")?),
        sender_account: id(row, "sender_account")?,
        sender_device: id(row, "sender_device")?,
        is_own: row.get("is_own")?,
        state: match row.get::<_, Option<i64>>("state")? {
            None => None,
            Some(0) => Some(StoredState::Queued),
            Some(1) => Some(StoredState::Sent),
            Some(2) => Some(StoredState::Delivered),
            Some(3) => Some(StoredState::Read),
            Some(4) => Some(StoredState::Failed),
            Some(5) => Some(StoredState::Played),
            Some(_) => return Err(Error::Damaged("state of message")),
        },
        content: row.get("content")?,
        nonce: id(row, "nonce")?,
        receipt: row.get("receipt")?,
        is_reportable: row.get("is_reportable")?,
    })
}
