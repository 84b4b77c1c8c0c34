//! The URIs inside content: `tresen://HOST/u/ACCOUNT`, `…/r/CONVERSATION` and `…/f/BLOB`.
//!
//! HOST is the host of the server's origin with its port, if it has one; the ids are in their text
//! form. A person and a business have the same form, the id tells them apart. Extension 1 of every
//! message is its sender, extension 2 its conversation, so that the id and the franking tag cover
//! both.

use tresen_types::{AccountId, BlobId, ConversationId};

const SCHEME: &str = "tresen://";

/// The URI of an account: MIMI's sender URI.
#[must_use]
pub fn of_account(host: &str, account: AccountId) -> String {
    format!("{SCHEME}{host}/u/{account}")
}

/// The URI of a conversation: MIMI's room URI.
#[must_use]
pub fn of_conversation(host: &str, conversation: ConversationId) -> String {
    format!("{SCHEME}{host}/r/{conversation}")
}

/// The URI of a blob.
#[must_use]
pub fn of_blob(host: &str, blob: BlobId) -> String {
    format!("{SCHEME}{host}/f/{blob}")
}

/// Reads the URI of an account on `host`.
#[must_use]
pub fn account(host: &str, uri: &str) -> Option<AccountId> {
    tail(host, uri)?.strip_prefix("/u/")?.parse().ok()
}

/// Reads the URI of a conversation on `host`.
#[must_use]
pub fn conversation(host: &str, uri: &str) -> Option<ConversationId> {
    tail(host, uri)?.strip_prefix("/r/")?.parse().ok()
}

/// Reads the URI of a blob on `host`.
#[must_use]
pub fn blob(host: &str, uri: &str) -> Option<BlobId> {
    tail(host, uri)?.strip_prefix("/f/")?.parse().ok()
}

/// The host with its port of an origin such as `https://tresen.example`.
#[must_use]
pub fn host_of_origin(origin: &str) -> Option<&str> {
    origin.split_once("://").map(|(_scheme, host)| host).filter(|host| !host.contains('/'))
}

fn tail<'u>(host: &str, uri: &'u str) -> Option<&'u str> {
    uri.strip_prefix(SCHEME)?.strip_prefix(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_come_back_on_their_host_only() {
        let host = host_of_origin("https://tresen.example:8443").expect("an origin");
        let id = BlobId::new([7; 16]);
        let uri = of_blob(host, id);
        assert_eq!(uri, format!("tresen://tresen.example:8443/f/{id}"));
        assert_eq!(blob(host, &uri), Some(id));
        assert_eq!(blob("other.example", &uri), None);
        assert_eq!(conversation(host, &uri), None);
        assert_eq!(account(host, "tresen://tresen.example:8443/u/x_00"), None);
    }
}
