//! A socket with TLS that owns no buffer while it is idle.
//!
//! ```text
//! socket ─▶ thread's scratch ─▶ records ─▶ the reader's buffer      what is left of either stays here
//! writer ─▶ records in the thread's scratch ─▶ socket               what the socket didn't take, too
//! ```
//!
//! Built on rustls' unbuffered API: a connection keeps only a record that is not whole yet, plain
//! text that the reader had no room for, and encrypted bytes that the socket didn't take; each of
//! them is dropped when it is used up (PERFORMANCE: half of the memory of a buffered connection).

use std::{
    cell::RefCell,
    fmt,
    future::poll_fn,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use rustls::{
    ServerConfig,
    server::{ServerConnectionData, UnbufferedServerConnection},
    unbuffered::{
        ConnectionState, EncodeError, EncryptError, InsufficientSizeError, UnbufferedStatus,
        WriteTraffic,
    },
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// The thread's buffer for encrypted bytes: four whole records and some. A handshake message that
/// doesn't fit is refused.
const SCRATCH_BYTES: usize = 72 << 10;
/// Plain text that is encrypted at once: four whole records.
const PLAIN_BYTES_MAX: usize = 64 << 10;

thread_local! {
    static INCOMING: RefCell<Vec<u8>> = RefCell::new(vec![0; SCRATCH_BYTES]);
    static OUTGOING: RefCell<Vec<u8>> = RefCell::new(vec![0; SCRATCH_BYTES]);
}

/// A socket with TLS, server side.
pub(crate) struct TlsSocket {
    socket: TcpStream,
    tls: UnbufferedServerConnection,
    /// The beginning of a record.
    incoming: Vec<u8>,
    /// What was decrypted and not yet read, from `read` on.
    plain: Vec<u8>,
    read: usize,
    /// What is encrypted and not yet sent, from `sent` on.
    outgoing: Vec<u8>,
    sent: usize,
    is_established: bool,
    has_ended: bool,
    has_said_goodbye: bool,
}

impl fmt::Debug for TlsSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsSocket").field("socket", &self.socket).finish_non_exhaustive()
    }
}

impl TlsSocket {
    /// Shakes hands.
    pub(crate) async fn accept(socket: TcpStream, config: Arc<ServerConfig>) -> io::Result<Self> {
        let mut stream = Self {
            socket,
            tls: UnbufferedServerConnection::new(config).map_err(io::Error::other)?,
            incoming: Vec::new(),
            plain: Vec::new(),
            read: 0,
            outgoing: Vec::new(),
            sent: 0,
            is_established: false,
            has_ended: false,
            has_said_goodbye: false,
        };
        poll_fn(|context| stream.poll_handshake(context)).await?;
        Ok(stream)
    }

    fn poll_handshake(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            if self.is_established {
                return self.poll_send(context);
            }
            // What we have to say may be what the peer waits for, but it need not be.
            if let Poll::Ready(sent) = self.poll_send(context) {
                sent?;
            }
            let received = ready!(self.poll_receive(context));
            if let Err(error) = received {
                // The alert, as far as the socket takes it now.
                return match self.poll_send(context) {
                    Poll::Ready(Ok(())) | Poll::Pending => Poll::Ready(Err(error)),
                    Poll::Ready(Err(unsent)) => Poll::Ready(Err(unsent)),
                };
            }
            if self.has_ended {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }

    /// Reads from the socket once and works off what came. Ready when something may have changed.
    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        INCOMING.with_borrow_mut(|scratch| {
            let kept = self.incoming.len();
            let (old, space) =
                scratch.split_at_mut_checked(kept).ok_or(io::ErrorKind::InvalidData)?;
            if space.is_empty() {
                return Poll::Ready(Err(io::ErrorKind::InvalidData.into()));
            }
            let mut buffer = ReadBuf::new(space);
            ready!(Pin::new(&mut self.socket).poll_read(context, &mut buffer))?;
            let count = buffer.filled().len();
            if count == 0 {
                self.has_ended = true;
                return Poll::Ready(Ok(()));
            }
            old.copy_from_slice(&self.incoming);
            let filled = scratch.get_mut(..kept.saturating_add(count)).unwrap_or_default();
            let worked = self.work_off(filled);
            self.incoming = worked.rest.to_vec();
            Poll::Ready(worked.result)
        })
    }

