//! Orders, payments and bookings with their steps, and what they come to.

use tresen_content::{
    Message,
    booking::{Booking, BookingProgress, BookingStep, SlotOffer},
    shop::{Deal, DealKind, Order, OrderProgress, PaymentRequest, PaymentStep, ShopMessage},
};
use tresen_payments::{Event as PaymentEvent, Payment, Source};
use tresen_types::{AccountKind, DeviceId, MessageId};

use crate::{
    client::Inner,
    error::{Error, Result},
    store::{MessageKind, MessageRecord, StoredState, Tx},
    timeline::content_of,
};

/// Notes which order, payment or booking a message belongs to.
pub(crate) fn index(tx: &Tx<'_>, record: &MessageRecord, message: &Message) -> Result<()> {
    let Message::Shop(shop) = message else { return Ok(()) };
    let root = shop.deal.root().unwrap_or(record.id);
    let kind = shop.deal.kind();
    tx.put_deal(root, record.id, record.conversation, kind)?;
    if kind == DealKind::Booking
        && tx.account()?.is_some_and(|own| own.account.kind() == AccountKind::Business)
    {
        tx.put_booking_due(root)?;
    }
    match &shop.deal {
        Deal::Payment(PaymentRequest { order: Some(of), .. })
        | Deal::Slots(SlotOffer { booking: Some(of), .. })
        | Deal::Booking(Booking { offer: of, .. }) => tx.put_pays(root, *of),
        _other => Ok(()),
    }
}

/// The messages whose looks depend on this one: what it is a step of, and what that is for.
pub(crate) fn roots_of(inner: &Inner, tx: &Tx<'_>, message: &Message) -> Result<Vec<MessageId>> {
    let Message::Shop(shop) = message else { return Ok(Vec::new()) };
    let mut roots: Vec<MessageId> = shop.deal.root().into_iter().collect();
    match &shop.deal {
        Deal::Payment(request) => roots.extend(request.order),
        Deal::PaymentStep { payment, .. } => {
            let request = payment_of(inner, tx, *payment).ok();
            roots.extend(request.and_then(|(_record, request)| request.order));
        }
        Deal::Booking(booking) => roots.push(booking.offer),
        Deal::BookingStep { booking, .. } => {
            let known = booking_of(inner, tx, *booking).ok();
            roots.extend(known.map(|(_record, known)| known.offer));
            roots.extend(tx.deals_for(DealKind::Slots, *booking)?);
        }
        Deal::Slots(offer) => roots.extend(offer.booking),
        Deal::Order(_) | Deal::OrderStep { .. } => {}
    }
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
pub(crate) fn payment_of(
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

/// A booking with its message.
pub(crate) fn booking_of(
    inner: &Inner,
    tx: &Tx<'_>,
    booking: MessageId,
) -> Result<(MessageRecord, Booking)> {
    let record = tx.known_message(booking)?;
    match shop_of(inner, &record)?.deal {
        Deal::Booking(booking) => Ok((record, booking)),
        _other => Err(Error::NotFound("booking")),
    }
}

/// An offer of slots with its message.
pub(crate) fn slots_of(
    inner: &Inner,
    tx: &Tx<'_>,
    offer: MessageId,
) -> Result<(MessageRecord, SlotOffer)> {
    let record = tx.known_message(offer)?;
    match shop_of(inner, &record)?.deal {
        Deal::Slots(offer) => Ok((record, offer)),
        _other => Err(Error::NotFound("offer")),
    }
}

/// A step of a booking by its message, if it is one.
pub(crate) fn booking_step(inner: &Inner, tx: &Tx<'_>, step: MessageId) -> Option<BookingStep> {
    let record = tx.message(step).ok().flatten()?;
    match shop_of(inner, &record).ok()?.deal {
        Deal::BookingStep { step, .. } => Some(step),
        _other => None,
    }
}

/// What a booking has come to, and the steps that counted.
pub(crate) fn booking_progress(
    inner: &Inner,
    tx: &Tx<'_>,
    record: &MessageRecord,
    booking: &Booking,
) -> Result<(BookingProgress, Vec<MessageId>)> {
    let mut progress = BookingProgress::new(record.id, booking, record.at);
    let mut counted = Vec::new();
    for (step_record, deal) in steps(inner, tx, record)? {
        if let Deal::BookingStep { step, .. } = deal {
            let by_business = is_of_business(&step_record);
            if progress.apply(by_business, step_record.id, &step, step_record.at) {
                counted.push(step_record.id);
            }
        }
    }
    Ok((progress, counted))
}

/// The steps of an order, a payment or a booking, as the server ordered them; own queued ones last.
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
pub(crate) fn money(
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
