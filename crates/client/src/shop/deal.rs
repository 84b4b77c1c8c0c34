//! Orders, payments and bookings with their steps, and what they come to.

use tresen_content::{
    Message,
    booking::{Booking, BookingProgress, BookingStep, SlotOffer},
    shop::{
        Deal, DealKind, Order, OrderProgress, PaymentRequest, PaymentStep, Quotation,
        QuotationProgress, QuotationStep, ShopMessage,
    },
};
use tresen_payments::{Event as PaymentEvent, Payment, Provider, Source};
use tresen_statement::{DeviceCertificate, QuotationAcceptance, Unverified};
use tresen_types::{AccountKind, MessageId, Money, Timestamp};

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
        Deal::Order(_)
        | Deal::OrderStep { .. }
        | Deal::Quotation(_)
        | Deal::QuotationStep { .. } => {}
    }
    Ok(roots)
}

pub(super) fn shop_of(inner: &Inner, record: &MessageRecord) -> Result<ShopMessage> {
    if record.kind != MessageKind::Content {
        return Err(Error::NotFound("order"));
    }
    match content_of(inner, record)?.message {
        Message::Shop(shop) => Ok(*shop),
        _other => Err(Error::NotFound("order")),
    }
}

/// An order with its message.
pub(crate) fn order_of(
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

/// A quotation with its message.
pub(super) fn quotation_of(
    inner: &Inner,
    tx: &Tx<'_>,
    quotation: MessageId,
) -> Result<(MessageRecord, Quotation)> {
    let record = tx.known_message(quotation)?;
    match shop_of(inner, &record)?.deal {
        Deal::Quotation(quotation) => Ok((record, quotation)),
        _other => Err(Error::NotFound("quotation")),
    }
}

/// A quotation's answer, and the step that counted.
pub(super) fn answer(
    inner: &Inner,
    tx: &Tx<'_>,
    record: &MessageRecord,
    quotation: &Quotation,
) -> Result<(QuotationProgress, Option<MessageId>)> {
    let mut progress = QuotationProgress::new(quotation);
    let mut counted = None;
    for (step_record, deal) in steps(inner, tx, record)? {
        let Deal::QuotationStep { step, .. } = deal else { continue };
        let is_signed = match &step {
            QuotationStep::Accept { acceptance, certificate } => {
                signed_by(tx, record, &step_record, quotation, acceptance, certificate)?
            }
            QuotationStep::Decline { .. } | QuotationStep::Withdraw => false,
        };
        if progress.apply(is_of_business(&step_record), &step, is_signed, step_record.at) {
            counted = Some(step_record.id);
        }
    }
    Ok((progress, counted))
}

/// Whether an acceptance is a device's of the customer who sent it, and over this quotation.
fn signed_by(
    tx: &Tx<'_>,
    record: &MessageRecord,
    step: &MessageRecord,
    quotation: &Quotation,
    acceptance: &[u8],
    certificate: &[u8],
) -> Result<bool> {
    let Some(contact) = tx.contact(step.sender_account)? else { return Ok(false) };
    let certificate = Unverified::<DeviceCertificate>::decode(certificate)
        .and_then(|certificate| certificate.verify(&contact.account_key));
    let Ok(certificate) = certificate else { return Ok(false) };
    let device = certificate.value();
    let acceptance = Unverified::<QuotationAcceptance>::decode(acceptance)
        .and_then(|acceptance| acceptance.verify(&device.signature_key));
    let Ok(acceptance) = acceptance else { return Ok(false) };
    let said = acceptance.value();
    Ok(device.account == step.sender_account
        && said.customer == step.sender_account
        && said.device == device.device
        && said.business == record.sender_account
        && said.conversation == record.conversation
        && said.quotation == record.id
        && said.hash == quotation.hash())
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
pub(crate) fn progress(
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

/// What is known of a payment.
pub(crate) struct Known {
    pub(crate) payment: Payment,
    /// The steps that moved money: whether it was given back, how much, who says so, which message.
    pub(super) movements: Vec<(bool, Money, Source, MessageRecord)>,
    /// Pages of providers, the newest of each.
    pub(super) pages: Vec<(Provider, String)>,
    /// Refunds that are wanted through a provider.
    pub(super) wanted: Vec<(MessageId, Money)>,
}

impl Known {
    /// Money that moved: whether it was given back, how much, and when that was said.
    pub(crate) fn moved(&self) -> impl Iterator<Item = (bool, Money, Timestamp)> {
        self.movements.iter().map(|(is_refund, amount, _by, step)| (*is_refund, *amount, step.at))
    }

    /// What a provider collected and hasn't given back, nor is asked to.
    pub(super) fn refundable(&self) -> i64 {
        let of_provider = |wanted: bool| {
            self.movements
                .iter()
                .filter(|(is_refund, _amount, source, _record)| {
                    *is_refund == wanted && matches!(source, Source::Provider(_))
                })
                .fold(0_i64, |sum, (_refund, amount, ..)| sum.saturating_add(amount.minor))
        };
        let asked =
            self.wanted.iter().fold(0_i64, |sum, (_step, amount)| sum.saturating_add(amount.minor));
        let (received, refunded) = (self.payment.received().minor, self.payment.refunded().minor);
        let left = of_provider(false).saturating_sub(asked.max(of_provider(true)));
        left.min(received.saturating_sub(refunded)).max(0)
    }
}

/// What is known of a payment: a fold over its steps.
pub(crate) fn money(
    inner: &Inner,
    tx: &Tx<'_>,
    record: &MessageRecord,
    request: &PaymentRequest,
) -> Result<Known> {
    let payment = Payment::new(request.amount, request.expires_at)
        .map_err(|_nothing| Error::Damaged("payment"))?;
    let mut known = Known { payment, movements: Vec::new(), pages: Vec::new(), wanted: Vec::new() };
    for (step_record, deal) in steps(inner, tx, record)? {
        let Deal::PaymentStep { step, .. } = deal else { continue };
        let by_business = is_of_business(&step_record);
        let Some(event) = event_of(&step) else {
            if by_business {
                known.take(step_record.id, step);
            }
            continue;
        };
        let may = by_business != matches!(event, PaymentEvent::Claimed);
        // What doesn't fit changes nothing, on every device alike.
        if !may || known.payment.apply(step_record.at, &event) != Ok(true) {
            continue;
        }
        match event {
            PaymentEvent::Received { amount, source } => {
                known.movements.push((false, amount, source, step_record));
            }
            PaymentEvent::Refunded { amount, source } => {
                known.movements.push((true, amount, source, step_record));
            }
            PaymentEvent::Claimed | PaymentEvent::Failed | PaymentEvent::Cancelled => {}
        }
    }
    Ok(known)
}

impl Known {
    /// Takes in a step that moves nothing by itself.
    fn take(&mut self, step: MessageId, said: PaymentStep) {
        match said {
            PaymentStep::Page { provider, url } => {
                self.pages.retain(|(known, _url)| *known != provider);
                self.pages.push((provider, url));
            }
            PaymentStep::RefundWanted { amount }
                if amount.currency == self.payment.due().currency
                    && amount.minor <= self.refundable() =>
            {
                self.wanted.push((step, amount));
            }
            _moves => {}
        }
    }
}

/// A step as the payments crate knows it; `None` for one that moves nothing by itself.
pub(super) fn event_of(step: &PaymentStep) -> Option<PaymentEvent> {
    Some(match step {
        PaymentStep::Claim => PaymentEvent::Claimed,
        PaymentStep::Received { amount, source } => {
            PaymentEvent::Received { amount: *amount, source: source.clone() }
        }
        PaymentStep::Refunded { amount, source } => {
            PaymentEvent::Refunded { amount: *amount, source: source.clone() }
        }
        PaymentStep::Cancel => PaymentEvent::Cancelled,
        PaymentStep::Failed => PaymentEvent::Failed,
        PaymentStep::Page { .. } | PaymentStep::RefundWanted { .. } => return None,
    })
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
