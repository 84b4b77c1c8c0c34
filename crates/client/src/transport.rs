//! Bytes to and from the server: one WebSocket for frames, HTTP requests for blobs. The functions
//! have the same names natively and in the browser; nothing above knows which it is.

#[cfg(target_arch = "wasm32")]
#[path = "transport/http_browser.rs"]
mod http_platform;
#[cfg(not(target_arch = "wasm32"))]
#[path = "transport/http_native.rs"]
mod http_platform;
#[cfg(target_arch = "wasm32")]
#[path = "transport/socket_browser.rs"]
mod socket_platform;
#[cfg(not(target_arch = "wasm32"))]
#[path = "transport/socket_native.rs"]
mod socket_platform;
#[cfg(not(target_arch = "wasm32"))]
mod stream;

use std::fmt;
#[cfg(not(target_arch = "wasm32"))]
use std::{io, sync::Arc};

use bytes::Bytes;
pub(crate) use http_platform::http;
pub(crate) use socket_platform::{SocketReceiver, SocketSender, connect};

use crate::error::Error;

/// Which certificates a TLS connection trusts. A browser decides by itself.
#[derive(Clone, Debug, Default)]
pub enum Trust {
    /// The certificate authorities of the web.
    #[default]
    Web,
    /// Exactly this root certificate (DER), for tests and closed networks.
    Root(Vec<u8>),
    /// None: the server is in this process, and nothing leaves it. For simulations.
    #[cfg(not(target_arch = "wasm32"))]
    Process(Dial),
}

/// Makes connections within this process.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Clone)]
pub struct Dial(Arc<dyn Fn() -> io::Result<tokio::io::DuplexStream> + Send + Sync>);

#[cfg(not(target_arch = "wasm32"))]
impl Dial {
    /// Makes connections with `connect`.
    pub fn new(
        connect: impl Fn() -> io::Result<tokio::io::DuplexStream> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(connect))
    }

    /// Makes a connection.
    fn connect(&self) -> io::Result<tokio::io::DuplexStream> {
        (self.0)()
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl fmt::Debug for Dial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dial")
    }
}

/// Where the server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// `https://chat.example` or `http://127.0.0.1:8080`, without a slash at the end.
    text: String,
    is_secure: bool,
    host: String,
    port: u16,
}

impl Origin {
    /// Reads an origin.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim_end_matches('/');
        let (is_secure, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://"))
        {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => return Err(Error::Invalid("origin")),
        };
        if rest.is_empty() || rest.contains(['/', '?', '#', '@']) {
            return Err(Error::Invalid("origin"));
        }
        let port_of = |port: &str| port.parse::<u16>().map_err(|_no_number| Error::Invalid("port"));
        let standard_port = if is_secure { 443 } else { 80 };
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port_of(port)?),
            _ => (rest, standard_port),
        };
        Ok(Self { text: text.to_owned(), is_secure, host: host.to_owned(), port })
    }

    /// The origin as signed statements name it.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The URL of a path, with the WebSocket's scheme.
    pub(crate) fn socket_url(&self, path: &str) -> String {
        let rest = self.text.split_once("://").map_or("", |(_scheme, rest)| rest);
        let scheme = if self.is_secure { "wss" } else { "ws" };
        format!("{scheme}://{rest}{path}")
    }

    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn authority(&self) -> &str {
        self.text.split_once("://").map_or("", |(_scheme, rest)| rest)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// An HTTP request to the server.
#[derive(Clone, Debug)]
pub(crate) struct HttpRequest {
    /// `GET`, `POST`, `PUT`, `PATCH`, `DELETE` or `HEAD`.
    pub(crate) method: &'static str,
    /// Path with query.
    pub(crate) path: String,
    /// Names and values.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// May be empty.
    pub(crate) body: Bytes,
    /// A longer answer is an error.
    pub(crate) answer_bytes_max: usize,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct HttpResponse {
    /// The status code.
    pub(crate) status: u16,
    /// Names in lower case, and values.
    pub(crate) headers: Vec<(String, String)>,
    /// The whole body.
    pub(crate) body: Bytes,
}

impl HttpResponse {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_one_form() {
        let origin = Origin::parse("http://127.0.0.1:8080/").unwrap();
        assert_eq!(origin.as_str(), "http://127.0.0.1:8080");
        assert_eq!(origin.socket_url("/v1/socket"), "ws://127.0.0.1:8080/v1/socket");
        let origin = Origin::parse("https://chat.example").unwrap();
        assert_eq!((origin.port, origin.is_secure), (443, true));
        for wrong in ["ftp://a", "https://", "https://a/b", "a", "https://a:x", "http://u@a"] {
            assert!(Origin::parse(wrong).is_err(), "{wrong}");
        }
    }
}
