//! A running node: listens, hands sockets to connections, and stops in order.
//!
//! ```text
//! spawn ─▶ stores open ─▶ listening ─▶ shutdown: no new sockets ─▶ closing frames ─▶ sockets end
//!                                                                              ─▶ stores close
//! ```

use std::{fmt, io, net::SocketAddr, sync::Arc};

use tokio::{
    io::DuplexStream,
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tresen_proto::ErrorCode;
use tresen_store::{DeliveryOptions, SharedClock};

use crate::{
    ServerError,
    app::{App, Stores, stores},
    config::Config,
    connection::{
        handshake::{self, Acceptor},
        limits, tls,
    },
    delivery::remove_device,
    http::Site,
};

/// A running node. Dropping it doesn't stop it: call [`ServerHandle::shutdown`].
pub struct ServerHandle {
    /// Where it listens.
    pub local_addr: SocketAddr,
    /// Its public URL.
    pub origin: String,
    app: Arc<App>,
    acceptor: Acceptor,
    tracker: TaskTracker,
    workers: Vec<oneshot::Sender<()>>,
    accepting: JoinHandle<()>,
}

impl fmt::Debug for ServerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerHandle").field("local_addr", &self.local_addr).finish_non_exhaustive()
    }
}

/// Starts a node in the current tokio runtime, and one thread with a runtime of its own for each
/// worker after the first.
///
/// # Errors
/// Fails when the address is taken, TLS can't be set up, or the data directory can't be opened.
pub async fn spawn(config: Config, clock: SharedClock) -> Result<ServerHandle, ServerError> {
    spawn_on(config, clock, stores::open).await
}

/// Like [`spawn`], on stores that somebody else opens with the given options.
///
/// # Errors
/// As [`spawn`].
pub async fn spawn_on(
    config: Config,
    clock: SharedClock,
    open_stores: impl AsyncFnOnce(&Config, DeliveryOptions) -> Result<Stores, ServerError>,
) -> Result<ServerHandle, ServerError> {
    let listener = TcpListener::bind(config.listen).await.map_err(not_listening)?;
    let local_addr = listener.local_addr().map_err(not_listening)?;
    let origin = config.origin_at(local_addr);
    let tls = config.tls.as_ref().map(tls::load).transpose()?;
    let site = Arc::new(Site::load(&config, &origin)?);
    let worker_count = config.workers;
    let app = App::open(config, origin.clone(), clock, open_stores).await?;
    remove_device::finish_all(&app).await;
    let stop = CancellationToken::new();
    let acceptor = Acceptor { app: Arc::clone(&app), tls, site, stop };
    let tracker = TaskTracker::new();
    let mut workers = Vec::new();
    for _worker in 1..worker_count {
        workers.push(start_worker(&listener_copy(&listener)?, &acceptor, &tracker)?);
    }
    let accepting = tokio::spawn(accept(listener, acceptor.clone(), tracker.clone()));
    tracing::info!(%local_addr, workers = worker_count, "listening");
    Ok(ServerHandle { local_addr, origin, app, acceptor, tracker, workers, accepting })
}

impl ServerHandle {
    /// What the operations share: for the commands of the same binary.
    #[must_use]
    pub const fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Connects from within this process, for simulations: gives the client's end of a stream that is
    /// served like a socket without TLS.
    #[must_use]
    pub fn connect(&self) -> DuplexStream {
        let (there, here) = tokio::io::duplex(limits::PROCESS_STREAM_BYTES);
        self.app.metrics().sockets_accepted.increment();
        self.tracker.spawn(handshake::serve_process(self.acceptor.clone(), here, self.local_addr));
        there
    }

    /// Stops: tells every client to come back later, lets what is being written finish, and closes
    /// the stores.
    ///
    /// # Errors
    /// Fails when a store can't be closed in order; nothing that was accepted is lost by that.
    pub async fn shutdown(self) -> Result<(), ServerError> {
        self.acceptor.stop.cancel();
        self.tracker.close();
        self.app.registry().close_all(ErrorCode::Unavailable, limits::RECONNECT_SPREAD_MS);
        if tokio::time::timeout(limits::SHUTDOWN_TIMEOUT, self.tracker.wait()).await.is_err() {
            tracing::warn!("some connections didn't end in time");
            self.app.registry().abort_all();
            self.tracker.wait().await;
        }
        if let Err(error) = self.accepting.await {
            tracing::error!(%error, "accepting ended with a panic");
        }
        for mut worker in self.workers {
            worker.closed().await;
        }
        self.app.shutdown().await
    }
}

fn not_listening(source: io::Error) -> ServerError {
    ServerError::File { what: "the address can't be listened on", source }
}

fn listener_copy(listener: &TcpListener) -> Result<std::net::TcpListener, ServerError> {
    use std::os::fd::AsFd as _;
    let copy = listener.as_fd().try_clone_to_owned().map_err(not_listening)?;
    Ok(copy.into())
}

/// Starts a thread that accepts and serves sockets by itself; the channel closes with it.
fn start_worker(
    listener: &std::net::TcpListener,
    acceptor: &Acceptor,
    tracker: &TaskTracker,
) -> Result<oneshot::Sender<()>, ServerError> {
    let (end, running) = oneshot::channel::<()>();
    let (acceptor, tracker) = (acceptor.clone(), tracker.clone());
    let listener = listener.try_clone().map_err(not_listening)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| ServerError::File { what: "a runtime can't be started", source })?;
    std::thread::Builder::new()
        .name("tresen-worker".to_owned())
        .spawn(move || {
            runtime.block_on(async move {
                match TcpListener::from_std(listener) {
                    Ok(listener) => accept(listener, acceptor, tracker.clone()).await,
                    Err(error) => tracing::error!(%error, "a worker can't listen"),
                }
                tracker.wait().await;
            });
            drop(running);
        })
        .map_err(|source| ServerError::File { what: "a thread can't be started", source })?;
    Ok(end)
}

/// Accepts sockets until the node stops.
async fn accept(listener: TcpListener, acceptor: Acceptor, tracker: TaskTracker) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = acceptor.stop.cancelled() => return,
        };
        match accepted {
            Ok((socket, address)) => start(&acceptor, &tracker, socket, address),
            Err(error) => {
                // The system has no descriptor left, or the peer is gone already.
                tracing::warn!(%error, "a socket can't be accepted");
                tokio::time::sleep(limits::ACCEPT_PAUSE).await;
            }
        }
    }
}

fn start(acceptor: &Acceptor, tracker: &TaskTracker, socket: TcpStream, address: SocketAddr) {
    acceptor.app.metrics().sockets_accepted.increment();
    tracker.spawn(handshake::serve(acceptor.clone(), socket, address));
}
