//! One connection: TCP or TLS, a WebSocket client reduced to what the protocol needs, frames.
//!
//! Client frames are masked with the key zero, which RFC 6455 permits and which costs nothing.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use anyhow::{Context as _, bail};
use bytes::{Buf, Bytes, BytesMut};
use rustls_pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tresen_proto::{
    ClientBody, ClientFrame, Hello, Reply, ReplyBody, Request, RequestBody, SOCKET_PATH,
    ServerBody, decode_server_frame, encode_frame,
};
use tresen_types::limits::FRAME_BYTES_MAX;

const READ_BYTES: usize = 64 << 10;
const FIN_BINARY: u8 = 0x82;
const FIN_PING: u8 = 0x89;
const FIN_CLOSE: u8 = 0x88;
const MASKED: u8 = 0x80;

/// Where the server is, and whether it speaks TLS.
#[derive(Clone)]
pub(crate) struct Target {
    /// The server's socket.
    pub(crate) address: SocketAddr,
    /// TLS with this configuration; `None` for plain TCP.
    pub(crate) tls: Option<Arc<rustls::ClientConfig>>,
    /// The origin that proofs and consents are made for.
    pub(crate) origin: String,
}

impl Target {
    /// A server without TLS, or what stands before several.
    ///
    /// # Errors
    /// Fails for what isn't `http://ADDRESS:PORT`.
    pub(crate) fn plain(origin: &str) -> anyhow::Result<Self> {
        let address = origin.strip_prefix("http://").context("an origin with http://")?;
        let address = address.parse().context("an address and a port")?;
        Ok(Self { address, tls: None, origin: origin.to_owned() })
    }
}

/// A connection, with TLS or without.
pub(crate) enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    /// Connects.
    pub(crate) async fn open(target: &Target) -> anyhow::Result<Self> {
        let tcp = TcpStream::connect(target.address).await.context("connect")?;
        tcp.set_nodelay(true)?;
        Ok(match &target.tls {
            None => Self::Plain(tcp),
            Some(config) => {
                let name = ServerName::try_from("localhost")?;
                let tls = TlsConnector::from(Arc::clone(config)).connect(name, tcp).await?;
                Self::Tls(Box::new(tls))
            }
        })
    }
}

/// One connection.
pub(crate) struct Wire {
    stream: Stream,
    inbound: BytesMut,
    outbound: Vec<u8>,
    waiting: VecDeque<ServerBody>,
    next_request: u64,
}

impl Wire {
    /// Connects and reads the hello.
    pub(crate) async fn connect(target: &Target) -> anyhow::Result<(Self, Hello)> {
        let stream = Stream::open(target).await?;
        let mut wire = Self {
            stream,
            inbound: BytesMut::new(),
            outbound: Vec::new(),
            waiting: VecDeque::new(),
            next_request: 1,
        };
        wire.upgrade(&target.origin).await?;
        match wire.next().await? {
            ServerBody::Hello(hello) => Ok((wire, hello)),
            other => bail!("expected a hello, got {}", name_of(&other)),
        }
    }

    async fn upgrade(&mut self, origin: &str) -> anyhow::Result<()> {
        let head = format!(
            "GET {SOCKET_PATH} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\
             Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nOrigin: {origin}\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        self.outbound.extend_from_slice(head.as_bytes());
        self.flush().await?;
        loop {
            self.fill().await?;
            if let Some(at) = self.inbound.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = self.inbound.split_to(at + 4);
                if !head.starts_with(b"HTTP/1.1 101") {
                    bail!("the server refused the WebSocket");
                }
                return Ok(());
            }
        }
    }

    /// Puts a frame into the outgoing buffer.
    pub(crate) fn queue(&mut self, body: ClientBody) {
        let frame = encode_frame(&ClientFrame::from(body));
        self.queue_raw(FIN_BINARY, &frame);
    }

    fn queue_raw(&mut self, opcode: u8, payload: &[u8]) {
        self.outbound.push(opcode);
        let length = payload.len();
        if let Ok(short) = u8::try_from(length)
            && short < 126
        {
            self.outbound.push(MASKED | short);
        } else if let Ok(medium) = u16::try_from(length) {
            self.outbound.push(MASKED | 126);
            self.outbound.extend_from_slice(&medium.to_be_bytes());
        } else {
            self.outbound.push(MASKED | 127);
            self.outbound.extend_from_slice(&(length as u64).to_be_bytes());
        }
        self.outbound.extend_from_slice(&[0; 4]);
        self.outbound.extend_from_slice(payload);
    }

