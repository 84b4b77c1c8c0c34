//! Where a push goes: a URL that a browser names, and that this server connects to.
//!
//! So it is read strictly. Anything but HTTPS to a public name on the usual port is refused, unless the
//! operator has named its origin; that the name leads to public addresses is looked up for each push.

use http::uri::PathAndQuery;
use tresen_statement::is_domain;

use crate::limits::PUSH_ENDPOINT_BYTES_MAX;

const HTTPS: &str = "https://";
const HTTP: &str = "http://";
const HTTPS_PORT: u16 = 443;
const HTTP_PORT: u16 = 80;

/// A push resource. Its path is a secret between browser, push service and this server.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    origin: String,
    host: String,
    port: u16,
    path: PathAndQuery,
    has_tls: bool,
    is_allowed: bool,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Endpoint {
    /// Reads a URL; none when pushes aren't sent there. `allowed_origins` are those that the operator
    /// has named.
    #[must_use]
    pub fn parse(text: &str, allowed_origins: &[String]) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !br##"\"#<>^`{|}"##.contains(&byte);
        if text.len() > PUSH_ENDPOINT_BYTES_MAX || !text.bytes().all(is_plain) {
            return None;
        }
        let (has_tls, rest) = match text.strip_prefix(HTTPS) {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix(HTTP)?),
        };
        let at = rest.find('/')?;
        let (authority, path) = rest.split_at_checked(at)?;
        let origin = text.strip_suffix(path)?.to_owned();
        let is_allowed = allowed_origins.contains(&origin);
        let usual_port = if has_tls { HTTPS_PORT } else { HTTP_PORT };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (authority, usual_port),
        };
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
        if host.is_empty() || !host.bytes().all(is_host) {
            return None;
        }
        let is_public = has_tls && port == HTTPS_PORT && is_domain(host);
        let path = path.parse().ok()?;
        (is_allowed || is_public).then(|| Self {
            origin,
            host: host.to_owned(),
            port,
            path,
            has_tls,
            is_allowed,
        })
    }

    /// The origin, which proofs are made for.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The host's name, or an address that the operator has named.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Whether it is reached with TLS.
    #[must_use]
    pub const fn has_tls(&self) -> bool {
        self.has_tls
    }

    /// Whether the operator has named its origin.
    #[must_use]
    pub const fn is_allowed(&self) -> bool {
        self.is_allowed
    }

    /// What stands between the origin and a `#`. A secret.
    pub(super) const fn path(&self) -> &PathAndQuery {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_names_over_https_are_taken() {
        let firefox = "https://updates.push.services.mozilla.com/wpush/v2/gAAAAABk?x=1";
        let endpoint = Endpoint::parse(firefox, &[]).unwrap();
        assert_eq!(endpoint.origin(), "https://updates.push.services.mozilla.com");
        assert_eq!((endpoint.port(), endpoint.has_tls()), (443, true));
        assert_eq!(endpoint.path(), "/wpush/v2/gAAAAABk?x=1");
        assert!(!format!("{endpoint:?}").contains("wpush"));
        for good in [
            "https://fcm.googleapis.com/fcm/send/a:b-c_d",
            "https://web.push.apple.com/QOx",
            "https://wns2-par02p.notify.windows.com/w/?token=BQYA%3d",
            "https://push.example:443/a",
        ] {
            assert!(Endpoint::parse(good, &[]).is_some(), "{good}");
        }
    }

    #[test]
    fn what_leads_elsewhere_is_refused() {
        let long = format!("https://push.example/{}", "x".repeat(PUSH_ENDPOINT_BYTES_MAX));
        for bad in [
            "",
            "https://push.example",
            "http://push.example/a",
            "ftp://push.example/a",
            "https://push.example:8443/a",
            "https://push.example:99999/a",
            "https://user@push.example/a",
            "https://user:pass@push.example/a",
            "https://localhost/a",
            "https://127.0.0.1/a",
            "https://10.0.0.1/a",
            "https://169.254.169.254/latest/meta-data",
            "https://2130706433/a",
            "https://0x7f.1/a",
            "https://[::1]/a",
            "https://push.example\\@10.0.0.1/a",
            "https://push.example/a#b",
            "https://push.example/a b",
            "https://push.example/a\r\nHost: x",
            "https://p\u{fc}sh.example/a",
            &long,
        ] {
            assert!(Endpoint::parse(bad, &[]).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_operator_may_name_more() {
        let allowed = ["http://127.0.0.1:9000".to_owned(), "https://push.intern:8443".to_owned()];
        for good in ["http://127.0.0.1:9000/a", "https://push.intern:8443/a"] {
            assert!(Endpoint::parse(good, &allowed).unwrap().is_allowed(), "{good}");
        }
        for bad in [
            "http://127.0.0.1:90001/a",
            "http://127.0.0.1:9001/a",
            "https://127.0.0.1:9000/a",
            "http://127.0.0.1:9000@evil.example/a",
            "http://push.intern:8443/a",
        ] {
            assert!(Endpoint::parse(bad, &allowed).is_none(), "{bad}");
        }
    }
}
