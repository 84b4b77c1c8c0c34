//! The link mailbox: a few slots at the server, each written once, and what goes into them.

use bytes::Bytes;
use prost::Message;
use tresen_proto::{ErrorCode, FetchLink, PostLink, ReplyBody, RequestBody};

use crate::{
    client::Inner,
    error::{Error, Result},
    limits::LINK_WAIT_MS,
};

/// The steps, by their slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// The new device's commitment.
    Commitment = 0,
    /// What it committed to, but for the nonce.
    Offer = 1,
    /// The owner's nonce and the account's key.
    Challenge = 2,
    /// The new device's nonce.
    Reveal = 3,
    /// The owner's answer.
    Verdict = 4,
}

/// Writes a slot.
pub(super) async fn post(
    inner: &Inner,
    mailbox: [u8; 16],
    slot: Slot,
    payload: Vec<u8>,
) -> Result<()> {
    let request =
        PostLink { mailbox: mailbox.to_vec(), slot: slot as u32, payload: Bytes::from(payload) };
    match inner.link.request(RequestBody::PostLink(request)).await? {
        ReplyBody::Done(_) => Ok(()),
        _ => Err(Error::Answer("link mailbox")),
    }
}

/// Waits for a slot; `None` when nobody wrote it in some time.
pub(super) async fn fetch(inner: &Inner, mailbox: [u8; 16], slot: Slot) -> Result<Option<Bytes>> {
    let request = FetchLink { mailbox: mailbox.to_vec(), slot: slot as u32, wait_ms: LINK_WAIT_MS };
    match inner.link.request(RequestBody::FetchLink(request)).await {
        Ok(ReplyBody::LinkPayload(payload)) => Ok(Some(payload.payload)),
        Ok(_) => Err(Error::Answer("link mailbox")),
        Err(error) if error.is_refused_with(ErrorCode::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Waits for a slot, as often as `tries` says.
pub(super) async fn expect(
    inner: &Inner,
    mailbox: [u8; 16],
    slot: Slot,
    tries: u32,
) -> Result<Bytes> {
    for _try in 0..tries {
        if let Some(payload) = fetch(inner, mailbox, slot).await? {
            return Ok(payload);
        }
    }
    Err(Error::NotFound("the other device"))
}

/// Reads a slot's payload.
pub(super) fn read<T: Message + Default>(payload: Bytes) -> Result<T> {
    T::decode(payload).map_err(|_malformed| Error::Untrusted("a step of linking"))
}

/// Reads a key, nonce or hash.
pub(super) fn read_fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N]> {
    bytes.try_into().map_err(|_length| Error::Untrusted("a step of linking"))
}