    /// Queues a request; answers its id.
    pub(crate) fn queue_request(&mut self, body: RequestBody) -> u64 {
        let id = self.next_request;
        self.next_request += 1;
        self.queue(ClientBody::Request(Request { id, body: Some(body) }));
        id
    }

    /// Writes what is queued.
    pub(crate) async fn flush(&mut self) -> anyhow::Result<()> {
        if self.outbound.is_empty() {
            return Ok(());
        }
        let mut outbound = std::mem::take(&mut self.outbound);
        self.stream.write_all(&outbound).await?;
        self.stream.flush().await?;
        outbound.clear();
        self.outbound = outbound;
        Ok(())
    }

    /// Reads once.
    async fn fill(&mut self) -> anyhow::Result<()> {
        self.inbound.reserve(READ_BYTES);
        if self.stream.read_buf(&mut self.inbound).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }

    /// The next frame that is already here.
    pub(crate) fn try_next(&mut self) -> anyhow::Result<Option<ServerBody>> {
        if let Some(body) = self.waiting.pop_front() {
            return Ok(Some(body));
        }
        self.parse()
    }

    /// The next frame.
    pub(crate) async fn next(&mut self) -> anyhow::Result<ServerBody> {
        loop {
            if let Some(body) = self.try_next()? {
                return Ok(body);
            }
            self.fill().await?;
        }
    }

    fn parse(&mut self) -> anyhow::Result<Option<ServerBody>> {
        while let Some((opcode, payload)) = split_frame(&mut self.inbound)? {
            match opcode {
                FIN_BINARY => return Ok(Some(decode_server_frame(payload)?)),
                FIN_PING => self.queue_raw(0x8a, &payload),
                FIN_CLOSE => bail!("the server said goodbye"),
                _ => bail!("a frame that this client doesn't expect"),
            }
        }
        Ok(None)
    }

    /// Asks, flushes and waits for the reply; frames that come in between are kept.
    pub(crate) async fn request(&mut self, body: RequestBody) -> anyhow::Result<ReplyBody> {
        let id = self.queue_request(body);
        self.flush().await?;
        let mut others = VecDeque::new();
        let reply = loop {
            match self.next().await? {
                ServerBody::Reply(Reply { id: of, body: Some(body) }) if of == id => break body,
                ServerBody::Closing(closing) => bail!("the server closes: {:?}", closing.code()),
                other => others.push_back(other),
            }
        };
        others.append(&mut self.waiting);
        self.waiting = others;
        match reply {
            ReplyBody::Error(error) => bail!("refused: {:?} {}", error.code(), error.detail),
            reply => Ok(reply),
        }
    }
}

fn split_frame(inbound: &mut BytesMut) -> anyhow::Result<Option<(u8, Bytes)>> {
    let Some([opcode, length, ..]) = inbound.get(..2) else { return Ok(None) };
    let (opcode, length) = (*opcode, *length);
    let (header, length) = match length {
        126 => match inbound.get(2..4).and_then(|bytes| bytes.try_into().ok()) {
            Some(bytes) => (4, usize::from(u16::from_be_bytes(bytes))),
            None => return Ok(None),
        },
        127 => match inbound.get(2..10).and_then(|bytes| bytes.try_into().ok()) {
            Some(bytes) => (10, usize::try_from(u64::from_be_bytes(bytes))?),
            None => return Ok(None),
        },
        short => (2, usize::from(short)),
    };
    if length > FRAME_BYTES_MAX {
        bail!("a frame of {length} bytes");
    }
    if inbound.len() < header + length {
        return Ok(None);
    }
    inbound.advance(header);
    Ok(Some((opcode, inbound.split_to(length).freeze())))
}

fn name_of(body: &ServerBody) -> &'static str {
    match body {
        ServerBody::Hello(_) => "hello",
        ServerBody::Reply(_) => "reply",
        ServerBody::Deliver(_) => "deliver",
        ServerBody::Drained(_) => "drained",
        ServerBody::Signal(_) => "signal",
        ServerBody::Pong(_) => "pong",
        ServerBody::Closing(_) => "closing",
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(context),
        }
    }
}
