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
use futures::{StreamExt as _, stream::FuturesUnordered};
use tresen_content::shop::DealKind;
use tresen_mls::Group;
use tresen_proto::{
    Accepted, ErrorCode, Refused, ReplyBody, RequestBody, Send, aad::FLAG_OPENS_WINDOW,
};
use tresen_statement::receipt::UnverifiedReceipt;
use tresen_types::{Categories, ConversationId, Timestamp, limits::PAST_EPOCHS_ACCEPTED};
use tresen_view::RefusalView;

use crate::{
    account::Own,
    client::Inner,
    connection::Phase,
    conversation::{commit, commit_proposals_of, departed_leaves, note_accepted_sequence, renew},
    error::{Error, Result},
    limits::{
        RECONNECT_MS_MAX, SEND_FAULT_RETRY_MS, SEND_RETRY_MS, SEND_TRIES_MAX,
        SENDS_PER_TRANSACTION_MAX,
    },
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

impl Round {
    /// One look after another: the longest pause that is asked for.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Pause(one), Self::Pause(two)) => Self::Pause(one.max(two)),
            (Self::Pause(wait_ms), _) | (_, Self::Pause(wait_ms)) => Self::Pause(wait_ms),
            (Self::Empty | Self::Again, other) => other,
        }
    }
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

/// Sends the oldest message of each conversation: many are encrypted in one transaction, and many that
/// the server has are noted in one.
async fn send_heads(inner: &Rc<Inner>) -> Result<Round> {
    let heads = inner.store.read(heads)?;
    if heads.is_empty() {
        return Ok(Round::Empty);
    }
    let mut round = Round::Again;
    let mut under_way = FuturesUnordered::new();
    for some in heads.chunks(SENDS_PER_TRANSACTION_MAX) {
        let (ready, wait) = ready(inner, some).await?;
        round = round.or(wait);
        under_way.extend(ready.into_iter().map(|(head, message)| ask(inner, head, message)));
    }
    let mut answers = under_way.ready_chunks(SENDS_PER_TRANSACTION_MAX);
    let mut fault = None;
    while let Some(some) = answers.next().await {
        let mut accepted = Vec::with_capacity(some.len());
        for (head, answer) in some {
            match answer {
                Ok(ReplyBody::Accepted(reply)) => accepted.push((head, reply)),
                Ok(_) => fault = Some(Error::Answer("send")),
                Err(error @ Error::Refused { .. }) => {
                    round = round.or(refused(inner, &head, &error)?);
                }
                Err(error) => fault = Some(error),
            }
        }
        accept(inner, &accepted)?;
    }
    fault.map_or(Ok(round), Err)
}

async fn ask(
    inner: &Rc<Inner>,
    head: OutboxRecord,
    message: Bytes,
) -> (OutboxRecord, Result<ReplyBody>) {
    let request = Send { conversation: head.conversation.as_bytes().to_vec(), message };
    let answer = inner.link.request(RequestBody::Send(request)).await;
    (head, answer)
}

/// Rows with their ciphertexts.
type Sealed = Vec<(OutboxRecord, Bytes)>;

/// The ciphertexts of some rows. What isn't ready in one conversation is no other's trouble: it is left
/// out, and the round waits.
async fn ready(inner: &Rc<Inner>, heads: &[OutboxRecord]) -> Result<(Sealed, Round)> {
    let (mut sealed, mut round) = (Vec::with_capacity(heads.len()), Round::Again);
    let unclean = seal_all(inner, heads, &mut sealed, &mut round).await?;
    let mut prepared = Vec::with_capacity(unclean.len());
    for head in unclean {
        match prepare_group(inner, head.conversation).await {
            Ok(()) => prepared.push(head),
            Err(Error::Offline) => return Err(Error::Offline),
            Err(error) => {
                tracing::warn!(%error, "a group isn't ready for a message");
                round = round.or(Round::Pause(SEND_FAULT_RETRY_MS));
            }
        }
    }
    if !prepared.is_empty()
        && !seal_all(inner, &prepared, &mut sealed, &mut round).await?.is_empty()
    {
        round = round.or(Round::Pause(SEND_RETRY_MS));
    }
    Ok((sealed, round))
}

/// Whether a message can be encrypted now.
enum Readiness {
    /// Here it is.
    Sealed(Bytes),
    /// Something must be committed in the group first.
    Unclean,
    /// Not yet.
    Waits,
}

