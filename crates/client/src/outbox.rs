//! What waits to be sent: encrypted when the device is live, sent in order for each conversation,
//! tried again with the same nonce until the server has it or refuses for good.
//!
//! ```text
//! queued ──encrypt, commit──▶ encrypted(epoch) ──send──▶ accepted: the row goes, the message is Sent
//!    ▲                              │
//!    └──────── EpochTooOld ─────────┘            refused for good: Failed, until a person tries again
//! ```

use std::rc::Rc;

use bytes::Bytes;
use futures::future::join_all;
use tresen_content::shop::DealKind;
use tresen_mls::Group;
use tresen_proto::{
    Accepted, ErrorCode, Refused, ReplyBody, RequestBody, Send, aad::FLAG_OPENS_WINDOW,
};
use tresen_statement::receipt::UnverifiedReceipt;
use tresen_types::{Categories, ConversationId, Timestamp, limits::PAST_EPOCHS_ACCEPTED};
use tresen_view::RefusalView;

use crate::{
    client::Inner,
    connection::Phase,
    conversation::{commit, commit_proposals_of, departed_leaves, note_accepted_sequence, renew},
    error::{Error, Result},
    limits::{RECONNECT_MS_MAX, SEND_FAULT_RETRY_MS, SEND_RETRY_MS, SEND_TRIES_MAX},
    outgoing, private, runtime,
    store::{ConversationState, OutboxRecord, StoredState, Tx},
    timeline,
};

/// Sends what waits for as long as the client lives.
#[expect(clippy::infinite_loop, reason = "the task is dropped with the client")]
pub(crate) async fn run(inner: Rc<Inner>) {
    loop {
        let seen = inner.outbox_wake.seen();
        let mut pause_ms = None;
        if inner.link.phase() == Phase::Live {
            match send_heads(&inner).await {
                Ok(Round::Empty) => inner.outbox_rest.notify(),
                Ok(Round::Again) => continue,
                Ok(Round::Pause(wait_ms)) => pause_ms = Some(wait_ms),
                Err(Error::Offline) => tracing::debug!("sending was interrupted"),
                Err(error) => {
                    tracing::error!(%error, "the outbox can't be worked on");
                    pause_ms = Some(SEND_RETRY_MS);
                }
            }
        }
        match pause_ms {
            Some(wait_ms) => runtime::sleep(wait_ms).await,
            None => inner.outbox_wake.changed_since(seen).await,
        }
    }
}

/// What a look at the outbox came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Round {
    /// Nothing can be sent.
    Empty,
    /// Something was; there may be more.
    Again,
    /// The server asks to wait, in milliseconds.
    Pause(u64),
}

/// Whether anything waits that can be sent, or uploaded first.
pub(crate) fn is_waiting(inner: &Inner) -> Result<bool> {
    inner.store.read(|tx| Ok(!heads(tx)?.is_empty() || tx.next_upload()?.is_some()))
}

/// The oldest message of each conversation that messages can be sent to.
fn heads(tx: &Tx<'_>) -> Result<Vec<OutboxRecord>> {
    let mut heads = Vec::new();
    for head in tx.next_of_outbox()? {
        let is_open = tx
            .conversation(head.conversation)?
            .is_some_and(|record| record.state == ConversationState::Open);
        if is_open {
            heads.push(head);
        }
    }
    Ok(heads)
}

/// Sends the oldest message of each conversation.
async fn send_heads(inner: &Rc<Inner>) -> Result<Round> {
    let heads = inner.store.read(heads)?;
    if heads.is_empty() {
        return Ok(Round::Empty);
    }
    let rounds = join_all(heads.into_iter().map(|head| send_one(inner, head))).await;
    let mut all = Round::Again;
    for round in rounds {
        match round? {
            Round::Pause(wait_ms) => all = Round::Pause(wait_ms),
            Round::Empty | Round::Again => {}
        }
    }
    Ok(all)
}

