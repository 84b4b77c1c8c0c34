//! The configuration of a node: one typed struct, from a TOML file and `TRESEN_` variables.
//!
//! ```text
//! defaults ◀── file (TOML) ◀── environment
//! ```
//!
//! Every field has a default that works on the own machine. An unknown key is an error, in the file
//! and in the environment: a misspelt limit must not be silently absent. A key inside of a section
//! is joined by two underscores: `TRESEN_TLS__KEY_FILE`. Secrets are files that are referred to.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tresen_types::limits::{MAILBOX_DAYS, MEDIA_DAYS};

use crate::{cluster::nats::NatsAddress, connection::limits, limits::RateLimits};

/// Prefix of the environment variables.
pub const ENVIRONMENT_PREFIX: &str = "TRESEN_";
const SECTION_SEPARATOR: &str = "__";

/// The configuration of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// Where to listen; port 0 takes a free one. Default: `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// The public URL without a path, as browsers see it: `https://chat.example`. Session proofs and
    /// consents are made for it, so it must not change. Default: `http://localhost:PORT`, with
    /// `https` when TLS is on.
    pub origin: Option<String>,
    /// Further origins whose pages may open the WebSocket. Default: none.
    pub allowed_origins: Vec<String>,
    /// Where everything is stored. Default: `tresen-data` in the working directory.
    pub data_dir: PathBuf,
    /// The file with the server's own secrets; every node of an installation has the same. Default:
    /// `server.key` in the data directory, made at the first start.
    pub server_key_file: Option<PathBuf>,
    /// The database that all nodes share. Default: everything is in the data directory.
    pub database: Option<DatabaseConfig>,
    /// How the nodes on one database hear of each other. Default: this is the only node.
    pub bus: Option<BusConfig>,
    /// Where the bytes of blobs are: a directory, or `s3://BUCKET`. Default: `blobs` in the data
    /// directory.
    pub blobs: Option<String>,
    /// A file with the keys for S3: `aws_access_key_id = …` and `aws_secret_access_key = …`. Default:
    /// none.
    pub blob_credentials_file: Option<PathBuf>,
    /// A folder with the built web app, for binaries that have none built in. Default: none.
    pub web_dist: Option<PathBuf>,
    /// Threads that serve connections. Default: 1.
    pub workers: usize,
    /// Proxies whose `X-Forwarded-For` is believed. Default: none, the header is ignored.
    pub trusted_proxies: Vec<IpAddr>,
    /// TLS by certificate files. Default: off.
    pub tls: Option<TlsConfig>,
    /// Who may read the metrics.
    pub metrics: MetricsConfig,
    /// Limits of connections.
    pub connection: ConnectionConfig,
    /// How often things may be done.
    pub rates: RateLimits,
    /// What is kept, and for how long.
    pub retention: RetentionConfig,
    /// Who approves templates.
    pub templates: TemplatesConfig,
    /// How claims on domains are checked.
    pub domains: DomainsConfig,
    /// How devices that aren't connected are woken up.
    pub push: PushConfig,
    /// For tests of the tests.
    pub testing: TestingConfig,
}

/// TLS by certificate files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// The certificate chain, PEM.
    pub certificate_file: PathBuf,
    /// Its private key, PEM.
    pub key_file: PathBuf,
}

/// The database that all nodes share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// Where it is: `postgres://USER@HOST:PORT/NAME`.
    pub url: String,
}

/// How the nodes on one database hear of each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BusConfig {
    /// The NATS servers, each `nats://HOST:PORT` or `tls://HOST:PORT`.
    pub servers: Vec<NatsAddress>,
    /// A file with `USER:PASSWORD` or a token. Default: none.
    pub credentials_file: Option<PathBuf>,
    /// The certificates (PEM) that may sign for servers with `tls://`. Default: none.
    pub root_file: Option<PathBuf>,
}

impl DatabaseConfig {
    /// A database that needs no more than its URL.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self { url: url.to_owned() }
    }
}

impl BusConfig {
    /// A bus that needs no credentials.
    #[must_use]
    pub const fn new(servers: Vec<NatsAddress>) -> Self {
        Self { servers, credentials_file: None, root_file: None }
    }
}

/// Who may read the metrics.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetricsConfig {
    /// A file with the bearer token that a reader must bring. Default: none; then only readers on
    /// this machine are served.
    pub token_file: Option<PathBuf>,
}

