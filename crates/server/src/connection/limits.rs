//! The limits of a connection, each with its unit and its reason.

use std::time::Duration;

/// An HTTP head, in bytes: a browser's with cookies of other ports on localhost has about 4 KiB.
pub(crate) const HEAD_BYTES_MAX: usize = 8 << 10;
/// Headers of an HTTP head.
pub(crate) const HEADERS_MAX: usize = 64;
/// How often an idle client should ping, told in the hello: less than the time after which home
/// routers and proxies drop an idle connection (60 s).
pub(crate) const PING_INTERVAL: Duration = Duration::from_secs(45);
/// Ticks in which the client takes no byte of what waits for it, after which it is closed; its
/// mailbox stays. A tick is the shortest time-out of the configuration divided by this.
pub(crate) const STALLED_TICKS_MAX: u16 = 2;
/// How long a connection that closes may take to write what waits and to hear the peer's close.
pub(crate) const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
/// Requests of one connection that are worked on at the same time; further ones wait unread.
pub(crate) const REQUESTS_IN_FLIGHT_MAX: usize = 64;
/// Bytes that may wait to be written before the connection stops reading requests and mailbox
/// pages.
pub(crate) const OUTGOING_BYTES_PAUSE: usize = 256 << 10;
/// Bytes that may wait to be written at all: over it a signal is dropped and a connection that
/// needs to say more is closed.
pub(crate) const OUTGOING_BYTES_MAX: usize = 4 << 20;
/// Mailbox entries that were sent and not yet acknowledged.
pub(crate) const UNACKNOWLEDGED_ENTRIES_MAX: usize = 1_024;
/// Bytes of mailbox entries that were sent and not yet acknowledged; at least one entry goes out.
pub(crate) const UNACKNOWLEDGED_BYTES_MAX: usize = 1 << 20;
/// Entries of one page that is read from the mailbox.
pub(crate) const PAGE_ENTRIES_MAX: usize = 256;
/// Bytes of one page that is read from the mailbox.
pub(crate) const PAGE_BYTES_MAX: usize = 256 << 10;
/// Bytes read from one socket before other connections get their turn.
pub(crate) const READ_BYTES_PER_TURN: usize = 128 << 10;
/// Free space in the shared read buffer below which a new one is taken.
pub(crate) const READ_SPACE_MIN: usize = 8 << 10;
/// Size of the shared read buffer, one a thread.
pub(crate) const READ_BUFFER_BYTES: usize = 64 << 10;
/// Fragments of one WebSocket message; clients of ours send one.
pub(crate) const FRAGMENTS_MAX: u16 = 64;
/// Control frames of WebSocket (ping, pong) that one connection may send in a tick.
pub(crate) const CONTROL_FRAMES_PER_TICK: u16 = 64;
/// Clients that are told to come back after a restart spread over this many milliseconds. With a
/// little jitter of their own, and the time that a new connection takes, nobody waits more than five
/// seconds.
pub(crate) const RECONNECT_SPREAD_MS: u32 = 4_000;
/// Bytes that may be on their way in each direction of a stream within this process.
pub(crate) const PROCESS_STREAM_BYTES: usize = 64 << 10;
/// How long a shutdown waits for connections to end.
pub(crate) const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);
/// How long accepting pauses when the system has no descriptor left.
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
