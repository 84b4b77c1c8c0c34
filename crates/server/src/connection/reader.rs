//! What comes in: bytes into frames, frames into requests, requests one after the other to the
//! dispatcher.
//!
//! Reading stops while a request is worked on, while too many wait for their answer, and while too
//! much waits to be written: the peer's own window is the back-pressure.

use std::{
    cell::RefCell,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::{Bytes, BytesMut};
use tresen_proto::{
    ClientBody, ErrorCode, Pong, Reply, ReplyBody, RequestBody, ServerBody, decode_client_frame,
};

use super::{
    Connection, End,
    codec::{self, CodecError, Message},
    limits,
};
use crate::{cluster::local::ConnectionHandle, dispatch, session::SessionState};

/// The request or signal that is worked on. It has the session, and gives it back.
pub(super) type Current = Pin<Box<dyn Future<Output = Worked> + Send>>;

/// What became of it.
pub(super) struct Worked {
    session: SessionState,
    reply: Option<(u64, ReplyBody)>,
}

/// Why reading stopped for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// For the socket, or for a request: it wakes the task.
    Waiting,
    /// Too much waits for an answer or to be written: reading goes on when that has gone down.
    Paused,
}

thread_local! {
    /// One buffer for all connections of a thread: what one turn leaves is copied out of it.
    static BUFFER: RefCell<BytesMut> = RefCell::new(BytesMut::new());
}

impl Connection {
    /// Reads and works until nothing more can be done in this turn.
    pub(super) fn read(&mut self, context: &mut Context<'_>) -> Result<Reading, End> {
        let mut bytes_read = 0;
        loop {
            if self.poll_current(context).is_pending() {
                return Ok(Reading::Waiting);
            }
            if self.is_paused() {
                return Ok(Reading::Paused);
            }
            if self.handle.is_closed() {
                // Nothing is served any more: what comes is read over, so that the peer can hang up.
                self.pending = BytesMut::new();
            } else if self.take_message() {
                continue;
            }
            if bytes_read >= limits::READ_BYTES_PER_TURN {
                context.waker().wake_by_ref();
                return Ok(Reading::Waiting);
            }
            match self.poll_fill(context) {
                Poll::Pending => return Ok(Reading::Waiting),
                Poll::Ready(0) => return Err(End::Gone),
                Poll::Ready(count) => bytes_read = count.saturating_add(bytes_read),
            }
        }
    }

    pub(super) fn is_paused(&self) -> bool {
        self.handle.requests_in_flight() >= limits::REQUESTS_IN_FLIGHT_MAX
            || self.writer.waiting_bytes().saturating_add(self.handle.queued_bytes())
                >= limits::OUTGOING_BYTES_PAUSE
    }

    /// Reads from the socket into `pending`; 0 for its end or failure.
    fn poll_fill(&mut self, context: &mut Context<'_>) -> Poll<usize> {
        BUFFER.with_borrow_mut(|buffer| {
            if buffer.capacity() < limits::READ_SPACE_MIN {
                buffer.reserve(limits::READ_BUFFER_BYTES);
            }
            let stream = Pin::new(&mut self.stream);
            let Ok(count) =
                std::task::ready!(tokio_util::io::poll_read_buf(stream, context, buffer))
            else {
                return Poll::Ready(0);
            };
            self.clock.ticks_silent = 0;
            let read = buffer.split();
            if self.pending.is_empty() {
                self.pending = read;
                self.is_pending_shared = true;
            } else {
                self.unshare();
                if let Some(whole) = codec::frame_bytes(&self.pending) {
                    self.pending.reserve(whole.saturating_sub(self.pending.len()));
                }
                self.pending.extend_from_slice(&read);
            }
            Poll::Ready(count)
        })
    }