/// Encrypts in one transaction what can be; gives those whose groups must be put in order first.
async fn seal_all(
    inner: &Rc<Inner>,
    heads: &[OutboxRecord],
    sealed: &mut Sealed,
    round: &mut Round,
) -> Result<Vec<OutboxRecord>> {
    let _gate = inner.gate.lock().await;
    if inner.link.phase() != Phase::Live {
        return Err(Error::Offline);
    }
    let own = inner.own()?;
    let mut unclean = Vec::new();
    let written = inner.store.write(|tx| {
        let mut written = Vec::with_capacity(heads.len());
        for head in heads {
            let part = tx.savepoint()?;
            match seal(tx, &own, head) {
                Ok(Readiness::Sealed(message)) => written.push((head.clone(), message)),
                Ok(Readiness::Unclean) => unclean.push(head.clone()),
                Ok(Readiness::Waits) => *round = round.or(Round::Pause(SEND_RETRY_MS)),
                Err(error) => {
                    tracing::warn!(%error, "a message can't be encrypted");
                    part.undo()?;
                    *round = round.or(Round::Pause(SEND_FAULT_RETRY_MS));
                    continue;
                }
            }
            part.keep()?;
        }
        Ok(written)
    })?;
    sealed.extend(written);
    Ok(unclean)
}

/// The ciphertext of a row; made when there is none, or when its epoch is over.
fn seal(tx: &Tx<'_>, own: &Own, head: &OutboxRecord) -> Result<Readiness> {
    let record = tx.known_conversation(head.conversation)?;
    let mut group = Group::load(tx, record.group)?;
    let has_left = !departed_leaves(tx, head.conversation, &group)?.is_empty();
    if group.has_pending_proposals() || has_left || record.needs_leaf_update {
        return Ok(Readiness::Unclean);
    }
    if !group.is_member() || group.has_pending_commit() {
        return Ok(Readiness::Waits);
    }
    if let Some((epoch, ciphertext)) = &head.encrypted
        && group.epoch().saturating_sub(*epoch) <= PAST_EPOCHS_ACCEPTED
    {
        return Ok(Readiness::Sealed(Bytes::from(ciphertext.clone())));
    }
    let ciphertext = outgoing::encrypt(tx, own, &mut group, head)?;
    tx.set_encrypted(head.number, group.epoch(), &ciphertext)?;
    Ok(Readiness::Sealed(Bytes::from(ciphertext)))
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

/// Notes what the server has, in one transaction.
fn accept(inner: &Inner, all: &[(OutboxRecord, Accepted)]) -> Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    let own = inner.own()?;
    let reportable: Vec<bool> =
        all.iter().map(|(head, accepted)| is_reportable(inner, head, accepted)).collect();
    let has_message = all.iter().any(|(head, _)| head.message.is_some());
    let is_first = has_message && !inner.store.read(|tx| tx.has_sent())?;
    let mut fault = None;
    let (events, is_shown) = inner.store.write(|tx| {
        let (mut events, mut is_shown) = (Vec::new(), false);
        for ((head, accepted), is_reportable) in all.iter().zip(reportable) {
            let part = tx.savepoint()?;
            match accept_one(inner, tx, &own, head, accepted, is_reportable) {
                Ok(more) => {
                    part.keep()?;
                    is_shown |= !more.is_empty();
                    events.extend(more);
                }
                Err(error) => {
                    part.undo()?;
                    fault = Some(error);
                }
            }
        }
        Ok((events, is_shown))
    })?;
    inner.emit_all(events);
    if is_shown {
        inner.emit(tresen_view::Event::ConversationsChanged);
    }
    if is_first {
        inner.duties.all();
    }
    fault.map_or(Ok(()), Err)
}

fn is_reportable(inner: &Inner, head: &OutboxRecord, accepted: &Accepted) -> bool {
    inner.link.server_key().is_ok_and(|server_key| {
        UnverifiedReceipt::decode(&accepted.receipt)
            .and_then(|receipt| receipt.verify(&server_key))
            .is_ok_and(|receipt| {
                let acceptance = receipt.acceptance();
                acceptance.franking_tag == head.franking_tag && acceptance.nonce == head.nonce
            })
    })
}

fn accept_one(
    inner: &Inner,
    tx: &Tx<'_>,
    own: &Own,
    head: &OutboxRecord,
    accepted: &Accepted,
    is_reportable: bool,
) -> Result<Vec<tresen_view::Event>> {
    let at = Timestamp::from_millis(accepted.accepted_at_ms);
    tx.delete_outbox(head.number)?;
    let mut record = tx.known_conversation(head.conversation)?;
    note_accepted_sequence(&mut record, accepted.sequence);
    if head.flags & FLAG_OPENS_WINDOW != 0 && !own.is_business() {
        record.open_window(at);
    }
    let Some(message) = head.message else {
        tx.put_conversation(&record)?;
        return private::accepted(inner, tx, own, head, accepted.sequence, at);
    };
    record.updated_at = record.updated_at.max(at);
    tx.put_conversation(&record)?;
    tx.accept_message(message, accepted.sequence, at, &accepted.receipt, is_reportable)?;
    if own.is_business() && tx.root_of(DealKind::Booking, message)?.is_some() {
        inner.duties.bookings();
    }
    timeline::settle_accepted(inner, tx, message)?;
    timeline::events_of(inner, tx, &[message])
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
