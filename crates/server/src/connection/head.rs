//! The head of an HTTP request: reads it, and decides whether it asks for the WebSocket.
//!
//! Everything that isn't the WebSocket's path goes to hyper with the bytes that were read.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha1::{Digest as _, Sha1};
use tresen_proto::SOCKET_PATH;

use super::limits::{HEAD_BYTES_MAX, HEADERS_MAX};

/// What the head of a request says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// More bytes are needed.
    Partial,
    /// Not the WebSocket's path: hyper's business, also when it is malformed.
    Http,
    /// A request for the WebSocket.
    Socket(SocketRequest),
    /// A request for the WebSocket's path that can't be served, with the status to answer.
    Refused(u16),
}

/// A request for the WebSocket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketRequest {
    /// How many bytes the head has; frames may follow at once.
    pub head_bytes: usize,
    /// The `Sec-WebSocket-Accept` to answer.
    pub accept: String,
    /// The browser's origin.
    pub origin: Option<String>,
    /// The last address in `X-Forwarded-For`.
    pub forwarded_for: Option<String>,
}

const KEY_SUFFIX: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const KEY_BYTES: usize = 16;
const UPGRADE_REQUIRED: u16 = 426;
const BAD_REQUEST: u16 = 400;

/// Looks at the bytes that came so far.
#[must_use]
pub fn parse(bytes: &[u8]) -> Head {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut request = httparse::Request::new(&mut headers);
    let status = request.parse(bytes);
    let is_socket = request.path.is_some_and(is_socket_path);
    match status {
        Ok(httparse::Status::Complete(head_bytes)) if is_socket => {
            upgrade(&request, head_bytes).unwrap_or_else(Head::Refused)
        }
        Ok(httparse::Status::Partial) if bytes.len() < HEAD_BYTES_MAX => Head::Partial,
        Ok(httparse::Status::Partial) if is_socket => Head::Refused(BAD_REQUEST),
        // What is malformed or too long is answered by hyper.
        Ok(_) | Err(_) => Head::Http,
    }
}

fn is_socket_path(path: &str) -> bool {
    path.split('?').next() == Some(SOCKET_PATH)
}

fn upgrade(request: &httparse::Request<'_, '_>, head_bytes: usize) -> Result<Head, u16> {
    let is_upgrade = has_token(request, "upgrade", "websocket")
        && has_token(request, "connection", "upgrade")
        && value(request, "sec-websocket-version") == Some("13");
    if request.method != Some("GET") || request.version != Some(1) || !is_upgrade {
        return Err(UPGRADE_REQUIRED);
    }
    if value(request, "content-length").is_some() || value(request, "transfer-encoding").is_some() {
        return Err(BAD_REQUEST);
    }
    let key = value(request, "sec-websocket-key").ok_or(BAD_REQUEST)?;
    let decoded = STANDARD.decode(key).map_err(|_not_base64| BAD_REQUEST)?;
    if decoded.len() != KEY_BYTES {
        return Err(BAD_REQUEST);
    }
    Ok(Head::Socket(SocketRequest {
        head_bytes,
        accept: accept_of(key),
        origin: value(request, "origin").map(str::to_owned),
        forwarded_for: value(request, "x-forwarded-for")
            .and_then(|addresses| addresses.rsplit(',').next())
            .map(|address| address.trim().to_owned()),
    }))
}

/// The `Sec-WebSocket-Accept` for a key (RFC 6455, section 4.2.2).
#[must_use]
pub fn accept_of(key: &str) -> String {
    STANDARD.encode(Sha1::new().chain_update(key).chain_update(KEY_SUFFIX).finalize())
}

/// The value of a header that stands there once.
fn value<'a>(request: &httparse::Request<'_, 'a>, name: &str) -> Option<&'a str> {
    let mut found = request.headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
    let first = found.next()?;
    if found.next().is_some() {
        return None;
    }
    std::str::from_utf8(first.value).ok().map(str::trim)
}

fn has_token(request: &httparse::Request<'_, '_>, name: &str, token: &str) -> bool {
    request
        .headers
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case(name))
        .filter_map(|header| std::str::from_utf8(header.value).ok())
        .flat_map(|value| value.split(','))
        .any(|item| item.trim().eq_ignore_ascii_case(token))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const REQUEST: &str = "GET /v1/socket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\
        Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\nOrigin: http://a\r\n\
        X-Forwarded-For: 1.2.3.4, 5.6.7.8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    #[test]
    fn a_browsers_request_is_understood() {
        let Head::Socket(request) = parse(REQUEST.as_bytes()) else { panic!("not a socket") };
        // The example of RFC 6455, section 1.3.
        assert_eq!(request.accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert_eq!(request.head_bytes, REQUEST.len());
        assert_eq!(request.origin.as_deref(), Some("http://a"));
        assert_eq!(request.forwarded_for.as_deref(), Some("5.6.7.8"));
    }

    #[test]
    fn other_paths_and_broken_requests_go_elsewhere() {
        assert_eq!(parse(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"), Head::Http);
        assert_eq!(parse(b"\x16\x03\x01"), Head::Http);
        let plain = b"GET /v1/socket HTTP/1.1\r\nHost: a\r\n\r\n";
        assert_eq!(parse(plain), Head::Refused(UPGRADE_REQUIRED));
        for (from, to) in [("==", ""), ("Origin:", "Content-Length:")] {
            let broken = REQUEST.replace(from, to);
            assert!(!matches!(parse(broken.as_bytes()), Head::Socket(_)), "{from}");
        }
        let endless = format!("GET /v1/socket HTTP/1.1\r\nA: {}", "a".repeat(HEAD_BYTES_MAX));
        assert_eq!(parse(endless.as_bytes()), Head::Refused(BAD_REQUEST));
    }

    #[test]
    fn every_prefix_of_a_request_is_partial() {
        for length in 0..REQUEST.len() {
            assert_eq!(parse(&REQUEST.as_bytes()[..length]), Head::Partial, "{length}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            prop_assert!(!matches!(parse(&bytes), Head::Socket(_)));
        }
    }
}