    /// Takes all whole records off the front of `bytes`.
    fn work_off<'a>(&mut self, bytes: &'a mut [u8]) -> WorkedOff<'a> {
        let mut start = 0;
        let mut failed = None;
        let result = loop {
            let rest = bytes.get_mut(start..).unwrap_or_default();
            let UnbufferedStatus { discard, state } = self.tls.process_tls_records(rest);
            start = start.saturating_add(discard);
            match state {
                Ok(ConnectionState::ReadTraffic(mut traffic)) => {
                    while let Some(record) = traffic.next_record() {
                        match record {
                            Ok(record) => self.plain.extend_from_slice(record.payload),
                            Err(error) => failed = Some(error),
                        }
                    }
                }
                Ok(ConnectionState::EncodeTlsData(mut data)) => {
                    let encoded = append(&mut self.outgoing, |space| match data.encode(space) {
                        Err(EncodeError::InsufficientSize(error)) => Err(Some(error)),
                        other => other.map_err(|_encoded_before| None),
                    });
                    if encoded.is_err() {
                        break Err(io::ErrorKind::InvalidData.into());
                    }
                }
                // It stands in `outgoing`, which is sent in order.
                Ok(ConnectionState::TransmitTlsData(data)) => data.done(),
                Ok(ConnectionState::PeerClosed) => self.has_ended = true,
                Ok(ConnectionState::WriteTraffic(_)) => {
                    self.is_established = true;
                    break Ok(());
                }
                Ok(ConnectionState::BlockedHandshake) => break Ok(()),
                Ok(ConnectionState::Closed) => {
                    self.has_ended = true;
                    break Ok(());
                }
                // Early data is never allowed; the enum is open for the future.
                Ok(_) => break Err(io::ErrorKind::InvalidData.into()),
                // Once more, so that the alert is encoded.
                Err(error) if failed.is_none() => failed = Some(error),
                Err(_again) => break Ok(()),
            }
        };
        let result = match failed {
            Some(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error)),
            None => result,
        };
        WorkedOff { rest: bytes.get(start..).unwrap_or_default(), result }
    }

    /// Gives out plain text that was decrypted before.
    fn read_plain(&mut self, buffer: &mut ReadBuf<'_>) {
        let rest = self.plain.get(self.read..).unwrap_or_default();
        let count = rest.len().min(buffer.remaining());
        buffer.put_slice(rest.get(..count).unwrap_or_default());
        self.read = self.read.saturating_add(count);
        if self.read >= self.plain.len() {
            self.plain = Vec::new();
            self.read = 0;
        }
    }

    /// Sends what is encrypted already.
    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.outgoing.get(self.sent..).filter(|rest| !rest.is_empty()) {
            let count = ready!(Pin::new(&mut self.socket).poll_write(context, rest))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.sent = self.sent.saturating_add(count);
        }
        self.outgoing = Vec::new();
        self.sent = 0;
        Poll::Ready(Ok(()))
    }

    /// Encrypts with `write` into the thread's scratch and sends as much as the socket takes now.
    fn seal_and_send(
        &mut self,
        context: &mut Context<'_>,
        mut write: impl FnMut(&mut Writing<'_>, &mut [u8]) -> Result<usize, EncryptError>,
    ) -> io::Result<()> {
        // Records of TLS itself that are due go first; the next flush sends them.
        let mut incoming = std::mem::take(&mut self.incoming);
        let worked = self.work_off(&mut incoming);
        self.incoming = worked.rest.to_vec();
        worked.result?;
        OUTGOING.with_borrow_mut(|scratch| {
            let length = {
                let UnbufferedStatus { state, .. } =
                    self.tls.process_tls_records(&mut self.incoming);
                let Ok(ConnectionState::WriteTraffic(mut traffic)) = state else {
                    return Err(io::ErrorKind::BrokenPipe.into());
                };
                match write(&mut traffic, scratch) {
                    Ok(length) => length,
                    Err(EncryptError::InsufficientSize(error)) => {
                        // More records than expected: the negotiated fragments are small.
                        scratch.resize(error.required_size, 0);
                        write(&mut traffic, scratch).map_err(io::Error::other)?
                    }
                    Err(error) => return Err(io::Error::other(error)),
                }
            };
            let mut sealed = scratch.get(..length).unwrap_or_default();
            if !self.outgoing.is_empty() {
                self.outgoing.extend_from_slice(sealed);
                return Ok(());
            }
            while !sealed.is_empty() {
                match Pin::new(&mut self.socket).poll_write(context, sealed) {
                    Poll::Ready(Ok(count)) => sealed = sealed.get(count..).unwrap_or_default(),
                    Poll::Ready(Err(error)) => return Err(error),
                    Poll::Pending => break,
                }
            }
            // Empty when the socket took it all: then nothing is allocated.
            self.outgoing = sealed.to_vec();
            Ok(())
        })
    }
}

type Writing<'a> = WriteTraffic<'a, ServerConnectionData>;

struct WorkedOff<'a> {
    rest: &'a [u8],
    result: io::Result<()>,
}

/// Appends what `encode` writes, which says how much space it needs.
fn append(
    out: &mut Vec<u8>,
    mut encode: impl FnMut(&mut [u8]) -> Result<usize, Option<InsufficientSizeError>>,
) -> Result<(), ()> {
    let start = out.len();
    let length = match encode(&mut []) {
        Ok(length) => length,
        Err(Some(needed)) => {
            out.resize(start.saturating_add(needed.required_size), 0);
            let space = out.get_mut(start..).unwrap_or_default();
            encode(space).map_err(|_too_small_again| ())?
        }
        Err(None) => return Err(()),
    };
    out.truncate(start.saturating_add(length));
    Ok(())
}

impl AsyncRead for TlsSocket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            if !this.plain.is_empty() {
                this.read_plain(buffer);
                return Poll::Ready(Ok(()));
            }
            if this.has_ended {
                return Poll::Ready(Ok(()));
            }
            let received = ready!(this.poll_receive(context));
            // Records of TLS itself (a new key, an alert) go out when the socket takes them.
            if let Poll::Ready(sent) = this.poll_send(context) {
                sent?;
            }
            received?;
        }
    }
}

impl AsyncWrite for TlsSocket {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_send(context))?;
        let count = bytes.len().min(PLAIN_BYTES_MAX);
        let part = bytes.get(..count).unwrap_or_default();
        let encrypt = |traffic: &mut Writing<'_>, space: &mut [u8]| traffic.encrypt(part, space);
        this.seal_and_send(context, encrypt)?;
        Poll::Ready(Ok(count))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll_send(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_send(context))?;
        if !this.has_said_goodbye {
            this.has_said_goodbye = true;
            let notify =
                |traffic: &mut Writing<'_>, space: &mut [u8]| traffic.queue_close_notify(space);
            this.seal_and_send(context, notify)?;
        }
        ready!(this.poll_send(context))?;
        Pin::new(&mut this.socket).poll_shutdown(context)
    }
}
