//! A wire between clients and the server that a test can cut.
//!
//! It can also swallow what the server says, so that a request is done but its answer is lost. It leads
//! to one server or, in turn, to several, as a load balancer does: who isn't there is left out.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

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
}

/// A wire that a test can cut.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    wire: watch::Sender<Wire>,
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
        let wire =
            Wire { generation: 0, swallows_answers: false, is_open: true, servers: Vec::new() };
        let (sender, receiver) = watch::channel(wire);
        let accepting = tokio::spawn(accept(listener, receiver));
        Ok(Self { address, wire: sender, accepting })
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

async fn accept(listener: TcpListener, wire: watch::Receiver<Wire>) {
    let next = AtomicUsize::new(0);
    while let Ok((client, _address)) = listener.accept().await {
        let now = wire.borrow().clone();
        if !now.is_open {
            continue;
        }
        let Some(server) = connect(&now.servers, &next).await else { continue };
        let (client_in, client_out) = client.into_split();
        let (server_in, server_out) = server.into_split();
        let generation = now.generation;
        tokio::spawn(carry(client_in, server_out, wire.clone(), generation, false));
        tokio::spawn(carry(server_in, client_out, wire.clone(), generation, true));
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

async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut wire: watch::Receiver<Wire>,
    generation: u64,
    is_answer: bool,
) {
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = tokio::select! {
            read = from.read(&mut buffer) => read,
            changed = wire.wait_for(|wire| wire.generation != generation) => {
                drop(changed);
                return;
            }
        };
        let Ok(length) = read else { return };
        let Some(bytes) = buffer.get(..length).filter(|bytes| !bytes.is_empty()) else { return };
        if is_answer && wire.borrow().swallows_answers {
            continue;
        }
        if to.write_all(bytes).await.is_err() {
            return;
        }
    }
}
