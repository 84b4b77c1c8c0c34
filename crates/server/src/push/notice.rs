//! Who is woken up, and when: at most once until the device comes.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
};
use tresen_store::{
    SharedClock, StoreError,
    control::PushSubscriptionRecord,
    delivery::{EntryKind, MailboxEntry},
};
use tresen_types::{AccountId, DeviceId, MessageClass, Timestamp};

use super::post::{Posted, post};
use crate::{
    ServerError,
    app::App,
    cluster::repair::jittered,
    limits::{
        PUSH_AGAIN_MS, PUSH_DELAY, PUSH_KNOWN_MS, PUSH_LOOK_BYTES, PUSH_LOOK_ENTRIES,
        PUSH_MARKS_MAX, PUSH_QUEUE_MAX, PUSH_SENDERS_MAX,
    },
};

/// A device that isn't here, and the entry that came for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Absent {
    device: DeviceId,
    cursor: u64,
    /// Of its mark: without it, what was found out is out of date.
    ticket: u64,
}

/// What is known of a device.
#[derive(Clone, Copy, Debug)]
struct Mark {
    /// Until when it needs no look: it was pushed, or doesn't want to be.
    until: Timestamp,
    /// No other mark has it.
    ticket: u64,
}

/// Marks by device.
#[derive(Debug, Default)]
struct Marks {
    by_device: BTreeMap<DeviceId, Mark>,
    last_ticket: u64,
}

/// Whom a push may be sent to now.
pub(crate) struct Pushes {
    clock: SharedClock,
    queue: mpsc::Sender<Absent>,
    marks: Mutex<Marks>,
}

impl fmt::Debug for Pushes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pushes").finish_non_exhaustive()
    }
}

/// Whether an entry is something that a person wants to hear of.
pub(crate) fn is_news(entry: &MailboxEntry) -> bool {
    let class = MessageClass::from_byte(entry.class);
    entry.kind == EntryKind::Application
        && class.is_some_and(|class| class != MessageClass::Control)
}

impl Pushes {
    /// Nobody is marked; the receiver is for [`run`].
    pub(crate) fn new(clock: SharedClock) -> (Self, mpsc::Receiver<Absent>) {
        let (queue, absent) = mpsc::channel(PUSH_QUEUE_MAX);
        (Self { clock, queue, marks: Mutex::default() }, absent)
    }

    /// Something came for a device that isn't here. Never waits; where too many are waiting, the next
    /// entry asks again.
    pub(crate) fn offer(&self, device: DeviceId, cursor: u64) {
        let now = self.clock.now();
        let mut marks = self.marks();
        if marks.by_device.get(&device).is_some_and(|mark| mark.until > now) {
            return;
        }
        if marks.by_device.len() >= PUSH_MARKS_MAX {
            marks.by_device.retain(|_device, mark| mark.until > now);
            if marks.by_device.len() >= PUSH_MARKS_MAX {
                return;
            }
        }
        let ticket = marks.last_ticket.wrapping_add(1);
        if self.queue.try_send(Absent { device, cursor, ticket }).is_ok() {
            marks.last_ticket = ticket;
            let until = now.plus_millis(PUSH_AGAIN_MS);
            marks.by_device.insert(device, Mark { until, ticket });
        }
    }

    /// What was known of a device isn't true any more: it has come, or registered.
    pub(crate) fn forget(&self, device: DeviceId) {
        self.marks().by_device.remove(&device);
    }

    /// Forgets what is over.
    pub(crate) fn sweep(&self) {
        let now = self.clock.now();
        self.marks().by_device.retain(|_device, mark| mark.until > now);
    }

    /// Whether the device hasn't come since it was offered.
    fn is_current(&self, one: Absent) -> bool {
        self.marks().by_device.get(&one.device).is_some_and(|mark| mark.ticket == one.ticket)
    }

    /// The device needs no look for this time, unless it has come since.
    fn settle(&self, one: Absent, millis: i64) {
        let until = self.clock.now().plus_millis(millis);
        if let Some(mark) = self.marks().by_device.get_mut(&one.device)
            && mark.ticket == one.ticket
        {
            mark.until = until;
        }
    }

