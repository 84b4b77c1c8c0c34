//! The list of conversations: a part of it, and the numbers beside it. A business may have ten thousand, so
//! each question walks along an index in the order that is wanted and reads no conversation; whoever asks
//! reads those of the page.

use tresen_types::{AccountId, ConversationId, DeviceId, Timestamp};
use tresen_view::InboxFilter;

use super::{ConversationKind, Tx, id};
use crate::{error::Result, records::RecordKind};

/// `heard_position` is that of the newest message of the other side, counted as unread or not: only behind
/// it can something be unread. An index has every column that its question names, or SQLite reads the
/// conversation for each entry that it passes.
pub(super) const INDEXES: &str = "
ALTER TABLE conversation ADD COLUMN heard_position INTEGER NOT NULL DEFAULT 0;
UPDATE conversation SET heard_position = coalesce((SELECT max(position) FROM message
    WHERE message.conversation = conversation.id AND is_own = 0
    AND message.kind NOT IN (1, 3, 4, 5, 6, 7)), 0);
CREATE INDEX conversation_in_list ON conversation (kind, is_closed, updated_at DESC, id);
CREATE INDEX conversation_by_agent ON conversation (kind, is_closed, assignee, updated_at DESC, id);
CREATE INDEX conversation_that_waits ON conversation (kind, is_closed, assignee, waiting_since, id)
    WHERE waiting_since IS NOT NULL;
CREATE INDEX conversation_with_news
    ON conversation (kind, is_closed, read_position, heard_position, id)
    WHERE heard_position > read_position;
CREATE INDEX contact_by_name ON contact (name, account);
";

const _: () = assert!(ConversationKind::Business as u8 == 1);
const _: () = assert!(RecordKind::Label as u8 == 1 && RecordKind::LabelOf as u8 == 2);
const _: () = assert!(RecordKind::Snooze as u8 == 4 && RecordKind::Archived as u8 == 12);

/// Those that rest at the time `?1`: what the other side wrote since wakes one.
const RESTING: &str = "(SELECT subject FROM own_record
    WHERE kind = 4 AND value <> '' AND CAST(value AS INTEGER) > ?1 AND NOT EXISTS (
        SELECT 1 FROM message WHERE message.conversation = own_record.subject AND is_own = 0
        AND message.kind = 0 AND message.at > own_record.at))";

/// Those with the label `?3`, as long as there is such a label.
const LABELLED: &str = "(SELECT subject FROM own_record AS label
    WHERE kind = 1 AND name = ?3 AND value <> '' AND EXISTS (SELECT 1 FROM own_record
        WHERE subject = x'' AND kind = 2 AND name = ?3 AND value <> ''))";

/// Those that the own devices have put away.
const PUT_AWAY: &str = "(SELECT subject FROM own_record WHERE kind = 12 AND value <> '')";

const WAITING: &str =
    "kind = 1 AND is_closed = 0 AND assignee IS NULL AND waiting_since IS NOT NULL";
const BY_ACTIVITY: &str = "updated_at DESC, id";

/// At most so many conversations are looked into for what is unread: a badge says "99+".
const UNREAD_LOOKED_INTO: u32 = 200;

pub(super) const UNREAD_IN_ALL: &str = concat!(
    "SELECT coalesce(sum((SELECT count(*) FROM message WHERE message.conversation = news.id
        AND position > news.read_position AND ",
    super::message::is_incoming!(),
    ")), 0) AS count FROM (SELECT id, read_position FROM conversation WHERE kind = 1
        AND is_closed = 0 AND heard_position > read_position LIMIT ?1) AS news"
);

pub(super) const NAMES: &str = "SELECT account, name FROM contact ORDER BY name, account";

/// Which conversations are asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listing<'a> {
    pub(crate) filter: InboxFilter,
    /// Only those with this label; empty for any.
    pub(crate) label: &'a str,
    /// Whose conversations are "mine".
    pub(crate) device: DeviceId,
    pub(crate) now: Timestamp,
    /// Whether what the own devices have put away comes after all others.
    pub(crate) put_away_last: bool,
}

