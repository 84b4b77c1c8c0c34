//! Full-text search.

use tresen_types::{ConversationId, MessageId, Timestamp};

use super::{Tx, id};
use crate::error::Result;

/// Stand around what was searched for, in a snippet. Both can't be typed.
pub(crate) const HIT_START: char = '\u{1}';
pub(crate) const HIT_END: char = '\u{2}';

/// The newest matches, of which the best are shown: a word that is everywhere costs no more.
const CONSIDERED: u32 = 1_000;

/// A message that was found.
#[derive(Clone, Debug)]
pub(crate) struct FoundRecord {
    pub(crate) message: MessageId,
    pub(crate) conversation: ConversationId,
    pub(crate) at: Timestamp,
    /// Text around the hit, with [`HIT_START`] and [`HIT_END`] around what was searched for.
    pub(crate) snippet: String,
}

impl Tx<'_> {
    /// Messages with all these words, best first among the newest; the last word may be unfinished.
    pub(crate) fn search(
        &self,
        words: &str,
        conversation: Option<ConversationId>,
        limit: u32,
    ) -> Result<Vec<FoundRecord>> {
        let query = fts_query(words);
        if query.is_empty() {
            return Ok(Vec::new());
        }
        let within = conversation.map(|id| id.as_bytes().to_vec());
        self.all(
            "SELECT message.id, message.conversation, message.at,
                    snippet(message_fts, 0, char(1), char(2), '…', 16) AS snippet
             FROM (SELECT message_fts.rowid AS found, message_fts.rank AS score FROM message_fts
                   JOIN message ON message.position = message_fts.rowid
                   WHERE message_fts MATCH ?1 AND (?2 IS NULL OR message.conversation = ?2)
                   ORDER BY message_fts.rowid DESC LIMIT ?4) AS newest
             CROSS JOIN message_fts ON message_fts.rowid = newest.found
             JOIN message ON message.position = newest.found
             WHERE message_fts MATCH ?1
             ORDER BY newest.score, message.at DESC LIMIT ?3",
            (query, within, limit, CONSIDERED),
            |row| {
                Ok(FoundRecord {
                    message: id(row, "id")?,
                    conversation: id(row, "conversation")?,
                    at: Timestamp::from_millis(row.get("at")?),
                    snippet: row.get("snippet")?,
                })
            },
        )
    }
}

/// Words as FTS5 reads them: each in quotes, so that none is an operator.
fn fts_query(words: &str) -> String {
    let quoted: Vec<String> = words
        .split_whitespace()
        .map(|word| word.replace('"', ""))
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .map(|word| format!("\"{word}\""))
        .collect();
    if quoted.is_empty() { String::new() } else { format!("{}*", quoted.join(" ")) }
}
