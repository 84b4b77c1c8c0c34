//! What a shop and its customer say to each other beside words: orders, quotations and requests of
//! payment, and the steps of each.
//!
//! An order and a request are messages; a step names the message that it belongs to. What they come
//! to is a fold over the steps in the order in which the server accepted them ([`OrderProgress`],
//! crate `payments` for money), so every device of both sides sees the same, whoever decided at the
//! same time. A step that doesn't fit the state it meets changes nothing.

mod bill;
mod order;
mod payment;
mod progress;
mod quotation;
mod step;

pub use bill::{Bill, Tax};
pub use order::{Fulfilment, Order, OrderLine, OrderStep, total_of};
pub(crate) use order::{read_money, write_bare, write_money};
pub use payment::{PaymentRequest, PaymentStep};
pub use progress::{OrderProgress, OrderState};
pub use quotation::{Quotation, QuotationProgress, QuotationState, QuotationStep};
use tresen_types::MessageId;

use crate::{
    booking::{Booking, BookingStep, SlotOffer},
    cbor::{Reader, Writer},
    error::Error,
    message::control::{VERSION, exact, read_version},
};

/// The media type of what a shop and its customer say to each other.
pub const TYPE_SHOP: &str = "application/vnd.tresen.shop+cbor";

/// An order, a quotation, a request of payment, slots, a booking, or a step of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopMessage {
    /// What it is.
    pub deal: Deal,
    /// The same in words, for programs that don't know it.
    pub text: String,
}

/// What a shop and its customer say to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deal {
    /// The customer orders.
    Order(Order),
    /// Either side goes on with an order.
    OrderStep {
        /// The order.
        order: MessageId,
        /// What happens.
        step: OrderStep,
    },
    /// The business asks for money.
    Payment(PaymentRequest),
    /// Either side says what is known of a payment.
    PaymentStep {
        /// The request.
        payment: MessageId,
        /// What happens.
        step: PaymentStep,
    },
    /// The business offers slots.
    Slots(SlotOffer),
    /// The customer picks one, or waits.
    Booking(Booking),
    /// Either side goes on with a booking.
    BookingStep {
        /// The booking.
        booking: MessageId,
        /// What happens.
        step: BookingStep,
    },
    /// The business says what something would cost.
    Quotation(Quotation),
    /// Either side answers a quotation.
    QuotationStep {
        /// The quotation.
        quotation: MessageId,
        /// What happens.
        step: QuotationStep,
    },
}

/// What a deal is about, with its number in stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DealKind {
    /// An order.
    Order = 0,
    /// A payment.
    Payment = 1,
    /// An offer of slots.
    Slots = 2,
    /// A booking.
    Booking = 3,
    /// A quotation.
    Quotation = 4,
}

const ORDER: u8 = 0;
const ORDER_STEP: u8 = 1;
const PAYMENT: u8 = 2;
const PAYMENT_STEP: u8 = 3;
const SLOTS: u8 = 4;
const BOOKING: u8 = 5;
const BOOKING_STEP: u8 = 6;
const QUOTATION: u8 = 7;
const QUOTATION_STEP: u8 = 8;

impl Deal {
    /// The message that it belongs to; `None` for one that begins something.
    #[must_use]
    pub const fn root(&self) -> Option<MessageId> {
        match self {
            Self::Order(_)
            | Self::Payment(_)
            | Self::Slots(_)
            | Self::Booking(_)
            | Self::Quotation(_) => None,
            Self::OrderStep { order: root, .. }
            | Self::PaymentStep { payment: root, .. }
            | Self::BookingStep { booking: root, .. }
            | Self::QuotationStep { quotation: root, .. } => Some(*root),
        }
    }

    /// What it is about.
    #[must_use]
    pub const fn kind(&self) -> DealKind {
        match self {
            Self::Order(_) | Self::OrderStep { .. } => DealKind::Order,
            Self::Payment(_) | Self::PaymentStep { .. } => DealKind::Payment,
            Self::Slots(_) => DealKind::Slots,
            Self::Booking(_) | Self::BookingStep { .. } => DealKind::Booking,
            Self::Quotation(_) | Self::QuotationStep { .. } => DealKind::Quotation,
        }
    }
}

impl ShopMessage {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        match &self.deal {
            Deal::Order(order) => {
                head(&mut writer, 3, ORDER);
                order.write(&mut writer);
            }
            Deal::OrderStep { order, step } => {
                head(&mut writer, 4, ORDER_STEP);
                writer.message_id(*order);
                step.write(&mut writer);
            }
            Deal::Payment(request) => {
                head(&mut writer, 3, PAYMENT);
                request.write(&mut writer);
            }
            Deal::PaymentStep { payment, step } => {
                head(&mut writer, 4, PAYMENT_STEP);
                writer.message_id(*payment);
                step.write(&mut writer);
            }
            Deal::Slots(offer) => {
                head(&mut writer, 3, SLOTS);
                offer.write(&mut writer);
            }
            Deal::Booking(booking) => {
                head(&mut writer, 3, BOOKING);
                booking.write(&mut writer);
            }
            Deal::BookingStep { booking, step } => {
                head(&mut writer, 4, BOOKING_STEP);
                writer.message_id(*booking);
                step.write(&mut writer);
            }
            Deal::Quotation(quotation) => {
                head(&mut writer, 3, QUOTATION);
                quotation.write(&mut writer);
            }
            Deal::QuotationStep { quotation, step } => {
                head(&mut writer, 4, QUOTATION_STEP);
                writer.message_id(*quotation);
                step.write(&mut writer);
            }
        }
        writer.finish()
    }

    pub(crate) fn decode(bytes: &[u8], text: String) -> Result<Self, Error> {
        exact(bytes, Self::encode, |reader| Ok(Self { deal: read(reader)?, text }))
    }
}

fn head(writer: &mut Writer, length: usize, number: u8) {
    writer.array(length);
    writer.uint(VERSION);
    writer.uint(number);
}

fn read(reader: &mut Reader<'_>) -> Result<Deal, Error> {
    let length = reader.array_up_to(4)?;
    read_version(reader)?;
    match (length, reader.u8()?) {
        (3, ORDER) => Order::read(reader).map(Deal::Order),
        (4, ORDER_STEP) => {
            let order = reader.message_id()?;
            Ok(Deal::OrderStep { order, step: OrderStep::read(reader)? })
        }
        (3, PAYMENT) => PaymentRequest::read(reader).map(Deal::Payment),
        (4, PAYMENT_STEP) => {
            let payment = reader.message_id()?;
            Ok(Deal::PaymentStep { payment, step: PaymentStep::read(reader)? })
        }
        (3, SLOTS) => SlotOffer::read(reader).map(Deal::Slots),
        (3, BOOKING) => Booking::read(reader).map(Deal::Booking),
        (4, BOOKING_STEP) => {
            let booking = reader.message_id()?;
            Ok(Deal::BookingStep { booking, step: BookingStep::read(reader)? })
        }
        (3, QUOTATION) => Quotation::read(reader).map(Deal::Quotation),
        (4, QUOTATION_STEP) => {
            let quotation = reader.message_id()?;
            Ok(Deal::QuotationStep { quotation, step: QuotationStep::read(reader)? })
        }
        _unknown => Err(Error::Value),
    }
}
