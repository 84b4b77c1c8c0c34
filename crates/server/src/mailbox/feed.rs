//! One connected device's feed: what of its mailbox was sent, what is on the way, and whether new
//! entries may be pushed.
//!
//! ```text
//! Reading ──page empty, nothing new meanwhile──▶ Live ──window full──▶ Paused
//!    ▲ └──────────window full──────────────────────────────────────────▶ │
//!    └───────────────────────acknowledged──────────────────────────────── ┘
//! ```

use std::{
    collections::{BTreeMap, VecDeque},
    ops::Bound,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tresen_types::{DeviceId, Timestamp};

use crate::{
    cluster::{Bus, local::ConnectionHandle},
    connection::limits::{UNACKNOWLEDGED_BYTES_MAX, UNACKNOWLEDGED_ENTRIES_MAX},
    push::Pushes,
};

/// In-flight marks that an idle feed may keep room for.
const MARKS_KEPT: usize = 16;

/// The feed of one connection.
#[derive(Debug)]
pub(crate) struct Feed {
    device: DeviceId,
    connection: ConnectionHandle,
    attached_at: Timestamp,
    state: Mutex<FeedState>,
}

#[derive(Debug)]
struct FeedState {
    mode: Mode,
    /// The last cursor that was sent on this connection.
    sent: u64,
    /// The highest cursor that was offered.
    newest: u64,
    /// Whether somebody asked to look since the reader took its turn.
    is_asked: bool,
    /// What was sent and not acknowledged: cursor and size.
    in_flight: VecDeque<(u64, usize)>,
    in_flight_bytes: usize,
    /// Whether the client was told that it is live.
    has_told_drained: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Reading,
    Paused,
    Live,
}

/// What the reader of a feed may do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadTurn {
    /// Read after `sent`, at most this much.
    Page { sent: u64, newest: u64, entries_max: usize, bytes_max: usize },
    /// Stop: an acknowledgement starts the reader again.
    Stop,
}

/// What an empty page means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AfterLast {
    /// Something came while it was read.
    ReadOn,
    /// The feed is live; the client is told when it is the first time.
    Live { tell_drained: bool, cursor: u64 },
}

impl FeedState {
    fn has_room(&self) -> bool {
        self.in_flight.len() < UNACKNOWLEDGED_ENTRIES_MAX
            && self.in_flight_bytes < UNACKNOWLEDGED_BYTES_MAX
    }

    /// Returns whether a reader must be started; one that runs, or that an acknowledgement starts,
    /// looks again by itself.
    fn ask(&mut self) -> bool {
        self.is_asked = true;
        let starts = self.mode == Mode::Live;
        if starts {
            self.mode = Mode::Reading;
        }
        starts
    }

    fn note_sent(&mut self, cursor: u64, size: usize) {
        debug_assert!(cursor > self.sent, "a feed sends each entry once, in order");
        self.sent = cursor;
        self.in_flight.push_back((cursor, size));
        self.in_flight_bytes = self.in_flight_bytes.saturating_add(size);
    }
}

impl Feed {
    pub(crate) fn new(
        device: DeviceId,
        connection: ConnectionHandle,
        attached_at: Timestamp,
    ) -> Self {
        let state = FeedState {
            mode: Mode::Reading,
            sent: 0,
            newest: 0,
            is_asked: false,
            in_flight: VecDeque::new(),
            in_flight_bytes: 0,
            has_told_drained: false,
        };
        Self { device, connection, attached_at, state: Mutex::new(state) }
    }

    pub(crate) const fn device(&self) -> DeviceId {
        self.device
    }

    pub(crate) const fn connection(&self) -> &ConnectionHandle {
        &self.connection
    }

    /// When the device connected.
    pub(crate) const fn attached_at(&self) -> Timestamp {
        self.attached_at
    }

    fn lock(&self) -> MutexGuard<'_, FeedState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Pushes a new entry's frame when the feed is live and has room; else the reader will find it.
    /// Returns whether it was pushed.
    pub(crate) fn offer(&self, cursor: u64, size: usize, frame: &[u8]) -> bool {
        let mut state = self.lock();
        state.newest = state.newest.max(cursor);
        if state.mode != Mode::Live || cursor <= state.sent {
            return false;
        }
        if !state.has_room() {
            state.mode = Mode::Paused;
            return false;
        }
        // Under the lock, so that no later entry overtakes this one.
        let was_sent = self.connection.send_encoded(frame);
        if was_sent {
            state.note_sent(cursor, size);
        }
        was_sent
    }

    /// Notes that there is an entry at `cursor`, which another node may have written. Where several
    /// nodes write, an entry isn't pushed: one before it may not have been sent yet. Returns whether a
    /// reader must be started.
    pub(crate) fn wake(&self, cursor: u64) -> bool {
        let mut state = self.lock();
        if cursor <= state.sent {
            return false;
        }
        state.newest = state.newest.max(cursor);
        state.ask()
    }

