//! Brings webhooks to their receiver: one conversation's one after the other, many conversations'
//! beside each other, and again with growing pauses until they are taken.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    rc::Rc,
    time::Duration,
};

use bytes::Bytes;
use http::{
    HeaderValue, Method,
    header::{CONTENT_TYPE, USER_AGENT},
};
use serde_json::{Value, json};
use tokio::{
    sync::{Notify, futures::Notified, watch},
    task::JoinSet,
};
use tresen_types::Timestamp;

use super::{fields, sign, value};
use crate::{
    config::WebhookFault,
    error::{Error, Result},
    gateway::Gateway,
    limits::{
        EVENTS_BETWEEN_SWEEPS, EVENTS_KEPT_MS, LANES_AT_ONCE, SHUTDOWN_MS_MAX,
        WEBHOOK_ANSWER_BYTES_MAX, WEBHOOK_MS_MAX, WEBHOOK_PAUSE_MS_MAX,
    },
    media::incoming,
    outbound::{Outgoing, Plain, Reach, read_url},
    store::{Callback, DeliveryState, EventRecord, Lane, MAIN, Tx},
};

/// Longest wait of an idle loop, in milliseconds: a notice comes earlier.
const IDLE_MS: i64 = 60_000;

/// The lanes in which something waits.
#[derive(Debug, Default)]
pub(crate) struct Deliveries {
    lanes: RefCell<Lanes>,
    waiting: Cell<u64>,
    is_over: Cell<bool>,
    notice: Notify,
    arrived: Notify,
    since_sweep: Cell<u64>,
}

impl Deliveries {
    /// How many webhooks wait.
    pub(crate) const fn waiting(&self) -> u64 {
        self.waiting.get()
    }

    /// Something happened, and waits in these lanes.
    pub(crate) fn added(&self, lanes: &[Lane], now: Timestamp) {
        let count = u64::try_from(lanes.len()).unwrap_or(0);
        self.waiting.set(self.waiting.get().saturating_add(count));
        self.since_sweep.set(self.since_sweep.get().saturating_add(1));
        let mut known = self.lanes.borrow_mut();
        lanes.iter().for_each(|lane| known.add(*lane, now));
        self.notice.notify_one();
        self.arrived.notify_waiters();
    }

    /// The clock was moved.
    pub(crate) fn look_again(&self) {
        self.notice.notify_one();
    }

    /// Resolves with the next event that happens from now on.
    pub(crate) fn arrived(&self) -> Notified<'_> {
        self.arrived.notified()
    }

    fn one_less(&self) {
        self.waiting.set(self.waiting.get().saturating_sub(1));
    }

    /// A lane to work on now, marked as busy.
    fn take(&self, now: Timestamp) -> Option<Lane> {
        self.lanes.borrow_mut().take(now)
    }

    /// How long until the next lane is due, in milliseconds.
    fn pause_ms(&self, now: Timestamp) -> u64 {
        let next = self.lanes.borrow().next_at();
        let pause = next.map_or(IDLE_MS, |at| at.millis_since(now)).clamp(1, IDLE_MS);
        u64::try_from(pause).unwrap_or(1)
    }

    /// A lane rests: until then, or for ever when nothing waits.
    fn rest(&self, lane: Lane, until: Option<Timestamp>) {
        self.lanes.borrow_mut().rest(lane, until);
        self.notice.notify_one();
    }
}

/// Lanes by the time at which they are due, so that one is found without a look at the others: a receiver
/// that is down leaves one for each of its conversations.
#[derive(Debug, Default)]
struct Lanes {
    /// When each is due; none while it is worked on.
    known: BTreeMap<Lane, Option<Timestamp>>,
    queue: BTreeSet<(Timestamp, Lane)>,
}

impl Lanes {
    /// Something waits in a lane; one that rests or is worked on is looked at in its time.
    fn add(&mut self, lane: Lane, now: Timestamp) {
        if let Entry::Vacant(new) = self.known.entry(lane) {
            new.insert(Some(now));
            self.queue.insert((now, lane));
        }
    }

    /// The lane that has been due longest, unless so many are worked on already.
    fn take(&mut self, now: Timestamp) -> Option<Lane> {
        let busy = self.known.len().saturating_sub(self.queue.len());
        if busy >= LANES_AT_ONCE || self.next_at()? > now {
            return None;
        }
        let (_at, lane) = self.queue.pop_first()?;
        self.known.insert(lane, None);
        Some(lane)
    }

    /// When the next one is due.
    fn next_at(&self) -> Option<Timestamp> {
        self.queue.first().map(|(at, _lane)| *at)
    }

    fn rest(&mut self, lane: Lane, until: Option<Timestamp>) {
        match until {
            Some(at) => {
                self.known.insert(lane, Some(at));
                self.queue.insert((at, lane));
            }
            None => drop(self.known.remove(&lane)),
        }
    }
}

/// Notes what waited when the gateway stopped.
pub(crate) fn resume(gateway: &Gateway) -> Result<()> {
    let (lanes, count) = gateway.store.read(|tx| Ok((tx.lanes()?, tx.waiting_count()?)))?;
    let now = gateway.now();
    gateway.deliveries.waiting.set(count);
    let mut known = gateway.deliveries.lanes.borrow_mut();
    lanes.into_iter().for_each(|lane| known.add(lane, now));
    Ok(())
}

