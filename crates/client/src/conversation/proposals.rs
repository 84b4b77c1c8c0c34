//! Commits that every member owes the group: pending proposals and a fresh leaf.

use std::rc::Rc;

use tresen_mls::Group;
use tresen_types::ConversationId;

use super::{Prepared, commit};
use crate::{
    account::{Own, claimed_identity},
    client::Inner,
    error::Result,
    limits::{COMMIT_JITTER_MS_MAX, LEAF_UPDATE_INTERVAL_MS},
    runtime,
    store::Tx,
};

/// Commits what others proposed, and the removal of who has left, in every conversation. The member with the lowest leaf goes first,
/// the others give it some time.
pub(crate) async fn commit_pending_proposals(inner: &Rc<Inner>) -> Result<()> {
    for (conversation, is_first) in with_proposals(inner)? {
        if !is_first {
            let wait_ms = runtime::jitter_ms(COMMIT_JITTER_MS_MAX);
            runtime::sleep(COMMIT_JITTER_MS_MAX.saturating_add(wait_ms)).await;
        }
        commit_proposals_of(inner, conversation).await?;
    }
    Ok(())
}

/// Commits the pending proposals of one conversation.
pub(crate) async fn commit_proposals_of(
    inner: &Rc<Inner>,
    conversation: ConversationId,
) -> Result<bool> {
    commit(inner, conversation, |tx, own, group| {
        if group.has_pending_commit() {
            return Ok(None);
        }
        let bundle = if group.has_pending_proposals() {
            group.commit_pending_proposals(tx, &own.keys)?
        } else {
            let departed = departed_leaves(tx, conversation, group)?;
            if departed.is_empty() {
                return Ok(None);
            }
            group.commit_remove(tx, &own.keys, &departed)?
        };
        Ok(Some(Prepared { bundle, added: Vec::new(), renews_leaf: true }))
    })
    .await
}

/// The leaves that must go: of devices that have signed that they leave, and of those that aren't in
/// their account's newest list.
pub(crate) fn departed_leaves(
    tx: &Tx<'_>,
    conversation: ConversationId,
    group: &Group,
) -> Result<Vec<u32>> {
    let mut departed = Vec::new();
    for member in group.members()? {
        let Some((account, device)) = claimed_identity(&member.identity) else { continue };
        let is_listed = tx.certificate(account, device)?.is_some_and(|known| known.is_listed);
        let must_go = !is_listed || tx.has_left(conversation, device)?;
        if must_go && member.leaf_index != group.own_leaf() {
            departed.push(member.leaf_index);
        }
    }
    Ok(departed)
}

fn with_proposals(inner: &Inner) -> Result<Vec<(ConversationId, bool)>> {
    inner.store.read(|tx| {
        let mut found = Vec::new();
        for conversation in tx.owing_commits()? {
            let record = tx.known_conversation(conversation)?;
            let group = Group::load(tx, record.group)?;
            let departed = departed_leaves(tx, record.id, &group)?;
            if group.has_pending_proposals() || !departed.is_empty() {
                let mut staying = group.members()?;
                staying.retain(|member| !departed.contains(&member.leaf_index));
                let lowest = staying.iter().map(|member| member.leaf_index).min();
                found.push((record.id, lowest == Some(group.own_leaf())));
            }
        }
        Ok(found)
    })
}

/// Renews the own leaf where it is old (PROTOCOL D18).
pub(crate) async fn renew_leaves(inner: &Rc<Inner>) -> Result<()> {
    let before = inner.now().plus_millis(-LEAF_UPDATE_INTERVAL_MS);
    let due = inner.store.read(|tx| tx.with_leaf_before(before))?;
    for conversation in due {
        commit(inner, conversation, renew).await?;
    }
    Ok(())
}

/// Renews the own leaf: fresh keys, and the present certificate.
pub(crate) fn renew(tx: &Tx<'_>, own: &Own, group: &mut Group) -> Result<Option<Prepared>> {
    let bundle = group.commit_update(tx, &own.keys, Some(&own.certificate))?;
    Ok(Some(Prepared { bundle, added: Vec::new(), renews_leaf: true }))
}
