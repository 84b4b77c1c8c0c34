//! Steps that say nothing but what happened: they may reach a customer when the business may not
//! write any more, so nothing in them can carry words (docs/decisions/0032).

use tresen_payments::Source;

use super::{Deal, OrderStep, PaymentStep, QuotationStep, ShopMessage};
use crate::{booking::BookingStep, limits::SOURCE_ID_BYTES_MAX};

impl ShopMessage {
    /// A step with the words that every device knows for it.
    #[must_use]
    pub fn of_step(deal: Deal) -> Self {
        let text = deal.step_words().unwrap_or_default();
        Self { deal, text }
    }

    /// Whether it is a step of a business that carries nothing of its own: no reason, no address of
    /// a page, no lines, no words but the known ones. The name in a granted slot is for the reader to
    /// compare with what was offered.
    #[must_use]
    pub fn is_bare_step(&self) -> bool {
        self.deal.is_bare() && self.deal.step_words().as_ref() == Some(&self.text)
    }
}

impl Deal {
    /// A step in the words that every device knows for it; `None` for what is no step.
    #[must_use]
    pub fn step_words(&self) -> Option<String> {
        Some(match self {
            Self::OrderStep { step, .. } => of_order(step).to_owned(),
            Self::PaymentStep { step, .. } => of_payment(step),
            Self::BookingStep { step, .. } => of_booking(step).to_owned(),
            Self::QuotationStep { step, .. } => of_quotation(step).to_owned(),
            Self::Order(_)
            | Self::Payment(_)
            | Self::Slots(_)
            | Self::Booking(_)
            | Self::Quotation(_) => return None,
        })
    }

    fn is_bare(&self) -> bool {
        match self {
            Self::OrderStep { step, .. } => match step {
                OrderStep::Accept { .. } | OrderStep::Ready | OrderStep::Done => true,
                OrderStep::Decline { reason } | OrderStep::Cancel { reason } => reason.is_empty(),
                OrderStep::Change { .. } | OrderStep::Agree | OrderStep::Withdraw => false,
            },
            Self::PaymentStep { step, .. } => match step {
                PaymentStep::Received { source, .. } | PaymentStep::Refunded { source, .. } => {
                    is_plain(source)
                }
                PaymentStep::Cancel | PaymentStep::RefundWanted { .. } | PaymentStep::Failed => {
                    true
                }
                PaymentStep::Claim | PaymentStep::Page { .. } => false,
            },
            Self::BookingStep { step, .. } => match step {
                BookingStep::Grant { .. }
                | BookingStep::Confirm
                | BookingStep::NoShow
                | BookingStep::Lapse => true,
                BookingStep::Decline { note, .. } | BookingStep::Cancel { note } => note.is_empty(),
                BookingStep::Ask { .. } => false,
            },
            Self::QuotationStep { step, .. } => matches!(step, QuotationStep::Withdraw),
            Self::Order(_)
            | Self::Payment(_)
            | Self::Slots(_)
            | Self::Booking(_)
            | Self::Quotation(_) => false,
        }
    }
}

/// What a statement or a provider calls a movement of money: an id, no sentence.
fn is_plain(source: &Source) -> bool {
    match source {
        Source::Hand => true,
        Source::Statement(id) | Source::Provider(id) => {
            let is_id = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
            (1..=SOURCE_ID_BYTES_MAX).contains(&id.len()) && id.bytes().all(is_id)
        }
    }
}

const fn of_order(step: &OrderStep) -> &'static str {
    match step {
        OrderStep::Accept { .. } => "Order accepted",
        OrderStep::Decline { .. } => "Order declined",
        OrderStep::Change { .. } => "Order changed",
        OrderStep::Agree => "Change agreed",
        OrderStep::Withdraw => "Order withdrawn",
        OrderStep::Ready => "Order ready",
        OrderStep::Done => "Order done",
        OrderStep::Cancel { .. } => "Order cancelled",
    }
}

fn of_payment(step: &PaymentStep) -> String {
    match step {
        PaymentStep::Claim => "Paid, says the customer".to_owned(),
        PaymentStep::Received { amount, .. } => format!("Received: {amount}"),
        PaymentStep::Refunded { amount, .. } => format!("Given back: {amount}"),
        PaymentStep::Cancel => "Not asked for any more".to_owned(),
        PaymentStep::Page { url, .. } => url.clone(),
        PaymentStep::RefundWanted { amount } => format!("Will be given back: {amount}"),
        PaymentStep::Failed => "The provider could not collect it".to_owned(),
    }
}

const fn of_booking(step: &BookingStep) -> &'static str {
    match step {
        BookingStep::Ask { .. } => "Another time asked for",
        BookingStep::Grant { is_confirmed: true, .. } | BookingStep::Confirm => "Booking confirmed",
        BookingStep::Grant { .. } => "Time held",
        BookingStep::Decline { .. } => "Time not available",
        BookingStep::Cancel { .. } => "Booking cancelled",
        BookingStep::NoShow => "Didn't come",
        BookingStep::Lapse => "The deposit didn't come in time",
    }
}

const fn of_quotation(step: &QuotationStep) -> &'static str {
    match step {
        QuotationStep::Accept { .. } => "Quotation accepted",
        QuotationStep::Decline { .. } => "Quotation declined",
        QuotationStep::Withdraw => "Quotation taken back",
    }
}
