//! One connection: TLS, the stream's beginning, login, and stanzas cut out of the stream.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use anyhow::{Context as _, bail, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::{Bytes, BytesMut};
use memchr::memmem;
use rustls_pki_types::ServerName;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

const READ_BYTES: usize = 64 << 10;
/// Connections from one address: it has fewer ports than a machine has connections.
const PER_ADDRESS: usize = 10_000;
const STREAM: &str = "<?xml version='1.0'?><stream:stream to='localhost' xmlns='jabber:client' \
                      xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";
const BIND: &str = "<iq type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>\
                    <resource>r</resource></bind></iq>";

/// Where the server is.
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) tls: Arc<rustls::ClientConfig>,
}

/// A connection.
pub(crate) struct Wire {
    stream: TlsStream<TcpStream>,
    scanner: Scanner,
    outbound: String,
}

/// Cuts a stream into stanzas: the elements of the first level.
#[derive(Default)]
struct Scanner {
    inbound: BytesMut,
    at: usize,
    depth: u32,
}

/// The name of a user by its number.
pub(crate) fn user(number: usize) -> String {
    format!("u{number:06}")
}

/// Whether a stanza has these bytes.
pub(crate) fn has(stanza: &[u8], what: &str) -> bool {
    memmem::find(stanza, what.as_bytes()).is_some()
}

/// The value of an attribute of the first element that has it.
pub(crate) fn attribute<'stanza>(stanza: &'stanza [u8], name: &str) -> Option<&'stanza str> {
    ['\'', '"'].into_iter().find_map(|quote| {
        let start = format!(" {name}={quote}");
        let value = stanza.get(memmem::find(stanza, start.as_bytes())? + start.len()..)?;
        let end = value.iter().position(|byte| char::from(*byte) == quote)?;
        std::str::from_utf8(value.get(..end)?).ok()
    })
}

impl Wire {
    /// Connects and begins a stream.
    pub(crate) async fn open(target: &Target, number: usize) -> anyhow::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        let last = u8::try_from(1 + number / PER_ADDRESS).context("too many connections")?;
        socket.bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 1, last)), 0))?;
        let socket = socket.connect(target.address).await.context("connect")?;
        socket.set_nodelay(true)?;
        let name = ServerName::try_from("localhost")?;
        let stream = TlsConnector::from(Arc::clone(&target.tls)).connect(name, socket).await?;
        let mut wire = Self { stream, scanner: Scanner::default(), outbound: String::new() };
        wire.begin().await?;
        Ok(wire)
    }

    /// A user's session, which takes messages.
    pub(crate) async fn login(target: &Target, number: usize) -> anyhow::Result<Self> {
        let mut wire = Self::open(target, number).await?;
        let user = user(number);
        let token = STANDARD.encode(format!("\0{user}\0secret-{user}"));
        let sasl = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'";
        wire.ask(&format!("<auth {sasl}>{token}</auth>"), "<success").await?;
        wire.begin().await?;
        wire.ask(BIND, "type='result'").await?;
        wire.queue("<presence/>");
        wire.flush().await?;
        Ok(wire)
    }

    /// Makes users; those that are there already stay.
    pub(crate) async fn register(target: &Target, count: usize) -> anyhow::Result<()> {
        let mut wire = Self::open(target, 0).await?;
        for number in 0..count {
            let user = user(number);
            wire.queue(&format!(
                "<iq type='set' id='r'><query xmlns='jabber:iq:register'><username>{user}</username>\
                 <password>secret-{user}</password></query></iq>"
            ));
            wire.flush().await?;
            let answer = wire.next().await?;
            ensure!(has(&answer, "type='result'") || has(&answer, "conflict"), "no user {user}");
        }
        Ok(())
    }

    async fn begin(&mut self) -> anyhow::Result<()> {
        self.scanner = Scanner::default();
        self.ask(STREAM, "<stream:features").await
    }

    /// Says something and waits for the stanza that answers it.
    pub(crate) async fn ask(&mut self, what: &str, answer: &str) -> anyhow::Result<()> {
        self.queue(what);
        self.flush().await?;
        let came = self.next().await?;
        ensure!(has(&came, answer), "{answer} expected, not {}", String::from_utf8_lossy(&came));
        Ok(())
    }

    /// Puts a stanza into the outgoing buffer.
    pub(crate) fn queue(&mut self, stanza: &str) {
        self.outbound.push_str(stanza);
    }

    /// Writes what is queued.
    pub(crate) async fn flush(&mut self) -> anyhow::Result<()> {
        if !self.outbound.is_empty() {
            self.stream.write_all(self.outbound.as_bytes()).await?;
            self.stream.flush().await?;
            self.outbound.clear();
        }
        Ok(())
    }

    /// The next stanza that is here already.
    pub(crate) fn try_next(&mut self) -> anyhow::Result<Option<Bytes>> {
        self.scanner.next()
    }

    /// The next stanza.
    pub(crate) async fn next(&mut self) -> anyhow::Result<Bytes> {
        loop {
            if let Some(stanza) = self.scanner.next()? {
                return Ok(stanza);
            }
            self.scanner.inbound.reserve(READ_BYTES);
            if self.stream.read_buf(&mut self.scanner.inbound).await? == 0 {
                bail!("the server closed the connection");
            }
        }
    }
}

impl Scanner {
    fn next(&mut self) -> anyhow::Result<Option<Bytes>> {
        while let Some(tag) = self.tag() {
            let (is_end, is_empty) = (tag.starts_with(b"</"), tag.ends_with(b"/>"));
            if tag.starts_with(b"<?") {
                continue;
            }
            if tag.starts_with(b"<stream:stream") {
                self.cut();
                continue;
            }
            if is_end {
                self.depth = self.depth.checked_sub(1).context("the server ended the stream")?;
            } else if !is_empty {
                self.depth += 1;
            }
            if self.depth == 0 {
                return Ok(Some(self.cut()));
            }
        }
        Ok(None)
    }

    /// The next whole tag.
    fn tag(&mut self) -> Option<Bytes> {
        let rest = self.inbound.get(self.at..)?;
        let Some(start) = memchr::memchr(b'<', rest) else {
            self.at = self.inbound.len();
            return None;
        };
        let mut quote = None;
        let end = rest.iter().skip(start).position(|byte| match (*byte, quote) {
            (byte, Some(open)) => {
                if byte == open {
                    quote = None;
                }
                false
            }
            (b'\'' | b'"', None) => {
                quote = Some(*byte);
                false
            }
            (byte, None) => byte == b'>',
        })?;
        let tag = rest.get(start..=start + end)?;
        // Its first bytes and its last ones are all that anybody looks at.
        let tag = Bytes::copy_from_slice(tag);
        self.at += start + end + 1;
        Some(tag)
    }

    fn cut(&mut self) -> Bytes {
        self.inbound.split_to(std::mem::take(&mut self.at)).freeze()
    }
}
