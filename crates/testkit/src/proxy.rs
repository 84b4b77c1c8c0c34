//! A wire between clients and the server that a test can cut.
//!
//! It can also swallow what the server says, so that a request is done but its answer is lost, and it
//! can be as narrow and as long as a phone's: then all connections share its width part by part, what
//! is said arrives half a round trip later, and a new connection costs a round trip of its own. It leads
//! to one server or, in turn, to several, as a load balancer does: who isn't there is left out.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{mpsc, watch},
    time::{Instant, sleep_until},
};

/// The largest part that goes over a slow wire in one go.
const PART_BYTES: usize = 2 << 10;
/// Parts of one connection that have left one end and not arrived at the other.
const PARTS_ON_THE_WAY: usize = 16;
/// How much later than asked a timer may wake. The wire wasn't idle in between: without this every part
/// would cost a millisecond more than its bytes do, a tenth of a phone's line.
const TIMER_GRAIN: Duration = Duration::from_millis(4);

/// What the wire does.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wire {
    /// Connections of an older generation are cut.
    generation: u64,
    /// Whether bytes of the server are swallowed.
    swallows_answers: bool,
    /// Whether new connections are taken.
    is_open: bool,
    /// Where the servers are.
    servers: Vec<SocketAddr>,
    /// How narrow and how long it is.
    line: Option<Line>,
}

/// How narrow and how long a wire is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its width, in each direction.
    pub bytes_per_second: u32,
    /// From a question to the first byte of its answer.
    pub round_trip: Duration,
}

/// One direction of the wire: when it will be free again, and what it has carried.
#[derive(Debug, Default)]
struct Direction {
    free_at: Mutex<Option<Instant>>,
    carried: AtomicU64,
}

impl Direction {
    /// Takes the wire for so many bytes; returns when the last of them is on it.
    fn take(&self, line: Line, bytes: usize) -> Instant {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let duration = Duration::from_secs(1) * bytes / line.bytes_per_second.max(1);
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let start = free_at.filter(|free_at| *free_at + TIMER_GRAIN > now).unwrap_or(now);
        let end = start + duration;
        *free_at = Some(end);
        end
    }
}

/// A wire that a test can cut.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    wire: watch::Sender<Wire>,
    answers: Arc<Direction>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Proxy {
    /// Listens on a free port.
    ///
    /// # Errors
    /// When there is none.
    pub async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let wire = Wire {
            generation: 0,
            swallows_answers: false,
            is_open: true,
            servers: Vec::new(),
            line: None,
        };
        let (sender, receiver) = watch::channel(wire);
        let answers = Arc::<Direction>::default();
        let accepting = tokio::spawn(accept(listener, receiver, Arc::clone(&answers)));
        Ok(Self { address, wire: sender, answers, accepting })
    }

    /// Where clients connect.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Says where the server is.
    pub fn lead_to(&self, server: SocketAddr) {
        self.lead_to_all(vec![server]);
    }

    /// Says where the servers are; each new connection goes to the next one that is there.
    pub fn lead_to_all(&self, servers: Vec<SocketAddr>) {
        self.wire.send_modify(|wire| wire.servers = servers);
    }

    /// How the wire is for connections from now on; a fast one to begin with.
    pub fn set_line(&self, line: Option<Line>) {
        self.wire.send_modify(|wire| wire.line = line);
    }

    /// How many bytes the server has said.
    #[must_use]
    pub fn bytes_answered(&self) -> u64 {
        self.answers.carried.load(Ordering::Relaxed)
    }

    /// Swallows what the server says from now on; what clients say still arrives.
    pub fn swallow_answers(&self) {
        self.wire.send_modify(|wire| wire.swallows_answers = true);
    }

    /// Cuts all connections; new ones work again, in both directions.
    pub fn cut(&self) {
        self.wire.send_modify(|wire| {
            wire.generation += 1;
            wire.swallows_answers = false;
            wire.is_open = true;
        });
    }

    /// Cuts all connections and takes no new ones until [`Self::cut`].
    pub fn unplug(&self) {
        self.wire.send_modify(|wire| {
            wire.generation += 1;
            wire.is_open = false;
        });
    }
}

async fn accept(listener: TcpListener, wire: watch::Receiver<Wire>, answers: Arc<Direction>) {
    let questions = Arc::<Direction>::default();
    let next = AtomicUsize::new(0);
    while let Ok((client, _address)) = listener.accept().await {
        let now = wire.borrow().clone();
        if !now.is_open {
            continue;
        }
        let Some(server) = connect(&now.servers, &next).await else { continue };
        let (client_in, client_out) = client.into_split();
        let (server_in, server_out) = server.into_split();
        let there = Way {
            wire: wire.clone(),
            now: now.clone(),
            direction: Arc::clone(&questions),
            first: true,
        };
        let back = Way { wire: wire.clone(), now, direction: Arc::clone(&answers), first: false };
        tokio::spawn(carry(client_in, server_out, there, false));
        tokio::spawn(carry(server_in, client_out, back, true));
    }
}

/// Connects to the next server that is there.
async fn connect(servers: &[SocketAddr], next: &AtomicUsize) -> Option<TcpStream> {
    for _attempt in 0..servers.len() {
        let at = next.fetch_add(1, Ordering::Relaxed) % servers.len();
        if let Some(server) = servers.get(at)
            && let Ok(stream) = TcpStream::connect(server).await
        {
            return Some(stream);
        }
    }
    None
}

/// One direction of one connection.
struct Way {
    wire: watch::Receiver<Wire>,
    /// As the wire was when the connection was made.
    now: Wire,
    direction: Arc<Direction>,
    /// Whether the next bytes are the first, which wait for the connection to be made.
    first: bool,
}

async fn carry(mut from: OwnedReadHalf, to: OwnedWriteHalf, mut way: Way, is_answer: bool) {
    let (sender, parts) = mpsc::channel(PARTS_ON_THE_WAY);
    tokio::spawn(deliver(to, parts));
    let part = if way.now.line.is_some() { PART_BYTES } else { 64 << 10 };
    let mut buffer = vec![0; part];
    loop {
        let read = tokio::select! {
            read = from.read(&mut buffer) => read,
            changed = way.wire.wait_for(|wire| wire.generation != way.now.generation) => {
                drop(changed);
                return;
            }
        };
        let Ok(length) = read else { return };
        let Some(bytes) = buffer.get(..length).filter(|bytes| !bytes.is_empty()) else { return };
        if is_answer && way.wire.borrow().swallows_answers {
            continue;
        }
        let due = way.send(length).await;
        if sender.send((due, bytes.to_vec())).await.is_err() {
            return;
        }
    }
}

impl Way {
    /// Waits until the bytes are on the wire; returns when they arrive.
    async fn send(&mut self, bytes: usize) -> Option<Instant> {
        self.direction
            .carried
            .fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
        let line = self.now.line?;
        if std::mem::take(&mut self.first) {
            sleep_until(Instant::now() + line.round_trip).await;
        }
        let end = self.direction.take(line, bytes);
        sleep_until(end).await;
        Some(end + line.round_trip / 2)
    }
}

/// Hands over what arrives, when it arrives.
async fn deliver(mut to: OwnedWriteHalf, mut parts: mpsc::Receiver<(Option<Instant>, Vec<u8>)>) {
    while let Some((due, bytes)) = parts.recv().await {
        if let Some(due) = due {
            sleep_until(due).await;
        }
        if to.write_all(&bytes).await.is_err() {
            return;
        }
    }
}
