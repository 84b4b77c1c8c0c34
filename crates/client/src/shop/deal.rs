//! Orders and payments with their steps, and what they come to.

use tresen_content::{
    Message,
    shop::{Deal, Order, OrderProgress, PaymentRequest, PaymentStep, ShopMessage},
};
use tresen_payments::{Event as PaymentEvent, Payment, Source};
use tresen_types::{AccountKind, DeviceId, MessageId};

use crate::{
    client::Inner,
    error::{Error, Result},
    store::{MessageKind, MessageRecord, StoredState, Tx},
    timeline::content_of,
};

/// Notes which order or payment a message belongs to.
pub(crate) fn index(tx: &Tx<'_>, record: &MessageRecord, message: &Message) -> Result<()> {
    let Message::Shop(shop) = message else { return Ok(()) };
    let root = shop.deal.root().unwrap_or(record.id);
    tx.put_deal(root, record.id, record.conversation, shop.deal.is_payment())?;
    match &shop.deal {
        Deal::Payment(PaymentRequest { order: Some(order), .. }) => tx.put_pays(root, *order),
        _other => Ok(()),
    }
}

/// The messages whose looks depend on this one: the order or payment that it is a step of, and the
/// order that a payment is for.
pub(crate) fn roots_of(inner: &Inner, tx: &Tx<'_>, message: &Message) -> Result<Vec<MessageId>> {
    let Message::Shop(shop) = message else { return Ok(Vec::new()) };
    let mut roots: Vec<MessageId> = shop.deal.root().into_iter().collect();
    let request = match &shop.deal {
        Deal::Payment(request) => Some(request.clone()),
        Deal::PaymentStep { payment, .. } => {
            payment_of(inner, tx, *payment).ok().map(|(_record, request)| request)
        }
        Deal::Order(_) | Deal::OrderStep { .. } => None,
    };
    roots.extend(request.and_then(|request| request.order));
    Ok(roots)
}

fn shop_of(inner: &Inner, record: &MessageRecord) -> Result<ShopMessage> {
    if record.kind != MessageKind::Content {
        return Err(Error::NotFound("order"));
    }
    match content_of(inner, record)?.message {
        Message::Shop(shop) => Ok(*shop),
        _other => Err(Error::NotFound("order")),
    }
}

/// An order with its message.
pub(super) fn order_of(
    inner: &Inner,
    tx: &Tx<'_>,
    order: MessageId,
) -> Result<(MessageRecord, Order)> {
    let record = tx.known_message(order)?;
    match shop_of(inner, &record)?.deal {
        Deal::Order(order) => Ok((record, order)),
        _other => Err(Error::NotFound("order")),
    }
}

/// A request of payment with its message.
pub(super) fn payment_of(
    inner: &Inner,
    tx: &Tx<'_>,
    payment: MessageId,
) -> Result<(MessageRecord, PaymentRequest)> {
    let record = tx.known_message(payment)?;
    match shop_of(inner, &record)?.deal {
        Deal::Payment(request) => Ok((record, request)),
        _other => Err(Error::NotFound("payment")),
    }
}

/// The steps of an order or a payment, as the server ordered them; own queued ones last.
fn steps(inner: &Inner, tx: &Tx<'_>, root: &MessageRecord) -> Result<Vec<(MessageRecord, Deal)>> {
    let mut steps = Vec::new();
    for record in tx.steps_of(root.id)? {
        let is_taken =
            record.state != Some(StoredState::Failed) && record.conversation == root.conversation;
        if is_taken && let Ok(shop) = shop_of(inner, &record) {
            steps.push((record, shop.deal));
        }
    }
    Ok(steps)
}

/// What an order has come to, and the steps that counted.
pub(super) fn progress(
    inner: &Inner,
    tx: &Tx<'_>,
    record: &MessageRecord,
    order: &Order,
) -> Result<(OrderProgress, Vec<MessageId>)> {
    let mut progress = OrderProgress::new(order, record.at);
    let mut counted = Vec::new();
    for (step_record, deal) in steps(inner, tx, record)? {
        if let Deal::OrderStep { step, .. } = deal
            && progress.apply(is_of_business(&step_record), &step, step_record.at)
        {
            counted.push(step_record.id);
        }
    }
    Ok((progress, counted))
}

/// What is known of a payment, and whose device said last that money came.
pub(super) fn money(
    inner: &Inner,
    tx: &Tx<'_>,
    record: &MessageRecord,
    request: &PaymentRequest,
) -> Result<(Payment, Option<(MessageRecord, DeviceId)>)> {
    let mut payment = Payment::new(request.amount, request.expires_at)
        .map_err(|_nothing| Error::Damaged("payment"))?;
    let mut confirmed = None;
    for (step_record, deal) in steps(inner, tx, record)? {
        let Deal::PaymentStep { step, .. } = deal else { continue };
        let event = event_of(&step);
        let may = is_of_business(&step_record) != matches!(event, PaymentEvent::Claimed);
        // What doesn't fit changes nothing, on every device alike.
        let has_changed = may && payment.apply(step_record.at, &event) == Ok(true);
        if has_changed && matches!(event, PaymentEvent::Received { .. }) {
            let device = step_record.sender_device;
            confirmed = Some((step_record, device));
        }
    }
    Ok((payment, confirmed))
}

/// A step as the payments crate knows it.
pub(super) fn event_of(step: &PaymentStep) -> PaymentEvent {
    match step {
        PaymentStep::Claim => PaymentEvent::Claimed,
        PaymentStep::Received { amount, source } => {
            PaymentEvent::Received { amount: *amount, source: source.clone() }
        }
        PaymentStep::Refunded { amount, source } => {
            PaymentEvent::Refunded { amount: *amount, source: source.clone() }
        }
        PaymentStep::Cancel => PaymentEvent::Cancelled,
    }
}

/// Whether an entry of a statement was taken in before.
pub(super) fn has_source(
    inner: &Inner,
    tx: &Tx<'_>,
    root: &MessageRecord,
    wanted: &Source,
) -> Result<bool> {
    let steps = steps(inner, tx, root)?;
    Ok(steps.iter().any(|(_record, deal)| {
        matches!(deal, Deal::PaymentStep { step: PaymentStep::Received { source, .. }, .. }
            if source == wanted)
    }))
}

fn is_of_business(record: &MessageRecord) -> bool {
    record.sender_account.kind() == AccountKind::Business
}
