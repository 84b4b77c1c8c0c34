//! Orders and payments as an interface shows them.

use tresen_content::shop::{
    Deal, DealKind, Fulfilment, Order, OrderLine, OrderState, OrderStep, PaymentRequest,
    PaymentStep, ShopMessage,
};
use tresen_payments::{PaymentState, Provider, Rail, Request, Source, payload};
use tresen_types::{AccountKind, MessageId, Money};
use tresen_view::{
    DealLine, LineView, MessageBody, MoneyView, MovementSource, MovementView, OrderStateView,
    OrderView, PaymentStateView, PaymentStepView, PaymentView, WayView,
};

use super::{catalogue, deal, hosted, quotation};
use crate::{
    booking,
    client::Inner,
    error::Result,
    names,
    store::{MessageRecord, Tx},
};

/// What is shown of an order, a request or a step.
pub(crate) fn body(
    inner: &Inner,
    tx: &Tx<'_>,
    record: &MessageRecord,
    shop: &ShopMessage,
) -> Result<MessageBody> {
    Ok(match &shop.deal {
        Deal::Order(order) => MessageBody::Order(Box::new(order_view(inner, tx, record, order)?)),
        Deal::Payment(request) => {
            MessageBody::Payment(Box::new(payment_view(inner, tx, record, request)?))
        }
        Deal::OrderStep { order, step } => {
            MessageBody::Deal(order_line(inner, tx, record, *order, step)?)
        }
        Deal::PaymentStep { step, .. } => MessageBody::Deal(payment_line(step)),
        Deal::Slots(offer) => {
            MessageBody::Slots(Box::new(booking::slots_view(inner, tx, record, offer)?))
        }
        Deal::Booking(asked) => {
            MessageBody::Booking(Box::new(booking::booking_view(inner, tx, record, asked)?))
        }
        Deal::Quotation(known) => {
            MessageBody::Quotation(Box::new(quotation::quotation_view(inner, tx, record, known)?))
        }
        Deal::QuotationStep { quotation: root, step } => {
            MessageBody::Deal(quotation::line(inner, tx, record, *root, step)?)
        }
        Deal::BookingStep { booking: root, step } => {
            MessageBody::Deal(booking::line(inner, tx, record, *root, step)?)
        }
    })
}

/// An order as it stands now.
pub(super) fn order_view(
    inner: &Inner,
    tx: &Tx<'_>,
    record: &MessageRecord,
    order: &Order,
) -> Result<OrderView> {
    let (progress, _counted) = deal::progress(inner, tx, record, order)?;
    let payment = match tx.deals_for(DealKind::Payment, record.id)?.first() {
        Some(payment) => {
            let (payment_record, request) = deal::payment_of(inner, tx, *payment)?;
            let payment = deal::money(inner, tx, &payment_record, &request)?.payment;
            Some(payment_state(payment.state(inner.now())))
        }
        None => None,
    };
    Ok(OrderView {
        order: record.id,
        conversation: record.conversation,
        number: number_of(record.id),
        customer: customer_of(tx, record)?,
        at: record.at,
        state: order_state(progress.state),
        lines: progress.lines.iter().map(line_view).collect(),
        total: money_view(progress.total),
        note: order.note.clone(),
        address: match &order.fulfilment {
            Fulfilment::PickUp => None,
            Fulfilment::Delivery { address } => Some(address.clone()),
        },
        wanted_at: order.wanted_at,
        reason: progress.reason,
        ready_at: progress.ready_at,
        times: progress.times.iter().map(|(state, at)| (order_state(*state), *at)).collect(),
        is_as_priced: catalogue::is_as_priced(inner, tx, record, order)?,
        payment,
    })
}

