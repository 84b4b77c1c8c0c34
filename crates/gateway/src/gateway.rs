//! A running gateway: the SDK, the gateway's store, the API and the webhooks, on one thread.
//!
//! ```text
//! spawn ─▶ store and account open ─▶ intake: SDK ─▶ queue ─▶ deliver ─▶ receiver
//!                                 ─▶ http: programs ─▶ api ─▶ SDK
//! ```

use std::{cell::RefCell, collections::BTreeMap, fmt, net::SocketAddr, rc::Rc, sync::Arc};

use tokio::{
    net::TcpListener,
    sync::{Notify, Semaphore, watch},
    task::JoinHandle,
};
use tresen_client::{Client, ClientConfig, StoreLocation};
use tresen_types::{AccountKind, ConversationId, DeviceId, MessageId, Timestamp};
use tresen_view::{AccountView, Answer, Command, Connection, DeviceView, ProfileDraft, Role};
use zeroize::Zeroizing;

use crate::{
    api_error::ApiError,
    config::GatewayConfig,
    error::{Error, Result},
    hosted,
    http::{self, tls},
    ids::BusinessIds,
    intake,
    limits::{FETCHES_AT_ONCE, MANAGEMENT_BURST, MANAGEMENT_INTERVAL_MS, PAIR_INTERVAL_MS},
    link::ACCOUNT_FILE,
    metrics::Metrics,
    outbound::{Outbound, Reach},
    rate::Rate,
    settings::Settings,
    standing::Standing,
    store::Store,
    templates::Templates,
    watch::{look, run as watch_account},
    webhook::deliver::{self, Deliveries},
};

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_MILLI: i64 = 1_000;

/// What all parts share.
pub(crate) struct Gateway {
    pub(crate) config: GatewayConfig,
    /// The server that the account is on.
    pub(crate) origin: String,
    pub(crate) ids: BusinessIds,
    pub(crate) device: DeviceId,
    /// Messages from before this device was there aren't told.
    pub(crate) since: Timestamp,
    pub(crate) app_secret: Zeroizing<String>,
    pub(crate) client: Client,
    pub(crate) store: Store,
    pub(crate) outbound: Outbound,
    pub(crate) metrics: Metrics,
    pub(crate) rates: RefCell<Rates>,
    pub(crate) deliveries: Deliveries,
    pub(crate) templates: Templates,
    /// How the business stands, once it is known.
    pub(crate) standing: RefCell<Option<Standing>>,
    /// Places for fetching files by their links.
    pub(crate) fetches: Semaphore,
    /// Something may have been decided about a template.
    pub(crate) look: Notify,
    /// Somebody new can be written to.
    pub(crate) met: Notify,
    /// Which typing indicator of a conversation is the newest.
    pub(crate) typing: RefCell<BTreeMap<ConversationId, u64>>,
    /// What programs have switched on.
    pub(crate) settings: RefCell<Settings>,
    /// The profile as it was seen last.
    pub(crate) profile: RefCell<ProfileDraft>,
    role: Option<Role>,
}

/// How often what may happen.
#[derive(Debug)]
pub(crate) struct Rates {
    pub(crate) messages: Rate,
    pub(crate) pair: Rate,
    pub(crate) management: Rate,
}

impl Rates {
    fn new(messages_per_second: u32, pair_burst: u32) -> Self {
        let per_second = messages_per_second.max(1);
        Self {
            messages: Rate::new(per_second, MICROS_PER_SECOND / i64::from(per_second)),
            pair: Rate::new(pair_burst, PAIR_INTERVAL_MS * MICROS_PER_MILLI),
            management: Rate::new(MANAGEMENT_BURST, MANAGEMENT_INTERVAL_MS * MICROS_PER_MILLI),
        }
    }
}

impl Gateway {
    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        (self.config.clock)()
    }

    /// The business's name.
    pub(crate) fn name(&self) -> String {
        self.profile.borrow().name.clone()
    }

    /// Changes what programs have switched on, and keeps it.
    pub(crate) fn change_settings(&self, change: impl FnOnce(&mut Settings)) -> Result<()> {
        let mut settings = self.settings.borrow().clone();
        change(&mut settings);
        self.store.write(|tx| settings.write(tx))?;
        *self.settings.borrow_mut() = settings;
        Ok(())
    }

    /// Whether this device may do what owners do.
    pub(crate) fn is_owner(&self) -> bool {
        self.role == Some(Role::Owner)
    }

    /// Whether the account is in step with the server.
    pub(crate) fn is_live(&self) -> bool {
        self.client.connection() == Connection::Live
    }

    /// Where what programs name may be.
    pub(crate) const fn reach(&self) -> Reach {
        if self.config.has_private_reach { Reach::Anywhere } else { Reach::Public }
    }
}

/// A running gateway. Dropping it doesn't stop it: call [`GatewayHandle::shutdown`].
pub struct GatewayHandle {
    /// Where it listens.
    pub local_addr: SocketAddr,
    /// Where programs reach it.
    pub url: String,
    /// The API's ids.
    pub ids: BusinessIds,
    gateway: Rc<Gateway>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl fmt::Debug for GatewayHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatewayHandle")
            .field("local_addr", &self.local_addr)
            .finish_non_exhaustive()
    }
}

