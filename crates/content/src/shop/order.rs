//! Orders and their steps. A total that isn't the sum of its lines is no order.

use tresen_types::{Currency, Money, Timestamp};

use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::{
        ADDRESS_BYTES_MAX, ITEM_NAME_BYTES_MAX, NOTE_BYTES_MAX, ORDER_LINES_MAX, ORDER_OPTIONS_MAX,
        ORDER_QUANTITY_MAX,
    },
};

/// What a customer orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The edition of the catalogue that the prices are from.
    pub edition: u64,
    /// What is ordered.
    pub lines: Vec<OrderLine>,
    /// The sum, as the customer saw it.
    pub total: Money,
    /// A few words; may be empty.
    pub note: String,
    /// How it gets to the customer.
    pub fulfilment: Fulfilment,
    /// When it is wanted; `None` for as soon as possible.
    pub wanted_at: Option<Timestamp>,
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderLine {
    /// The item's id in the catalogue.
    pub item: String,
    /// What it was called.
    pub name: String,
    /// The chosen variant; empty where there is none.
    pub variant: String,
    /// The added options.
    pub options: Vec<String>,
    /// The price of one with its options, in minor units.
    pub unit: i64,
    /// How many.
    pub quantity: u32,
}

/// How an order gets to the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fulfilment {
    /// The customer comes.
    PickUp,
    /// It is brought.
    Delivery {
        /// Where to.
        address: String,
    },
}

/// A step of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderStep {
    /// The business takes it.
    Accept {
        /// When it will be ready, if that was said.
        ready_at: Option<Timestamp>,
    },
    /// The business doesn't take it.
    Decline {
        /// Why; may be empty.
        reason: String,
    },
    /// The business takes it with other lines, if the customer agrees.
    Change {
        /// The new lines.
        lines: Vec<OrderLine>,
        /// Their sum.
        total: Money,
        /// Why; may be empty.
        reason: String,
    },
    /// The customer agrees to the change.
    Agree,
    /// The customer doesn't agree, or doesn't want it any more.
    Withdraw,
    /// It is ready.
    Ready,
    /// The customer has it.
    Done,
    /// The business can't go on with what it has taken.
    Cancel {
        /// Why; may be empty.
        reason: String,
    },
}

/// The sum of lines, checked for overflow.
///
/// # Errors
/// When it is too large.
pub fn total_of(currency: Currency, lines: &[OrderLine]) -> Result<Money, Error> {
    lines.iter().try_fold(Money::zero(currency), |sum, line| {
        Money { minor: line.unit, currency }
            .times(line.quantity)
            .and_then(|line| sum.plus(line))
            .map_err(|_large| Error::Limit)
    })
}

impl Order {
    pub(super) fn write(&self, writer: &mut Writer) {
        writer.array(7);
        writer.uint(self.edition);
        write_money(writer, self.total);
        writer.list(&self.lines, |writer, line| line.write(writer));
        writer.text(&self.note);
        match &self.fulfilment {
            Fulfilment::PickUp => writer.null(),
            Fulfilment::Delivery { address } => writer.text(address),
        }
        writer.optional(self.wanted_at, Writer::time);
        writer.null();
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        reader.array(7)?;
        let edition = reader.u64()?;
        let total = read_money(reader)?;
        let lines = read_lines_of(reader, total)?;
        let note = reader.text(NOTE_BYTES_MAX)?;
        let address = reader.optional(|reader| reader.text(ADDRESS_BYTES_MAX))?;
        let fulfilment =
            address.map_or(Fulfilment::PickUp, |address| Fulfilment::Delivery { address });
        let wanted_at = reader.optional(Reader::time)?;
        reader.null()?;
        Ok(Self { edition, lines, total, note, fulfilment, wanted_at })
    }
}

