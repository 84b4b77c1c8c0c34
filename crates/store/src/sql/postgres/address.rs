//! Where the database is, and how a connection to it is made.
//!
//! The URL is PostgreSQL's own: `postgres://user:password@host:port/name?parameter=value`, with several
//! hosts separated by commas. Two parameters mean something of their own here: `sslmode` is `disable`
//! (the default), or `require` or `verify-full`, which both check the certificate and its name;
//! `sslrootcert` is a file with the authorities to trust in place of the public ones. A connection
//! goes to the first host that answers and takes writes, beginning with the one that did last time.

use std::{
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
};

use tokio::time::timeout;
use tokio_postgres::{
    Client, Config, NoTls,
    config::{SslMode, TargetSessionAttrs},
};

use super::{failure, tls::Connector};
use crate::{ErrorKind, StoreError, limits};

/// An address with its credentials.
pub(crate) struct Address {
    /// One for each host.
    configs: Vec<Config>,
    /// The host that took the last connection.
    preferred: AtomicUsize,
    /// None for a connection in the clear.
    tls: Option<Connector>,
}

const UNUSABLE: StoreError =
    StoreError::new(ErrorKind::Io, "the database's URL isn't one of PostgreSQL");

impl Address {
    /// Reads a URL.
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        let (base, parameters) = url.split_once('?').unwrap_or((url, ""));
        let mut passed_on = Vec::new();
        let mut is_encrypted = false;
        let mut authorities = None;
        for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
            match parameter.split_once('=') {
                Some(("sslmode", "disable")) => is_encrypted = false,
                Some(("sslmode", "require" | "verify-full")) => is_encrypted = true,
                Some(("sslmode", _other)) => {
                    return Err(StoreError::new(
                        ErrorKind::Io,
                        "sslmode of the database is disable, require or verify-full",
                    ));
                }
                Some(("sslrootcert", file)) => authorities = Some(PathBuf::from(file)),
                _ => passed_on.push(parameter),
            }
        }
        let configs = one_url_per_host(base)?
            .iter()
            .map(|base| configure(&format!("{base}?{}", passed_on.join("&")), is_encrypted))
            .collect::<Result<_, _>>()?;
        let tls = if is_encrypted { Some(Connector::new(authorities.as_deref())?) } else { None };
        Ok(Self { configs, preferred: AtomicUsize::new(0), tls })
    }

    /// Connects; the connection lives on the runtime that this is called on.
    pub(crate) async fn connect(&self) -> Result<Client, StoreError> {
        let preferred = self.preferred.load(Ordering::Relaxed);
        let mut error = failure::unavailable();
        for host in (preferred..self.configs.len()).chain(0..preferred) {
            let Some(config) = self.configs.get(host) else { continue };
            match timeout(limits::POSTGRES_CONNECT_WAIT, self.connect_to(config)).await {
                Ok(Ok(client)) => {
                    self.preferred.store(host, Ordering::Relaxed);
                    return Ok(client);
                }
                Ok(Err(refused)) => error = failure::connecting(&refused),
                Err(_elapsed) => {}
            }
        }
        Err(error)
    }

    async fn connect_to(&self, config: &Config) -> Result<Client, tokio_postgres::Error> {
        match &self.tls {
            None => {
                let (client, connection) = config.connect(NoTls).await?;
                tokio::spawn(drive(connection));
                Ok(client)
            }
            Some(tls) => {
                let (client, connection) = config.connect(tls.clone()).await?;
                tokio::spawn(drive(connection));
                Ok(client)
            }
        }
    }
}

fn configure(url: &str, is_encrypted: bool) -> Result<Config, StoreError> {
    let mut config: Config = url.parse().map_err(|_unusable| UNUSABLE)?;
    if config.get_hosts().is_empty() {
        return Err(UNUSABLE);
    }
    config
        .application_name("tresen")
        .tcp_user_timeout(limits::POSTGRES_ANSWER_WAIT)
        .keepalives_idle(limits::POSTGRES_ANSWER_WAIT)
        .target_session_attrs(TargetSessionAttrs::ReadWrite)
        .ssl_mode(if is_encrypted { SslMode::Require } else { SslMode::Disable });
    Ok(config)
}

/// The driver tries its hosts one after the other too, but waits for a silent one as long as for all.
fn one_url_per_host(base: &str) -> Result<Vec<String>, StoreError> {
    let (scheme, rest) = base.split_once("://").ok_or(UNUSABLE)?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (user, hosts) = match authority.rsplit_once('@') {
        Some((user, hosts)) => (format!("{user}@"), hosts),
        None => (String::new(), authority),
    };
    Ok(hosts.split(',').map(|host| format!("{scheme}://{user}{host}/{path}")).collect())
}

/// Runs a connection to its end. What ends it shows at the client too.
async fn drive(connection: impl Future<Output = Result<(), tokio_postgres::Error>>) {
    drop(connection.await);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_whether_the_connection_is_encrypted() {
        for (parameters, is_encrypted) in [
            ("", false),
            ("?sslmode=disable", false),
            ("?sslmode=require", true),
            ("?sslmode=verify-full&application_name=x", true),
        ] {
            let url = format!("postgres://me:secret@one:5432,two:5433/tresen{parameters}");
            let address = Address::parse(&url).unwrap();
            assert_eq!(address.tls.is_some(), is_encrypted, "{parameters}");
            let ports: Vec<_> = address.configs.iter().map(Config::get_ports).collect();
            assert_eq!(ports, [[5432], [5433]]);
            for config in &address.configs {
                assert_eq!((config.get_user(), config.get_dbname()), (Some("me"), Some("tresen")));
            }
        }
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for url in [
            "",
            "nonsense",
            "postgres://",
            "postgres://host/name?sslmode=prefer",
            "postgres://host/name?unknown=1",
            "postgres://host:port/name",
            "postgres://host/name?sslmode=require&sslrootcert=/does/not/exist",
        ] {
            assert!(Address::parse(url).is_err(), "{url}");
        }
    }
}
