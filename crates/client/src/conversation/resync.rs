//! Coming back by an external commit when the own group state doesn't fit any more (PROTOCOL D9).

use std::rc::Rc;

use bytes::Bytes;
use tresen_mls::{Group, GroupSnapshot};
use tresen_proto::{Commit, ErrorCode, FetchGroup, GroupState, ReplyBody, RequestBody};
use tresen_types::{ConversationId, Nonce, Timestamp};
use tresen_view::{Event, SystemLine};

use super::sync_members;
use crate::{
    account::{Policy, fetch_directory},
    booking,
    client::Inner,
    command::seldom,
    connection::Phase,
    error::{Error, Result},
    limits::{COMMIT_TRIES_MAX, RESYNC_INTERVAL_MS},
    lines::{self, Place},
    private, recovery, runtime,
    store::{ConversationKind, ConversationRecord, ConversationState},
    timeline,
};

/// Comes back into every conversation whose state is lost, each at most once an hour.
pub(crate) async fn resync_lost(inner: &Rc<Inner>) -> Result<()> {
    let now = inner.now();
    let lost: Vec<ConversationRecord> = inner.store.read(|tx| {
        Ok(tx
            .conversations()?
            .into_iter()
            .filter(|record| {
                record.state == ConversationState::Lost
                    && now.millis_since(record.resynced_at) > RESYNC_INTERVAL_MS
            })
            .collect())
    })?;
    if lost.is_empty() { Ok(()) } else { seldom::come_back(Rc::clone(inner), lost).await?.await }
}

/// Comes back into these conversations.
pub(crate) async fn resync_all(inner: &Rc<Inner>, lost: Vec<ConversationRecord>) -> Result<()> {
    let now = inner.now();
    for record in lost {
        match resync(inner, &record).await {
            Ok(()) => {}
            // Tried again as soon as this device is live, not in an hour.
            Err(Error::Offline) => return Err(Error::Offline),
            Err(error) => tracing::warn!(%error, "a conversation can't be resynced"),
        }
        // Not before: a page that is left meanwhile must not wait for an hour.
        inner.store.write(|tx| {
            tx.change_conversation(record.id, |record| record.resynced_at = now).map(drop)
        })?;
    }
    Ok(())
}

async fn resync(inner: &Rc<Inner>, record: &ConversationRecord) -> Result<()> {
    fetch_directory(inner, inner.own()?.account).await?;
    if let Some(counterpart) = record.counterpart {
        fetch_directory(inner, counterpart).await?;
    }
    for _try in 0..COMMIT_TRIES_MAX {
        let _gate = inner.gate.lock().await;
        if inner.link.phase() != Phase::Live {
            return Err(Error::Offline);
        }
        let state = fetch_group(inner, record.id).await?;
        if state.epoch < record.epoch {
            return Err(Error::Untrusted("the server's group is older than the known one"));
        }
        match come_back(inner, record, &state).await {
            Err(error) if error.is_refused_with(ErrorCode::EpochConflict) => {}
            outcome => return outcome,
        }
    }
    Err(Error::Offline)
}

async fn fetch_group(inner: &Inner, conversation: ConversationId) -> Result<GroupState> {
    let request = FetchGroup { conversation: conversation.as_bytes().to_vec() };
    match inner.link.request(RequestBody::FetchGroup(request)).await? {
        ReplyBody::GroupState(state) => Ok(state),
        _ => Err(Error::Answer("group state")),
    }
}

async fn come_back(
    inner: &Rc<Inner>,
    record: &ConversationRecord,
    state: &GroupState,
) -> Result<()> {
    let own = inner.own()?;
    let external = inner.store.read(|tx| {
        let policy = Policy::joining(tx, record.id, own.account, record.counterpart);
        let snapshot =
            GroupSnapshot { group_info: &state.group_info, ratchet_tree: &state.ratchet_tree };
        Ok(Group::external_commit(&own.keys, &own.certificate, snapshot, &[], &policy)?)
    })?;
    let request = Commit {
        conversation: record.id.as_bytes().to_vec(),
        commit: Bytes::from(external.bundle().commit.clone()),
        group_info: Bytes::from(external.bundle().group_info.clone()),
        welcomes: Vec::new(),
        nonce: Nonce::new(runtime::random()).as_bytes().to_vec(),
    };
    let reply = inner.link.request(RequestBody::Commit(request)).await?;
    let ReplyBody::Accepted(accepted) = reply else { return Err(Error::Answer("commit")) };
    let at = Timestamp::from_millis(accepted.accepted_at_ms);
    let conversation = record.id;
    let events = inner.store.write(|tx| {
        let mut record = tx.known_conversation(conversation)?;
        let group_id = external.group_id();
        if group_id != record.group {
            Group::delete(tx, record.group)?;
        }
        let group = external.confirm(tx)?;
        record.group = group_id;
        record.state = ConversationState::Open;
        record.epoch = group.epoch();
        record.sequence = record.sequence.max(accepted.sequence);
        record.gaps = 0;
        record.leaf_updated_at = at;
        record.needs_leaf_update = false;
        tx.put_conversation(&record)?;
        let place = Place {
            conversation,
            at,
            cause: accepted.sequence,
            account: own.account,
            device: own.device,
        };
        sync_members(tx, &record, &group, at, None)?;
        if record.kind == ConversationKind::Own {
            booking::lose(tx)?;
            private::tell_ready(inner, tx, &own)?;
            recovery::tell_ways(inner, tx, &own)?;
            return Ok(vec![Event::DevicesChanged]);
        }
        let lines: Vec<_> = lines::add(tx, place, &SystemLine::Resynced)?.into_iter().collect();
        timeline::events_of(inner, tx, &lines)
    })?;
    inner.emit_all(events);
    inner.emit(Event::HeaderChanged { conversation });
    inner.outbox_wake.notify();
    inner.duties.consents();
    Ok(())
}
