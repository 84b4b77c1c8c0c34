//! The mailboxes' way to the devices.
//!
//! ```text
//! store's writer ──batch──▶ listener ──▶ distribute ──▶ Feed of each connected device ──▶ connection
//!                                            └────────▶ replies to those who sent
//! ```
//!
//! A [`Feed`] first drains what waited, page by page, then is live: new entries are pushed as they
//! become durable. It never has more on the way than a window; the device's acknowledgements move it.

pub(crate) mod acknowledge;
pub(crate) mod distribute;
pub(crate) mod drain;
pub(crate) mod expire;
mod feed;

pub(crate) use feed::{Feed, Feeds};
use tresen_proto::{Entry, EntryKind};
use tresen_store::delivery::{EntryKind as StoredKind, MailboxEntry};

/// What sort of notice the store keeps: the same number as on the wire.
pub(crate) const fn notice_class(kind: EntryKind) -> u8 {
    match kind {
        EntryKind::DeviceList => 5,
        EntryKind::Consent => 6,
        EntryKind::Leave => 7,
        EntryKind::Unspecified
        | EntryKind::Application
        | EntryKind::Commit
        | EntryKind::Welcome
        | EntryKind::Proposal => 0,
    }
}

/// A stored entry as it travels.
pub(crate) fn entry_on_the_wire(entry: &MailboxEntry) -> Entry {
    let kind = match entry.kind {
        StoredKind::Application => EntryKind::Application as i32,
        StoredKind::Commit => EntryKind::Commit as i32,
        StoredKind::Welcome => EntryKind::Welcome as i32,
        StoredKind::Proposal => EntryKind::Proposal as i32,
        StoredKind::Notice => i32::from(entry.class),
    };
    Entry {
        cursor: entry.cursor,
        kind,
        conversation: entry.conversation.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        sequence: entry.sequence,
        accepted_at_ms: entry.accepted_at.as_millis(),
        sender_account: entry.sender.map(|it| it.account.as_bytes().to_vec()).unwrap_or_default(),
        sender_device: entry.sender.map(|it| it.device.as_bytes().to_vec()).unwrap_or_default(),
        body: entry.body.clone(),
        ratchet_tree: entry.attachment.clone(),
        receipt: entry.receipt.clone(),
    }
}
