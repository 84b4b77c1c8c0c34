//! What a segment holds and how it is sealed.
//!
//! The blob is the encoded batch, sealed in chunks like an attachment; the header beside it names the
//! ring's key and holds, sealed under it, what is needed to open the blob.

use chacha20poly1305::{
    ChaCha20Poly1305, Key, Nonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use prost::Message;
use tresen_content::SecretKey;

use crate::{
    config::Seed,
    error::{Error, Result},
    kdf,
    limits::SEGMENT_BYTES_MAX,
    linking::SealedKey,
};

/// A piece of history.
#[derive(Clone, PartialEq, Eq, Message)]
pub(super) struct Batch {
    /// The conversations of its messages, as they were.
    #[prost(message, repeated, tag = "1")]
    pub(super) conversations: Vec<ArchivedConversation>,
    /// Messages, oldest first.
    #[prost(message, repeated, tag = "2")]
    pub(super) messages: Vec<ArchivedMessage>,
    /// The key ring, so that who can read this can read what was written before.
    #[prost(message, repeated, tag = "3")]
    pub(super) keys: Vec<SealedKey>,
    /// Lines between the messages.
    #[prost(message, repeated, tag = "4")]
    pub(super) lines: Vec<ArchivedLine>,
    /// Reactions to messages, here or in older segments.
    #[prost(message, repeated, tag = "5")]
    pub(super) reactions: Vec<ArchivedReaction>,
}

/// A system line.
#[derive(Clone, PartialEq, Eq, Message)]
pub(super) struct ArchivedLine {
    /// Its id.
    #[prost(bytes = "vec", tag = "1")]
    pub(super) id: Vec<u8>,
    /// Its conversation.
    #[prost(bytes = "vec", tag = "2")]
    pub(super) conversation: Vec<u8>,
    /// The sequence of the message before it; 0 for none.
    #[prost(uint64, tag = "3")]
    pub(super) after: u64,
    /// When, in milliseconds.
    #[prost(int64, tag = "4")]
    pub(super) at_ms: i64,
    /// Whose doing it was.
    #[prost(bytes = "vec", tag = "5")]
    pub(super) account: Vec<u8>,
    /// The device.
    #[prost(bytes = "vec", tag = "6")]
    pub(super) device: Vec<u8>,
    /// The line as JSON.
    #[prost(bytes = "vec", tag = "7")]
    pub(super) line: Vec<u8>,
}

/// A reaction.
#[derive(Clone, PartialEq, Eq, Message)]
pub(super) struct ArchivedReaction {
    /// The message.
    #[prost(bytes = "vec", tag = "1")]
    pub(super) message: Vec<u8>,
    /// The account of a customer, the device of an agent.
    #[prost(bytes = "vec", tag = "2")]
    pub(super) reactor: Vec<u8>,
    /// Empty when it was taken back.
    #[prost(string, tag = "3")]
    pub(super) emoji: String,
    /// The reaction's own id.
    #[prost(bytes = "vec", tag = "4")]
    pub(super) id: Vec<u8>,
    /// When, in milliseconds.
    #[prost(int64, tag = "5")]
    pub(super) at_ms: i64,
}

/// A conversation.
#[derive(Clone, PartialEq, Eq, Message)]
pub(super) struct ArchivedConversation {
    /// Its id.
    #[prost(bytes = "vec", tag = "1")]
    pub(super) id: Vec<u8>,
    /// The other account.
    #[prost(bytes = "vec", tag = "2")]
    pub(super) counterpart: Vec<u8>,
    /// The key that is pinned for it.
    #[prost(bytes = "vec", tag = "3")]
    pub(super) counterpart_key: Vec<u8>,
    /// What it is called.
    #[prost(string, tag = "4")]
    pub(super) name: String,
    /// The private label of the link that led here.
    #[prost(string, optional, tag = "5")]
    pub(super) label: Option<String>,
    /// When it began, in milliseconds.
    #[prost(int64, tag = "6")]
    pub(super) since_ms: i64,
    /// Last activity, in milliseconds.
    #[prost(int64, tag = "7")]
    pub(super) updated_at_ms: i64,
    /// Everything up to this sequence was read.
    #[prost(uint64, tag = "8")]
    pub(super) read_sequence: u64,
    /// Whether this account has left it.
    #[prost(bool, tag = "9")]
    pub(super) is_left: bool,
    /// Whether it is closed.
    #[prost(bool, tag = "10")]
    pub(super) is_closed: bool,
    /// Sequence of the operation that decided it; 0 for none.
    #[prost(uint64, tag = "11")]
    pub(super) closed_sequence: u64,
    /// When that was accepted, in milliseconds.
    #[prost(int64, tag = "12")]
    pub(super) closed_at_ms: i64,
    /// The device that has it; empty for nobody.
    #[prost(bytes = "vec", tag = "13")]
    pub(super) assignee: Vec<u8>,
    /// Sequence of the operation that decided it; 0 for none.
    #[prost(uint64, tag = "14")]
    pub(super) assignee_sequence: u64,
    /// Since when the customer waits.
    #[prost(int64, optional, tag = "15")]
    pub(super) waiting_since_ms: Option<i64>,
    /// The customer's signed consent, as it was verified; empty for none.
    #[prost(bytes = "vec", tag = "16")]
    pub(super) consent: Vec<u8>,
}

/// A message as it was decrypted.
#[derive(Clone, PartialEq, Eq, Message)]
pub(super) struct ArchivedMessage {
    /// Its id.
    #[prost(bytes = "vec", tag = "1")]
    pub(super) id: Vec<u8>,
    /// Its conversation.
    #[prost(bytes = "vec", tag = "2")]
    pub(super) conversation: Vec<u8>,
    /// The server's sequence.
    #[prost(uint64, tag = "3")]
    pub(super) sequence: u64,
    /// When it was accepted, in milliseconds.
    #[prost(int64, tag = "4")]
    pub(super) at_ms: i64,
    /// Who wrote it.
    #[prost(bytes = "vec", tag = "5")]
    pub(super) sender_account: Vec<u8>,
    /// The device that wrote it.
    #[prost(bytes = "vec", tag = "6")]
    pub(super) sender_device: Vec<u8>,
    /// The encoded content.
    #[prost(bytes = "vec", tag = "7")]
    pub(super) content: Vec<u8>,
    /// Its idempotency nonce.
    #[prost(bytes = "vec", tag = "8")]
    pub(super) nonce: Vec<u8>,
    /// The server's receipt.
    #[prost(bytes = "vec", tag = "9")]
    pub(super) receipt: Vec<u8>,
    /// Whether the receipt was checked.
    #[prost(bool, tag = "10")]
    pub(super) is_reportable: bool,
    /// State of an own message: 1 sent, 2 delivered, 3 read.
    #[prost(uint32, tag = "11")]
    pub(super) state: u32,
}

/// What opens the blob.
#[derive(Clone, PartialEq, Eq, Message)]
struct Sealed {
    /// Plain bytes.
    #[prost(uint64, tag = "1")]
    size: u64,
    /// SHA-256 of the blob.
    #[prost(bytes = "vec", tag = "2")]
    content_hash: Vec<u8>,
}

/// What a header says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    pub(super) size: u64,
    pub(super) content_hash: [u8; 32],
}