async fn send_one(inner: &Rc<Inner>, head: OutboxRecord) -> Result<Round> {
    let message = match ready(inner, &head).await {
        Ok(Some(message)) => message,
        Ok(None) => return Ok(Round::Pause(SEND_RETRY_MS)),
        Err(Error::Offline) => return Err(Error::Offline),
        Err(error) => {
            // One conversation's trouble is no other's.
            tracing::warn!(%error, "a group isn't ready for a message");
            return Ok(Round::Pause(SEND_FAULT_RETRY_MS));
        }
    };
    let request = Send { conversation: head.conversation.as_bytes().to_vec(), message };
    match inner.link.request(RequestBody::Send(request)).await {
        Ok(ReplyBody::Accepted(accepted)) => {
            accept(inner, &head, &accepted)?;
            Ok(Round::Again)
        }
        Ok(_) => Err(Error::Answer("send")),
        Err(error @ Error::Refused { .. }) => refused(inner, &head, &error),
        Err(error) => Err(error),
    }
}

/// The ciphertext of a row; makes it when there is none, or when its epoch is over. Gives `None` when
/// the group isn't ready.
async fn ready(inner: &Rc<Inner>, head: &OutboxRecord) -> Result<Option<Bytes>> {
    prepare_group(inner, head.conversation).await?;
    let _gate = inner.gate.lock().await;
    if inner.link.phase() != Phase::Live {
        return Err(Error::Offline);
    }
    let own = inner.own()?;
    inner.store.write(|tx| {
        let record = tx.known_conversation(head.conversation)?;
        let mut group = Group::load(tx, record.group)?;
        let is_ready = group.is_member()
            && !group.has_pending_proposals()
            && !group.has_pending_commit()
            && departed_leaves(tx, head.conversation, &group)?.is_empty();
        if !is_ready {
            return Ok(None);
        }
        if let Some((epoch, ciphertext)) = &head.encrypted
            && group.epoch().saturating_sub(*epoch) <= PAST_EPOCHS_ACCEPTED
        {
            return Ok(Some(Bytes::from(ciphertext.clone())));
        }
        let ciphertext = outgoing::encrypt(tx, &own, &mut group, head)?;
        tx.set_encrypted(head.number, group.epoch(), &ciphertext)?;
        Ok(Some(Bytes::from(ciphertext)))
    })
}

/// Commits what must be committed before this device speaks: pending proposals, the removal of devices
/// that are no longer listed, and its own fresh leaf when it came in without a path.
async fn prepare_group(inner: &Rc<Inner>, conversation: ConversationId) -> Result<()> {
    let (is_unclean, needs_update) = inner.store.read(|tx| {
        let record = tx.known_conversation(conversation)?;
        let group = Group::load(tx, record.group)?;
        let departed = departed_leaves(tx, conversation, &group)?;
        let is_unclean = group.has_pending_proposals() || !departed.is_empty();
        Ok((is_unclean, record.needs_leaf_update))
    })?;
    if is_unclean {
        commit_proposals_of(inner, conversation).await?;
    }
    if needs_update {
        commit(inner, conversation, renew).await?;
    }
    Ok(())
}

