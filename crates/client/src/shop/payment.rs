//! A business asks for money, and says what it has seen of it.

use sha2::{Digest as _, Sha256};
use tresen_content::{
    Content,
    shop::{Bill, Deal, DealKind, PaymentRequest, PaymentStep},
};
use tresen_payments::{
    Rail, Source,
    bank::{self, Wanted},
    creditor_reference,
};
use tresen_types::{ConversationId, Currency, MessageId, Money, Timestamp, limits::DAY_MS};
use tresen_view::{Answer, ImportView, PaymentDraft, PaymentStepView};

use super::{
    deal,
    order::{send, send_step, shop_content},
    quotation::bill_of,
    rails, view,
};
use crate::{
    booking,
    client::Inner,
    error::{Error, Result},
    limits::{DEALS_MAX, REFERENCE_BYTES},
    runtime,
};

/// Asks for money with the ways to pay that the business offers.
pub(crate) fn request_payment(
    inner: &Inner,
    call: Option<u64>,
    conversation: ConversationId,
    draft: &PaymentDraft,
) -> Result<Answer> {
    if !inner.own()?.is_business() {
        return Err(Error::Forbidden);
    }
    let currency =
        Currency::parse(&draft.amount.currency).map_err(|_unknown| Error::Invalid("a currency"))?;
    if draft.amount.minor <= 0 {
        return Err(Error::Invalid("an amount"));
    }
    let rails = inner.store.read(|tx| {
        if let Some(order) = draft.order {
            let record = deal::order_of(inner, tx, order)
                .map(|(record, _order)| record)
                .or_else(|_| {
                    deal::quotation_of(inner, tx, order).map(|(record, _quotation)| record)
                })
                .or_else(|_| deal::booking_of(inner, tx, order).map(|(record, _booking)| record))?;
            if record.conversation != conversation {
                return Err(Error::Invalid("an order of another conversation"));
            }
        }
        rails::known(tx)
    })?;
    let amount = Money { minor: draft.amount.minor, currency };
    let bill = draft.bill.clone().map(bill_of).transpose()?;
    if bill.as_ref().is_some_and(|bill| bill.total != amount) {
        return Err(Error::Invalid("an amount that isn't the bill's"));
    }
    let lifetime = |days: u32| i64::from(days).saturating_mul(DAY_MS);
    let expires_at = draft.days.map(|days| inner.now().plus_millis(lifetime(days)));
    let content = new_request(draft.order, amount, draft.note.trim(), expires_at, rails, bill)?;
    send(inner, call, conversation, &content)
}

/// A request of payment with a reference of its own.
pub(crate) fn new_request(
    order: Option<MessageId>,
    amount: Money,
    note: &str,
    expires_at: Option<Timestamp>,
    rails: Vec<Rail>,
    bill: Option<Bill>,
) -> Result<Content> {
    let random: [u8; REFERENCE_BYTES] = runtime::random();
    let body: String = random.iter().map(|byte| format!("{byte:02X}")).collect();
    let reference = creditor_reference(&body).map_err(|_form| Error::Internal("reference"))?;
    let text = format!("{amount} ({reference})");
    let rails = rails.into_iter().filter(|rail| rail.moves(amount.currency.code())).collect();
    let note = note.to_owned();
    let request = PaymentRequest { order, reference, amount, note, expires_at, rails, bill };
    Ok(shop_content(Deal::Payment(request), text))
}