/// Limits of connections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConnectionConfig {
    /// WebSocket connections at a time. Default: 100,000.
    pub connections_max: usize,
    /// WebSocket connections at a time from one network (/24 or /56). Default: 5,000; a mobile
    /// carrier puts many people behind one address.
    pub connections_per_prefix_max: usize,
    /// How long a client may take for its TLS handshake, and again for its HTTP head, in milliseconds.
    /// Default: 10,000.
    pub head_timeout_ms: u64,
    /// After how long without a byte a client is taken for gone, in milliseconds. Default: 120,000.
    pub idle_timeout_ms: u64,
    /// How long a connection may stand without a session, in milliseconds. Default: 600,000.
    pub anonymous_timeout_ms: u64,
    /// How long a client may take nothing of what waits for it, in milliseconds. Default: 30,000.
    pub write_timeout_ms: u64,
}

/// What is kept, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionConfig {
    /// Days that an entry waits in a mailbox. Default: 30.
    pub mailbox_days: i64,
    /// Days that media stays. Default: 30.
    pub media_days: i64,
    /// Bytes of blobs that a person's account may have. Default: 5 GiB.
    pub person_blob_bytes: u64,
    /// Bytes of blobs that a business's account may have. Default: 50 GiB.
    pub business_blob_bytes: u64,
    /// Free space on the disk below which nothing new is taken, in bytes. Default: 64 MiB.
    pub disk_reserve_bytes: u64,
}

/// Who approves templates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TemplatesConfig {
    /// Whether a business may approve its templates by itself: for a server of one business, or of
    /// businesses that the operator knows. What the operator has rejected or paused stays so.
    /// Default: off, the operator reviews them.
    pub self_approval: bool,
}

/// How claims on domains are checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DomainsConfig {
    /// The resolver that is asked, with its port. Default: the first of `/etc/resolv.conf`.
    pub resolver: Option<SocketAddr>,
    /// Whether a domain may lead to an address of the own network: for a company's network, where
    /// all domains are the operator's. Default: off, or anybody could have the server knock there.
    pub private_addresses: bool,
    /// The port of web servers. Default: 443.
    pub https_port: u16,
    /// A file with the authorities (PEM) that may sign for web servers. Default: those that browsers
    /// trust.
    pub authorities_file: Option<PathBuf>,
}

impl Default for DomainsConfig {
    fn default() -> Self {
        Self { resolver: None, private_addresses: false, https_port: 443, authorities_file: None }
    }
}

/// How devices that aren't connected are woken up (Web Push). Names are looked up, and certificates
/// checked, as `domains` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PushConfig {
    /// Whether they are. Default: on.
    pub enabled: bool,
    /// Where a push service reaches the operator: `mailto:` or `https://`. Default: the server's origin.
    pub contact: Option<String>,
    /// Origins of push services in the own network, `https://push.intern:8443`, or `http://` for tests;
    /// all others are public and speak HTTPS on port 443. Default: none.
    pub allowed_origins: Vec<String>,
}

impl Default for PushConfig {
    fn default() -> Self {
        Self { enabled: true, contact: None, allowed_origins: Vec::new() }
    }
}

/// For tests of the tests. Never set these on a server that people use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TestingConfig {
    /// Answers *accepted* before the write, so that a kill test can be seen to fail. Default: off.
    pub acknowledge_before_write: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            origin: None,
            allowed_origins: Vec::new(),
            data_dir: PathBuf::from("tresen-data"),
            server_key_file: None,
            database: None,
            bus: None,
            blobs: None,
            blob_credentials_file: None,
            web_dist: None,
            workers: 1,
            trusted_proxies: Vec::new(),
            tls: None,
            metrics: MetricsConfig::default(),
            connection: ConnectionConfig::default(),
            rates: RateLimits::default(),
            retention: RetentionConfig::default(),
            templates: TemplatesConfig::default(),
            domains: DomainsConfig::default(),
            push: PushConfig::default(),
            testing: TestingConfig::default(),
        }
    }
}

impl Default for ConnectionConfig {
    fn default() -> Self {
        Self {
            connections_max: 100_000,
            connections_per_prefix_max: 5_000,
            head_timeout_ms: 10_000,
            idle_timeout_ms: 120_000,
            anonymous_timeout_ms: 600_000,
            write_timeout_ms: 30_000,
        }
    }
}

impl Default for RetentionConfig {
    fn default() -> Self {
        Self {
            mailbox_days: MAILBOX_DAYS,
            media_days: MEDIA_DAYS,
            person_blob_bytes: 5 << 30,
            business_blob_bytes: 50 << 30,
            disk_reserve_bytes: 64 << 20,
        }
    }
}

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file can't be read.
    #[error("the configuration file can't be read")]
    Unreadable(#[from] std::io::Error),
    /// Not TOML, an unknown key, or a value of the wrong kind. The text names the key.
    #[error("the configuration isn't valid: {0}")]
    Invalid(String),
}

