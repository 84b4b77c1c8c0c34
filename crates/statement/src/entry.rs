//! Entry links: what stands behind a QR code (DESIGN section 6).

use tresen_types::{AccountId, Categories, EntryId, Timestamp};

use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::{ENTRY_TEXT_BYTES_MAX, ENTRY_TITLE_BYTES_MAX, PURPOSE_BYTES_MAX},
    signed::Statement,
    text,
};

/// What an entry link offers, as far as the public may see it. Signed by the account key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryLink {
    /// The link.
    pub entry: EntryId,
    /// The business.
    pub account: AccountId,
    /// Counts the versions of this link.
    pub sequence: u64,
    /// The public title, such as "Counter"; the business's private label isn't in here.
    pub title: String,
    /// What the business says before the first message.
    pub greeting: String,
    /// What stands in the customer's input field at first.
    pub prefilled: String,
    /// What the business asks to be allowed to send.
    pub categories: Categories,
    /// Why, in the words that the customer agrees to.
    pub purpose: String,
    /// The end of the link.
    pub expires_at: Option<Timestamp>,
    /// How many customers may use it.
    pub uses_max: Option<u32>,
    /// Whether it was taken back.
    pub is_revoked: bool,
    /// When this version was made.
    pub issued_at: Timestamp,
}

impl EntryLink {
    /// Whether the link may be used at `now` after `uses` customers have used it.
    #[must_use]
    pub fn is_open_at(&self, now: Timestamp, uses: u32) -> bool {
        !self.is_revoked
            && self.expires_at.is_none_or(|end| now < end)
            && self.uses_max.is_none_or(|max| uses < max)
    }

    /// Whether this version takes the place of `old`.
    #[must_use]
    pub fn supersedes(&self, old: &Self) -> bool {
        self.entry == old.entry && self.account == old.account && self.sequence > old.sequence
    }
}

impl Statement for EntryLink {
    const LABEL: &'static str = "tresen/entry/1";
    const FIELDS: usize = 12;

    fn write(&self, writer: &mut Writer) {
        writer.bytes(self.entry.as_bytes());
        writer.bytes(self.account.as_bytes());
        writer.uint(self.sequence);
        writer.text(&self.title);
        writer.text(&self.greeting);
        writer.text(&self.prefilled);
        writer.uint(self.categories.bits());
        writer.text(&self.purpose);
        writer.optional(self.expires_at, Writer::time);
        writer.optional(self.uses_max, Writer::uint);
        writer.bool(self.is_revoked);
        writer.time(self.issued_at);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        Ok(Self {
            entry: EntryId::new(reader.fixed()?),
            account: AccountId::new(reader.fixed()?),
            sequence: reader.uint()?,
            title: text::line(reader.text(ENTRY_TITLE_BYTES_MAX)?)?,
            greeting: text::lines(reader.text(ENTRY_TEXT_BYTES_MAX)?)?,
            prefilled: text::lines(reader.text(ENTRY_TEXT_BYTES_MAX)?)?,
            categories: reader.categories()?,
            purpose: text::lines(reader.text(PURPOSE_BYTES_MAX)?)?,
            expires_at: reader.optional(Reader::time)?,
            uses_max: reader.optional(Reader::u32)?,
            is_revoked: reader.bool()?,
            issued_at: reader.time()?,
        })
    }
}