    /// Asks for a look into the mailbox, whether or not something is known to be there. Returns
    /// whether a reader must be started.
    pub(crate) fn look(&self) -> bool {
        self.lock().ask()
    }

    /// What the reader does next.
    pub(crate) fn turn(&self) -> ReadTurn {
        let mut state = self.lock();
        if !state.has_room() {
            state.mode = Mode::Paused;
            return ReadTurn::Stop;
        }
        state.is_asked = false;
        ReadTurn::Page {
            sent: state.sent,
            newest: state.newest,
            entries_max: UNACKNOWLEDGED_ENTRIES_MAX.saturating_sub(state.in_flight.len()),
            bytes_max: UNACKNOWLEDGED_BYTES_MAX.saturating_sub(state.in_flight_bytes),
        }
    }

    /// Notes that the reader has sent an entry.
    pub(crate) fn note_sent(&self, cursor: u64, size: usize) {
        self.lock().note_sent(cursor, size);
    }

    /// Notes that the reader is through with everything up to a cursor, sent or not.
    pub(crate) fn note_read(&self, through: u64) {
        let mut state = self.lock();
        state.sent = state.sent.max(through);
    }

    /// Decides what an empty page means, which was read when `newest` had been offered.
    pub(crate) fn after_last(&self, newest: u64) -> AfterLast {
        let mut state = self.lock();
        if state.is_asked || state.newest > newest {
            return AfterLast::ReadOn;
        }
        state.mode = Mode::Live;
        let tell_drained = !std::mem::replace(&mut state.has_told_drained, true);
        AfterLast::Live { tell_drained, cursor: state.sent }
    }

    /// The first entry that was sent and not acknowledged.
    pub(crate) fn first_unacknowledged(&self) -> Option<u64> {
        self.lock().in_flight.front().map(|(cursor, _size)| *cursor)
    }

    /// Notes an acknowledgement. Returns whether a reader must be started again.
    pub(crate) fn acknowledge(&self, through: u64) -> bool {
        let mut state = self.lock();
        while let Some((cursor, size)) = state.in_flight.front().copied() {
            if cursor > through {
                break;
            }
            state.in_flight.pop_front();
            state.in_flight_bytes = state.in_flight_bytes.saturating_sub(size);
        }
        if state.in_flight.is_empty() && state.in_flight.capacity() > MARKS_KEPT {
            state.in_flight = VecDeque::new();
        }
        let resumes = state.mode == Mode::Paused && state.has_room();
        if resumes {
            state.mode = Mode::Reading;
        }
        resumes
    }
}

/// The feeds of all connected devices.
///
/// Whoever comes and goes is told to [`Pushes`] too: a device that is here needs no push.
#[derive(Debug, Default)]
pub(crate) struct Feeds {
    feeds: Mutex<BTreeMap<DeviceId, Arc<Feed>>>,
    /// Hears of the connected devices. Told under the lock, so that the end of an old feed never comes
    /// after the beginning of a new one.
    bus: Option<Arc<Bus>>,
    pushes: Option<Arc<Pushes>>,
}

