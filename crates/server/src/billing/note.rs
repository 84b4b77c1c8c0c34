//! What the delivery store keeps with a charged message and hands out when it is delivered or lost.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tresen_store::{ErrorKind, StoreError, control::ChargeRecord, delivery::Settled};
use tresen_types::{AccountId, Category, Timestamp};

/// What a message is charged for. Never leaves the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ChargeNote {
    pub(crate) business: AccountId,
    pub(crate) customer: AccountId,
    pub(crate) country: String,
    pub(crate) category: Category,
    pub(crate) template: Option<[u8; 32]>,
    pub(crate) in_window: bool,
    /// In millionths.
    pub(crate) price: i64,
    pub(crate) accepted_at: Timestamp,
}

impl ChargeNote {
    /// As it is kept.
    pub(crate) fn encode(&self) -> Bytes {
        serde_json::to_vec(self).expect("a note has nothing that can't be written").into()
    }
}

/// A settled charge as the books keep it.
pub(crate) fn to_record(settled: &Settled) -> Result<ChargeRecord, StoreError> {
    let note: ChargeNote = serde_json::from_slice(&settled.usage)
        .map_err(|_malformed| StoreError::new(ErrorKind::Corrupt, "a charge's note"))?;
    Ok(ChargeRecord {
        account: note.business,
        id: settled.id,
        customer: note.customer,
        country: note.country,
        category: note.category,
        template: note.template,
        in_window: note.in_window,
        price: note.price,
        accepted_at: note.accepted_at,
        settled_at: settled.at,
        is_delivered: settled.is_delivered,
    })
}