/// A payment as it stands now.
pub(super) fn payment_view(
    inner: &Inner,
    tx: &Tx<'_>,
    record: &MessageRecord,
    request: &PaymentRequest,
) -> Result<PaymentView> {
    let known = deal::money(inner, tx, record, request)?;
    let mut movements = Vec::with_capacity(known.movements.len());
    for (is_refund, amount, source, step) in &known.movements {
        movements.push(MovementView {
            is_refund: *is_refund,
            minor: amount.minor,
            at: step.at,
            source: match source {
                Source::Hand => MovementSource::Hand,
                Source::Statement(_id) => MovementSource::Statement,
                Source::Provider(_id) => MovementSource::Provider,
            },
            by: names::of_sender(tx, step.sender_account, step.sender_device)?,
        });
    }
    let confirmed = movements.iter().rev().find(|movement| !movement.is_refund);
    let confirmed_by = confirmed.map(|movement| movement.by.clone()).unwrap_or_default();
    let bill = match &request.bill {
        Some(bill) => Some(quotation::bill_view(bill)),
        None => quotation::bill_behind(inner, tx, request.order, request.amount)?,
    };
    let payment = &known.payment;
    Ok(PaymentView {
        payment: record.id,
        conversation: record.conversation,
        order: request.order,
        customer: customer_of(tx, record)?,
        at: record.at,
        reference: request.reference.clone(),
        amount: money_view(request.amount),
        note: request.note.clone(),
        expires_at: request.expires_at,
        state: payment_state(payment.state(inner.now())),
        received: payment.received().minor,
        refunded: payment.refunded().minor,
        is_late: payment.is_late(),
        confirmed_by,
        ways: request
            .rails
            .iter()
            .filter_map(|rail| match rail {
                // A page is for all of it.
                Rail::Hosted { .. } if payment.received().minor > 0 => None,
                Rail::Hosted { provider } => page(inner, *provider, &known.pages),
                rail => way(rail, request, payment.open()),
            })
            .collect(),
        bill,
        movements,
        refundable: known.refundable(),
    })
}

/// A provider's page, once the gateway has told it.
fn page(inner: &Inner, provider: Provider, pages: &[(Provider, String)]) -> Option<WayView> {
    let (_provider, url) = pages.iter().find(|(of, _url)| *of == provider)?;
    hosted::is_page(inner, url).then(|| WayView {
        rail: provider.as_str().to_owned(),
        code: String::new(),
        link: Some(url.clone()),
        name: String::new(),
        account: String::new(),
    })
}

fn way(rail: &Rail, request: &PaymentRequest, open: Money) -> Option<WayView> {
    let wanted = Request {
        amount: if open.minor > 0 { open } else { request.amount },
        reference: request.reference.clone(),
        note: request.note.chars().filter(|letter| !letter.is_control()).take(50).collect(),
    };
    let made = payload(rail, &wanted).ok()?;
    let (name, account) = match rail {
        Rail::Sepa { iban, name, .. } => (name.clone(), iban.to_string()),
        Rail::Swiss { iban, creditor } => (creditor.name.clone(), iban.to_string()),
        Rail::Upi { address, name } => (name.clone(), address.clone()),
        Rail::Pix { key, name, .. } => (name.clone(), key.clone()),
        Rail::Hosted { .. } => (String::new(), String::new()),
    };
    let rail = rail.as_str().to_owned();
    Some(WayView { rail, code: made.code, link: made.link, name, account })
}

fn order_line(
    inner: &Inner,
    tx: &Tx<'_>,
    record: &MessageRecord,
    order: MessageId,
    step: &OrderStep,
) -> Result<DealLine> {
    let has_counted = match deal::order_of(inner, tx, order) {
        Ok((root, content)) => deal::progress(inner, tx, &root, &content)?.1.contains(&record.id),
        // The order itself isn't on this device.
        Err(_missing) => false,
    };
    let (state, reason) = match step {
        OrderStep::Accept { .. } | OrderStep::Agree => (OrderStateView::Accepted, ""),
        OrderStep::Decline { reason } => (OrderStateView::Declined, reason.as_str()),
        OrderStep::Change { reason, .. } => (OrderStateView::Changed, reason.as_str()),
        OrderStep::Withdraw => (OrderStateView::Withdrawn, ""),
        OrderStep::Ready => (OrderStateView::Ready, ""),
        OrderStep::Done => (OrderStateView::Done, ""),
        OrderStep::Cancel { reason } => (OrderStateView::Cancelled, reason.as_str()),
    };
    Ok(DealLine::Order {
        number: number_of(order),
        state: has_counted.then_some(state),
        reason: reason.to_owned(),
    })
}

