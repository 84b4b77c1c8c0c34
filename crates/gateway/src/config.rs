//! What the gateway is told when it starts.

use std::{
    fmt,
    net::SocketAddr,
    path::PathBuf,
    rc::Rc,
    sync::{Arc, atomic::AtomicI64},
    time::Duration,
};

use tresen_client::Trust;

use crate::{
    clock::{Clock, system_clock},
    limits::{
        BODY_MS_MAX, MESSAGES_PER_SECOND, PAIR_BURST, WEBHOOK_DELIVERY_MS_MAX, WEBHOOK_PAUSE_MS_MIN,
    },
};

/// What goes wrong with a webhook because somebody wants to see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookFault {
    /// It doesn't arrive; it is brought again later.
    Drop,
    /// It arrives later.
    Slow(Duration),
    /// It arrives twice.
    Double,
}

/// What goes wrong with a call because somebody wants to see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallFault {
    /// It is answered with this status.
    Status(u16),
    /// It is answered later.
    Slow(Duration),
    /// It isn't answered, and not done.
    Drop,
    /// It is done, and not answered.
    Double,
}

/// Faults that the sandbox puts in.
pub trait Faults {
    /// What goes wrong with the next call of a path.
    fn of_call(&self, path: &str) -> Option<CallFault>;
    /// What goes wrong with the next webhook.
    fn of_webhook(&self) -> Option<WebhookFault>;
}

/// What becomes of sends while the server can't be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenAway {
    /// They are kept, and go when it is back.
    #[default]
    Queue,
    /// They are refused at once with 131016, and nothing is kept.
    Refuse,
}

/// The files of the gateway's own TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate chain, PEM.
    pub certificate: PathBuf,
    /// The key, PEM.
    pub key: PathBuf,
}

/// How a gateway is started.
#[derive(Clone)]
pub struct GatewayConfig {
    /// The folder with account and store.
    pub folder: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// The gateway's own TLS; without it, it speaks HTTP.
    pub tls: Option<TlsFiles>,
    /// How programs reach the gateway; without it, at the address where it listens.
    pub public_url: Option<String>,
    /// Which certificates the server may have, and receivers of webhooks beside the web's.
    pub trust: Trust,
    /// Whether links of files, and receivers that are set over the API, may be on private addresses.
    pub has_private_reach: bool,
    /// What becomes of sends while the server can't be reached.
    pub when_away: WhenAway,
    /// Messages a second.
    pub messages_per_second: u32,
    /// Messages that one customer gets at once.
    pub pair_burst: u32,
    /// For a whole small body, in milliseconds.
    pub body_ms_max: u64,
    /// One delivery of a webhook, in milliseconds.
    pub webhook_ms_max: u64,
    /// First pause after a webhook wasn't taken, in milliseconds.
    pub webhook_pause_ms_min: i64,
    /// Added to this machine's clock by the account's device: the same that `clock` adds.
    pub clock_ahead_ms: Arc<AtomicI64>,
    /// Faults that the sandbox puts in.
    pub faults: Option<Rc<dyn Faults>>,
    /// Tells the time.
    pub clock: Clock,
}

impl GatewayConfig {
    /// A configuration with the defaults.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>, listen: SocketAddr) -> Self {
        Self {
            folder: folder.into(),
            listen,
            tls: None,
            public_url: None,
            trust: Trust::Web,
            has_private_reach: false,
            when_away: WhenAway::default(),
            messages_per_second: MESSAGES_PER_SECOND,
            pair_burst: PAIR_BURST,
            body_ms_max: BODY_MS_MAX,
            webhook_ms_max: WEBHOOK_DELIVERY_MS_MAX,
            webhook_pause_ms_min: WEBHOOK_PAUSE_MS_MIN,
            clock_ahead_ms: Arc::default(),
            faults: None,
            clock: system_clock(),
        }
    }
}

impl fmt::Debug for GatewayConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatewayConfig")
            .field("folder", &self.folder)
            .field("listen", &self.listen)
            .finish_non_exhaustive()
    }
}