fn accept(inner: &Inner, head: &OutboxRecord, accepted: &Accepted) -> Result<()> {
    let own = inner.own()?;
    let at = Timestamp::from_millis(accepted.accepted_at_ms);
    let is_reportable = inner.link.server_key().is_ok_and(|server_key| {
        UnverifiedReceipt::decode(&accepted.receipt)
            .and_then(|receipt| receipt.verify(&server_key))
            .is_ok_and(|receipt| {
                let acceptance = receipt.acceptance();
                acceptance.franking_tag == head.franking_tag && acceptance.nonce == head.nonce
            })
    });
    let is_first = head.message.is_some() && !inner.store.read(|tx| tx.has_sent())?;
    let events = inner.store.write(|tx| {
        tx.delete_outbox(head.number)?;
        let mut record = tx.known_conversation(head.conversation)?;
        note_accepted_sequence(&mut record, accepted.sequence);
        if head.flags & FLAG_OPENS_WINDOW != 0 && !own.is_business() {
            record.open_window(at);
        }
        let Some(message) = head.message else {
            tx.put_conversation(&record)?;
            return private::accepted(inner, tx, &own, head, accepted.sequence, at);
        };
        record.updated_at = record.updated_at.max(at);
        tx.put_conversation(&record)?;
        tx.accept_message(message, accepted.sequence, at, &accepted.receipt, is_reportable)?;
        if own.is_business() && tx.root_of(DealKind::Booking, message)?.is_some() {
            inner.duties.bookings();
        }
        timeline::settle_accepted(inner, tx, message)?;
        timeline::events_of(inner, tx, &[message])
    })?;
    let is_shown = !events.is_empty();
    inner.emit_all(events);
    if is_shown {
        inner.emit(tresen_view::Event::ConversationsChanged);
    }
    if is_first {
        inner.duties.all();
    }
    Ok(())
}

fn refused(inner: &Inner, head: &OutboxRecord, error: &Error) -> Result<Round> {
    let Error::Refused { code, retry_after_ms, refusal, .. } = error else {
        return Err(Error::Internal("not a refusal"));
    };
    match code {
        ErrorCode::EpochTooOld | ErrorCode::EpochInFuture if head.attempts < SEND_TRIES_MAX => {
            // The commit that made it too old is on its way to this device.
            inner.store.write(|tx| tx.clear_encrypted(head.number))?;
            Ok(Round::Pause(SEND_RETRY_MS))
        }
        // It never came: this device's group isn't the one that the server has.
        ErrorCode::EpochTooOld | ErrorCode::EpochInFuture | ErrorCode::NotMember => {
            inner.store.write(|tx| {
                tx.set_failed(head.number, false)?;
                tx.change_conversation(head.conversation, |record| {
                    record.state = ConversationState::Lost;
                })
            })?;
            inner.duties.all();
            Ok(Round::Again)
        }
        ErrorCode::RateLimited
        | ErrorCode::Unavailable
        | ErrorCode::StorageFull
        | ErrorCode::Internal => {
            Ok(Round::Pause((*retry_after_ms).clamp(SEND_RETRY_MS, RECONNECT_MS_MAX)))
        }
        _ => fail(inner, head, *code, refusal.as_ref()),
    }
}

/// The server won't take it: a message waits for its person, a receipt is dropped.
fn fail(
    inner: &Inner,
    head: &OutboxRecord,
    code: ErrorCode,
    refusal: Option<&Refused>,
) -> Result<Round> {
    tracing::info!(?code, "a message was refused");
    let refusal = refusal
        .map(|refusal| serde_json::to_string(&refusal_view(refusal)))
        .transpose()
        .map_err(|_never| Error::Internal("refusal"))?;
    let events = inner.store.write(|tx| match head.message {
        Some(message) => {
            tx.set_failed(head.number, true)?;
            tx.set_refusal(head.number, refusal.as_deref())?;
            tx.set_message_state(message, StoredState::Failed)?;
            timeline::events_of(inner, tx, &[message])
        }
        None => {
            tx.delete_outbox(head.number)?;
            Ok(Vec::new())
        }
    })?;
    inner.emit_all(events);
    Ok(Round::Again)
}

/// What the server says to a business's message that it doesn't take, as an interface sees it.
fn refusal_view(refusal: &Refused) -> RefusalView {
    let templates = u8::try_from(refusal.templates).ok().and_then(Categories::from_bits);
    RefusalView {
        reason: refusal.reason.clone(),
        until: (refusal.until_ms != 0).then_some(Timestamp::from_millis(refusal.until_ms)),
        free_text: refusal.free_text,
        templates: templates.unwrap_or(Categories::NONE),
        invitation: refusal.invitation,
    }
}
