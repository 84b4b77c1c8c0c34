//! Search over all messages, captions and file names.

use tresen_types::ConversationId;
use tresen_view::{Answer, SearchHit};

use crate::{client::Inner, error::Result, limits::SEARCH_HITS_MAX, names};

/// Finds messages, newest first.
pub(crate) fn search(
    inner: &Inner,
    query: &str,
    conversation: Option<ConversationId>,
    limit: u32,
) -> Result<Answer> {
    let limit = limit.clamp(1, SEARCH_HITS_MAX);
    inner.store.read(|tx| {
        let mut hits = Vec::new();
        for found in tx.search(query, conversation, limit)? {
            let record = tx.known_conversation(found.conversation)?;
            let name = match record.counterpart {
                Some(counterpart) => names::of_account(tx, counterpart)?,
                None => String::new(),
            };
            hits.push(SearchHit {
                conversation: found.conversation,
                name,
                message: found.message,
                at: found.at,
                snippet: found.snippet,
            });
        }
        Ok(Answer::Hits(hits))
    })
}
