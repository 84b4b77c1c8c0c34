//! Conversations, the account's own group among them.

use rusqlite::{Row, named_params};
use tresen_types::{AccountId, ConversationId, DeviceId, EntryId, GroupId, Timestamp};

use super::{Tx, blob, from_sql, id, optional_id, to_sql};
use crate::error::{Error, Result};

/// What a conversation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConversationKind {
    /// The group of the account's own devices.
    Own = 0,
    /// A customer's chat with a business.
    Business = 1,
}

/// How this device stands to a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConversationState {
    /// It is being made: the server hasn't accepted it yet.
    Creating = 0,
    /// This device is a member.
    Open = 1,
    /// This device, or its account, has left or was removed.
    Left = 2,
    /// The group's state doesn't fit what the server delivers: to be resynced.
    Lost = 3,
}

/// A conversation.
#[derive(Clone, Debug)]
pub(crate) struct ConversationRecord {
    pub(crate) id: ConversationId,
    pub(crate) group: GroupId,
    pub(crate) kind: ConversationKind,
    pub(crate) state: ConversationState,
    /// The other account; `None` for the own group.
    pub(crate) counterpart: Option<AccountId>,
    /// The entry link that led here.
    pub(crate) entry: Option<EntryId>,
    /// Its private label, known to the business.
    pub(crate) label: Option<String>,
    pub(crate) since: Timestamp,
    /// Last activity.
    pub(crate) updated_at: Timestamp,
    /// Whether this device was added without a path and hasn't renewed its leaf since.
    pub(crate) needs_leaf_update: bool,
    pub(crate) leaf_updated_at: Timestamp,
    pub(crate) resynced_at: Timestamp,
    /// The last known epoch.
    pub(crate) epoch: u64,
    /// The highest sequence number that was delivered.
    pub(crate) sequence: u64,
    /// How many sequence numbers were missing.
    pub(crate) gaps: u64,
    /// Position of the last message that was seen.
    pub(crate) read_position: i64,
    pub(crate) is_closed: bool,
    pub(crate) assignee: Option<DeviceId>,
    /// Since when the customer waits for an answer.
    pub(crate) waiting_since: Option<Timestamp>,
    pub(crate) draft: String,
    /// When the customer wrote last, on the server's clock: the service window.
    pub(crate) window_at: Option<Timestamp>,
}

impl ConversationRecord {
    /// Notes that the customer wrote.
    pub(crate) fn open_window(&mut self, at: Timestamp) {
        self.window_at = self.window_at.max(Some(at));
    }

    /// A conversation that begins now.
    pub(crate) fn new(
        id: ConversationId,
        group: GroupId,
        kind: ConversationKind,
        counterpart: Option<AccountId>,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            group,
            kind,
            state: ConversationState::Creating,
            counterpart,
            entry: None,
            label: None,
            since: now,
            updated_at: now,
            needs_leaf_update: false,
            leaf_updated_at: now,
            resynced_at: Timestamp::default(),
            epoch: 0,
            sequence: 0,
            gaps: 0,
            read_position: 0,
            is_closed: false,
            assignee: None,
            waiting_since: None,
            draft: String::new(),
            window_at: None,
        }
    }
}

const COLUMNS: &str = "id, grp, kind, state, counterpart, entry, label, since, updated_at,
    needs_leaf_update, leaf_updated_at, resynced_at, epoch, sequence, gaps, read_position,
    is_closed, assignee, waiting_since, draft, window_at";

/// Which conversation with an account counts.
pub(super) const WITH: &str = "FROM conversation WHERE counterpart = ?1
    ORDER BY state = 2, updated_at DESC LIMIT 1";

