//! Pause, resume, cancel, and what came of broadcasts.

use std::collections::BTreeMap;

use tresen_types::AccountId;
use tresen_view::{Answer, BroadcastState, BroadcastView, Event, LeftOut, RefusalView};

use super::consent;
use crate::{
    client::Inner,
    error::{Error, Result},
    store::{BroadcastPhase, BroadcastRecord, StoredState, Turn, Tx},
};

/// All broadcasts, newest first.
pub(crate) fn broadcasts(inner: &Inner) -> Result<Answer> {
    let own = inner.own()?;
    let views = inner
        .store
        .read(|tx| tx.broadcasts()?.iter().map(|record| view(tx, own.account, record)).collect())?;
    Ok(Answer::Broadcasts(views))
}

/// Lets a broadcast stand still.
pub(crate) fn pause(inner: &Inner, number: i64) -> Result<Answer> {
    change(inner, number, BroadcastPhase::Running, BroadcastPhase::Paused)
}

/// Lets a broadcast go on; what couldn't be paid is tried again.
pub(crate) fn resume(inner: &Inner, number: i64) -> Result<Answer> {
    inner.store.write(|tx| {
        for (outbox, message, refusal) in tx.refused_turns(number)? {
            if word(&refusal) == "unpaid" {
                tx.set_refusal(outbox, None)?;
                tx.set_failed(outbox, false)?;
                tx.set_message_state(message, StoredState::Queued)?;
            }
        }
        Ok(())
    })?;
    inner.outbox_wake.notify();
    change(inner, number, BroadcastPhase::Paused, BroadcastPhase::Running)
}

/// Ends a broadcast: who hadn't a turn yet gets nothing.
pub(crate) fn cancel(inner: &Inner, number: i64) -> Result<Answer> {
    change(inner, number, BroadcastPhase::Running, BroadcastPhase::Cancelled)
}

fn change(inner: &Inner, number: i64, from: BroadcastPhase, to: BroadcastPhase) -> Result<Answer> {
    let own = inner.own()?;
    let answer = inner.store.write(|tx| {
        let record = tx.known_broadcast(number)?;
        let is_over = matches!(record.phase, BroadcastPhase::Done | BroadcastPhase::Cancelled);
        if record.phase != to
            && (record.phase == from || to == BroadcastPhase::Cancelled)
            && !is_over
        {
            tx.set_broadcast(number, to, "")?;
        }
        Ok(Answer::Broadcast(Box::new(view(tx, own.account, &tx.known_broadcast(number)?)?)))
    })?;
    inner.broadcast_wake.notify();
    inner.emit(Event::BroadcastsChanged);
    Ok(answer)
}

/// A broadcast with its results.
pub(super) fn view(
    tx: &Tx<'_>,
    business: AccountId,
    record: &BroadcastRecord,
) -> Result<BroadcastView> {
    let number = record.number;
    let mut refused = BTreeMap::<String, u64>::new();
    for (_outbox, _message, refusal) in tx.refused_turns(number)? {
        let count = refused.entry(word(&refusal)).or_default();
        *count = count.saturating_add(1);
    }
    let mut stopped = 0_u64;
    for customer in tx.turn_customers(number)? {
        if consent(tx, business, customer, record.category)?.is_none() {
            stopped = stopped.saturating_add(1);
        }
    }
    let waiting = tx.count_turns(number, Turn::Waiting)?;
    let taken = tx.count_turns(number, Turn::Taken)?;
    let withdrawn = tx.count_turns(number, Turn::Withdrawn)?;
    let count = |state: StoredState| tx.count_states(number, state as i64);
    let (read, delivered) = (count(StoredState::Read)?, count(StoredState::Delivered)?);
    Ok(BroadcastView {
        broadcast: number,
        name: record.name.clone(),
        template: record.template.iter().map(|byte| format!("{byte:02x}")).collect(),
        state: match record.phase {
            BroadcastPhase::Running => BroadcastState::Running,
            BroadcastPhase::Paused => BroadcastState::Paused,
            BroadcastPhase::Done => BroadcastState::Done,
            BroadcastPhase::Cancelled => BroadcastState::Cancelled,
        },
        reason: Some(record.reason.clone()).filter(|reason| !reason.is_empty()),
        made_at: record.made_at,
        starts_at: record.starts_at,
        recipients: waiting.saturating_add(taken).saturating_add(withdrawn),
        waiting,
        withdrawn,
        queued: count(StoredState::Queued)?,
        sent: count(StoredState::Sent)?,
        // What was read was delivered.
        delivered: delivered.saturating_add(read),
        read,
        refused: refused
            .into_iter()
            .map(|(reason, customers)| LeftOut { reason, customers })
            .collect(),
        stopped,
    })
}

fn word(refusal: &str) -> String {
    serde_json::from_str::<RefusalView>(refusal)
        .map_or_else(|_other| "refused".to_owned(), |r| r.reason)
}

impl Tx<'_> {
    /// A broadcast that must be there.
    pub(super) fn known_broadcast(&self, number: i64) -> Result<BroadcastRecord> {
        self.broadcast(number)?.ok_or(Error::NotFound("broadcast"))
    }
}
