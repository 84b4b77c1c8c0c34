//! What goes out: frames appended to a connection's outgoing bytes, and those bytes into the socket.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use prost::Message as _;
use tokio::io::AsyncWrite;
use tresen_proto::{ServerBody, ServerFrame};

use super::codec::{OpCode, write_header};
use crate::cluster::local::ConnectionHandle;

/// Appends a frame.
pub(crate) fn write_frame(out: &mut Vec<u8>, body: ServerBody) {
    let frame = ServerFrame::from(body);
    write_header(out, OpCode::Binary, frame.encoded_len());
    frame.encode_raw(out);
}

/// Appends a frame that is encoded already.
pub(crate) fn write_encoded(out: &mut Vec<u8>, frame: &[u8]) {
    write_header(out, OpCode::Binary, frame.len());
    out.extend_from_slice(frame);
}

/// Appends the answer to a WebSocket ping.
pub(crate) fn write_pong(out: &mut Vec<u8>, payload: &[u8]) {
    write_header(out, OpCode::Pong, payload.len());
    out.extend_from_slice(payload);
}

/// The bytes on their way into the socket. It owns nothing while nothing waits.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
    written: usize,
    needs_flush: bool,
    is_last: bool,
    has_progress: bool,
}

/// How far the writer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// Nothing waits.
    All,
    /// Nothing waits, and nothing will come any more.
    Last,
}

impl Writer {
    /// Writes what waits, as much as the socket takes. Collects all frames of this turn in one write.
    pub(crate) fn poll_write<S: AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
        handle: &ConnectionHandle,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<Written>> {
        loop {
            if self.written == self.bytes.len() {
                self.refill(handle);
            }
            let Some(rest) = self.bytes.get(self.written..).filter(|rest| !rest.is_empty()) else {
                break;
            };
            let count = ready!(Pin::new(&mut *stream).poll_write(context, rest))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written = self.written.saturating_add(count);
            self.needs_flush = true;
            self.has_progress = true;
        }
        if self.needs_flush {
            ready!(Pin::new(stream).poll_flush(context))?;
            self.needs_flush = false;
            self.has_progress = true;
        }
        Poll::Ready(Ok(if self.is_last { Written::Last } else { Written::All }))
    }

    fn refill(&mut self, handle: &ConnectionHandle) {
        if self.is_last {
            self.bytes = Vec::new();
        } else {
            let taken = handle.take();
            self.bytes = taken.bytes;
            self.is_last = taken.is_closing;
        }
        self.written = 0;
    }

    /// Whether the peer took nothing since the last time that this was asked, though bytes wait.
    pub(crate) fn has_stalled(&mut self) -> bool {
        let has_progress = std::mem::take(&mut self.has_progress);
        (self.needs_flush || self.waiting_bytes() > 0) && !has_progress
    }

    /// Bytes that were taken for writing and that the socket hasn't taken.
    pub(crate) fn waiting_bytes(&self) -> usize {
        self.bytes.len().saturating_sub(self.written)
    }
}