/// Delivers until the gateway stops.
pub(crate) async fn run(gateway: Rc<Gateway>, mut stop: watch::Receiver<bool>) {
    let mut running = JoinSet::new();
    loop {
        while let Some(lane) = gateway.deliveries.take(gateway.now()) {
            running.spawn_local(work(Rc::clone(&gateway), lane));
        }
        let pause = Duration::from_millis(gateway.deliveries.pause_ms(gateway.now()));
        tokio::select! {
            () = gateway.deliveries.notice.notified() => {}
            () = tokio::time::sleep(pause) => {}
            Some(_ended) = running.join_next() => {}
            _ = stop.wait_for(|is_over| *is_over) => break,
        }
    }
    // What is under way may end; what doesn't is delivered again: at least once.
    gateway.deliveries.is_over.set(true);
    let all = async { while running.join_next().await.is_some() {} };
    if tokio::time::timeout(Duration::from_millis(SHUTDOWN_MS_MAX), all).await.is_err() {
        running.shutdown().await;
    }
}

/// Empties a lane as far as the receiver takes it.
async fn work(gateway: Rc<Gateway>, lane: Lane) {
    let rest = loop {
        if gateway.deliveries.is_over.get() {
            break Some(gateway.now());
        }
        match step(&gateway, lane).await {
            Ok(Step::Next) => {}
            Ok(Step::Empty) => break None,
            Ok(Step::Pause(ms)) => break Some(gateway.now().plus_millis(ms)),
            Err(error) => {
                tracing::error!(%error, "a webhook can't be delivered");
                break Some(gateway.now().plus_millis(WEBHOOK_PAUSE_MS_MAX));
            }
        }
    };
    gateway.deliveries.rest(lane, rest);
}

enum Step {
    Next,
    Empty,
    Pause(i64),
}

async fn step(gateway: &Gateway, lane: Lane) -> Result<Step> {
    let (next, receiver) =
        gateway.store.read(|tx| Ok((tx.next_delivery(lane)?, receiver_of(tx, lane.0)?)))?;
    let Some(event) = next else { return Ok(Step::Empty) };
    let (number, attempts) = (event.number, event.attempts);
    let note = |state, status| {
        let now = gateway.now();
        gateway.store.write(|tx| tx.note_delivery(number, lane.0, state, status, now))
    };
    let is_old = gateway.now().millis_since(event.at) > WEBHOOK_MS_MAX;
    if is_old {
        tracing::warn!(number, "a webhook is given up after seven days");
        gateway.metrics.webhooks_given_up.increment();
    }
    // Nobody wants it any more, or nobody has taken it for too long.
    let Some(receiver) = receiver.filter(|_receiver| !is_old) else {
        note(DeliveryState::GivenUp, None)?;
        gateway.deliveries.one_less();
        return Ok(Step::Next);
    };
    let Some(event) = described(gateway, event).await? else {
        note(DeliveryState::Waiting, None)?;
        return Ok(Step::Pause(pause_ms(gateway.config.webhook_pause_ms_min, attempts)));
    };
    let status = deliver(gateway, &event, &receiver).await?;
    if status.is_some_and(|status| (200..300).contains(&status)) {
        note(DeliveryState::Taken, status)?;
        gateway.deliveries.one_less();
        gateway.metrics.webhooks_delivered.increment();
        return Ok(Step::Next);
    }
    gateway.metrics.webhooks_failed.increment();
    note(DeliveryState::Waiting, status)?;
    Ok(Step::Pause(pause_ms(gateway.config.webhook_pause_ms_min, attempts)))
}

/// Where a number's deliveries go.
fn receiver_of(tx: &Tx<'_>, subscriber: i64) -> Result<Option<Callback>> {
    if subscriber == MAIN {
        return tx.receiver();
    }
    Ok(tx.subscriber(subscriber)?.map(|known| known.callback))
}

/// Describes the message's file if there is one. `None`: it can't be fetched now.
async fn described(gateway: &Gateway, mut event: EventRecord) -> Result<Option<EventRecord>> {
    if let Some(message) = event.media {
        let Some(value) = incoming::complete(gateway, &event.value, message).await? else {
            return Ok(None);
        };
        gateway.store.write(|tx| tx.complete_event(event.number, &value))?;
        event.value = value;
    }
    Ok(Some(event))
}

/// Forgets what is old, now and then.
pub(crate) fn sweep(gateway: &Gateway) -> Result<()> {
    if gateway.deliveries.since_sweep.get() < EVENTS_BETWEEN_SWEEPS {
        return Ok(());
    }
    gateway.deliveries.since_sweep.set(0);
    let before = gateway.now().plus_millis(-EVENTS_KEPT_MS);
    gateway.store.write(|tx| tx.forget_events(before))
}

