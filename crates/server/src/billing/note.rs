//! What the delivery store keeps with a charged message and hands out when it is delivered or lost.

use bytes::Bytes;
use prost::Message;
use tresen_billing::Micros;
use tresen_store::{ErrorKind, StoreError, control::ChargeRecord, delivery::Settled};
use tresen_types::{AccountId, Category, Timestamp};

/// The note. Never leaves the server.
#[derive(Clone, PartialEq, Eq, Message)]
pub(crate) struct ChargeNote {
    #[prost(bytes = "vec", tag = "1")]
    business: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    customer: Vec<u8>,
    #[prost(string, tag = "3")]
    country: String,
    #[prost(uint32, tag = "4")]
    category: u32,
    #[prost(bytes = "vec", tag = "5")]
    template: Vec<u8>,
    #[prost(bool, tag = "6")]
    in_window: bool,
    #[prost(int64, tag = "7")]
    price: i64,
    #[prost(int64, tag = "8")]
    accepted_at_ms: i64,
}

/// What a message is charged for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Charged {
    pub(crate) business: AccountId,
    pub(crate) customer: AccountId,
    pub(crate) rated: tresen_billing::Rated,
    pub(crate) template: Option<[u8; 32]>,
    pub(crate) price: Micros,
    pub(crate) accepted_at: Timestamp,
}

impl Charged {
    pub(crate) fn to_note(self) -> Bytes {
        let note = ChargeNote {
            business: self.business.as_bytes().to_vec(),
            customer: self.customer.as_bytes().to_vec(),
            country: self.rated.country.code().to_owned(),
            category: u32::from(self.rated.category.as_byte()),
            template: self.template.map_or(Vec::new(), |hash| hash.to_vec()),
            in_window: self.rated.in_window,
            price: self.price.0,
            accepted_at_ms: self.accepted_at.as_millis(),
        };
        note.encode_to_vec().into()
    }
}

/// A settled charge as the books keep it.
pub(crate) fn to_record(settled: &Settled) -> Result<ChargeRecord, StoreError> {
    const UNREADABLE: StoreError =
        StoreError::new(ErrorKind::Corrupt, "a charge's note isn't readable");
    let note = ChargeNote::decode(&*settled.usage).map_err(|_malformed| UNREADABLE)?;
    let account = |bytes: &[u8]| <[u8; 16]>::try_from(bytes).map(AccountId::new);
    let category = u8::try_from(note.category).ok().and_then(Category::from_byte);
    Ok(ChargeRecord {
        account: account(&note.business).map_err(|_length| UNREADABLE)?,
        id: settled.id,
        customer: account(&note.customer).map_err(|_length| UNREADABLE)?,
        country: note.country,
        category: category.ok_or(UNREADABLE)?,
        template: note.template.try_into().ok(),
        in_window: note.in_window,
        price: note.price,
        accepted_at: Timestamp::from_millis(note.accepted_at_ms),
        settled_at: settled.at,
        is_delivered: settled.is_delivered,
    })
}