impl OrderLine {
    pub(super) fn write(&self, writer: &mut Writer) {
        writer.array(6);
        writer.text(&self.item);
        writer.text(&self.name);
        writer.text(&self.variant);
        writer.list(&self.options, |writer, option| writer.text(option));
        writer.int(self.unit);
        writer.uint(self.quantity);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        reader.array(6)?;
        let line = Self {
            item: reader.text(ITEM_NAME_BYTES_MAX)?,
            name: reader.text(ITEM_NAME_BYTES_MAX)?,
            variant: reader.text(ITEM_NAME_BYTES_MAX)?,
            options: reader.list(ORDER_OPTIONS_MAX, |reader| reader.text(ITEM_NAME_BYTES_MAX))?,
            unit: reader.int()?,
            quantity: reader.u32()?,
        };
        let is_priced = line.unit >= 0 && (1..=ORDER_QUANTITY_MAX).contains(&line.quantity);
        if is_priced { Ok(line) } else { Err(Error::Value) }
    }
}

const ACCEPT: u8 = 0;
const DECLINE: u8 = 1;
const CHANGE: u8 = 2;
const AGREE: u8 = 3;
const WITHDRAW: u8 = 4;
const READY: u8 = 5;
const DONE: u8 = 6;
const CANCEL: u8 = 7;

impl OrderStep {
    pub(super) fn write(&self, writer: &mut Writer) {
        match self {
            Self::Accept { ready_at } => {
                writer.array(2);
                writer.uint(ACCEPT);
                writer.optional(*ready_at, Writer::time);
            }
            Self::Decline { reason } => write_reason(writer, DECLINE, reason),
            Self::Change { lines, total, reason } => {
                writer.array(4);
                writer.uint(CHANGE);
                write_money(writer, *total);
                writer.list(lines, |writer, line| line.write(writer));
                writer.text(reason);
            }
            Self::Agree => write_bare(writer, AGREE),
            Self::Withdraw => write_bare(writer, WITHDRAW),
            Self::Ready => write_bare(writer, READY),
            Self::Done => write_bare(writer, DONE),
            Self::Cancel { reason } => write_reason(writer, CANCEL, reason),
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let length = reader.array_up_to(4)?;
        Ok(match (length, reader.u8()?) {
            (2, ACCEPT) => Self::Accept { ready_at: reader.optional(Reader::time)? },
            (2, DECLINE) => Self::Decline { reason: reader.text(NOTE_BYTES_MAX)? },
            (4, CHANGE) => {
                let total = read_money(reader)?;
                let lines = read_lines_of(reader, total)?;
                Self::Change { lines, total, reason: reader.text(NOTE_BYTES_MAX)? }
            }
            (1, AGREE) => Self::Agree,
            (1, WITHDRAW) => Self::Withdraw,
            (1, READY) => Self::Ready,
            (1, DONE) => Self::Done,
            (2, CANCEL) => Self::Cancel { reason: reader.text(NOTE_BYTES_MAX)? },
            _unknown => return Err(Error::Value),
        })
    }
}

pub(crate) fn write_bare(writer: &mut Writer, number: u8) {
    writer.array(1);
    writer.uint(number);
}

fn write_reason(writer: &mut Writer, number: u8, reason: &str) {
    writer.array(2);
    writer.uint(number);
    writer.text(reason);
}

pub(crate) fn write_money(writer: &mut Writer, money: Money) {
    writer.array(2);
    writer.text(money.currency.code());
    writer.int(money.minor);
}

pub(crate) fn read_money(reader: &mut Reader<'_>) -> Result<Money, Error> {
    reader.array(2)?;
    let currency = Currency::parse(&reader.text(3)?).map_err(|_unknown| Error::Value)?;
    let minor = reader.int()?;
    if minor < 0 { Err(Error::Value) } else { Ok(Money { minor, currency }) }
}

pub(super) fn read_lines(reader: &mut Reader<'_>) -> Result<Vec<OrderLine>, Error> {
    reader.list(ORDER_LINES_MAX, OrderLine::read)
}

/// Lines that come to a total.
fn read_lines_of(reader: &mut Reader<'_>, total: Money) -> Result<Vec<OrderLine>, Error> {
    let lines = read_lines(reader)?;
    if lines.is_empty() || total_of(total.currency, &lines)? != total {
        return Err(Error::Value);
    }
    Ok(lines)
}