impl Config {
    /// Reads the configuration from a file, if one is given, and from the process's environment.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let text = file.map(std::fs::read_to_string).transpose()?.unwrap_or_default();
        Self::from_sources(&text, std::env::vars())
    }

    /// Reads the configuration from the text of a file and from variables.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`].
    pub fn from_sources(
        text: &str,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut table: toml::Table = toml::from_str(text)?;
        for (name, value) in variables {
            if let Some(key) = name.strip_prefix(ENVIRONMENT_PREFIX) {
                let key = key.to_ascii_lowercase();
                let path: Vec<&str> = key.split(SECTION_SEPARATOR).collect();
                insert(&mut table, &path, &value)
                    .ok_or_else(|| ConfigError::Invalid(format!("{name} is no section")))?;
            }
        }
        let config: Self = table.try_into()?;
        config.check()?;
        Ok(config)
    }

    /// The public URL: the configured one, or localhost with the port that is listened on.
    #[must_use]
    pub fn origin_at(&self, local: SocketAddr) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        self.origin.clone().unwrap_or_else(|| format!("{scheme}://localhost:{}", local.port()))
    }

    /// Refuses what makes no sense together. Call it after changing something.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] says what.
    pub fn check(&self) -> Result<(), ConfigError> {
        let is_origin = |origin: &String| {
            origin
                .strip_prefix("https://")
                .or_else(|| origin.strip_prefix("http://"))
                .is_some_and(|host| !host.is_empty() && !host.contains('/'))
        };
        let origins = self.origin.iter().chain(&self.allowed_origins);
        if !origins.chain(&self.push.allowed_origins).all(is_origin) {
            let what = "an origin is http:// or https:// and a host, without a slash at its end";
            return Err(ConfigError::Invalid(what.to_owned()));
        }
        let is_contact = |it: &String| it.starts_with("mailto:") || it.starts_with("https://");
        if !self.push.contact.iter().all(is_contact) {
            let what = "push.contact begins with mailto: or https://";
            return Err(ConfigError::Invalid(what.to_owned()));
        }
        if self.workers == 0 || self.connection.write_timeout_ms == 0 {
            return Err(ConfigError::Invalid("workers and time-outs are at least 1".to_owned()));
        }
        match self.senseless_cluster() {
            Some(what) => Err(ConfigError::Invalid(what.to_owned())),
            None => Ok(()),
        }
    }

    /// What several nodes can't work with.
    fn senseless_cluster(&self) -> Option<&'static str> {
        let is_postgres = |it: &DatabaseConfig| {
            it.url.starts_with("postgres://") || it.url.starts_with("postgresql://")
        };
        if !self.database.as_ref().is_none_or(is_postgres) {
            return Some("the database is postgres://USER@HOST:PORT/NAME");
        }
        if self.blobs.as_deref().is_some_and(|it| it.is_empty() || it == "s3://") {
            return Some("blobs is a directory or s3://BUCKET");
        }
        let bus = self.bus.as_ref()?;
        let has_tls = bus.servers.iter().any(NatsAddress::is_tls);
        if bus.servers.is_empty() {
            Some("bus.servers names no server")
        } else if self.database.is_none() {
            Some("a bus connects nodes on one database: set database.url, or leave the bus out")
        } else if self.server_key_file.is_none() {
            Some(
                "nodes on a bus need the same secrets: set server_key_file to a file that \
                 `tresen admin server-key` made once for all",
            )
        } else if self.origin.is_none() {
            Some("nodes on a bus are one server for browsers: set origin")
        } else if self.blobs.is_none() {
            Some(
                "nodes on a bus need one place for blobs: set blobs to s3://BUCKET or a shared folder",
            )
        } else if has_tls != bus.root_file.is_some() {
            Some("bus.root_file is for servers with tls://, and they need it")
        } else {
            None
        }
    }
}

impl ConnectionConfig {
    /// How long a handshake may take.
    pub(crate) const fn head_timeout(&self) -> Duration {
        Duration::from_millis(self.head_timeout_ms)
    }

    /// How often a connection looks at its clock.
    pub(crate) fn tick(&self) -> Duration {
        let shortest_ms =
            self.write_timeout_ms.min(self.idle_timeout_ms).min(self.anonymous_timeout_ms);
        Duration::from_millis((shortest_ms / u64::from(limits::STALLED_TICKS_MAX)).max(1))
    }

    /// Ticks until a silent client is taken for gone.
    pub(crate) fn idle_ticks(&self) -> u16 {
        self.ticks(self.idle_timeout_ms)
    }

    /// Ticks until a connection needs a session.
    pub(crate) fn anonymous_ticks(&self) -> u16 {
        self.ticks(self.anonymous_timeout_ms)
    }

