//! Everything that the operations share: stores, keys, connections, limits, caches.
//!
//! The data directory, which belongs to one node at a time:
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

use tokio::{sync::mpsc, task::JoinHandle};
use tresen_proto::ErrorCode;
use tresen_store::{
    BlobStore, ControlStore, DeliveryOptions, DeliveryStore, EmbeddedDelivery, SharedClock,
};
use tresen_types::{AccountId, ConversationId, Timestamp};
use zeroize::Zeroizing;

pub(crate) mod cache;
pub(crate) mod keys;

use cache::Cache;
use keys::ServerKeys;

use crate::{
    ServerError,
    account::devices::AccountDevices,
    cluster::local::Registry,
    config::Config,
    consent::check::Permission,
    delivery::{parties::Parties, seal::ReceiptSealer},
    error::refused,
    limits,
    limits::RateTable,
    link::mailboxes::LinkMailboxes,
    mailbox::{
        Feeds,
        distribute::{self, BatchForwarder, WaitingReplies},
        expire,
    },
    metrics::Metrics,
    session::Tickets,
};

const LOCK_FILE: &str = "lock";
pub(crate) const CONTROL_FILE: &str = "control.sqlite";
/// Where in the data folder conversations and mailboxes lie.
pub const DELIVERY_DIRECTORY: &str = "delivery";
const BLOB_DIRECTORY: &str = "blobs";

/// Everything that the operations share.
pub struct App {
    config: Config,
    origin: String,
    clock: SharedClock,
    metrics: Arc<Metrics>,
    registry: Registry,
    pub(crate) keys: Arc<ServerKeys>,
    pub(crate) control: ControlStore,
    pub(crate) delivery: Arc<dyn DeliveryStore>,
    pub(crate) blobs: BlobStore,
    pub(crate) rates: RateTable,
    pub(crate) feeds: Arc<Feeds>,
    pub(crate) waiting: Arc<WaitingReplies>,
    pub(crate) tickets: Arc<Tickets>,
    pub(crate) links: LinkMailboxes,
    pub(crate) accounts: Cache<AccountId, Arc<AccountDevices>>,
    pub(crate) permissions: Cache<(AccountId, AccountId), Permission>,
    pub(crate) parties: Cache<ConversationId, Arc<Parties>>,
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
    /// Opens the data directory and starts what runs in the background. Needs a tokio runtime; opening
    /// a large store blocks for a while.
    ///
    /// # Errors
    /// Fails when another process has the data directory, or a store can't be opened.
    pub fn open(
        config: Config,
        origin: String,
        clock: SharedClock,
    ) -> Result<Arc<Self>, ServerError> {
        let data_dir = config.data_dir.clone();
        make_private_directory(&data_dir)?;
        let lock = lock(&data_dir)?;
        let keys = Arc::new(ServerKeys::open(&data_dir)?);
        let (forward, batches) = mpsc::unbounded_channel();
        let options = DeliveryOptions {
            sealer: Arc::new(ReceiptSealer::new(Arc::clone(&keys))),
            listener: Arc::new(BatchForwarder::new(forward)),
            disk_reserve_bytes: config.retention.disk_reserve_bytes,
            acknowledge_before_write: config.testing.acknowledge_before_write,
            ..DeliveryOptions::new(Arc::clone(&clock))
        };
        let delivery = EmbeddedDelivery::open(&data_dir.join(DELIVERY_DIRECTORY), options)?;
        let app = Arc::new(Self {
            keys,
            control: ControlStore::open(&data_dir.join(CONTROL_FILE))?,
            delivery: Arc::new(delivery),
            blobs: BlobStore::open(&data_dir.join(BLOB_DIRECTORY))?,
            rates: RateTable::new(config.rates.clone()),
            registry: Registry::new(),
            metrics: Arc::new(Metrics::default()),
            feeds: Arc::new(Feeds::default()),
            waiting: Arc::new(WaitingReplies::default()),
            tickets: Arc::new(Tickets::default()),
            links: LinkMailboxes::default(),
            accounts: Cache::new(limits::ACCOUNTS_CACHED),
            permissions: Cache::new(limits::PERMISSIONS_CACHED),
            parties: Cache::new(limits::PARTIES_CACHED),
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
        };
        tokio::spawn(distributor.run(batches));
        let expiry = tokio::spawn(expire::run(Arc::downgrade(&app)));
        app.background.lock().unwrap_or_else(PoisonError::into_inner).push(expiry);
        Ok(app)
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

    /// The connections.
    #[must_use]
    pub const fn registry(&self) -> &Registry {
        &self.registry
    }
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

fn lock(data_dir: &Path) -> Result<File, ServerError> {
    let file = File::create(data_dir.join(LOCK_FILE))
        .map_err(|source| ServerError::File { what: "the lock file can't be made", source })?;
    file.try_lock().map_err(|error| ServerError::File {
        what: "another process uses the data directory",
        source: error.into(),
    })?;
    Ok(file)
}