impl Tx<'_> {
    /// A conversation.
    pub(crate) fn conversation(&self, id: ConversationId) -> Result<Option<ConversationRecord>> {
        self.one(
            &format!("SELECT {COLUMNS} FROM conversation WHERE id = ?1"),
            (id.as_bytes(),),
            read,
        )
    }

    /// A conversation that must be there.
    pub(crate) fn known_conversation(&self, id: ConversationId) -> Result<ConversationRecord> {
        self.conversation(id)?.ok_or(Error::NotFound("conversation"))
    }

    /// All conversations, newest activity first.
    pub(crate) fn conversations(&self) -> Result<Vec<ConversationRecord>> {
        self.all(
            &format!("SELECT {COLUMNS} FROM conversation ORDER BY updated_at DESC, id"),
            [],
            read,
        )
    }

    /// The conversation with an account, the newest if there are several.
    pub(crate) fn conversation_with(
        &self,
        counterpart: AccountId,
    ) -> Result<Option<ConversationRecord>> {
        self.one(&format!("SELECT {COLUMNS} {WITH}"), (counterpart.as_bytes(),), read)
    }

    /// Writes a conversation.
    pub(crate) fn put_conversation(&self, record: &ConversationRecord) -> Result<()> {
        self.execute(
            "INSERT INTO conversation (id, grp, kind, state, counterpart, entry, label, since,
                updated_at, needs_leaf_update, leaf_updated_at, resynced_at, epoch, sequence, gaps,
                read_position, is_closed, assignee, waiting_since, draft, window_at)
             VALUES (:id, :grp, :kind, :state, :counterpart, :entry, :label, :since, :updated_at,
                :needs_leaf_update, :leaf_updated_at, :resynced_at, :epoch, :sequence, :gaps,
                :read_position, :is_closed, :assignee, :waiting_since, :draft, :window_at)
             ON CONFLICT (id) DO UPDATE SET grp = excluded.grp, kind = excluded.kind,
                state = excluded.state, counterpart = excluded.counterpart, entry = excluded.entry,
                label = excluded.label, since = excluded.since, updated_at = excluded.updated_at,
                needs_leaf_update = excluded.needs_leaf_update,
                leaf_updated_at = excluded.leaf_updated_at, resynced_at = excluded.resynced_at,
                epoch = excluded.epoch, sequence = excluded.sequence, gaps = excluded.gaps,
                read_position = excluded.read_position, is_closed = excluded.is_closed,
                assignee = excluded.assignee, waiting_since = excluded.waiting_since,
                draft = excluded.draft, window_at = excluded.window_at",
            named_params! {
                ":id": record.id.as_bytes(),
                ":grp": record.group.as_bytes(),
                ":kind": record.kind as u8,
                ":state": record.state as u8,
                ":counterpart": blob(record.counterpart.as_ref().map(|id| &id.as_bytes()[..])),
                ":entry": blob(record.entry.as_ref().map(|id| &id.as_bytes()[..])),
                ":label": record.label,
                ":since": record.since.as_millis(),
                ":updated_at": record.updated_at.as_millis(),
                ":needs_leaf_update": record.needs_leaf_update,
                ":leaf_updated_at": record.leaf_updated_at.as_millis(),
                ":resynced_at": record.resynced_at.as_millis(),
                ":epoch": to_sql(record.epoch),
                ":sequence": to_sql(record.sequence),
                ":gaps": to_sql(record.gaps),
                ":read_position": record.read_position,
                ":is_closed": record.is_closed,
                ":assignee": blob(record.assignee.as_ref().map(|id| &id.as_bytes()[..])),
                ":waiting_since": record.waiting_since.map(Timestamp::as_millis),
                ":draft": record.draft,
                ":window_at": record.window_at.map(Timestamp::as_millis),
            },
        )?;
        Ok(())
    }

    /// Changes a conversation that must be there.
    pub(crate) fn change_conversation(
        &self,
        id: ConversationId,
        change: impl FnOnce(&mut ConversationRecord),
    ) -> Result<ConversationRecord> {
        let mut record = self.known_conversation(id)?;
        change(&mut record);
        self.put_conversation(&record)?;
        Ok(record)
    }

    /// Forgets a conversation that was never accepted, with everything in it.
    pub(crate) fn delete_conversation(&self, id: ConversationId) -> Result<()> {
        for sql in [
            "DELETE FROM searched WHERE position IN
                 (SELECT position FROM message WHERE conversation = ?1)",
            "DELETE FROM file_chunk WHERE message IN
                 (SELECT message FROM attachment WHERE conversation = ?1)",
            "DELETE FROM attachment WHERE conversation = ?1",
            "DELETE FROM message WHERE conversation = ?1",
            "DELETE FROM outbox WHERE conversation = ?1",
            "DELETE FROM member WHERE conversation = ?1",
            "DELETE FROM handshake WHERE conversation = ?1",
            "DELETE FROM conversation WHERE id = ?1",
        ] {
            self.execute(sql, (id.as_bytes(),))?;
        }
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<ConversationRecord> {
    Ok(ConversationRecord {
        id: id(row, "id")?,
        group: id(row, "grp")?,
        kind: match row.get::<_, i64>("kind")? {
            0 => ConversationKind::Own,
            1 => ConversationKind::Business,
            _ => return Err(Error::Damaged("kind of conversation")),
        },
        state: match row.get::<_, i64>("state")? {
            0 => ConversationState::Creating,
            1 => ConversationState::Open,
            2 => ConversationState::Left,
            3 => ConversationState::Lost,
            _ => return Err(Error::Damaged("state of conversation")),
        },
        counterpart: optional_id(row, "counterpart")?,
        entry: optional_id(row, "entry")?,
        label: row.get("label")?,
        since: Timestamp::from_millis(row.get("since")?),
        updated_at: Timestamp::from_millis(row.get("updated_at")?),
        needs_leaf_update: row.get("needs_leaf_update")?,
        leaf_updated_at: Timestamp::from_millis(row.get("leaf_updated_at")?),
        resynced_at: Timestamp::from_millis(row.get("resynced_at")?),
        epoch: from_sql(row.get("epoch")?),
        sequence: from_sql(row.get("sequence")?),
        gaps: from_sql(row.get("gaps")?),
        read_position: row.get("read_position")?,
        is_closed: row.get("is_closed")?,
        assignee: optional_id(row, "assignee")?,
        waiting_since: row.get::<_, Option<i64>>("waiting_since")?.map(Timestamp::from_millis),
        draft: row.get("draft")?,
        window_at: row.get::<_, Option<i64>>("window_at")?.map(Timestamp::from_millis),
    })
}