    fn marks(&self) -> MutexGuard<'_, Marks> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes devices until the node is gone.
pub(crate) async fn run(app: Weak<App>, mut absent: mpsc::Receiver<Absent>) {
    let senders = Arc::new(Semaphore::new(PUSH_SENDERS_MAX));
    // Ends with this task.
    let mut under_way = JoinSet::new();
    while let Some(one) = absent.recv().await {
        while under_way.try_join_next().is_some() {}
        if under_way.len() >= PUSH_QUEUE_MAX {
            under_way.join_next().await;
        }
        let Some(node) = app.upgrade() else { return };
        match node.control.push_subscription(one.device).await {
            Ok(Some(subscription)) => {
                let (app, senders) = (Weak::clone(&app), Arc::clone(&senders));
                under_way.spawn(async move { wake(&app, &senders, one, &subscription).await });
            }
            Ok(None) => node.pushes.settle(one, PUSH_KNOWN_MS),
            Err(error) => {
                node.pushes.settle(one, 0);
                tracing::warn!(%error, "a push subscription can't be read");
            }
        }
    }
}

/// Wakes a device that hasn't come by itself after a moment.
async fn wake(
    app: &Weak<App>,
    senders: &Semaphore,
    one: Absent,
    subscription: &PushSubscriptionRecord,
) {
    tokio::time::sleep(jittered(PUSH_DELAY)).await;
    // The semaphore is never closed.
    let _permit = senders.acquire().await.ok();
    let Some(app) = app.upgrade() else { return };
    match push(&app, one, subscription).await {
        Ok(true) => {}
        // The next entry counts.
        Ok(false) => app.pushes.settle(one, 0),
        Err(error) => tracing::warn!(%error, "a push can't be made"),
    }
}

/// Whether a push was made, successful or not.
async fn push(
    app: &App,
    one: Absent,
    subscription: &PushSubscriptionRecord,
) -> Result<bool, ServerError> {
    // Who has come since was offered anew by what came later.
    let is_away = app.pushes.is_current(one) && app.feeds.of(one.device).is_none();
    if !is_away || !has_news(app, one, subscription.account).await? {
        return Ok(false);
    }
    match post(app, subscription).await? {
        Posted::Taken => app.metrics().pushes_sent.increment(),
        Posted::Failed => app.metrics().pushes_failed.increment(),
        Posted::Ended => {
            app.metrics().pushes_ended.increment();
            let endpoint = subscription.endpoint.clone();
            app.control.end_push_subscription(one.device, endpoint).await?;
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether somebody else's message still waits: the device may have fetched it from another node.
async fn has_news(app: &App, one: Absent, own: AccountId) -> Result<bool, StoreError> {
    let after = one.cursor.saturating_sub(1);
    let waiting =
        app.delivery.read_after(one.device, after, PUSH_LOOK_ENTRIES, PUSH_LOOK_BYTES).await?;
    let now = app.now();
    Ok(waiting.iter().any(|entry| {
        let is_own = entry.sender.is_some_and(|sender| sender.account == own);
        is_news(entry) && !is_own && !entry.is_over(now)
    }))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    #[test]
    fn a_device_is_offered_once_until_it_has_come_or_the_time_is_over() {
        let time = Arc::new(AtomicI64::new(0));
        let clock = Arc::clone(&time);
        let clock = move || Timestamp::from_millis(clock.load(Ordering::Relaxed));
        let (pushes, mut absent) = Pushes::new(Arc::new(clock));
        let device = DeviceId::new([1; 8]);
        let mut offered = |cursor| {
            pushes.offer(device, cursor);
            absent.try_recv().ok()
        };
        let first = offered(1).unwrap();
        assert!(offered(2).is_none());
        pushes.forget(device);
        assert!(!pushes.is_current(first), "it has come");
        let second = offered(3).unwrap();
        pushes.settle(first, 0);
        assert!(offered(4).is_none(), "what was found out of the first one is out of date");
        assert!(pushes.is_current(second) && !pushes.is_current(first));
        time.store(PUSH_AGAIN_MS - 1, Ordering::Relaxed);
        pushes.sweep();
        assert!(offered(5).is_none());
        time.store(PUSH_AGAIN_MS, Ordering::Relaxed);
        let third = offered(6).unwrap();
        pushes.settle(third, PUSH_KNOWN_MS);
        assert!(offered(7).is_none(), "it wants none");
        pushes.settle(third, 0);
        assert!(offered(8).is_some());
    }

    #[test]
    fn whoever_comes_when_the_queue_is_full_is_asked_again() {
        let (pushes, mut absent) = Pushes::new(Arc::new(|| Timestamp::from_millis(0)));
        let device = |number: usize| DeviceId::new(number.to_be_bytes());
        for number in 0..=PUSH_QUEUE_MAX {
            pushes.offer(device(number), 1);
        }
        assert!(absent.try_recv().is_ok());
        pushes.offer(device(PUSH_QUEUE_MAX), 1);
        assert_eq!(absent.len(), PUSH_QUEUE_MAX);
    }
}
