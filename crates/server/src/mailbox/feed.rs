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
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tresen_types::DeviceId;

use crate::{
    cluster::local::ConnectionHandle,
    connection::limits::{UNACKNOWLEDGED_BYTES_MAX, UNACKNOWLEDGED_ENTRIES_MAX},
};

/// In-flight marks that an idle feed may keep room for.
const MARKS_KEPT: usize = 16;

/// The feed of one connection.
#[derive(Debug)]
pub(crate) struct Feed {
    device: DeviceId,
    connection: ConnectionHandle,
    state: Mutex<FeedState>,
}

#[derive(Debug)]
struct FeedState {
    mode: Mode,
    /// The last cursor that was sent on this connection.
    sent: u64,
    /// The highest cursor that was offered.
    newest: u64,
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

    fn note_sent(&mut self, cursor: u64, size: usize) {
        debug_assert!(cursor > self.sent, "a feed sends each entry once, in order");
        self.sent = cursor;
        self.in_flight.push_back((cursor, size));
        self.in_flight_bytes = self.in_flight_bytes.saturating_add(size);
    }
}

impl Feed {
    pub(crate) fn new(device: DeviceId, connection: ConnectionHandle) -> Self {
        let state = FeedState {
            mode: Mode::Reading,
            sent: 0,
            newest: 0,
            in_flight: VecDeque::new(),
            in_flight_bytes: 0,
            has_told_drained: false,
        };
        Self { device, connection, state: Mutex::new(state) }
    }

    pub(crate) const fn device(&self) -> DeviceId {
        self.device
    }

    pub(crate) const fn connection(&self) -> &ConnectionHandle {
        &self.connection
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

    /// What the reader does next.
    pub(crate) fn turn(&self) -> ReadTurn {
        let mut state = self.lock();
        if !state.has_room() {
            state.mode = Mode::Paused;
            return ReadTurn::Stop;
        }
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
        if state.newest > newest {
            return AfterLast::ReadOn;
        }
        state.mode = Mode::Live;
        let tell_drained = !std::mem::replace(&mut state.has_told_drained, true);
        AfterLast::Live { tell_drained, cursor: state.sent }
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
#[derive(Debug, Default)]
pub(crate) struct Feeds(Mutex<BTreeMap<DeviceId, Arc<Feed>>>);

impl Feeds {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<DeviceId, Arc<Feed>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes this the device's feed.
    pub(crate) fn attach(&self, feed: Arc<Feed>) {
        self.lock().insert(feed.device, feed);
    }

    /// Forgets a feed, if it is still the device's.
    pub(crate) fn detach(&self, feed: &Arc<Feed>) {
        let mut feeds = self.lock();
        if feeds.get(&feed.device).is_some_and(|current| Arc::ptr_eq(current, feed)) {
            feeds.remove(&feed.device);
        }
    }

    /// The feed of a device.
    pub(crate) fn of(&self, device: DeviceId) -> Option<Arc<Feed>> {
        self.lock().get(&device).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed() -> Feed {
        Feed::new(DeviceId::new([1; 8]), ConnectionHandle::new(1, 0))
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
