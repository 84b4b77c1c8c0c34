//! Quotations: what a business would do for which price, and the customer's signed answer.

use sha2::{Digest as _, Sha256};
use tresen_types::Timestamp;

use super::{bill::Bill, order::write_bare};
use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::{CERTIFICATE_BYTES_MAX, ITEM_NAME_BYTES_MAX, NOTE_BYTES_MAX},
};

/// What a business offers to do, and for how much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quotation {
    /// The business's own number for it; may be empty.
    pub number: String,
    /// What it costs.
    pub bill: Bill,
    /// What is paid before the work begins, in minor units; 0 for nothing.
    pub deposit: i64,
    /// Until when it can be accepted.
    pub valid_until: Timestamp,
    /// More words; may be empty.
    pub note: String,
}

/// A step of a quotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuotationStep {
    /// The customer accepts: a signed statement that names the quotation's [`hash`](Quotation::hash).
    Accept {
        /// The statement (`tresen_statement::Acceptance`).
        acceptance: Vec<u8>,
        /// The certificate of the device that signed it, so that the proof stands by itself.
        certificate: Vec<u8>,
    },
    /// The customer doesn't want it.
    Decline {
        /// Why; may be empty.
        reason: String,
    },
    /// The business takes it back.
    Withdraw,
}

/// How far a quotation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuotationState {
    /// Nobody has answered.
    Open,
    /// The customer has signed.
    Accepted,
    /// The customer doesn't want it.
    Declined,
    /// The business took it back.
    Withdrawn,
    /// Nobody answered in time.
    Expired,
}

/// A quotation's answer: a fold over its steps in the server's order; the first that fits counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotationProgress {
    valid_until: Timestamp,
    /// The step that counted, and when.
    pub answer: Option<(QuotationStep, Timestamp)>,
}

impl Quotation {
    /// What an acceptance signs: SHA-256 over the quotation's one encoding.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.encode()).into()
    }

    /// Its one encoding.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.write(&mut writer);
        writer.finish()
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.array(5);
        writer.text(&self.number);
        self.bill.write(writer);
        writer.int(self.deposit);
        writer.time(self.valid_until);
        writer.text(&self.note);
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        reader.array(5)?;
        let quotation = Self {
            number: reader.text(ITEM_NAME_BYTES_MAX)?,
            bill: Bill::read(reader)?,
            deposit: reader.int()?,
            valid_until: reader.time()?,
            note: reader.text(NOTE_BYTES_MAX)?,
        };
        let is_part = (0..=quotation.bill.total.minor).contains(&quotation.deposit);
        if is_part { Ok(quotation) } else { Err(Error::Value) }
    }
}

impl QuotationProgress {
    /// A quotation that was just sent.
    #[must_use]
    pub const fn new(quotation: &Quotation) -> Self {
        Self { valid_until: quotation.valid_until, answer: None }
    }

    /// Takes in the next step; tells whether it counted. `is_signed` says of an acceptance whether
    /// its signature is the customer's and over this quotation.
    pub fn apply(
        &mut self,
        by_business: bool,
        step: &QuotationStep,
        is_signed: bool,
        at: Timestamp,
    ) -> bool {
        let fits = match step {
            QuotationStep::Accept { .. } => !by_business && is_signed && at <= self.valid_until,
            QuotationStep::Decline { .. } => !by_business,
            QuotationStep::Withdraw => by_business,
        };
        if !fits || self.answer.is_some() {
            return false;
        }
        self.answer = Some((step.clone(), at));
        true
    }

    /// How far it has come by now.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> QuotationState {
        match &self.answer {
            Some((QuotationStep::Accept { .. }, _at)) => QuotationState::Accepted,
            Some((QuotationStep::Decline { .. }, _at)) => QuotationState::Declined,
            Some((QuotationStep::Withdraw, _at)) => QuotationState::Withdrawn,
            None if now > self.valid_until => QuotationState::Expired,
            None => QuotationState::Open,
        }
    }
}

const ACCEPT: u8 = 0;
const DECLINE: u8 = 1;
const WITHDRAW: u8 = 2;

impl QuotationStep {
    pub(super) fn write(&self, writer: &mut Writer) {
        match self {
            Self::Accept { acceptance, certificate } => {
                writer.array(3);
                writer.uint(ACCEPT);
                writer.bytes(acceptance);
                writer.bytes(certificate);
            }
            Self::Decline { reason } => {
                writer.array(2);
                writer.uint(DECLINE);
                writer.text(reason);
            }
            Self::Withdraw => write_bare(writer, WITHDRAW),
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let length = reader.array_up_to(3)?;
        Ok(match (length, reader.u8()?) {
            (3, ACCEPT) => Self::Accept {
                acceptance: reader.bytes(CERTIFICATE_BYTES_MAX)?.to_vec(),
                certificate: reader.bytes(CERTIFICATE_BYTES_MAX)?.to_vec(),
            },
            (2, DECLINE) => Self::Decline { reason: reader.text(NOTE_BYTES_MAX)? },
            (1, WITHDRAW) => Self::Withdraw,
            _unknown => return Err(Error::Value),
        })
    }
}
