//! Everything that the operations share: stores, keys, connections, limits, caches.
//!
//! The data directory, which belongs to one node at a time; a node on a shared store has only the
//! lock in it:
//!
//! ```text
//! lock              held while the node runs
//! server.key        the server's own secrets, readable by its user alone
//! control.sqlite    accounts, devices, key packages, consents and so on
//! delivery/         conversations and mailboxes
//! blobs/            encrypted files
//! ```

use std::{
    fmt,
    fs::File,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinHandle,
};
use tresen_billing::Terms;
use tresen_proto::ErrorCode;
use tresen_statement::Approval;
use tresen_store::{
    BlobStore, ControlStore, DeliveryOptions, DeliveryStore, SharedClock,
    control::InstallationRecord,
};
use tresen_types::{AccountId, Categories, ConversationId, Timestamp};
use zeroize::Zeroizing;

mod bus_options;
pub(crate) mod cache;
pub(crate) mod keys;
pub(crate) mod stores;

use cache::{Age, Cache};
use keys::ServerKeys;
pub use stores::Stores;
pub(crate) use stores::{DELIVERY_DIRECTORY, open_blobs, open_control};

use crate::{
    ServerError,
    account::devices::AccountDevices,
    billing::book,
    cluster::{
        Bus, Cluster, Inbound,
        local::Registry,
        nats::Nats,
        notice::{Notice, NoticeSeal},
        repair,
    },
    config::Config,
    consent::check::Permission,
    delivery::{parties::Parties, seal::ReceiptSealer},
    domain::recheck,
    error::refused,
    limits,
    limits::RateTable,
    link::waiters::LinkWaiters,
    mailbox::{
        Feeds,
        distribute::{self, BatchForwarder, WaitingReplies},
        expire,
    },
    metrics::{BusGauges, Metrics},
    push::{self, Pushes},
    session::{Tickets, TokenKey},
    standing::review,
};

const LOCK_FILE: &str = "lock";