    fn ticks(&self, timeout_ms: u64) -> u16 {
        let tick_ms = u64::try_from(self.tick().as_millis()).unwrap_or(u64::MAX);
        u16::try_from(timeout_ms / tick_ms).unwrap_or(u16::MAX)
    }
}

impl From<toml::de::Error> for ConfigError {
    fn from(error: toml::de::Error) -> Self {
        Self::Invalid(error.message().to_owned())
    }
}

/// Puts a variable's value at its place; what isn't a TOML value is a string.
fn insert(table: &mut toml::Table, path: &[&str], value: &str) -> Option<()> {
    let (last, sections) = path.split_last()?;
    let mut table = table;
    for section in sections {
        let empty = toml::Value::Table(toml::Table::new());
        table = table.entry((*section).to_owned()).or_insert(empty).as_table_mut()?;
    }
    let parsed = toml::from_str::<toml::Table>(&format!("value = {value}"))
        .ok()
        .and_then(|mut parsed| parsed.remove("value"));
    let value = parsed.unwrap_or_else(|| toml::Value::String(value.to_owned()));
    table.insert((*last).to_owned(), value);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn nothing_at_all_is_a_working_configuration() {
        let config = Config::from_sources("", []).unwrap();
        assert_eq!(config, Config::default());
        assert_eq!(config.origin_at(config.listen), "http://localhost:8080");
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let text = "listen = '127.0.0.1:1'\n[connection]\nconnections_max = 5";
        let environment = variables(&[
            ("TRESEN_LISTEN", "[::]:443"),
            ("TRESEN_CONNECTION__CONNECTIONS_MAX", "7"),
            ("TRESEN_TLS__CERTIFICATE_FILE", "/etc/cert.pem"),
            ("TRESEN_TLS__KEY_FILE", "/etc/key.pem"),
            ("TRESEN_ALLOWED_ORIGINS", "['https://a.example']"),
            ("HOME", "/root"),
        ]);
        let config = Config::from_sources(text, environment).unwrap();
        assert_eq!(config.listen.port(), 443);
        assert_eq!(config.connection.connections_max, 7);
        assert_eq!(config.tls.as_ref().unwrap().key_file, Path::new("/etc/key.pem"));
        assert_eq!(config.allowed_origins, ["https://a.example"]);
        assert_eq!(config.origin_at(config.listen), "https://localhost:443");
    }

    #[test]
    fn what_is_unknown_or_senseless_is_an_error() {
        for text in [
            "lisen = '127.0.0.1:1'",
            "[connection]\nmax = 1",
            "[tls]\nkey_file = 'a'",
            "workers = 0",
            "origin = 'https://a.example/'",
            "origin = 'a.example'",
            "listen = 5",
        ] {
            assert!(Config::from_sources(text, []).is_err(), "{text}");
        }
        for name in ["TRESEN_LISEN", "TRESEN_LISTEN__PORT", "TRESEN_TESTING__X"] {
            assert!(Config::from_sources("", variables(&[(name, "1")])).is_err(), "{name}");
        }
    }

    const NODE: &str = "server_key_file = '/etc/server.key'\norigin = 'https://a.example'\n\
        blobs = 's3://media'\n[database]\nurl = 'postgres://db/tresen'\n\
        [bus]\nservers = ['nats://bus:4222']\n";

    #[test]
    fn a_node_of_several_needs_what_all_of_them_have() {
        let config = Config::from_sources(NODE, []).unwrap();
        assert_eq!(config.bus.unwrap().servers.len(), 1);
        for (missing, word) in [
            ("server_key_file = '/etc/server.key'\n", "server_key_file"),
            ("origin = 'https://a.example'\n", "origin"),
            ("blobs = 's3://media'\n", "blobs"),
            ("[database]\nurl = 'postgres://db/tresen'\n", "database"),
            ("'nats://bus:4222'", "servers"),
        ] {
            let text = NODE.replacen(missing, "", 1);
            let error = Config::from_sources(&text, []).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
        for (good, wrong) in [
            ("postgres://db/tresen", "mysql://db/tresen"),
            ("nats://bus:4222", "tls://bus:4222"),
            ("nats://bus:4222", "nats://user:secret@bus:4222"),
            ("s3://media", "s3://"),
        ] {
            let error = Config::from_sources(&NODE.replacen(good, wrong, 1), []).unwrap_err();
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[test]
    fn ticks_follow_the_shortest_time_out() {
        let config = ConnectionConfig::default();
        assert_eq!(config.tick(), Duration::from_secs(15));
        assert_eq!((config.idle_ticks(), config.anonymous_ticks()), (8, 40));
    }
}
