//! One connection, from the accepted socket to its end.
//!
//! ```text
//! accept ─▶ handshake (TLS, HTTP head) ─▶ WebSocket: Connection ──▶ end
//!                                  └────▶ anything else: hyper
//! ```
//!
//! The handshake is a future of its own that ends, with all its buffers, before the steady state
//! begins. A `Connection` is one task whose turn is always the same: read what came, one request
//! after the other; then write everything that waits in one go. Between turns an idle connection
//! owns no buffer: reading uses one buffer a thread, writing takes and drops its bytes.

use std::{
    future::poll_fn,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::BytesMut;
use tokio::time::Sleep;
use tresen_proto::{ErrorCode, Hello, PROTOCOL_VERSION, ServerBody};
use tresen_types::DeviceId;

pub mod codec;
pub(crate) mod handshake;
pub mod head;
pub(crate) mod limits;
pub(crate) mod prefix;
mod reader;
pub(crate) mod stream;
pub(crate) mod tls;
mod tls_socket;
pub(crate) mod writer;

use codec::Assembler;
use reader::{Current, Reading};
use stream::Stream;
use writer::{Writer, Written};

use crate::{ServerError, app::App, cluster::local::ConnectionHandle, session::SessionState};

/// The steady state of a WebSocket.
pub(crate) struct Connection {
    app: Arc<App>,
    handle: ConnectionHandle,
    stream: Stream,
    /// Bytes that came and were not yet taken: part of a frame, or frames that wait for their turn.
    pending: BytesMut,
    /// Whether `pending` is a part of the thread's shared buffer, and has to be copied out of it.
    is_pending_shared: bool,
    assembler: Assembler,
    /// None while the current request has it.
    session: Option<SessionState>,
    current: Option<Current>,
    /// The device that this connection is attached to.
    device: Option<DeviceId>,
    writer: Writer,
    clock: Clock,
}

/// What is checked at every tick.
struct Clock {
    tick: Pin<Box<Sleep>>,
    ticks_silent: u16,
    ticks_anonymous: u16,
    ticks_stalled: u16,
    control_frames: u16,
    /// Ticks since the last frames were queued.
    ticks_closing: u16,
}

/// Why a turn ends the connection.
#[derive(Debug)]
enum End {
    /// The peer hung up, or the socket failed.
    Gone,
    /// The last frame was written.
    Closed,
}

impl From<io::Error> for End {
    fn from(_error: io::Error) -> Self {
        Self::Gone
    }
}

impl Connection {
    /// Takes over a socket whose handshake is done; `early` came behind the HTTP head.
    pub(crate) fn new(
        app: Arc<App>,
        handle: ConnectionHandle,
        stream: Stream,
        early: BytesMut,
    ) -> Result<Self, ServerError> {
        let mut nonce = [0_u8; 32];
        getrandom::fill(&mut nonce).map_err(|_unavailable| ServerError::Randomness)?;
        handle.send(ServerBody::Hello(Hello {
            versions: vec![PROTOCOL_VERSION],
            origin: app.origin().to_owned(),
            nonce: nonce.to_vec(),
            server_time_ms: app.now().as_millis(),
            server_key: app.server_key().to_vec(),
            ping_interval_ms: u32::try_from(limits::PING_INTERVAL.as_millis()).unwrap_or(u32::MAX),
        }));
        let tick = Box::pin(tokio::time::sleep(app.config().connection.tick()));
        Ok(Self {
            app,
            handle,
            stream,
            pending: early,
            is_pending_shared: false,
            assembler: Assembler::default(),
            session: Some(SessionState::new(nonce)),
            current: None,
            device: None,
            writer: Writer::default(),
            clock: Clock {
                tick,
                ticks_silent: 0,
                ticks_anonymous: 0,
                ticks_stalled: 0,
                control_frames: 0,
                ticks_closing: 0,
            },
        })
    }

    /// Serves the connection until its end.
    pub(crate) async fn run(mut self) {
        let end = poll_fn(|context| self.poll_turn(context)).await;
        tracing::debug!(connection.id = self.handle.id(), ?end, "connection ended");
        if matches!(end, End::Closed) {
            // The session ends now, not when the peer has heard of it.
            (self.session, self.current) = (None, None);
            Box::pin(stream::hang_up(&mut self.stream)).await;
        }
        // Dropped here: the session with its token, and what the handle holds.
    }

    fn poll_turn(&mut self, context: &mut Context<'_>) -> Poll<End> {
        match self.turn(context) {
            Ok(()) => Poll::Pending,
            Err(end) => Poll::Ready(end),
        }
    }

    fn turn(&mut self, context: &mut Context<'_>) -> Result<(), End> {
        self.handle.disarm();
        if self.handle.is_aborted() {
            return Err(End::Gone);
        }
        loop {
            self.check_clock(context)?;
            let has_read = self.read(context);
            match self.writer.poll_write(&mut self.stream, &self.handle, context)? {
                Poll::Ready(Written::Last) => return Err(End::Closed),
                Poll::Ready(Written::All) | Poll::Pending => {}
            }
            if has_read? == Reading::Paused && !self.is_paused() {
                continue;
            }
            // What was queued while this turn wrote goes out at once, unless the socket is full:
            // then it wakes this task.
            if self.handle.arm(context.waker()) || self.writer.waiting_bytes() > 0 {
                break;
            }
        }
        self.unshare();
        Ok(())
    }

    /// Copies what is left of the thread's buffer, so that the buffer can be used again.
    fn unshare(&mut self) {
        if self.is_pending_shared {
            self.is_pending_shared = false;
            self.pending = BytesMut::from(&self.pending[..]);
        }
    }

    fn check_clock(&mut self, context: &mut Context<'_>) -> Result<(), End> {
        while self.clock.tick.as_mut().poll(context).is_ready() {
            let config = &self.app.config().connection;
            let next = tokio::time::Instant::now() + config.tick();
            self.clock.tick.as_mut().reset(next);
            self.clock.control_frames = 0;
            self.clock.ticks_silent = self.clock.ticks_silent.saturating_add(1);
            if self.device.is_none() {
                self.clock.ticks_anonymous = self.clock.ticks_anonymous.saturating_add(1);
            }
            if self.writer.has_stalled() {
                self.clock.ticks_stalled = self.clock.ticks_stalled.saturating_add(1);
            } else {
                self.clock.ticks_stalled = 0;
            }
            if self.handle.is_closed() {
                self.clock.ticks_closing = self.clock.ticks_closing.saturating_add(1);
            }
            let is_stalled = self.clock.ticks_stalled >= limits::STALLED_TICKS_MAX;
            if is_stalled {
                self.app.metrics().connections_stalled.increment();
            }
            if is_stalled || self.clock.ticks_closing >= limits::STALLED_TICKS_MAX {
                return Err(End::Gone);
            }
            if self.clock.ticks_silent > config.idle_ticks()
                || self.clock.ticks_anonymous > config.anonymous_ticks()
            {
                self.handle.close(ErrorCode::Unavailable, 0);
            }
        }
        Ok(())
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(device) = self.device {
            self.app.registry().detach(device, &self.handle);
        }
        self.app.registry().close(&self.handle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steady_state_is_small() {
        // The TLS session stands in its own box, the timer too.
        assert!(size_of::<Connection>() <= 640, "{}", size_of::<Connection>());
    }
}
