//! Requests of payment, and what each side says of them.

use tresen_payments::{Creditor, Iban, Provider, Rail, Source};
use tresen_types::{MessageId, Money, Timestamp};

use super::{
    bill::Bill,
    order::{read_money, write_bare, write_money},
};
use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::{
        ITEM_NAME_BYTES_MAX, NOTE_BYTES_MAX, PAGE_URL_BYTES_MAX, RAIL_TEXT_BYTES_MAX, RAILS_MAX,
    },
};

/// The business asks for money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRequest {
    /// The order, booking or quotation that it is for.
    pub order: Option<MessageId>,
    /// What finds it on a bank statement: a creditor reference.
    pub reference: String,
    /// How much.
    pub amount: Money,
    /// What it is for, in words; may be empty.
    pub note: String,
    /// Until when.
    pub expires_at: Option<Timestamp>,
    /// The ways to pay that the business offers; the payer's device chooses among them.
    pub rails: Vec<Rail>,
    /// What the amount is made of, where that was said.
    pub bill: Option<Bill>,
}

/// A step of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentStep {
    /// The customer says that it was paid: not money yet.
    Claim,
    /// The business has received money.
    Received {
        /// How much.
        amount: Money,
        /// Who says so.
        source: Source,
    },
    /// The business has given money back.
    Refunded {
        /// How much.
        amount: Money,
        /// Who says so.
        source: Source,
    },
    /// The business doesn't want it any more.
    Cancel,
    /// The business's gateway has a provider's page on which it can be paid.
    Page {
        /// The provider.
        provider: Provider,
        /// The page.
        url: String,
    },
    /// The business wants its gateway to give money back through the provider that collected it.
    RefundWanted {
        /// How much.
        amount: Money,
    },
    /// A provider could not collect it.
    Failed,
}

