//! The list of conversations: a page of it for an interface, all of it for a program, and by name.

use tresen_types::ConversationId;
use tresen_view::{
    Answer, ConversationPage, ConversationRow, InboxCounts, InboxFilter, InboxQuery,
};

use super::row;
use crate::{
    account::Own,
    client::Inner,
    error::Result,
    limits::PAGE_CONVERSATIONS_MAX,
    store::{ConversationKind, Listing, Tx},
    team::Labels,
};

/// A page of the list, and what is counted beside it.
pub(crate) fn page(inner: &Inner, query: &InboxQuery) -> Result<Answer> {
    read_page(inner, query).map(Answer::ConversationPage)
}

fn read_page(inner: &Inner, query: &InboxQuery) -> Result<ConversationPage> {
    let Some(own) = inner.own_or_none() else { return Ok(ConversationPage::default()) };
    let limit = if query.limit == 0 { PAGE_CONVERSATIONS_MAX } else { query.limit };
    let limit = limit.min(PAGE_CONVERSATIONS_MAX);
    inner.store.read(|tx| {
        let listing = Listing {
            filter: query.filter,
            label: &query.label,
            device: own.device,
            now: inner.now(),
            put_away_last: !own.is_business(),
        };
        let mut ids = tx.listed(&listing, query.from, Some(limit.saturating_add(1)))?;
        let has_more = ids.len() > usize::try_from(limit).unwrap_or(usize::MAX);
        if has_more {
            ids.pop();
        }
        let waiting = if own.is_business() { tx.count_waiting(listing.now)? } else { 0 };
        let counts = InboxCounts { waiting, unread: tx.count_unread()? };
        let rows = rows(inner, tx, &own, &ids)?;
        Ok(ConversationPage { rows, has_more, counts })
    })
}

/// All of a list, out of one state of the store.
pub(crate) fn conversations(inner: &Inner, filter: InboxFilter) -> Result<Answer> {
    let Some(own) = inner.own_or_none() else { return Ok(Answer::Conversations(Vec::new())) };
    inner.store.read(|tx| {
        let (device, now) = (own.device, inner.now());
        let listing = Listing { filter, label: "", device, now, put_away_last: false };
        rows(inner, tx, &own, &tx.listed(&listing, 0, None)?).map(Answer::Conversations)
    })
}

/// The newest conversations with others whose names contain something.
pub(crate) fn find_conversations(inner: &Inner, name: &str, limit: u32) -> Result<Answer> {
    let own = inner.own()?;
    let wanted = name.trim().to_lowercase();
    let limit = limit.min(PAGE_CONVERSATIONS_MAX);
    if wanted.is_empty() {
        let query = InboxQuery { limit, ..InboxQuery::default() };
        return Ok(Answer::Conversations(read_page(inner, &query)?.rows));
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    inner.store.read(|tx| {
        let mut found = Vec::new();
        for account in tx.accounts_named(|name| name.to_lowercase().contains(&wanted))? {
            let record = tx.conversation_with(account)?;
            if let Some(record) = record.filter(|one| one.kind == ConversationKind::Business) {
                found.push((std::cmp::Reverse(record.updated_at), record.id));
            }
        }
        found.sort_unstable();
        let newest: Vec<_> = found.into_iter().take(limit).map(|(_, id)| id).collect();
        rows(inner, tx, &own, &newest).map(Answer::Conversations)
    })
}

fn rows(
    inner: &Inner,
    tx: &Tx<'_>,
    own: &Own,
    ids: &[ConversationId],
) -> Result<Vec<ConversationRow>> {
    let labels = Labels::read(tx)?;
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        rows.push(row(inner, tx, own, &tx.known_conversation(*id)?, &labels)?);
    }
    Ok(rows)
}
