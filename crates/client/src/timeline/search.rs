//! Search over all messages, captions and file names.

use tresen_types::ConversationId;
use tresen_view::{Answer, SearchHit};

use crate::{
    client::Inner,
    error::Result,
    limits::SEARCH_HITS_MAX,
    names,
    store::{HIT_END, HIT_START},
};

/// Finds messages, best first.
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
                snippet: pieces(&found.snippet),
            });
        }
        Ok(Answer::Hits(hits))
    })
}

/// Cuts a snippet at its marks.
fn pieces(snippet: &str) -> Vec<(String, bool)> {
    let mut pieces: Vec<(String, bool)> = Vec::new();
    let mut text = String::new();
    let mut is_hit = false;
    for character in snippet.chars() {
        if character == HIT_START || character == HIT_END {
            if !text.is_empty() {
                pieces.push((std::mem::take(&mut text), is_hit));
            }
            is_hit = character == HIT_START;
        } else {
            text.push(character);
        }
    }
    if !text.is_empty() {
        pieces.push((text, is_hit));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_is_cut_at_its_marks() {
        let snippet = "two \u{1}croissants\u{2}, please";
        let expected = [("two ", false), ("croissants", true), (", please", false)];
        let expected: Vec<_> =
            expected.into_iter().map(|(text, is_hit)| (text.to_owned(), is_hit)).collect();
        assert_eq!(pieces(snippet), expected);
        assert!(pieces("").is_empty());
    }
}
