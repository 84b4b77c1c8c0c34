//! What a shop and its customer say to each other beside words: orders and requests of payment, and
//! the steps of both.
//!
//! An order and a request are messages; a step names the message that it belongs to. What they come
//! to is a fold over the steps in the order in which the server accepted them ([`OrderProgress`],
//! crate `payments` for money), so every device of both sides sees the same, whoever decided at the
//! same time. A step that doesn't fit the state it meets changes nothing.

mod order;
mod payment;
mod progress;

pub use order::{Fulfilment, Order, OrderLine, OrderStep, total_of};
pub use payment::{PaymentRequest, PaymentStep};
pub use progress::{OrderProgress, OrderState};
use tresen_types::MessageId;

use crate::{
    cbor::{Reader, Writer},
    error::Error,
    message::control::{VERSION, exact, read_version},
};

/// The media type of what a shop and its customer say to each other.
pub const TYPE_SHOP: &str = "application/vnd.tresen.shop+cbor";

/// An order, a request of payment, or a step of one.
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
}

const ORDER: u8 = 0;
const ORDER_STEP: u8 = 1;
const PAYMENT: u8 = 2;
const PAYMENT_STEP: u8 = 3;

impl Deal {
    /// The message that it belongs to; `None` for one that begins something.
    #[must_use]
    pub const fn root(&self) -> Option<MessageId> {
        match self {
            Self::Order(_) | Self::Payment(_) => None,
            Self::OrderStep { order: root, .. } | Self::PaymentStep { payment: root, .. } => {
                Some(*root)
            }
        }
    }

    /// Whether it is about money.
    #[must_use]
    pub const fn is_payment(&self) -> bool {
        matches!(self, Self::Payment(_) | Self::PaymentStep { .. })
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
        _unknown => Err(Error::Value),
    }
}
