//! The connections of this node, and what other tasks may do with one.
//!
//! ```text
//! store's writer thread ─┐
//! other connections ─────┼─▶ ConnectionHandle ─▶ outgoing bytes ─▶ one write a wake-up
//! own requests ──────────┘
//! ```
//!
//! A handle appends whole WebSocket frames to the connection's outgoing bytes and wakes its task
//! once; the task takes all bytes at its next turn. An idle connection owns no buffer.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    task::Waker,
};

use tresen_proto::{Closing, ErrorCode, Reply, ReplyBody, ServerBody};
use tresen_types::DeviceId;

use crate::connection::{codec, limits, writer};

/// One connection, to be kept and used by anybody.
#[derive(Clone)]
pub struct ConnectionHandle(Arc<Shared>);

struct Shared {
    id: u64,
    prefix: u64,
    /// Requests that were handed on and whose reply is still to come.
    requests: AtomicUsize,
    outgoing: Mutex<Outgoing>,
}

#[derive(Default)]
struct Outgoing {
    bytes: Vec<u8>,
    /// The task, while it waits for something to write.
    waker: Option<Waker>,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Open,
    /// The last frames wait to be written; nothing is added to them.
    Closing,
    /// The task has ended.
    Gone,
}

/// What the connection's task finds when it looks for bytes to write.
#[derive(Debug)]
pub(crate) struct Taken {
    /// Whole frames.
    pub(crate) bytes: Vec<u8>,
    /// Whether these are the last ones.
    pub(crate) is_closing: bool,
}

impl ConnectionHandle {
    pub(crate) fn new(id: u64, prefix: u64) -> Self {
        let outgoing = Mutex::new(Outgoing::default());
        Self(Arc::new(Shared { id, prefix, requests: AtomicUsize::new(0), outgoing }))
    }

