//! Lets the recipients have their turn, a few at a time.

use std::rc::Rc;

use tresen_content::{Content, Message};
use tresen_types::Timestamp;
use tresen_view::{Event, RefusalView, ValueDraft};

use super::{consent, instance, is_open};
use crate::{
    client::Inner,
    command::seldom,
    error::{Error, Result},
    limits::{BROADCAST_OUTBOX_MAX, BROADCAST_PART_MS, BROADCAST_STEP_MS},
    runtime,
    store::{BroadcastPhase, BroadcastRecord, StoredState, Turn, Tx},
    template, timeline,
};

/// Sends what runs, as soon as this is a business's device.
pub(crate) async fn run(inner: Rc<Inner>) {
    loop {
        let seen = inner.broadcast_wake.seen();
        if !inner.own_or_none().is_some_and(|own| own.is_business()) {
            inner.broadcast_wake.changed_since(seen).await;
            continue;
        }
        match seldom::pump(Rc::clone(&inner)).await {
            Ok(pump) => return pump.await,
            Err(_unreachable) => runtime::sleep(BROADCAST_PART_MS).await,
        }
    }
}

/// Sends what runs for as long as the client lives.
#[expect(clippy::infinite_loop, reason = "the task is dropped with the client")]
pub(crate) async fn pump(inner: Rc<Inner>) {
    let mut pace = Pace::default();
    loop {
        let seen = inner.broadcast_wake.seen();
        match step(&inner, &mut pace) {
            Ok(true) => runtime::sleep(BROADCAST_STEP_MS).await,
            Ok(false) => inner.broadcast_wake.changed_since(seen).await,
            Err(error) => {
                tracing::error!(%error, "a broadcast can't go on");
                runtime::sleep(BROADCAST_STEP_MS.saturating_mul(20)).await;
            }
        }
    }
}

/// How many messages a broadcast may send now.
#[derive(Default)]
struct Pace {
    of: i64,
    since: Timestamp,
    /// Thousandths of a message.
    budget: i64,
}

impl Pace {
    fn take(&mut self, record: &BroadcastRecord, now: Timestamp, wanted: usize) -> usize {
        if record.per_minute == 0 {
            return wanted;
        }
        let rate = i64::from(record.per_minute);
        if self.of != record.number {
            *self = Self { of: record.number, since: now, budget: 1_000 };
        }
        let passed = now.millis_since(self.since).clamp(0, 60_000);
        self.since = now;
        let gained = passed.saturating_mul(rate) / 60;
        // A pause saves up no more than a second.
        let most = (rate.saturating_mul(1_000) / 60).max(1_000);
        self.budget = self.budget.saturating_add(gained).min(most);
        let may = usize::try_from(self.budget / 1_000).unwrap_or(0).min(wanted);
        let spent = i64::try_from(may).unwrap_or(0).saturating_mul(1_000);
        self.budget = self.budget.saturating_sub(spent);
        may
    }
}

/// One step of the oldest broadcast that runs; tells whether any does.
fn step(inner: &Rc<Inner>, pace: &mut Pace) -> Result<bool> {
    let Some(own) = inner.own_or_none() else { return Ok(false) };
    let now = inner.now();
    let running = inner.store.read(|tx| {
        let mut all = tx.broadcasts()?;
        all.retain(|record| record.phase == BroadcastPhase::Running);
        Ok(all)
    })?;
    let due = running.iter().rev().find(|record| record.starts_at <= now);
    let Some(record) = due else { return Ok(!running.is_empty()) };
    let depth = inner.store.read(|tx| tx.outbox_depth())?;
    let room = BROADCAST_OUTBOX_MAX.saturating_sub(depth);
    let wanted = usize::try_from(room).unwrap_or(0);
    if halt(inner, record)? || wanted == 0 {
        return Ok(true);
    }
    let waiting = inner.store.read(|tx| tx.waiting_recipients(record.number, wanted))?;
    if waiting.is_empty() {
        // The server may still refuse what is under way.
        let queued = |tx: &Tx<'_>| tx.count_states(record.number, StoredState::Queued as i64);
        if inner.store.read(queued)? > 0 {
            return Ok(true);
        }
        inner.store.write(|tx| tx.set_broadcast(record.number, BroadcastPhase::Done, ""))?;
        inner.emit(Event::BroadcastsChanged);
        return Ok(true);
    }
    let values: Vec<ValueDraft> = serde_json::from_str(&record.values)
        .map_err(|_malformed| Error::Damaged("values of a broadcast"))?;
    let recipients = inner.store.read(|tx| tx.count_recipients(record.number))?;
    for conversation in waiting.iter().take(pace.take(record, now, waiting.len())) {
        let message = inner.store.write(|tx| {
            let number = record.number;
            let of = tx.known_conversation(*conversation)?;
            let is_allowed = match of.counterpart {
                Some(customer) if is_open(tx, &of)? => {
                    consent(tx, own.account, customer, record.category)?.is_some()
                }
                _gone => false,
            };
            // The customer may have said no since the broadcast was made.
            if !is_allowed {
                tx.take_turn(number, *conversation, Turn::Withdrawn, None)?;
                return Ok(None);
            }
            if record.messages_max > 0
                && tx.count_turns(number, Turn::Taken)? >= record.messages_max
            {
                tx.set_broadcast(number, BroadcastPhase::Paused, "messages_max")?;
                return Ok(None);
            }
            let (document, instance) =
                instance(tx, own.account, record.template, values.clone(), Some(recipients))?;
            let text = template::search_text(&document, &instance);
            let content = Content::new(Message::Template(Box::new(instance)));
            let category = document.category;
            let message =
                timeline::queue_message(inner, tx, *conversation, &content, category, &text)?;
            tx.take_turn(number, *conversation, Turn::Taken, Some(message.message))?;
            Ok(Some(message))
        })?;
        if let Some(message) = message {
            timeline::announce(inner, *conversation, &message);
        }
    }
    inner.emit(Event::BroadcastsChanged);
    Ok(true)
}

/// Pauses a broadcast that can't be paid; the others would be refused too.
fn halt(inner: &Rc<Inner>, record: &BroadcastRecord) -> Result<bool> {
    let refused = inner.store.read(|tx| tx.refused_turns(record.number))?;
    let is_unpaid = |(_, _, refusal): &(i64, _, String)| {
        serde_json::from_str::<RefusalView>(refusal).is_ok_and(|said| said.reason == "unpaid")
    };
    if !refused.iter().any(is_unpaid) {
        return Ok(false);
    }
    inner.store.write(|tx| tx.set_broadcast(record.number, BroadcastPhase::Paused, "unpaid"))?;
    inner.emit(Event::BroadcastsChanged);
    Ok(true)
}
