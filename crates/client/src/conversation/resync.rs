//! Coming back by an external commit when the own group state doesn't fit any more (PROTOCOL D9).
//!
//! The commit and the group that it makes are kept before it is sent, the group beside the one in use: who
//! closes the window meanwhile finds both, sends the same again and needs no second one.

use std::rc::Rc;

use bytes::Bytes;
use tresen_mls::{Group, GroupSnapshot};
use tresen_proto::{Accepted, Commit, ErrorCode, FetchGroup, GroupState, ReplyBody, RequestBody};
use tresen_types::{ConversationId, Nonce, Timestamp};
use tresen_view::{Event, SystemLine};

use super::{create::encode, sync_members};
use crate::{
    account::{Policy, fetch_directory},
    client::Inner,
    connection::Phase,
    error::{Error, Result},
    limits::{COMMIT_TRIES_MAX, RESYNC_INTERVAL_MS},
    lines::{self, Place},
    private, runtime,
    store::{
        Aside, ConversationKind, ConversationRecord, ConversationState, HandshakeKind,
        HandshakeRecord,
    },
    timeline,
};

/// Comes back into every conversation whose state is lost, each at most once an hour.
pub(crate) async fn resync_lost(inner: &Rc<Inner>) -> Result<()> {
    let before = inner.now().plus_millis(-RESYNC_INTERVAL_MS);
    let lost = inner.store.read(|tx| {
        tx.lost_before(before)?.into_iter().map(|lost| tx.known_conversation(lost)).collect()
    })?;
    resync_all(inner, lost).await
}

/// Comes back into these conversations.
async fn resync_all(inner: &Rc<Inner>, lost: Vec<ConversationRecord>) -> Result<()> {
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
    let conversation = record.id;
    let request = inner.store.write(|tx| {
        let policy = Policy::joining(tx, conversation, own.account, record.counterpart);
        let snapshot =
            GroupSnapshot { group_info: &state.group_info, ratchet_tree: &state.ratchet_tree };
        let external = Group::external_commit(&own.keys, &own.certificate, snapshot, &[], &policy)?;
        let request = Commit {
            conversation: conversation.as_bytes().to_vec(),
            commit: Bytes::from(external.bundle().commit.clone()),
            group_info: Bytes::from(external.bundle().group_info.clone()),
            welcomes: Vec::new(),
            nonce: Nonce::new(runtime::random()).as_bytes().to_vec(),
        };
        tx.delete_aside(conversation)?;
        external.confirm(&Aside(tx, conversation))?;
        tx.put_handshake(&HandshakeRecord {
            conversation,
            kind: HandshakeKind::ExternalCommit,
            request: encode(&request),
            renews_leaf: true,
        })?;
        Ok(request)
    })?;
    send(inner, conversation, request).await
}

/// Sends a kept external commit. What the server refuses is forgotten; what it may have accepted is sent
/// again when this device is connected again.
pub(super) async fn send(
    inner: &Rc<Inner>,
    conversation: ConversationId,
    request: Commit,
) -> Result<()> {
    match inner.link.request(RequestBody::Commit(request)).await {
        Ok(ReplyBody::Accepted(accepted)) => came_back(inner, conversation, &accepted),
        Ok(_) => Err(Error::Answer("commit")),
        Err(error @ Error::Refused { .. }) => {
            inner.store.write(|tx| {
                tx.delete_handshake(conversation)?;
                tx.delete_aside(conversation)
            })?;
            Err(error)
        }
        Err(error) => Err(error),
    }
}

fn came_back(inner: &Rc<Inner>, conversation: ConversationId, accepted: &Accepted) -> Result<()> {
    let own = inner.own()?;
    let now = inner.now();
    let at = Timestamp::from_millis(accepted.accepted_at_ms);
    let events = inner.store.write(|tx| {
        tx.delete_handshake(conversation)?;
        let mut record = tx.known_conversation(conversation)?;
        let group_id = tx.take_aside(conversation)?.ok_or(Error::Damaged("waiting group"))?;
        if group_id != record.group {
            Group::delete(tx, record.group)?;
        }
        let group = Group::load(tx, group_id)?;
        record.group = group_id;
        record.state = ConversationState::Open;
        record.epoch = group.epoch();
        record.sequence = record.sequence.max(accepted.sequence);
        record.gaps = 0;
        record.leaf_updated_at = at;
        record.needs_leaf_update = false;
        record.resynced_at = now;
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
            private::come_in(inner, tx, &own)?;
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