impl PaymentRequest {
    pub(super) fn write(&self, writer: &mut Writer) {
        writer.array(if self.bill.is_some() { 7 } else { 6 });
        writer.optional(self.order, Writer::message_id);
        writer.text(&self.reference);
        write_money(writer, self.amount);
        writer.text(&self.note);
        writer.optional(self.expires_at, Writer::time);
        writer.list(&self.rails, write_rail);
        if let Some(bill) = &self.bill {
            bill.write(writer);
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let length = reader.array_up_to(7)?;
        let request = Self {
            order: reader.optional(Reader::message_id)?,
            reference: reader.text(ITEM_NAME_BYTES_MAX)?,
            amount: read_money(reader)?,
            note: reader.text(NOTE_BYTES_MAX)?,
            expires_at: reader.optional(Reader::time)?,
            rails: reader.list(RAILS_MAX, read_rail)?,
            bill: match length {
                6 => None,
                7 => Some(Bill::read(reader)?),
                _other => return Err(Error::Malformed),
            },
        };
        let is_sum = request.bill.as_ref().is_none_or(|bill| bill.total == request.amount);
        if request.amount.minor > 0 && is_sum { Ok(request) } else { Err(Error::Value) }
    }
}

const CLAIM: u8 = 0;
const RECEIVED: u8 = 1;
const REFUNDED: u8 = 2;
const CANCEL: u8 = 3;
const PAGE: u8 = 4;
const REFUND_WANTED: u8 = 5;
const FAILED: u8 = 6;

impl PaymentStep {
    pub(super) fn write(&self, writer: &mut Writer) {
        match self {
            Self::Claim => write_bare(writer, CLAIM),
            Self::Received { amount, source } => write_moved(writer, RECEIVED, *amount, source),
            Self::Refunded { amount, source } => write_moved(writer, REFUNDED, *amount, source),
            Self::Cancel => write_bare(writer, CANCEL),
            Self::Page { provider, url } => {
                writer.array(3);
                writer.uint(PAGE);
                writer.text(provider.as_str());
                writer.text(url);
            }
            Self::RefundWanted { amount } => {
                writer.array(2);
                writer.uint(REFUND_WANTED);
                write_money(writer, *amount);
            }
            Self::Failed => write_bare(writer, FAILED),
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let length = reader.array_up_to(4)?;
        Ok(match (length, reader.u8()?) {
            (1, CLAIM) => Self::Claim,
            (4, RECEIVED) => {
                let (amount, source) = read_moved(reader)?;
                Self::Received { amount, source }
            }
            (4, REFUNDED) => {
                let (amount, source) = read_moved(reader)?;
                Self::Refunded { amount, source }
            }
            (1, CANCEL) => Self::Cancel,
            (3, PAGE) => Self::Page {
                provider: read_provider(&reader.text(RAIL_TEXT_BYTES_MAX)?)?,
                url: reader.text(PAGE_URL_BYTES_MAX)?,
            },
            (2, REFUND_WANTED) => match read_money(reader)? {
                amount if amount.minor > 0 => Self::RefundWanted { amount },
                _nothing => return Err(Error::Value),
            },
            (1, FAILED) => Self::Failed,
            _unknown => return Err(Error::Value),
        })
    }
}

const BY_HAND: u8 = 0;
const BY_STATEMENT: u8 = 1;
const BY_PROVIDER: u8 = 2;

fn write_moved(writer: &mut Writer, number: u8, amount: Money, source: &Source) {
    writer.array(4);
    writer.uint(number);
    write_money(writer, amount);
    let (by, id) = match source {
        Source::Hand => (BY_HAND, ""),
        Source::Statement(id) => (BY_STATEMENT, id.as_str()),
        Source::Provider(id) => (BY_PROVIDER, id.as_str()),
    };
    writer.uint(by);
    writer.text(id);
}

fn read_moved(reader: &mut Reader<'_>) -> Result<(Money, Source), Error> {
    let amount = read_money(reader)?;
    if amount.minor == 0 {
        return Err(Error::Value);
    }
    let source = match (reader.u8()?, reader.text(ITEM_NAME_BYTES_MAX)?) {
        (BY_HAND, id) if id.is_empty() => Source::Hand,
        (BY_STATEMENT, id) => Source::Statement(id),
        (BY_PROVIDER, id) => Source::Provider(id),
        _unknown => return Err(Error::Value),
    };
    Ok((amount, source))
}

const SEPA: u8 = 0;
const SWISS: u8 = 1;
const UPI: u8 = 2;
const PIX: u8 = 3;
const HOSTED: u8 = 4;

fn read_provider(word: &str) -> Result<Provider, Error> {
    Provider::parse(word).ok_or(Error::Value)
}

fn write_rail(writer: &mut Writer, rail: &Rail) {
    let (number, fields): (u8, Vec<&str>) = match rail {
        Rail::Sepa { iban, bic, name } => (SEPA, vec![iban.as_str(), bic, name]),
        Rail::Swiss { iban, creditor } => (
            SWISS,
            vec![
                iban.as_str(),
                &creditor.name,
                &creditor.street,
                &creditor.house_number,
                &creditor.postal_code,
                &creditor.town,
                &creditor.country,
            ],
        ),
        Rail::Upi { address, name } => (UPI, vec![address, name]),
        Rail::Pix { key, name, city } => (PIX, vec![key, name, city]),
        Rail::Hosted { provider } => (HOSTED, vec![provider.as_str()]),
    };
    writer.array(2);
    writer.uint(number);
    writer.list(&fields, |writer, field| writer.text(field));
}

fn read_rail(reader: &mut Reader<'_>) -> Result<Rail, Error> {
    reader.array(2)?;
    let number = reader.u8()?;
    let fields = reader.list(7, |reader| reader.text(RAIL_TEXT_BYTES_MAX))?;
    let account = |iban: String| Iban::parse(&iban).map_err(|_wrong| Error::Value);
    match (number, <[String; 7]>::try_from(fields)) {
        (SWISS, Ok([iban, name, street, house_number, postal_code, town, country])) => {
            Ok(Rail::Swiss {
                iban: account(iban)?,
                creditor: Creditor { name, street, house_number, postal_code, town, country },
            })
        }
        (number, Err(fields)) => match (number, <[String; 3]>::try_from(fields)) {
            (SEPA, Ok([iban, bic, name])) => Ok(Rail::Sepa { iban: account(iban)?, bic, name }),
            (PIX, Ok([key, name, city])) => Ok(Rail::Pix { key, name, city }),
            (number, Err(fields)) => match (number, <[String; 2]>::try_from(fields)) {
                (UPI, Ok([address, name])) => Ok(Rail::Upi { address, name }),
                (number, Err(fields)) => match (number, <[String; 1]>::try_from(fields)) {
                    (HOSTED, Ok([provider])) => {
                        Ok(Rail::Hosted { provider: read_provider(&provider)? })
                    }
                    _unknown => Err(Error::Value),
                },
                _unknown => Err(Error::Value),
            },
            _unknown => Err(Error::Value),
        },
        _unknown => Err(Error::Value),
    }
}
