//! Commits of this device (PROTOCOL D3): built, sent, then confirmed or discarded and built again.
//!
//! The gate is held from building to the answer, so that no mailbox entry meets a pending commit.

use std::rc::Rc;

use tresen_mls::{CommitBundle, Group};
use tresen_proto::{Accepted, Commit, ErrorCode, ReplyBody, RequestBody, WelcomeFor};
use tresen_types::{ConversationId, DeviceId, Nonce, Timestamp};
use tresen_view::Event;

use super::{
    create::{encode, is_final},
    sync_members,
};
use crate::{
    account::Own,
    client::Inner,
    connection::Phase,
    error::{Error, Result},
    limits::{COMMIT_JITTER_MS_MAX, COMMIT_TRIES_MAX},
    lines::Place,
    runtime,
    store::{ConversationRecord, ConversationState, HandshakeKind, HandshakeRecord, Tx},
    timeline,
};

/// A commit that is ready to be sent.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) bundle: CommitBundle,
    /// The devices that the welcome is for.
    pub(crate) added: Vec<DeviceId>,
    /// Whether the own leaf is fresh after it.
    pub(crate) renews_leaf: bool,
}

/// Builds a commit and sends it, again after each epoch conflict, at most a named number of times.
/// `build` gives nothing when there is nothing to commit any more. Tells whether something was
/// committed.
pub(crate) async fn commit(
    inner: &Rc<Inner>,
    conversation: ConversationId,
    build: impl Fn(&Tx<'_>, &Own, &mut Group) -> Result<Option<Prepared>>,
) -> Result<bool> {
    for _try in 0..COMMIT_TRIES_MAX {
        let gate = inner.gate.lock().await;
        // Never before the mailbox is drained.
        if inner.link.phase() != Phase::Live {
            return Err(Error::Offline);
        }
        let Some(request) = prepare(inner, conversation, &build)? else { return Ok(false) };
        match inner.link.request(RequestBody::Commit(request)).await {
            Ok(ReplyBody::Accepted(accepted)) => {
                confirm(inner, conversation, &accepted)?;
                return Ok(true);
            }
            Ok(_) => return Err(Error::Answer("commit")),
            Err(error) if error.is_refused_with(ErrorCode::EpochConflict) => {
                discard(inner, conversation)?;
                // The commit that came first is on its way: it is taken in once the gate is open.
                drop(gate);
                runtime::sleep(runtime::jitter_ms(COMMIT_JITTER_MS_MAX)).await;
            }
            Err(error) if is_final(&error) => {
                discard(inner, conversation)?;
                return Err(error);
            }
            // The answer may have been lost: the request stays, and is sent again.
            Err(error) => return Err(error),
        }
    }
    Err(Error::Refused {
        code: ErrorCode::EpochConflict,
        detail: "others were always faster".to_owned(),
        current_epoch: 0,
        retry_after_ms: 0,
        refusal: None,
    })
}

fn prepare(
    inner: &Inner,
    conversation: ConversationId,
    build: impl Fn(&Tx<'_>, &Own, &mut Group) -> Result<Option<Prepared>>,
) -> Result<Option<Commit>> {
    let own = inner.own()?;
    inner.store.write(|tx| {
        let record = tx.known_conversation(conversation)?;
        if record.state != ConversationState::Open {
            return Ok(None);
        }
        let mut group = Group::load(tx, record.group)?;
        let Some(Prepared { bundle, added, renews_leaf }) = build(tx, &own, &mut group)? else {
            return Ok(None);
        };
        let welcomes = bundle
            .welcome
            .map(|welcome| WelcomeFor {
                devices: added.iter().map(|device| device.as_bytes().to_vec()).collect(),
                welcome: welcome.into(),
            })
            .into_iter()
            .collect();
        let request = Commit {
            conversation: conversation.as_bytes().to_vec(),
            commit: bundle.commit.into(),
            group_info: bundle.group_info.into(),
            welcomes,
            nonce: Nonce::new(runtime::random()).as_bytes().to_vec(),
        };
        tx.put_handshake(&HandshakeRecord {
            conversation,
            kind: HandshakeKind::Commit,
            request: encode(&request),
            renews_leaf,
        })?;
        Ok(Some(request))
    })
}

/// The server has accepted the pending commit.
pub(super) fn confirm(
    inner: &Inner,
    conversation: ConversationId,
    accepted: &Accepted,
) -> Result<()> {
    let own = inner.own()?;
    let at = Timestamp::from_millis(accepted.accepted_at_ms);
    let events = inner.store.write(|tx| {
        let renews_leaf = tx.delete_handshake(conversation)?;
        let mut record = tx.known_conversation(conversation)?;
        let mut group = Group::load(tx, record.group)?;
        if group.has_pending_commit() {
            group.confirm_commit(tx)?;
        }
        note_accepted_sequence(&mut record, accepted.sequence);
        record.epoch = group.epoch();
        if renews_leaf {
            record.needs_leaf_update = false;
            record.leaf_updated_at = at;
        }
        tx.put_conversation(&record)?;
        let place = Place {
            conversation,
            at,
            cause: accepted.sequence,
            account: own.account,
            device: own.device,
        };
        let lines = sync_members(tx, &record, &group, at, Some(place))?;
        timeline::events_of(inner, tx, &lines)
    })?;
    inner.emit_all(events);
    inner.emit(Event::HeaderChanged { conversation });
    inner.outbox_wake.notify();
    Ok(())
}

/// The server has refused the pending commit, or another one came first.
pub(super) fn discard(inner: &Inner, conversation: ConversationId) -> Result<()> {
    inner.store.write(|tx| {
        tx.delete_handshake(conversation)?;
        let record = tx.known_conversation(conversation)?;
        let mut group = Group::load(tx, record.group)?;
        if group.has_pending_commit() {
            group.discard_commit(tx)?;
        }
        Ok(())
    })
}

/// Own messages and commits have sequence numbers too, which are never delivered to this device.
pub(crate) fn note_accepted_sequence(record: &mut ConversationRecord, sequence: u64) {
    if sequence <= record.sequence {
        record.gaps = record.gaps.saturating_sub(1);
    } else {
        let missing = sequence.saturating_sub(record.sequence).saturating_sub(1);
        record.gaps = record.gaps.saturating_add(missing);
        record.sequence = sequence;
    }
}
