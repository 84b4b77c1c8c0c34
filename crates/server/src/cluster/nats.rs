//! A client of NATS core, as small as the bus needs it.
//!
//! ```text
//! publish, subscribe ─▶ outgoing bytes (bounded, dropped while down) ─▶ one write a wake-up
//! run: connect to the next server ─▶ greet ─▶ Listener::connected ─▶ messages … ─▶ pause, again
//! ```
//!
//! Nobody waits for the bus: what can't be sent now is lost, and the listener is told when the
//! connection is back, so that it can repair what was missed. A server that says nothing for
//! [`SILENCE_MAX`] is left for the next one.

use std::{
    fmt, io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::BytesMut;
use rustls::pki_types::ServerName;
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
    sync::Notify,
    time::{Instant, MissedTickBehavior, timeout},
};
use tokio_rustls::TlsConnector;
use zeroize::Zeroizing;

pub mod protocol;

use protocol::Operation;

use crate::metrics::Counter;

/// How long connecting to one server and greeting it may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// How often the server is asked whether it is there.
const PING_INTERVAL: Duration = Duration::from_secs(1);
/// How long a server may say nothing.
pub const SILENCE_MAX: Duration = Duration::from_secs(3);
/// Pause before the first attempt to connect again; it doubles up to [`PAUSE_MAX`].
const PAUSE_MIN: Duration = Duration::from_millis(50);
/// Longest pause between two attempts.
const PAUSE_MAX: Duration = Duration::from_secs(1);
/// Bytes that may wait to be sent; what comes on top is lost.
const OUTGOING_BYTES_MAX: usize = 8 << 20;

/// Where the bus is and how to get in.
#[derive(Clone, Default)]
pub struct NatsOptions {
    /// The servers, tried in turn.
    pub servers: Vec<NatsAddress>,
    /// User and password, or a token.
    pub credentials: Option<Zeroizing<String>>,
    /// How to verify servers with `tls://`.
    pub tls: Option<Arc<rustls::ClientConfig>>,
}

impl fmt::Debug for NatsOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NatsOptions").field("servers", &self.servers).finish_non_exhaustive()
    }
}

/// One server, written `nats://HOST:PORT`, or `tls://HOST:PORT` when it must speak TLS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NatsAddress {
    host: String,
    port: u16,
    is_tls: bool,
}

impl NatsAddress {
    /// Whether the server must speak TLS.
    #[must_use]
    pub const fn is_tls(&self) -> bool {
        self.is_tls
    }
}

impl TryFrom<String> for NatsAddress {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const WHAT: &str = "a server of the bus is nats://HOST:PORT or tls://HOST:PORT, \
            without user and password";
        let (is_tls, rest) = match (text.strip_prefix("nats://"), text.strip_prefix("tls://")) {
            (Some(rest), _) => (false, rest),
            (None, Some(rest)) => (true, rest),
            (None, None) => return Err(WHAT),
        };
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_no_number| WHAT)?),
            None => (rest, DEFAULT_PORT),
        };
        let host = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host);
        if host.is_empty() || host.contains(['@', '/', ' ']) {
            return Err(WHAT);
        }
        Ok(Self { host: host.to_owned(), port, is_tls })
    }
}

impl From<NatsAddress> for String {
    fn from(address: NatsAddress) -> Self {
        let scheme = if address.is_tls { "tls" } else { "nats" };
        format!("{scheme}://{}:{}", address.host, address.port)
    }
}

const DEFAULT_PORT: u16 = 4222;

/// Hears from the bus. Called on the connection's task: must not block.
pub trait NatsListener: Send + Sync + 'static {
    /// A connection is up, with no subscriptions yet: what was said before may be lost.
    fn connected(&self, nats: &Nats);
    /// A message on a subject that was subscribed to.
    fn message(&self, subject: &[u8], payload: &[u8]);
}

/// The client's end that everybody may use.
#[derive(Clone, Default)]
pub struct Nats(Arc<Shared>);

#[derive(Default)]
struct Shared {
    outgoing: Mutex<Outgoing>,
    /// Wakes the task that writes.
    written: Notify,
    is_up: AtomicBool,
    lost: Counter,
    connects: Counter,
}

#[derive(Default)]
struct Outgoing {
    bytes: Vec<u8>,
    is_up: bool,
}

impl fmt::Debug for Nats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nats").field("is_up", &self.is_up()).finish_non_exhaustive()
    }
}

