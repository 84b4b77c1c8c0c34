//! System lines: what happened, between the messages.

use sha2::{Digest as _, Sha256};
use tresen_types::{AccountId, ConversationId, DeviceId, MessageId, Nonce, Timestamp};
use tresen_view::SystemLine;

use crate::{
    error::{Error, Result},
    store::{MessageKind, MessageRecord, Tx},
};

/// Where and when a line stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) conversation: ConversationId,
    pub(crate) at: Timestamp,
    /// The server's sequence number of what caused it, or an epoch: makes the same line come once.
    pub(crate) cause: u64,
    /// Who caused it.
    pub(crate) account: AccountId,
    pub(crate) device: DeviceId,
}

/// Adds a system line; `None` when it is there already.
pub(crate) fn add(tx: &Tx<'_>, place: Place, line: &SystemLine) -> Result<Option<MessageId>> {
    let content = serde_json::to_vec(line).map_err(|_never| Error::Internal("system line"))?;
    add_row(tx, place, MessageKind::System, content, "")
}

/// Adds a line that the search finds; `None` when it is there already.
pub(crate) fn add_found(
    tx: &Tx<'_>,
    place: Place,
    line: &SystemLine,
    search_text: &str,
) -> Result<Option<MessageId>> {
    let content = serde_json::to_vec(line).map_err(|_never| Error::Internal("system line"))?;
    add_row(tx, place, MessageKind::System, content, search_text)
}

/// Adds a message that a check refused, with a stable word for the check.
pub(crate) fn add_refused(tx: &Tx<'_>, place: Place, reason: &str) -> Result<Option<MessageId>> {
    add_row(tx, place, MessageKind::Refused, reason.as_bytes().to_vec(), "")
}

fn add_row(
    tx: &Tx<'_>,
    place: Place,
    kind: MessageKind,
    content: Vec<u8>,
    search_text: &str,
) -> Result<Option<MessageId>> {
    let hash = Sha256::new()
        .chain_update(b"tresen/line/1\0")
        .chain_update(place.conversation.as_bytes())
        .chain_update(place.cause.to_be_bytes())
        .chain_update(&content)
        .finalize();
    let id = MessageId::new(hash.into());
    let record = MessageRecord {
        position: 0,
        id,
        conversation: place.conversation,
        kind,
        sequence: 0,
        at: place.at,
        sender_account: place.account,
        sender_device: place.device,
        is_own: false,
        state: None,
        content,
        nonce: Nonce::new([0; 16]),
        receipt: Vec::new(),
        is_reportable: false,
    };
    Ok(tx.add_message(&record, search_text)?.map(|_position| id))
}