/// Everything that the operations share.
pub struct App {
    config: Config,
    origin: String,
    clock: SharedClock,
    metrics: Arc<Metrics>,
    registry: Registry,
    /// Where other nodes may share the store.
    cluster: Option<Cluster>,
    pub(crate) keys: Arc<ServerKeys>,
    pub(crate) control: ControlStore,
    pub(crate) delivery: Arc<dyn DeliveryStore>,
    pub(crate) blobs: BlobStore,
    pub(crate) rates: RateTable,
    pub(crate) feeds: Arc<Feeds>,
    pub(crate) pushes: Arc<Pushes>,
    pub(crate) waiting: Arc<WaitingReplies>,
    pub(crate) tickets: Arc<Tickets>,
    pub(crate) links: LinkWaiters,
    pub(crate) accounts: Cache<AccountId, Arc<AccountDevices>>,
    pub(crate) permissions: Cache<(AccountId, AccountId), Permission>,
    /// The verified approvals of templates; an operator's program may decide anew at any time.
    pub(crate) approvals: Cache<(AccountId, [u8; 32]), Option<Arc<Approval>>>,
    /// The categories that the operator has taken from businesses; as with the approvals.
    pub(crate) suspensions: Cache<AccountId, Categories>,
    /// What businesses may take from their purses; as with the approvals.
    pub(crate) terms: Cache<AccountId, Arc<Terms>>,
    pub(crate) parties: Cache<ConversationId, Arc<Parties>>,
    /// How many domains may be looked at now.
    pub(crate) domain_checks: Arc<Semaphore>,
    /// What runs until the shutdown.
    background: Mutex<Vec<JoinHandle<()>>>,
    /// Released by the shutdown, or when the process ends, however it ends.
    lock: File,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl App {
    /// Opens the stores, and starts what runs in the background. Needs a tokio runtime; opening a large
    /// store blocks for a while.
    ///
    /// # Errors
    /// Fails when another process has the data directory, or a store can't be opened.
    pub(crate) async fn open(
        config: Config,
        origin: String,
        clock: SharedClock,
        open_stores: impl AsyncFnOnce(&Config, DeliveryOptions) -> Result<Stores, ServerError>,
    ) -> Result<Arc<Self>, ServerError> {
        let data_dir = config.data_dir.clone();
        make_private_directory(&data_dir)?;
        let lock = lock(&data_dir)?;
        let keys = Arc::new(open_keys(&config)?);
        let (forward, batches) = mpsc::unbounded_channel();
        let options = DeliveryOptions {
            sealer: Arc::new(ReceiptSealer::new(Arc::clone(&keys))),
            listener: Arc::new(BatchForwarder::new(forward)),
            disk_reserve_bytes: config.retention.disk_reserve_bytes,
            acknowledge_before_write: config.testing.acknowledge_before_write,
            ..DeliveryOptions::new(Arc::clone(&clock))
        };
        let Stores { control, delivery, blobs, is_shared } = open_stores(&config, options).await?;
        if is_shared {
            let own =
                InstallationRecord { server_key: keys.public().to_vec(), origin: origin.clone() };
            control.join_installation(own).await?;
        }
        let nats = config.bus.as_ref().map(bus_options::load).transpose()?;
        let bus = match &nats {
            Some(_options) => Some(Arc::new(new_bus(&keys)?)),
            None => None,
        };
        let max_ms = limits::SHARED_CACHE_AGE_MS;
        let age = is_shared.then(|| Age { clock: Arc::clone(&clock), max_ms });
        let tickets = match is_shared {
            true => Tickets::shared(TokenKey::new(keys.nodes())),
            false => Tickets::default(),
        };
        let (pushes, absent) = Pushes::new(Arc::clone(&clock));
        let pushes = Arc::new(pushes);
        let app = Arc::new(Self {
            keys,
            control,
            delivery,
            blobs,
            rates: RateTable::new(config.rates.clone()),
            registry: Registry::new(),
            metrics: Arc::new(Metrics::default()),
            feeds: Arc::new(Feeds::new(bus.clone(), Arc::clone(&pushes))),
            pushes,
            waiting: Arc::new(WaitingReplies::default()),
            tickets: Arc::new(tickets),
            links: LinkWaiters::default(),
            accounts: Cache::new(limits::ACCOUNTS_CACHED, age.clone()),
            permissions: Cache::new(limits::PERMISSIONS_CACHED, age),
            approvals: Cache::new(
                limits::APPROVALS_CACHED,
                Some(Age { clock: Arc::clone(&clock), max_ms }),
            ),
            suspensions: Cache::new(
                limits::APPROVALS_CACHED,
                Some(Age { clock: Arc::clone(&clock), max_ms }),
            ),
            terms: Cache::new(
                limits::APPROVALS_CACHED,
                Some(Age { clock: Arc::clone(&clock), max_ms }),
            ),
            // What never changes needs no age.
            parties: Cache::new(limits::PARTIES_CACHED, None),
            cluster: is_shared.then(|| Cluster::new(bus.clone())),
            domain_checks: Arc::new(Semaphore::new(limits::DOMAIN_CHECKS_MAX)),
            config,
            origin,
            clock,
            background: Mutex::default(),
            lock,
        });
        let distributor = distribute::Distributor {
            feeds: Arc::clone(&app.feeds),
            waiting: Arc::clone(&app.waiting),
            metrics: Arc::clone(&app.metrics),
            pushes: Arc::clone(&app.pushes),
            app: Arc::downgrade(&app),
            is_shared,
        };
        tokio::spawn(distributor.run(batches));
        app.keep(tokio::spawn(expire::run(Arc::downgrade(&app))));
        app.keep(tokio::spawn(book::run(Arc::downgrade(&app))));
        app.keep(tokio::spawn(review::run(Arc::downgrade(&app))));
        app.keep(tokio::spawn(recheck::run(Arc::downgrade(&app))));
        if app.config.push.enabled {
            app.keep(tokio::spawn(push::run(Arc::downgrade(&app), absent)));
        }
        if is_shared {
            app.keep(tokio::spawn(repair::run(Arc::downgrade(&app))));
        }
        if let Some((bus, options)) = bus.zip(nats) {
            let inbound = Arc::new(Inbound::new(&app));
            app.keep(tokio::spawn(bus.nats().clone().run(options, inbound)));
        }
        Ok(app)
    }

    /// Ends a task with the node.
    fn keep(&self, task: JoinHandle<()>) {
        self.background.lock().unwrap_or_else(PoisonError::into_inner).push(task);
    }

    /// Waits until the delivery store has written what it took, and closes it.
    ///
    /// # Errors
    /// Fails when the disk does.
    pub async fn shutdown(&self) -> Result<(), ServerError> {
        let background =
            std::mem::take(&mut *self.background.lock().unwrap_or_else(PoisonError::into_inner));
        for task in background {
            task.abort();
            if let Err(error) = task.await
                && error.is_panic()
            {
                tracing::error!(%error, "a background task ended with a panic");
            }
        }
        self.delivery.shutdown().await?;
        let what = "the data directory can't be released";
        self.lock.unlock().map_err(|source| ServerError::File { what, source })
    }

    /// The configuration.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// The origin that session proofs and consents are made for.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The server's public key, as the hello names it.
    #[must_use]
    pub fn server_key(&self) -> [u8; 32] {
        self.keys.public()
    }

    /// The counters.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Refuses what would need space when the disk has less than its reserve: what is under way needs
    /// that, and what gives space or takes rights away goes on.
    pub(crate) fn require_space(&self) -> Result<(), ServerError> {
        let free = tresen_store::delivery::free_space(&self.config.data_dir);
        if free.is_some_and(|free| free < self.config.retention.disk_reserve_bytes) {
            Err(refused(ErrorCode::StorageFull, "the disk is full"))
        } else {
            Ok(())
        }
    }

    /// What this node knows of others; none when nobody shares its store.
    pub(crate) const fn cluster(&self) -> Option<&Cluster> {
        self.cluster.as_ref()
    }

    /// Tells the other nodes, if there are any.
    pub(crate) fn tell(&self, notice: &Notice) {
        if let Some(cluster) = &self.cluster {
            cluster.tell(notice);
        }
    }

    /// How the bus is, for a node that has one.
    pub(crate) fn bus_gauges(&self) -> Option<BusGauges> {
        let nats = self.cluster.as_ref()?.bus.as_ref()?.nats();
        Some(BusGauges { is_up: nats.is_up(), connects: nats.connects(), lost: nats.lost() })
    }

    /// The connections.
    #[must_use]
    pub const fn registry(&self) -> &Registry {
        &self.registry
    }
}

/// Opens the secrets that the configuration names.
pub(crate) fn open_keys(config: &Config) -> Result<ServerKeys, ServerError> {
    match &config.server_key_file {
        // Nodes that made their own would not be one server.
        Some(path) => ServerKeys::open(path, config.bus.is_none()),
        None => ServerKeys::open(&config.data_dir.join(keys::FILE_NAME), true),
    }
}

fn new_bus(keys: &ServerKeys) -> Result<Bus, ServerError> {
    let mut node = [0; 8];
    getrandom::fill(&mut node).map_err(|_no_source| ServerError::Randomness)?;
    Ok(Bus::new(node, NoticeSeal::new(keys.nodes()), Nats::new()))
}

/// 32 random bytes that nobody else may know.
pub(crate) fn random_secret() -> Result<Zeroizing<[u8; 32]>, ServerError> {
    let mut secret = Zeroizing::new([0; 32]);
    getrandom::fill(secret.as_mut_slice()).map_err(|_no_source| ServerError::Randomness)?;
    Ok(secret)
}

pub(crate) fn make_private_directory(path: &Path) -> Result<(), ServerError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .map_err(|source| ServerError::File { what: "the data directory can't be made", source })
}

/// Keeps other processes away from a data directory, until the file is dropped.
pub(crate) fn lock(data_dir: &Path) -> Result<File, ServerError> {
    let file = File::create(data_dir.join(LOCK_FILE))
        .map_err(|source| ServerError::File { what: "the lock file can't be made", source })?;
    file.try_lock().map_err(|error| ServerError::File {
        what: "another process uses the data directory",
        source: error.into(),
    })?;
    Ok(file)
}
