//! Requests that move a group and wait for the server's answer: sent again, word for word, after the
//! connection broke.

use rusqlite::Row;
use tresen_types::ConversationId;

use super::{Tx, id};
use crate::error::{Error, Result};

/// What the request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HandshakeKind {
    /// Makes the conversation.
    Create = 0,
    /// Moves it to the next epoch.
    Commit = 1,
    /// Brings this device back into it; the group that it makes waits aside.
    ExternalCommit = 2,
}

/// A request that waits for its answer.
#[derive(Clone, Debug)]
pub(crate) struct HandshakeRecord {
    pub(crate) conversation: ConversationId,
    pub(crate) kind: HandshakeKind,
    /// The encoded request.
    pub(crate) request: Vec<u8>,
    /// Whether the own leaf is fresh after it.
    pub(crate) renews_leaf: bool,
}

impl Tx<'_> {
    /// All requests that wait.
    pub(crate) fn handshakes(&self) -> Result<Vec<HandshakeRecord>> {
        self.all(
            "SELECT conversation, kind, request, renews_leaf FROM handshake ORDER BY kind",
            [],
            read,
        )
    }

    /// Keeps a request until it is answered.
    pub(crate) fn put_handshake(&self, record: &HandshakeRecord) -> Result<()> {
        self.execute(
            "INSERT INTO handshake (conversation, kind, request, renews_leaf)
             VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (conversation) DO UPDATE SET kind = excluded.kind,
                request = excluded.request, renews_leaf = excluded.renews_leaf",
            (
                record.conversation.as_bytes(),
                record.kind as u8,
                &record.request,
                record.renews_leaf,
            ),
        )?;
        Ok(())
    }

    /// Forgets a request: it was answered. Tells whether the own leaf is fresh after it.
    pub(crate) fn delete_handshake(&self, conversation: ConversationId) -> Result<bool> {
        let renews_leaf = self.one(
            "DELETE FROM handshake WHERE conversation = ?1 RETURNING renews_leaf",
            (conversation.as_bytes(),),
            |row| Ok(row.get("renews_leaf")?),
        )?;
        Ok(renews_leaf.unwrap_or(false))
    }
}

fn read(row: &Row<'_>) -> Result<HandshakeRecord> {
    Ok(HandshakeRecord {
        conversation: id(row, "conversation")?,
        kind: match row.get::<_, i64>("kind")? {
            0 => HandshakeKind::Create,
            1 => HandshakeKind::Commit,
            2 => HandshakeKind::ExternalCommit,
            _ => return Err(Error::Damaged("kind of handshake")),
        },
        request: row.get("request")?,
        renews_leaf: row.get("renews_leaf")?,
    })
}