/// The pause after so many attempts before.
fn pause_ms(first_ms: i64, attempts: u32) -> i64 {
    let doubled = 2_i64.saturating_pow(attempts.min(40));
    first_ms.saturating_mul(doubled).min(WEBHOOK_PAUSE_MS_MAX)
}

/// An event as receivers get it.
pub(crate) fn envelope(gateway: &Gateway, event: &EventRecord) -> Result<Value> {
    let value: Value =
        serde_json::from_str(&event.value).map_err(|_json| Error::Damaged("event"))?;
    Ok(json!({
        "object": "whatsapp_business_account",
        "entry": [{
            "id": gateway.ids.business,
            "time": event.at.as_millis() / 1_000,
            "changes": [{ "value": value, "field": event.field }],
        }],
    }))
}

/// Brings a sample to a receiver, now. `None` without one; otherwise the status of its answer.
pub(crate) async fn sample(gateway: &Gateway, subscriber: i64) -> Result<Option<Option<u16>>> {
    let receiver = gateway.store.read(|tx| receiver_of(tx, subscriber))?;
    let Some(receiver) = receiver else { return Ok(None) };
    let event = EventRecord {
        number: 0,
        field: fields::MESSAGES.to_owned(),
        value: value::sample(&gateway.ids, gateway.now()).to_string(),
        media: None,
        at: gateway.now(),
        attempts: 0,
    };
    Ok(Some(deliver(gateway, &event, &receiver).await?))
}

/// Brings an event to a receiver; gives the status of its answer, if there is one.
async fn deliver(
    gateway: &Gateway,
    event: &EventRecord,
    receiver: &Callback,
) -> Result<Option<u16>> {
    let body = Bytes::from(sign::ascii(&envelope(gateway, event)?.to_string()));
    let mut headers = sign::headers(&gateway.app_secret, &body);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(USER_AGENT, HeaderValue::from_static("tresen-gateway"));
    let Ok(url) = read_url(&receiver.url) else { return Ok(None) };
    let request = Outgoing {
        method: Method::POST,
        url,
        headers,
        body,
        reach: if receiver.is_local { Reach::Anywhere } else { gateway.reach() },
        plain: Plain::OnlyPrivate,
        ms_max: gateway.config.webhook_ms_max,
        answer_bytes_max: WEBHOOK_ANSWER_BYTES_MAX,
    };
    let fault = gateway.config.faults.as_ref().and_then(|faults| faults.of_webhook());
    match fault {
        Some(WebhookFault::Drop) => return Ok(None),
        Some(WebhookFault::Slow(pause)) => tokio::time::sleep(pause).await,
        Some(WebhookFault::Double) => drop(gateway.outbound.send_again(request.clone()).await),
        None => {}
    }
    match gateway.outbound.send_again(request).await {
        Ok(answer) => {
            if !(200..300).contains(&answer.status) {
                tracing::info!(status = answer.status, "a receiver didn't take a webhook");
            }
            Ok(Some(answer.status))
        }
        Err(error) => {
            tracing::info!(%error, "a receiver can't be reached");
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        assert_eq!(pause_ms(1_000, 0), 1_000);
        assert_eq!(pause_ms(1_000, 3), 8_000);
        assert_eq!(pause_ms(1_000, 30), WEBHOOK_PAUSE_MS_MAX);
        assert_eq!(pause_ms(1_000, u32::MAX), WEBHOOK_PAUSE_MS_MAX);
    }
    fn lane(number: u8) -> Lane {
        (MAIN, tresen_types::ConversationId::new([number; 16]))
    }

    #[test]
    fn the_lane_that_has_been_due_longest_is_next_and_each_is_worked_on_once() {
        let at = Timestamp::from_millis;
        let mut lanes = Lanes::default();
        lanes.add(lane(1), at(20));
        lanes.add(lane(2), at(10));
        // What comes behind what waits has its time.
        lanes.add(lane(2), at(30));
        assert_eq!(lanes.take(at(5)), None);
        assert_eq!(lanes.take(at(20)), Some(lane(2)));
        lanes.add(lane(2), at(20));
        assert_eq!(lanes.take(at(20)), Some(lane(1)));
        assert_eq!((lanes.take(at(99)), lanes.next_at()), (None, None));
        lanes.rest(lane(2), Some(at(40)));
        lanes.rest(lane(1), None);
        assert_eq!((lanes.take(at(39)), lanes.next_at()), (None, Some(at(40))));
        assert_eq!(lanes.take(at(40)), Some(lane(2)));
        lanes.add(lane(1), at(50));
        assert_eq!(lanes.take(at(50)), Some(lane(1)));
    }

    #[test]
    fn so_many_lanes_are_worked_on_at_once_and_no_more() {
        let now = Timestamp::from_millis(1);
        let mut lanes = Lanes::default();
        (0..=u8::try_from(LANES_AT_ONCE).unwrap()).for_each(|number| lanes.add(lane(number), now));
        let taken: Vec<_> = std::iter::from_fn(|| lanes.take(now)).collect();
        assert_eq!(taken.len(), LANES_AT_ONCE);
        lanes.rest(taken[0], None);
        assert!(lanes.take(now).is_some());
        assert_eq!(lanes.take(now), None);
    }
}