/// Says what is known of a payment.
pub(crate) fn step_payment(
    inner: &Inner,
    call: Option<u64>,
    payment: MessageId,
    step: PaymentStepView,
) -> Result<Answer> {
    let is_business = inner.own()?.is_business();
    let (record, request, mut known) = inner.store.read(|tx| {
        let (record, request) = deal::payment_of(inner, tx, payment)?;
        let known = deal::money(inner, tx, &record, &request)?;
        Ok((record, request, known))
    })?;
    let amount = |minor| Money { minor, currency: request.amount.currency };
    let step = match step {
        PaymentStepView::Claim => PaymentStep::Claim,
        PaymentStepView::Received { minor } => {
            PaymentStep::Received { amount: amount(minor), source: Source::Hand }
        }
        PaymentStepView::Refunded { minor } => {
            PaymentStep::Refunded { amount: amount(minor), source: Source::Hand }
        }
        PaymentStepView::Cancel => PaymentStep::Cancel,
        PaymentStepView::RefundThrough { minor } => {
            if !(1..=known.refundable()).contains(&minor) {
                return Err(Error::Invalid("more than the provider collected"));
            }
            PaymentStep::RefundWanted { amount: amount(minor) }
        }
        PaymentStepView::Page | PaymentStepView::Failed => {
            return Err(Error::Invalid("a step that a gateway takes"));
        }
    };
    if is_business == matches!(step, PaymentStep::Claim) {
        return Err(Error::Forbidden);
    }
    let has_changed = match deal::event_of(&step) {
        Some(event) => known
            .payment
            .apply(inner.now(), &event)
            .map_err(|_rule| Error::Invalid("a step that doesn't fit the payment"))?,
        None => true,
    };
    if has_changed {
        send_step(inner, call, record.conversation, Deal::PaymentStep { payment, step })?;
        booking::confirm_paid(inner, payment)?;
    }
    Ok(Answer::Done)
}

/// Payments, newest first.
pub(crate) fn payments(
    inner: &Inner,
    conversation: Option<ConversationId>,
    limit: u32,
) -> Result<Answer> {
    inner.store.read(|tx| {
        let mut views = Vec::new();
        for payment in tx.deals(DealKind::Payment, conversation, limit.min(DEALS_MAX))? {
            if let Ok((record, request)) = deal::payment_of(inner, tx, payment) {
                views.push(view::payment_view(inner, tx, &record, &request)?);
            }
        }
        Ok(Answer::Payments(views))
    })
}

/// Confirms the payments that a bank statement names; an entry counts once.
pub(crate) fn import_statement(inner: &Inner, csv: &[u8], currency: &str) -> Result<Answer> {
    if !inner.own()?.is_business() {
        return Err(Error::Forbidden);
    }
    let currency = Currency::parse(currency).map_err(|_unknown| Error::Invalid("a currency"))?;
    let entries =
        bank::read(csv, currency).map_err(|_form| Error::Invalid("a statement that is none"))?;
    let requests = inner.store.read(|tx| {
        let mut requests = Vec::new();
        for payment in tx.deals(DealKind::Payment, None, u32::MAX)? {
            if let Ok(found) = deal::payment_of(inner, tx, payment) {
                requests.push(found);
            }
        }
        Ok(requests)
    })?;
    let wanted: Vec<Wanted<'_>> = requests
        .iter()
        .map(|(_record, request)| Wanted {
            reference: &request.reference,
            currency: request.amount.currency,
        })
        .collect();
    let mut import = ImportView { matched: 0, known: 0, unmatched: 0 };
    for entry in entries.iter().filter(|entry| entry.amount.minor > 0) {
        let found = bank::find(entry, &wanted).and_then(|index| requests.get(index));
        let Some((record, _request)) = found else {
            import.unmatched = import.unmatched.saturating_add(1);
            continue;
        };
        let hash = Sha256::digest(entry.id.as_bytes());
        let id = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let source = Source::Statement(id);
        if inner.store.read(|tx| deal::has_source(inner, tx, record, &source))? {
            import.known = import.known.saturating_add(1);
            continue;
        }
        let step = PaymentStep::Received { amount: entry.amount, source };
        let step = Deal::PaymentStep { payment: record.id, step };
        send_step(inner, None, record.conversation, step)?;
        booking::confirm_paid(inner, record.id)?;
        import.matched = import.matched.saturating_add(1);
    }
    Ok(Answer::Imported(import))
}