impl Feeds {
    pub(crate) const fn new(bus: Option<Arc<Bus>>, pushes: Arc<Pushes>) -> Self {
        Self { feeds: Mutex::new(BTreeMap::new()), bus, pushes: Some(pushes) }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<DeviceId, Arc<Feed>>> {
        self.feeds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes this the device's feed.
    pub(crate) fn attach(&self, feed: Arc<Feed>) {
        let mut feeds = self.lock();
        if let Some(bus) = &self.bus {
            bus.subscribe(feed.device);
            bus.publish_attached(feed.device, feed.attached_at);
        }
        if let Some(pushes) = &self.pushes {
            pushes.forget(feed.device);
        }
        feeds.insert(feed.device, feed);
    }

    /// Forgets a feed, if it is still the device's.
    pub(crate) fn detach(&self, feed: &Arc<Feed>) {
        let mut feeds = self.lock();
        if feeds.get(&feed.device).is_some_and(|current| Arc::ptr_eq(current, feed)) {
            feeds.remove(&feed.device);
            if let Some(bus) = &self.bus {
                bus.unsubscribe(feed.device);
            }
            // What was sent into a connection that nobody listened to any more didn't arrive.
            let unread = feed.first_unacknowledged();
            if let Some((pushes, cursor)) = self.pushes.as_ref().zip(unread) {
                pushes.offer(feed.device, cursor);
            }
        }
    }

    /// The feed of a device.
    pub(crate) fn of(&self, device: DeviceId) -> Option<Arc<Feed>> {
        self.lock().get(&device).cloned()
    }

    /// Subscribes for all devices that are connected, on a new connection of the bus.
    pub(crate) fn subscribe_all(&self) {
        let feeds = self.lock();
        if let Some(bus) = &self.bus {
            feeds.keys().for_each(|device| bus.subscribe(*device));
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.lock().len()
    }

    /// The next feeds in the order of their devices; from the beginning without a device.
    pub(crate) fn after(&self, device: Option<DeviceId>, limit: usize) -> Vec<Arc<Feed>> {
        let from = device.map_or(Bound::Unbounded, Bound::Excluded);
        let feeds = self.lock();
        feeds.range((from, Bound::Unbounded)).take(limit).map(|(_id, it)| Arc::clone(it)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed() -> Feed {
        let at = Timestamp::from_millis(1);
        Feed::new(DeviceId::new([1; 8]), ConnectionHandle::new(1, 0), at)
    }

    #[test]
    fn a_wake_up_starts_one_reader_and_is_never_forgotten() {
        let feed = feed();
        // The reader of the beginning runs: it looks again by itself.
        assert!(!feed.wake(3));
        let ReadTurn::Page { newest, .. } = feed.turn() else { panic!("there is room") };
        assert!(!feed.look());
        assert_eq!(feed.after_last(newest), AfterLast::ReadOn);
        let ReadTurn::Page { newest, .. } = feed.turn() else { panic!("there is room") };
        feed.note_sent(3, 1);
        assert!(matches!(feed.after_last(newest), AfterLast::Live { .. }));
        assert!(!feed.wake(3), "it was sent");
        assert!(feed.wake(4));
        assert!(!feed.wake(5), "one reader is enough");
        // However high a cursor somebody names, it causes one read and no more.
        assert!(!feed.wake(u64::MAX));
        let ReadTurn::Page { newest, .. } = feed.turn() else { panic!("there is room") };
        assert!(matches!(feed.after_last(newest), AfterLast::Live { .. }));
    }

    #[test]
    fn feeds_are_gone_through_in_parts() {
        let feeds = Feeds::default();
        for number in 1..=5 {
            let connection = ConnectionHandle::new(u64::from(number), 0);
            let at = Timestamp::from_millis(1);
            feeds.attach(Arc::new(Feed::new(DeviceId::new([number; 8]), connection, at)));
        }
        let first = feeds.after(None, 3);
        let second = feeds.after(first.last().map(|feed| feed.device()), 3);
        assert_eq!((first.len(), second.len()), (3, 2));
        assert!(first.iter().all(|one| second.iter().all(|other| !Arc::ptr_eq(one, other))));
    }

    #[test]
    fn entries_are_pushed_only_when_live_and_each_once() {
        let feed = feed();
        feed.offer(5, 10, b"five");
        assert!(feed.connection.take().bytes.is_empty());
        // The page was asked for before entry 5 was offered: it may have missed it.
        assert_eq!(feed.after_last(0), AfterLast::ReadOn);
        feed.note_sent(5, 10);
        assert_eq!(feed.after_last(5), AfterLast::Live { tell_drained: true, cursor: 5 });
        feed.offer(5, 10, b"five");
        assert!(feed.connection.take().bytes.is_empty());
        feed.offer(6, 10, b"six");
        assert!(!feed.connection.take().bytes.is_empty());
        assert_eq!(feed.after_last(6), AfterLast::Live { tell_drained: false, cursor: 6 });
    }

    #[test]
    fn a_full_window_pauses_until_something_is_acknowledged() {
        let feed = feed();
        let _live = feed.after_last(0);
        let full = u64::try_from(UNACKNOWLEDGED_ENTRIES_MAX).unwrap();
        for cursor in 1..=full + 1 {
            feed.offer(cursor, 1, b"x");
        }
        assert_eq!(feed.lock().sent, full);
        assert_eq!(feed.turn(), ReadTurn::Stop);
        assert!(feed.acknowledge(1));
        assert!(!feed.acknowledge(2), "one reader is enough");
        assert!(matches!(feed.turn(), ReadTurn::Page { entries_max: 2, .. }));
        assert!(!feed.acknowledge(full));
        assert_eq!(feed.lock().in_flight.capacity(), 0);
    }

    #[test]
    fn an_old_feed_does_not_take_the_new_one_away() {
        let feeds = Feeds::default();
        let (old, new) = (Arc::new(feed()), Arc::new(feed()));
        feeds.attach(Arc::clone(&old));
        feeds.attach(Arc::clone(&new));
        feeds.detach(&old);
        assert!(Arc::ptr_eq(&feeds.of(new.device).unwrap(), &new));
        feeds.detach(&new);
        assert!(feeds.of(new.device).is_none());
    }
}