    /// A number that no other connection of this process has.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.0.id
    }

    /// The peer's network: /24 of version 4, /56 of version 6, as one number.
    #[must_use]
    pub fn remote_prefix(&self) -> u64 {
        self.0.prefix
    }

    /// Sends a frame. Returns whether it was queued: not when the connection closes, or is closed
    /// now because its peer takes too little of what waits for it.
    pub fn send(&self, body: ServerBody) -> bool {
        self.push(|out| writer::write_frame(out, body))
    }

    /// Sends an encoded [`tresen_proto::ServerFrame`], like [`ConnectionHandle::send`].
    pub fn send_encoded(&self, frame: &[u8]) -> bool {
        self.push(|out| writer::write_encoded(out, frame))
    }

    /// Sends a frame that may be lost: it is dropped when much waits already.
    pub fn send_if_idle(&self, frame: &[u8]) -> bool {
        self.queued_bytes() < limits::OUTGOING_BYTES_PAUSE && self.send_encoded(frame)
    }

    /// Answers a request that was handed on.
    pub fn reply(&self, request_id: u64, body: ReplyBody) -> bool {
        // The count only bounds how much is read ahead, so that no order is needed.
        let (set, fetch) = (Ordering::Relaxed, Ordering::Relaxed);
        let before = self.0.requests.fetch_update(set, fetch, |count| count.checked_sub(1));
        debug_assert!(before.is_ok(), "a request is answered once");
        self.send(ServerBody::Reply(Reply { id: request_id, body: Some(body) }))
    }

    /// Closes the connection after what waits has been written, telling why and when to come back.
    pub fn close(&self, code: ErrorCode, reconnect_after_ms: u32) {
        let mut outgoing = self.lock();
        if outgoing.stage == Stage::Open {
            outgoing.close(code, reconnect_after_ms);
        }
    }

    /// Closes with a WebSocket status alone: the peer doesn't speak the protocol, or hung up.
    pub(crate) fn close_with_status(&self, status: u16) {
        let mut outgoing = self.lock();
        if outgoing.stage == Stage::Open {
            codec::write_close(&mut outgoing.bytes, status);
            outgoing.stage = Stage::Closing;
            outgoing.wake();
        }
    }

    /// Bytes that wait to be taken for writing.
    #[must_use]
    pub fn queued_bytes(&self) -> usize {
        self.lock().bytes.len()
    }

    /// Whether nothing more can be sent.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.lock().stage != Stage::Open
    }

    pub(crate) fn requests_in_flight(&self) -> usize {
        self.0.requests.load(Ordering::Relaxed)
    }

    /// Counts a request whose answer comes through [`ConnectionHandle::reply`].
    pub(crate) fn begin_request(&self) {
        self.0.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Writes what isn't a frame: the answer to the upgrade.
    pub(crate) fn write_raw(&self, bytes: &[u8]) {
        self.push(|out| out.extend_from_slice(bytes));
    }

    /// Answers a WebSocket ping.
    pub(crate) fn pong(&self, payload: &[u8]) {
        self.push(|out| writer::write_pong(out, payload));
    }

    /// The task is awake: nobody needs to wake it.
    pub(crate) fn disarm(&self) {
        self.lock().waker = None;
    }

    /// Takes what waits to be written.
    pub(crate) fn take(&self) -> Taken {
        let mut outgoing = self.lock();
        let is_closing = outgoing.stage != Stage::Open;
        Taken { bytes: std::mem::take(&mut outgoing.bytes), is_closing }
    }

    /// Leaves the waker for whoever sends next. Returns false when something was sent meanwhile.
    pub(crate) fn arm(&self, waker: &Waker) -> bool {
        let mut outgoing = self.lock();
        outgoing.waker = Some(waker.clone());
        outgoing.bytes.is_empty()
    }

    /// The task ends: what waits is lost, and nothing more is taken.
    pub(crate) fn finish(&self) {
        *self.lock() = Outgoing { stage: Stage::Gone, ..Outgoing::default() };
    }

    /// Ends the task at its next turn, which is now.
    fn abort(&self) {
        let mut outgoing = self.lock();
        outgoing.stage = Stage::Gone;
        outgoing.wake();
    }

    pub(crate) fn is_aborted(&self) -> bool {
        self.lock().stage == Stage::Gone
    }

    fn push(&self, write: impl FnOnce(&mut Vec<u8>)) -> bool {
        let mut outgoing = self.lock();
        if outgoing.stage != Stage::Open {
            return false;
        }
        if outgoing.bytes.len() > limits::OUTGOING_BYTES_MAX {
            outgoing.close(ErrorCode::LimitExceeded, 0);
            return false;
        }
        write(&mut outgoing.bytes);
        outgoing.wake();
        true
    }

    fn lock(&self) -> MutexGuard<'_, Outgoing> {
        self.0.outgoing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outgoing {
    fn close(&mut self, code: ErrorCode, reconnect_after_ms: u32) {
        let closing = Closing { code: code as i32, reconnect_after_ms };
        writer::write_frame(&mut self.bytes, ServerBody::Closing(closing));
        codec::write_close(&mut self.bytes, GOING_AWAY);
        self.stage = Stage::Closing;
        self.wake();
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// The status of a WebSocket close frame for an endpoint that goes away.
const GOING_AWAY: u16 = 1001;

impl fmt::Debug for ConnectionHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionHandle").field("id", &self.0.id).finish_non_exhaustive()
    }
}

impl PartialEq for ConnectionHandle {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for ConnectionHandle {}

/// All connections of this node.
#[derive(Debug, Default)]
pub struct Registry {
    next_id: AtomicU64,
    devices: Mutex<BTreeMap<DeviceId, ConnectionHandle>>,
    connections: Mutex<Connections>,
}

#[derive(Debug, Default)]
struct Connections {
    by_id: BTreeMap<u64, ConnectionHandle>,
    of_prefix: BTreeMap<u64, usize>,
}

impl Registry {
    /// A registry without connections.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Admits a connection; `None` when there are `max` in all or `prefix_max` of its network.
    pub(crate) fn open(
        &self,
        prefix: u64,
        max: usize,
        prefix_max: usize,
    ) -> Option<ConnectionHandle> {
        let mut connections = self.connections();
        let of_prefix = connections.of_prefix.get(&prefix).copied().unwrap_or(0);
        if connections.by_id.len() >= max || of_prefix >= prefix_max {
            return None;
        }
        let handle = ConnectionHandle::new(self.next_id.fetch_add(1, Ordering::Relaxed), prefix);
        connections.of_prefix.insert(prefix, of_prefix + 1);
        connections.by_id.insert(handle.id(), handle.clone());
        Some(handle)
    }

    /// Forgets a connection that has ended.
    pub(crate) fn close(&self, handle: &ConnectionHandle) {
        handle.finish();
        let mut connections = self.connections();
        if connections.by_id.remove(&handle.id()).is_none() {
            return;
        }
        let prefix = handle.remote_prefix();
        let of_prefix = connections.of_prefix.get(&prefix).copied().unwrap_or(0);
        if of_prefix <= 1 {
            connections.of_prefix.remove(&prefix);
        } else {
            connections.of_prefix.insert(prefix, of_prefix - 1);
        }
    }

    /// Makes `handle` the connection of a device. The one before it, if there is one, is closed with
    /// `Conflict` and returned.
    pub fn attach(&self, device: DeviceId, handle: ConnectionHandle) -> Option<ConnectionHandle> {
        let old = self.devices().insert(device, handle);
        if let Some(old) = &old {
            old.close(ErrorCode::Conflict, 0);
        }
        old
    }

    /// Forgets the connection of a device, if it is still this one.
    pub fn detach(&self, device: DeviceId, handle: &ConnectionHandle) {
        let mut devices = self.devices();
        if devices.get(&device) == Some(handle) {
            devices.remove(&device);
        }
    }

    /// The connection of a device.
    #[must_use]
    pub fn handle_of(&self, device: DeviceId) -> Option<ConnectionHandle> {
        self.devices().get(&device).cloned()
    }

    /// How many connections there are, and how many of them belong to a device.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        (self.connections().by_id.len(), self.devices().len())
    }

    /// Closes all connections; their clients come back spread over `spread_ms`.
    pub(crate) fn close_all(&self, code: ErrorCode, spread_ms: u32) {
        let handles: Vec<_> = self.connections().by_id.values().cloned().collect();
        let count = u64::try_from(handles.len()).unwrap_or(u64::MAX).max(1);
        for (at, handle) in (0_u64..).zip(&handles) {
            let after_ms = u64::from(spread_ms).saturating_mul(at) / count;
            handle.close(code, u32::try_from(after_ms).unwrap_or(spread_ms));
        }
    }

    /// Ends all connections at once, whatever they still have to write.
    pub(crate) fn abort_all(&self) {
        let handles: Vec<_> = self.connections().by_id.values().cloned().collect();
        for handle in handles {
            handle.abort();
        }
    }

    fn devices(&self) -> MutexGuard<'_, BTreeMap<DeviceId, ConnectionHandle>> {
        self.devices.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connections(&self) -> MutexGuard<'_, Connections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tresen_proto::Pong;

    use super::*;

    const PONG: ServerBody = ServerBody::Pong(Pong { id: 1, server_time_ms: 2 });

    #[test]
    fn a_second_connection_of_a_device_closes_the_first() {
        let registry = Registry::new();
        let device = DeviceId::new([1; 8]);
        let (first, second) = (ConnectionHandle::new(1, 0), ConnectionHandle::new(2, 0));
        assert!(registry.attach(device, first.clone()).is_none());
        assert_eq!(registry.attach(device, second.clone()), Some(first.clone()));
        assert!(first.is_closed());
        assert!(!first.send(PONG));
        // The first one's end doesn't take the second one away.
        registry.detach(device, &first);
        assert_eq!(registry.handle_of(device), Some(second.clone()));
        registry.detach(device, &second);
        assert_eq!(registry.handle_of(device), None);
    }

    #[test]
    fn a_network_has_a_share_of_the_connections() {
        let registry = Registry::new();
        let first = registry.open(7, 3, 2).unwrap();
        let _second = registry.open(7, 3, 2).unwrap();
        assert!(registry.open(7, 3, 2).is_none());
        let _other = registry.open(8, 3, 2).unwrap();
        assert!(registry.open(9, 3, 2).is_none());
        registry.close(&first);
        registry.close(&first);
        assert!(registry.open(7, 3, 2).is_some());
    }

    #[test]
    fn what_is_never_read_is_bounded() {
        let handle = ConnectionHandle::new(1, 0);
        let frame = vec![0; 64 << 10];
        let queued = (0..1_000).take_while(|_| handle.send_encoded(&frame)).count();
        assert!(queued * frame.len() <= limits::OUTGOING_BYTES_MAX + 2 * frame.len());
        assert!(handle.is_closed());
        let other = ConnectionHandle::new(2, 0);
        while other.send_if_idle(&frame) {}
        assert!(!other.is_closed());
        assert!(other.take().bytes.len() <= limits::OUTGOING_BYTES_PAUSE + 2 * frame.len());
        assert!(other.take().bytes.is_empty());
    }
}
