//! Which operation of the own group decided a field of a conversation: the one with the highest
//! sequence wins, on every device alike.

use tresen_types::{ConversationId, Timestamp};

use super::{Tx, from_sql, to_sql};
use crate::error::Result;

/// A field that operations of the own group set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OrderedField {
    /// Who has the conversation.
    Assignee = 0,
    /// Whether it is closed.
    Closed = 1,
}

impl Tx<'_> {
    /// Notes that an operation sets a field; tells whether it is the newest one.
    pub(crate) fn take_order(
        &self,
        conversation: ConversationId,
        field: OrderedField,
        sequence: u64,
        at: Timestamp,
    ) -> Result<bool> {
        let written = self.execute(
            "INSERT INTO private_order (conversation, field, sequence, at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (conversation, field) DO UPDATE SET sequence = excluded.sequence,
                at = excluded.at WHERE excluded.sequence > private_order.sequence",
            (conversation.as_bytes(), field as u8, to_sql(sequence), at.as_millis()),
        )?;
        Ok(written > 0)
    }

    /// Sequence and time of the operation that decided a field.
    pub(crate) fn order_of(
        &self,
        conversation: ConversationId,
        field: OrderedField,
    ) -> Result<Option<(u64, Timestamp)>> {
        self.one(
            "SELECT sequence, at FROM private_order WHERE conversation = ?1 AND field = ?2",
            (conversation.as_bytes(), field as u8),
            |row| Ok((from_sql(row.get("sequence")?), Timestamp::from_millis(row.get("at")?))),
        )
    }

    /// When the other side wrote last.
    pub(crate) fn last_heard_at(&self, conversation: ConversationId) -> Result<Option<Timestamp>> {
        self.one(
            "SELECT at FROM message WHERE conversation = ?1 AND is_own = 0 AND kind = 0
             ORDER BY at DESC LIMIT 1",
            (conversation.as_bytes(),),
            |row| Ok(Timestamp::from_millis(row.get("at")?)),
        )
    }
}