const KEY_ID_BYTES: usize = 16;

/// The key of one segment's blob.
pub(super) fn blob_key(key: &SecretKey, segment: &[u8; 16]) -> Result<SecretKey> {
    derive(key, b"tresen/archive-blob/1", segment).map(|seed| SecretKey::new(*seed))
}

/// The header beside a segment.
pub(super) fn seal_header(
    key_id: [u8; 16],
    key: &SecretKey,
    segment: &[u8; 16],
    header: Header,
) -> Result<Vec<u8>> {
    let plain = Sealed { size: header.size, content_hash: header.content_hash.to_vec() };
    let payload = Payload { msg: &plain.encode_to_vec(), aad: segment };
    let sealed = header_cipher(key, segment)?
        .encrypt(&Nonce::default(), payload)
        .map_err(|_aead| Error::Internal("header of a segment"))?;
    Ok([&key_id[..], &sealed].concat())
}

/// Which key of the ring a segment is under.
pub(super) fn key_id_of(header: &[u8]) -> Result<[u8; 16]> {
    let (key_id, _sealed) = header.split_first_chunk::<KEY_ID_BYTES>().ok_or(FORGED)?;
    Ok(*key_id)
}

/// Opens a header.
pub(super) fn open_header(key: &SecretKey, segment: &[u8; 16], header: &[u8]) -> Result<Header> {
    let (_key_id, sealed) = header.split_first_chunk::<KEY_ID_BYTES>().ok_or(FORGED)?;
    let payload = Payload { msg: sealed, aad: segment };
    let plain =
        header_cipher(key, segment)?.decrypt(&Nonce::default(), payload).map_err(|_aead| FORGED)?;
    let sealed = Sealed::decode(&plain[..]).map_err(|_malformed| FORGED)?;
    if sealed.size > SEGMENT_BYTES_MAX {
        return Err(Error::TooLarge("segment of the archive"));
    }
    let content_hash = sealed.content_hash.as_slice().try_into().map_err(|_length| FORGED)?;
    Ok(Header { size: sealed.size, content_hash })
}

const FORGED: Error = Error::Untrusted("a segment of the archive");

/// A key for one header alone, so that its nonce may be zero.
fn header_cipher(key: &SecretKey, segment: &[u8; 16]) -> Result<ChaCha20Poly1305> {
    let key = derive(key, b"tresen/archive-header/1", segment)?;
    Ok(ChaCha20Poly1305::new(Key::from_slice(&key[..])))
}

fn derive(key: &SecretKey, label: &[u8], segment: &[u8; 16]) -> Result<Seed> {
    kdf::hmac(key.as_bytes(), &[label, segment])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_opens_with_its_key_for_its_segment_alone() {
        let key = SecretKey::new([1; 32]);
        let header = Header { size: 7, content_hash: [2; 32] };
        let sealed = seal_header([3; 16], &key, &[4; 16], header).unwrap();
        assert!(sealed.len() <= 1024);
        assert_eq!(key_id_of(&sealed).unwrap(), [3; 16]);
        let opened = open_header(&key, &[4; 16], &sealed).unwrap();
        assert_eq!((opened.size, opened.content_hash), (7, [2; 32]));
        assert!(open_header(&key, &[5; 16], &sealed).is_err());
        assert!(open_header(&SecretKey::new([9; 32]), &[4; 16], &sealed).is_err());
        assert!(open_header(&key, &[4; 16], &sealed[..20]).is_err());
    }

    #[test]
    fn each_segment_has_a_key_of_its_own() {
        let key = SecretKey::new([1; 32]);
        let (one, other) = (blob_key(&key, &[1; 16]).unwrap(), blob_key(&key, &[2; 16]).unwrap());
        assert_ne!(one, other);
        assert_ne!(one, key);
    }
}