    /// Takes a message off the pending bytes. Returns false when there is none whole.
    fn take_message(&mut self) -> bool {
        let message = match codec::decode(&mut self.pending) {
            Ok(Some(frame)) => self.assembler.push(frame),
            Ok(None) => return false,
            Err(error) => Err(error),
        };
        if self.pending.is_empty() {
            self.pending = BytesMut::new();
            self.is_pending_shared = false;
        }
        match message {
            Ok(None) => {}
            Ok(Some(Message::Binary(bytes))) => self.take_frame(bytes),
            Ok(Some(Message::Ping(payload))) => {
                if self.count_control_frame() {
                    self.handle.pong(&payload);
                }
            }
            Ok(Some(Message::Pong)) => {
                self.count_control_frame();
            }
            Ok(Some(Message::Close)) => self.handle.close_with_status(NORMAL),
            Err(error) => self.refuse(error),
        }
        true
    }

    /// Counts a ping or pong; too many close the connection.
    fn count_control_frame(&mut self) -> bool {
        self.clock.control_frames = self.clock.control_frames.saturating_add(1);
        let is_allowed = self.clock.control_frames <= limits::CONTROL_FRAMES_PER_TICK;
        if !is_allowed {
            self.handle.close(ErrorCode::RateLimited, limits::RECONNECT_SPREAD_MS);
        }
        is_allowed
    }

    fn refuse(&mut self, error: CodecError) {
        tracing::debug!(connection.id = self.handle.id(), %error, "frame refused");
        self.app.metrics().frames_refused.increment();
        self.handle.close_with_status(error.close_status());
    }

    fn take_frame(&mut self, bytes: Bytes) {
        self.app.metrics().frames_received.increment();
        let body = match decode_client_frame(bytes) {
            Ok(body) => body,
            Err(error) => {
                tracing::debug!(connection.id = self.handle.id(), %error, "frame refused");
                self.app.metrics().frames_refused.increment();
                return self.handle.close(ErrorCode::Malformed, 0);
            }
        };
        let Some(session) = self.session.take() else { return };
        match body {
            ClientBody::Request(request) => match request.body {
                Some(body) => self.begin(session, request.id, body),
                None => {
                    self.session = Some(session);
                    let error = tresen_proto::ErrorReply {
                        code: ErrorCode::Unsupported as i32,
                        detail: "this server doesn't know the request".to_owned(),
                        ..Default::default()
                    };
                    let body = Some(ReplyBody::Error(error));
                    self.handle.send(ServerBody::Reply(Reply { id: request.id, body }));
                }
            },
            ClientBody::Acknowledge(acknowledge) => {
                dispatch::acknowledge(&self.app, &session, acknowledge);
                self.session = Some(session);
            }
            ClientBody::Signal(signal) => {
                let app = Arc::clone(&self.app);
                self.current = Some(Box::pin(async move {
                    dispatch::signal(&app, &session, signal).await;
                    Worked { session, reply: None }
                }));
            }
            ClientBody::Ping(ping) => {
                self.session = Some(session);
                let server_time_ms = self.app.now().as_millis();
                self.handle.send(ServerBody::Pong(Pong { id: ping.id, server_time_ms }));
            }
        }
    }

    fn begin(&mut self, mut session: SessionState, id: u64, body: RequestBody) {
        let app = Arc::clone(&self.app);
        let handle: ConnectionHandle = self.handle.clone();
        // Counted before, since the answer may come before the dispatcher returns.
        handle.begin_request();
        self.current = Some(Box::pin(async move {
            let reply = dispatch::handle(&app, &handle, &mut session, id, body).await;
            Worked { session, reply: reply.map(|body| (id, body)) }
        }));
    }

    /// Goes on with the current request; pending while it isn't done.
    fn poll_current(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(current) = &mut self.current else { return Poll::Ready(()) };
        let worked = std::task::ready!(current.as_mut().poll(context));
        self.current = None;
        if let Some((id, body)) = worked.reply {
            self.handle.reply(id, body);
        }
        if self.device.is_none()
            && let SessionState::Device(session) = &worked.session
        {
            self.device = Some(session.device);
        }
        self.session = Some(worked.session);
        Poll::Ready(())
    }
}

/// The status of a WebSocket close frame that answers the peer's.
const NORMAL: u16 = 1000;
