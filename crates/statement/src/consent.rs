//! What a customer allows a business (DESIGN section 6): the receipt that both sides keep.

mod proof;
mod terms;

pub use proof::ConsentProof;
pub use terms::{QuietHours, Terms, WayIn, WeeklyDigest};
use tresen_types::{AccountId, AccountKind, Categories, Category, DeviceId, EntryId, Timestamp};

use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::{LANGUAGE_BYTES_MAX, ORIGIN_BYTES_MAX},
    signed::Statement,
    text,
};

byte_enum! {
    /// Whether a consent gives or takes back.
    ConsentState {
        /// The customer said yes.
        Given = 0,
        /// The customer took it back; nothing may be sent.
        Revoked = 1,
    }
}

/// How many messages of each category may come in a span of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CategoryMax([Option<u16>; 4]);

impl CategoryMax {
    /// Sets the maximum of one category.
    #[must_use]
    pub fn with(mut self, category: Category, messages_max: u16) -> Self {
        if let Some(slot) = self.0.get_mut(usize::from(category.as_byte())) {
            *slot = Some(messages_max);
        }
        self
    }

    /// The maximum of a category; `None` when the customer set none.
    #[must_use]
    pub fn of(&self, category: Category) -> Option<u16> {
        self.0.get(usize::from(category.as_byte())).copied().flatten()
    }

    fn write(&self, writer: &mut Writer) {
        writer.list(&self.0, |writer, max| writer.optional(*max, Writer::uint));
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let max = reader.list(Category::ALL.len(), |reader| reader.optional(Reader::u16))?;
        max.try_into().map(Self).map_err(|_other_length| Error::Malformed)
    }
}

/// What a customer allows a business to send. Signed by the key of the customer's device; the
/// highest sequence wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The server at which it counts.
    pub origin: String,
    /// The business.
    pub business: AccountId,
    /// The [`key_hash`](crate::key_hash) of the business's account key.
    pub business_key_hash: [u8; 32],
    /// The customer.
    pub customer: AccountId,
    /// The device that signs.
    pub device: DeviceId,
    /// Counts the consents between the two.
    pub sequence: u64,
    /// What may be sent.
    pub categories: Categories,
    /// How much of it in a month.
    pub monthly_max: CategoryMax,
    /// The [`wording_hash`](crate::wording_hash) of what the customer read.
    pub wording_hash: [u8; 32],
    /// The language of the wording.
    pub language: String,
    /// When the customer said so, by the device's clock.
    pub at: Timestamp,
    /// The entry link that led here.
    pub entry: Option<EntryId>,
    /// Given or revoked.
    pub state: ConsentState,
    /// The customer's other limits, and where it said so.
    pub terms: Terms,
}

impl Consent {
    /// Whether this consent takes the place of `old`: same two, strictly higher sequence.
    #[must_use]
    pub fn supersedes(&self, old: &Self) -> bool {
        self.business == old.business
            && self.customer == old.customer
            && self.sequence > old.sequence
    }

    /// Whether the business may send this category.
    #[must_use]
    pub fn allows(&self, category: Category) -> bool {
        self.state == ConsentState::Given && self.categories.contains(category)
    }

    fn is_consistent(&self) -> bool {
        self.business.kind() == AccountKind::Business
            && self.customer.kind() == AccountKind::Person
            && (self.state == ConsentState::Given || self.categories.is_empty())
    }
}

impl Statement for Consent {
    const LABEL: &'static str = "tresen/consent/1";
    const FIELDS: usize = 13;
    const MORE_FIELDS: usize = Terms::FIELDS;

    fn write(&self, writer: &mut Writer) {
        writer.text(&self.origin);
        writer.bytes(self.business.as_bytes());
        writer.bytes(&self.business_key_hash);
        writer.bytes(self.customer.as_bytes());
        writer.bytes(self.device.as_bytes());
        writer.uint(self.sequence);
        writer.uint(self.categories.bits());
        self.monthly_max.write(writer);
        writer.bytes(&self.wording_hash);
        writer.text(&self.language);
        writer.time(self.at);
        writer.optional(self.entry, |writer, entry| writer.bytes(entry.as_bytes()));
        writer.uint(self.state.as_byte());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let consent = Self {
            origin: text::origin(reader.text(ORIGIN_BYTES_MAX)?)?,
            business: AccountId::new(reader.fixed()?),
            business_key_hash: reader.fixed()?,
            customer: AccountId::new(reader.fixed()?),
            device: DeviceId::new(reader.fixed()?),
            sequence: reader.uint()?,
            categories: reader.categories()?,
            monthly_max: CategoryMax::read(reader)?,
            wording_hash: reader.fixed()?,
            language: text::language(reader.text(LANGUAGE_BYTES_MAX)?)?,
            at: reader.time()?,
            entry: reader.optional(|reader| reader.fixed().map(EntryId::new))?,
            state: reader.byte(ConsentState::from_byte)?,
            terms: Terms::default(),
        };
        if consent.is_consistent() { Ok(consent) } else { Err(Error::Value) }
    }

    fn has_more(&self) -> bool {
        self.terms != Terms::default()
    }

    fn write_more(&self, writer: &mut Writer) {
        self.terms.write(writer);
    }

    fn read_more(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        self.terms = Terms::read(reader)?;
        Ok(())
    }
}