fn payment_line(step: &PaymentStep) -> DealLine {
    let (step, currency) = match step {
        PaymentStep::Claim => (PaymentStepView::Claim, String::new()),
        PaymentStep::Received { amount, .. } => {
            (PaymentStepView::Received { minor: amount.minor }, amount.currency.to_string())
        }
        PaymentStep::Refunded { amount, .. } => {
            (PaymentStepView::Refunded { minor: amount.minor }, amount.currency.to_string())
        }
        PaymentStep::Cancel => (PaymentStepView::Cancel, String::new()),
        PaymentStep::Page { .. } => (PaymentStepView::Page, String::new()),
        PaymentStep::RefundWanted { amount } => {
            (PaymentStepView::RefundThrough { minor: amount.minor }, amount.currency.to_string())
        }
        PaymentStep::Failed => (PaymentStepView::Failed, String::new()),
    };
    DealLine::Payment { step, currency }
}

/// The name of the conversation's customer.
pub(crate) fn customer_of(tx: &Tx<'_>, record: &MessageRecord) -> Result<String> {
    let conversation = tx.known_conversation(record.conversation)?;
    match conversation.counterpart {
        // The other side is the shop: the customer is who reads this.
        Some(shop) if shop.kind() == AccountKind::Business => {
            Ok(tx.account()?.map(|own| own.name).unwrap_or_default())
        }
        Some(counterpart) => names::of_account(tx, counterpart),
        None => Ok(String::new()),
    }
}

/// A short name for people, of the message's id: no letter that looks like a digit.
pub(crate) fn number_of(order: MessageId) -> String {
    const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let letter = |byte: &u8| LETTERS.get(usize::from(byte % 32)).copied().map_or('0', char::from);
    order.as_bytes().iter().take(4).map(letter).collect()
}

pub(super) fn line_view(line: &OrderLine) -> LineView {
    let choices = std::iter::once(&line.variant).chain(&line.options);
    let choices: Vec<&str> =
        choices.map(String::as_str).filter(|choice| !choice.is_empty()).collect();
    LineView {
        item: line.item.clone(),
        name: line.name.clone(),
        choices: choices.join(", "),
        quantity: line.quantity,
        unit: line.unit,
    }
}

pub(crate) fn money_view(money: Money) -> MoneyView {
    MoneyView { minor: money.minor, currency: money.currency.to_string() }
}

const fn order_state(state: OrderState) -> OrderStateView {
    match state {
        OrderState::New => OrderStateView::New,
        OrderState::Changed => OrderStateView::Changed,
        OrderState::Accepted => OrderStateView::Accepted,
        OrderState::Ready => OrderStateView::Ready,
        OrderState::Done => OrderStateView::Done,
        OrderState::Declined => OrderStateView::Declined,
        OrderState::Withdrawn => OrderStateView::Withdrawn,
        OrderState::Cancelled => OrderStateView::Cancelled,
    }
}

pub(crate) const fn payment_state(state: PaymentState) -> PaymentStateView {
    match state {
        PaymentState::Requested => PaymentStateView::Requested,
        PaymentState::Claimed => PaymentStateView::Claimed,
        PaymentState::PartlyPaid => PaymentStateView::PartlyPaid,
        PaymentState::Paid => PaymentStateView::Paid,
        PaymentState::Overpaid => PaymentStateView::Overpaid,
        PaymentState::Expired => PaymentStateView::Expired,
        PaymentState::Failed => PaymentStateView::Failed,
        PaymentState::Cancelled => PaymentStateView::Cancelled,
        PaymentState::PartlyRefunded => PaymentStateView::PartlyRefunded,
        PaymentState::Refunded => PaymentStateView::Refunded,
    }
}