/// Starts a gateway on this thread, inside tokio's `LocalSet`.
///
/// # Errors
/// When the folder isn't linked yet or is open elsewhere, or the address is taken.
pub async fn spawn(mut config: GatewayConfig) -> Result<GatewayHandle> {
    let store = Store::open_to_serve(&config.folder)?;
    let Some(origin) = store.read(|tx| tx.meta("origin"))? else { return Err(Error::NotLinked) };
    let Some(app_secret) = store.read(|tx| tx.meta("app_secret"))? else {
        return Err(Error::NotLinked);
    };
    let outbound = Outbound::new(&config.trust)?;
    let listener = TcpListener::bind(config.listen).await.map_err(not_listening)?;
    let local_addr = listener.local_addr().map_err(not_listening)?;
    let location = StoreLocation::File(config.folder.join(ACCOUNT_FILE));
    let trust = config.trust.clone();
    let client = Client::open(ClientConfig {
        trust,
        clock_ahead_ms: Arc::clone(&config.clock_ahead_ms),
        ..ClientConfig::new(origin.clone(), location)
    })
    .await?;
    // From the first moment on: what is sent again after a restart is told too.
    let events = client.events();
    let account = business_account(&client).await?.ok_or(Error::NotLinked)?;
    let since = linked_at(&client).await?;
    let tls = config.tls.as_ref().map(tls::acceptor).transpose()?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let url = config.public_url.clone().unwrap_or_else(|| format!("{scheme}://{local_addr}"));
    config.public_url = Some(url.clone());
    let ids = BusinessIds::of(account.account);
    let settings = store.read(Settings::read)?;
    let name = account.business_name.clone();
    let profile = match client.call(Command::OwnProfile).await {
        Ok(Answer::Profile(known)) => known.profile,
        // Not published yet, or not fetched: it is looked at again.
        Ok(_) | Err(_) => ProfileDraft { name, ..ProfileDraft::default() },
    };
    let gateway = Rc::new(Gateway {
        origin,
        ids: ids.clone(),
        device: account.device,
        since,
        app_secret: Zeroizing::new(app_secret),
        client,
        store,
        outbound,
        metrics: Metrics::default(),
        rates: RefCell::new(Rates::new(config.messages_per_second, config.pair_burst)),
        deliveries: Deliveries::default(),
        templates: Templates::default(),
        standing: RefCell::default(),
        fetches: Semaphore::new(FETCHES_AT_ONCE),
        look: Notify::new(),
        met: Notify::new(),
        typing: RefCell::default(),
        settings: RefCell::new(settings),
        profile: RefCell::new(profile),
        role: account.role,
        config,
    });
    deliver::resume(&gateway)?;
    let (stop, stopped) = watch::channel(false);
    let tasks = vec![
        tokio::task::spawn_local(intake::run(Rc::clone(&gateway), events, stopped.clone())),
        tokio::task::spawn_local(watch_account(Rc::clone(&gateway), stopped.clone())),
        tokio::task::spawn_local(deliver::run(Rc::clone(&gateway), stopped.clone())),
        tokio::task::spawn_local(hosted::run(Rc::clone(&gateway), stopped.clone())),
        tokio::task::spawn_local(http::accept(Rc::clone(&gateway), listener, tls, stopped)),
    ];
    tracing::info!(%local_addr, "the gateway listens");
    Ok(GatewayHandle { local_addr, url, ids, gateway, stop, tasks })
}

/// The business's account in an opened store, if there is one.
pub(crate) async fn business_account(client: &Client) -> Result<Option<AccountView>> {
    let Answer::Account(account) = client.call(Command::Account).await? else {
        return Err(Error::unexpected());
    };
    match account {
        Some(account) if account.kind == AccountKind::Business => Ok(Some(account)),
        Some(_person) => Err(Error::Invalid("this folder has a person's account")),
        None => Ok(None),
    }
}

/// Since when this device belongs to the business.
async fn linked_at(client: &Client) -> Result<Timestamp> {
    let Answer::Devices(devices) = client.call(Command::Devices).await? else {
        return Err(Error::unexpected());
    };
    let own = devices.into_iter().find(|device: &DeviceView| device.is_this);
    Ok(own.map_or(Timestamp::from_millis(0), |device| device.added_at))
}

fn not_listening(source: std::io::Error) -> Error {
    Error::File { what: "the address can't be listened on", source }
}

impl GatewayHandle {
    /// Waits until a customer can be written to.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn until_customer(&self, wa_id: &str) -> Result<()> {
        loop {
            let met = self.gateway.met.notified();
            if self.gateway.store.read(|tx| tx.customer_by_wa_id(wa_id))?.is_some() {
                return Ok(());
            }
            met.await;
        }
    }

    /// The SDK's id of a message that the API names.
    ///
    /// # Errors
    /// When the store fails.
    pub fn message(&self, wamid: &str) -> Result<Option<MessageId>> {
        Ok(self.gateway.store.read(|tx| tx.message(wamid))?.map(|known| known.id))
    }

    /// What a reading call answers, without a socket and a token: for the process that runs the
    /// gateway.
    ///
    /// # Errors
    /// What the call would be refused with.
    pub async fn read(&self, path: &str) -> Result<serde_json::Value, ApiError> {
        http::router::read(Rc::clone(&self.gateway), path).await
    }

    /// The clock was advanced: what waited for its time looks again.
    pub fn clock_moved(&self) {
        self.gateway.deliveries.look_again();
    }

    /// Somebody decided about a template: what is remembered of them counts no more.
    pub fn templates_changed(&self) {
        self.gateway.templates.forget();
        self.gateway.look.notify_waiters();
    }

    /// Looks now at what became of the account, and tells what is new.
    ///
    /// # Errors
    /// When the server can't be reached, or the store fails.
    pub async fn look(&self) -> Result<()> {
        look(&self.gateway).await
    }

    /// Stops: no new calls, those that run may end, the stores are closed. What waits is kept.
    pub async fn shutdown(self) {
        let Self { gateway, stop, tasks, .. } = self;
        stop.send_replace(true);
        for task in tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task ended with a panic");
            }
        }
        gateway.client.clone().close().await;
    }
}
