//! What an operator decides about a business, told to it with the reason, and the answer to what it says
//! against that.

use tresen_types::{AccountId, AccountKind, Categories, Timestamp};

use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::DECISION_NOTE_BYTES_MAX,
    signed::Statement,
    text,
};

byte_enum! {
    /// What was decided.
    DecisionKind {
        /// Customers' reports are right; nothing is taken yet.
        Warned = 0,
        /// The categories may not be sent until it is lifted.
        Suspended = 1,
        /// With how many customers the business may begin was set.
        Tier = 2,
        /// What was suspended is given back.
        Lifted = 3,
        /// An objection was looked at; the decision stays.
        Upheld = 4,
        /// An objection was right; the decision is taken back.
        Withdrawn = 5,
    }
}

/// A decision of the operator about a business. Signed by the server key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionNotice {
    /// The business.
    pub business: AccountId,
    /// What was decided.
    pub kind: DecisionKind,
    /// The categories that are suspended; else none.
    pub categories: Categories,
    /// With how many customers the business may begin in a day; none where that isn't the matter, or
    /// without end.
    pub customers_max: Option<u64>,
    /// The hash of the report that led to it.
    pub report: Option<[u8; 32]>,
    /// The hash of the notice whose objection this answers.
    pub answers: Option<[u8; 32]>,
    /// The operator's reason in words; may be empty.
    pub note: String,
    /// When it was decided.
    pub at: Timestamp,
}

impl Statement for DecisionNotice {
    const LABEL: &'static str = "tresen/decision/1";
    const FIELDS: usize = 8;

    fn write(&self, writer: &mut Writer) {
        writer.bytes(self.business.as_bytes());
        writer.uint(self.kind.as_byte());
        writer.uint(self.categories.bits());
        writer.optional(self.customers_max, Writer::uint);
        writer.optional(self.report.as_ref(), |writer, hash| writer.bytes(hash));
        writer.optional(self.answers.as_ref(), |writer, hash| writer.bytes(hash));
        writer.text(&self.note);
        writer.time(self.at);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let notice = Self {
            business: AccountId::new(reader.fixed()?),
            kind: reader.byte(DecisionKind::from_byte)?,
            categories: reader.categories()?,
            customers_max: reader.optional(Reader::uint)?,
            report: reader.optional(Reader::fixed)?,
            answers: reader.optional(Reader::fixed)?,
            note: text::lines(reader.text(DECISION_NOTE_BYTES_MAX)?)?,
            at: reader.time()?,
        };
        let is_answer = matches!(notice.kind, DecisionKind::Upheld | DecisionKind::Withdrawn);
        let is_consistent = notice.business.kind() == AccountKind::Business
            && notice.answers.is_some() == is_answer
            && notice.categories.is_empty() == (notice.kind != DecisionKind::Suspended)
            && (notice.customers_max.is_none() || notice.kind == DecisionKind::Tier);
        if is_consistent { Ok(notice) } else { Err(Error::Value) }
    }
}