impl Nats {
    /// A client that [`Nats::run`] connects.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::default())
    }

    /// Keeps a connection up until it is dropped.
    #[expect(clippy::infinite_loop, reason = "the task is aborted with its node")]
    pub async fn run(self, options: NatsOptions, listener: Arc<dyn NatsListener>) {
        let mut pause = PAUSE_MIN;
        // Nodes begin at different servers, so that one server doesn't get all of them.
        let mut at = usize::from(random_byte());
        loop {
            let server = options.servers.get(at % options.servers.len().max(1));
            at = at.wrapping_add(1);
            if let Some(server) = server {
                let began = Instant::now();
                let ended = session(&self, server, &options, &*listener).await;
                self.set_up(false);
                if let Err(error) = ended {
                    tracing::warn!(server.host, server.port, %error, "the bus is away");
                }
                if began.elapsed() > PAUSE_MAX {
                    pause = PAUSE_MIN;
                }
            }
            let jitter = pause.mul_f64(f64::from(random_byte()) / 256.0);
            tokio::time::sleep(pause / 2 + jitter).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    /// Whether a connection is up.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.0.is_up.load(Ordering::Relaxed)
    }

    /// Publications that were lost, because no connection was up or too much waited.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.0.lost.value()
    }

    /// Connections that came up.
    #[must_use]
    pub fn connects(&self) -> u64 {
        self.0.connects.value()
    }

    /// Publishes, or loses it.
    pub fn publish(&self, subject: &str, payload: &[u8]) {
        if !self.push(|out| protocol::write_publication(out, subject, payload)) {
            self.0.lost.increment();
        }
    }

    /// Subscribes on the present connection; the listener does it again on the next one.
    pub fn subscribe(&self, subject: &str) {
        self.push(|out| protocol::write_subscription(out, subject));
    }

    /// Ends a subscription.
    pub fn unsubscribe(&self, subject: &str) {
        self.push(|out| protocol::write_unsubscription(out, subject));
    }

    fn push(&self, write: impl FnOnce(&mut Vec<u8>)) -> bool {
        let mut outgoing = self.lock();
        if !outgoing.is_up {
            return false;
        }
        if outgoing.bytes.len() > OUTGOING_BYTES_MAX {
            // The server takes nothing: the next connection begins with what is known then.
            outgoing.is_up = false;
            return false;
        }
        let was_empty = outgoing.bytes.is_empty();
        write(&mut outgoing.bytes);
        drop(outgoing);
        if was_empty {
            self.0.written.notify_one();
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, Outgoing> {
        self.0.outgoing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_up(&self, is_up: bool) {
        let mut outgoing = self.lock();
        outgoing.bytes = Vec::new();
        outgoing.is_up = is_up;
        self.0.is_up.store(is_up, Ordering::Relaxed);
    }
}

/// One connection, from its beginning to its end.
async fn session(
    nats: &Nats,
    server: &NatsAddress,
    options: &NatsOptions,
    listener: &dyn NatsListener,
) -> io::Result<()> {
    let (mut stream, buffer) = timeout(CONNECT_TIMEOUT, connect(server, options))
        .await
        .map_err(|_elapsed| io::Error::from(io::ErrorKind::TimedOut))??;
    tracing::info!(server.host, server.port, "the bus is there");
    nats.set_up(true);
    nats.0.connects.increment();
    listener.connected(nats);
    serve(nats, &mut *stream, buffer, listener).await
}

/// A byte stream, encrypted or not.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Connects, encrypts if it must, and greets: the server has accepted this client when it answers the
/// first ping.
async fn connect(
    server: &NatsAddress,
    options: &NatsOptions,
) -> io::Result<(Box<dyn Stream>, BytesMut)> {
    let mut socket = TcpStream::connect((server.host.as_str(), server.port)).await?;
    socket.set_nodelay(true)?;
    let mut buffer = BytesMut::new();
    let Operation::Info(_) = next(&mut socket, &mut buffer).await? else {
        return Err(malformed());
    };
    let mut stream: Box<dyn Stream> = Box::new(socket);
    if server.is_tls {
        let tls = options.tls.clone().ok_or(io::ErrorKind::InvalidInput)?;
        let name = ServerName::try_from(server.host.clone()).map_err(io::Error::other)?;
        // What came in clear after the greeting is nothing that may count.
        buffer.clear();
        stream = Box::new(TlsConnector::from(tls).connect(name, stream).await?);
    }
    let greeting = greeting(options.credentials.as_deref().map(String::as_str));
    stream.write_all(greeting.as_bytes()).await?;
    stream.flush().await?;
    loop {
        match next(&mut stream, &mut buffer).await? {
            Operation::Pong => return Ok((stream, buffer)),
            Operation::Refused(_) => return Err(io::ErrorKind::PermissionDenied.into()),
            Operation::Ping => stream.write_all(b"PONG\r\n").await?,
            Operation::Info(_) | Operation::Done | Operation::Message { .. } => {}
        }
    }
}

fn greeting(credentials: Option<&str>) -> Zeroizing<String> {
    let mut greeting = serde_json::json!({
        "verbose": false,
        "pedantic": false,
        // What this node publishes isn't for itself.
        "echo": false,
        "protocol": 1,
        "name": "tresen",
        "lang": "rust",
        "version": env!("CARGO_PKG_VERSION"),
    });
    match credentials.map(|it| it.split_once(':').ok_or(it)) {
        None => {}
        Some(Ok((user, password))) => {
            greeting["user"] = user.into();
            greeting["pass"] = password.into();
        }
        Some(Err(token)) => greeting["auth_token"] = token.into(),
    }
    Zeroizing::new(format!("CONNECT {greeting}\r\nPING\r\n"))
}

/// Reads and writes until the connection ends.
async fn serve(
    nats: &Nats,
    stream: &mut dyn Stream,
    mut buffer: BytesMut,
    listener: &dyn NatsListener,
) -> io::Result<()> {
    let mut ticks = tokio::time::interval(PING_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    loop {
        while let Some(operation) = protocol::decode(&mut buffer).map_err(|_it| malformed())? {
            match operation {
                Operation::Message { subject, payload } => listener.message(&subject, &payload),
                Operation::Ping => {
                    nats.push(|out| out.extend_from_slice(b"PONG\r\n"));
                }
                Operation::Refused(text) => {
                    tracing::warn!(text = %text.escape_ascii(), "the bus refuses something");
                }
                Operation::Info(_) | Operation::Pong | Operation::Done => {}
            }
        }
        buffer.reserve(READ_BYTES);
        tokio::select! {
            read = stream.read_buf(&mut buffer) => {
                if read? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                heard = Instant::now();
            }
            () = nats.0.written.notified() => write(nats, stream).await?,
            _ = ticks.tick() => {
                if heard.elapsed() > SILENCE_MAX {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                if !nats.push(|out| out.extend_from_slice(b"PING\r\n")) {
                    return Err(io::ErrorKind::WriteZero.into());
                }
            }
        }
    }
}

async fn write(nats: &Nats, stream: &mut dyn Stream) -> io::Result<()> {
    let bytes = std::mem::take(&mut nats.lock().bytes);
    let writing = async {
        stream.write_all(&bytes).await?;
        stream.flush().await
    };
    timeout(SILENCE_MAX, writing)
        .await
        .unwrap_or_else(|_elapsed| Err(io::ErrorKind::TimedOut.into()))
}

async fn next(
    stream: &mut (impl AsyncRead + Unpin),
    buffer: &mut BytesMut,
) -> io::Result<Operation> {
    loop {
        if let Some(operation) = protocol::decode(buffer).map_err(|_it| malformed())? {
            return Ok(operation);
        }
        buffer.reserve(READ_BYTES);
        if stream.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// Room for one read.
const READ_BYTES: usize = 16 << 10;

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, protocol::Malformed)
}

/// Spreads nodes; what isn't random because the system has nothing to give is only less spread.
fn random_byte() -> u8 {
    let mut byte = [0];
    match getrandom::fill(&mut byte) {
        Ok(()) => byte[0],
        Err(_unavailable) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Result<NatsAddress, &'static str> {
        NatsAddress::try_from(text.to_owned())
    }

    #[test]
    fn addresses_are_read_and_written() {
        for (text, written) in [
            ("nats://a.example:1", "nats://a.example:1"),
            ("tls://10.0.0.1", "tls://10.0.0.1:4222"),
        ] {
            assert_eq!(String::from(address(text).unwrap()), written);
        }
        assert_eq!(address("nats://[::1]:7").unwrap().host, "::1");
        for wrong in ["a:1", "http://a:1", "nats://", "nats://u:p@h:1", "nats://a:x", "nats://a/b"]
        {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn credentials_are_a_user_or_a_token() {
        assert!(greeting(Some("anna:se:cret")).contains(r#""pass":"se:cret","#));
        assert!(greeting(Some("token")).contains(r#""auth_token":"token""#));
        assert!(!greeting(None).contains("pass"));
    }
}