impl Listing<'_> {
    /// The ids: time, device, label, how many, how many before.
    pub(super) fn question(&self) -> String {
        let (index, part) = match self.filter {
            InboxFilter::Queue => ("conversation_that_waits", WAITING),
            InboxFilter::Mine => {
                ("conversation_by_agent", "kind = 1 AND is_closed = 0 AND assignee = ?2")
            }
            InboxFilter::Unassigned => {
                ("conversation_by_agent", "kind = 1 AND is_closed = 0 AND assignee IS NULL")
            }
            InboxFilter::All | InboxFilter::Snoozed => {
                ("conversation_in_list", "kind = 1 AND is_closed = 0")
            }
            InboxFilter::Closed => ("conversation_in_list", "kind = 1 AND is_closed = 1"),
        };
        // The signs keep SQLite from starting with the set and sorting what it finds.
        let rest = match self.filter {
            InboxFilter::Queue | InboxFilter::Mine => format!("AND +id NOT IN {RESTING}"),
            InboxFilter::Snoozed => format!("AND +id IN {RESTING}"),
            InboxFilter::All | InboxFilter::Closed | InboxFilter::Unassigned => String::new(),
        };
        let label =
            if self.label.is_empty() { String::new() } else { format!("AND +id IN {LABELLED}") };
        let order = match self.filter {
            InboxFilter::Queue => "waiting_since, id".to_owned(),
            _ if self.put_away_last => format!("id IN {PUT_AWAY}, {BY_ACTIVITY}"),
            _ => BY_ACTIVITY.to_owned(),
        };
        format!(
            "SELECT id FROM conversation INDEXED BY {index} WHERE {part} {rest} {label}
             ORDER BY {order} LIMIT ?4 OFFSET ?5"
        )
    }
}

impl Tx<'_> {
    /// A part of the list; all that is behind `from` without a limit.
    pub(crate) fn listed(
        &self,
        listing: &Listing<'_>,
        from: u32,
        limit: Option<u32>,
    ) -> Result<Vec<ConversationId>> {
        self.all(
            &listing.question(),
            (
                listing.now.as_millis(),
                listing.device.as_bytes(),
                listing.label,
                limit.map_or(-1, i64::from),
                from,
            ),
            |row| id(row, "id"),
        )
    }

    /// How many wait for an answer, are nobody's and don't rest.
    pub(crate) fn count_waiting(&self, now: Timestamp) -> Result<u32> {
        let sql = format!(
            "SELECT count(*) AS count FROM conversation INDEXED BY conversation_that_waits
             WHERE {WAITING} AND +id NOT IN {RESTING}"
        );
        let count = self.one(&sql, (now.as_millis(),), |row| Ok(row.get("count")?))?;
        Ok(count.unwrap_or(0))
    }

    /// Messages that weren't seen, in open conversations; exact up to a number that nobody reads.
    pub(crate) fn count_unread(&self) -> Result<u32> {
        let count = self.one(UNREAD_IN_ALL, (UNREAD_LOOKED_INTO,), |row| Ok(row.get("count")?))?;
        Ok(count.unwrap_or(0))
    }

    /// The accounts whose names `is_meant` picks.
    pub(crate) fn accounts_named(&self, is_meant: impl Fn(&str) -> bool) -> Result<Vec<AccountId>> {
        let found = self.all(NAMES, [], |row| {
            let name = row.get_ref("name")?.as_str().unwrap_or_default();
            is_meant(name).then(|| id(row, "account")).transpose()
        })?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Notes that a message of the other side stands at a position.
    pub(super) fn note_heard(&self, conversation: ConversationId, position: i64) -> Result<()> {
        self.execute(
            "UPDATE conversation SET heard_position = ?2 WHERE id = ?1 AND heard_position < ?2",
            (conversation.as_bytes(), position),
        )?;
        Ok(())
    }
}
