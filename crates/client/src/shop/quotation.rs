//! A business writes what something would cost; the customer's device signs the answer.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tresen_content::shop::{
    Bill, Deal, DealKind, OrderLine, Quotation, QuotationProgress, QuotationState, QuotationStep,
};
use tresen_statement::{QuotationAcceptance, Signed};
use tresen_types::{AccountKind, ConversationId, Currency, MessageId, Money, limits::DAY_MS};
use tresen_view::{
    Answer, BillDraft, BillView, DealLine, QuotationDraft, QuotationStateView, QuotationStepView,
    QuotationView, TaxView, TradeView,
};

use super::{
    deal,
    order::{send, send_step, shop_content},
    view,
};
use crate::{
    client::Inner,
    error::{Error, Result},
    limits::{DEALS_MAX, ORDER_QUANTITY_MAX, QUOTATION_DAYS_MAX},
    store::{MessageRecord, Tx},
};

/// Sends a quotation.
pub(super) fn send_quotation(
    inner: &Inner,
    call: Option<u64>,
    conversation: ConversationId,
    draft: QuotationDraft,
) -> Result<Answer> {
    if !inner.own()?.is_business() {
        return Err(Error::Forbidden);
    }
    if !(1..=QUOTATION_DAYS_MAX).contains(&draft.days) {
        return Err(Error::Invalid("days"));
    }
    let bill = bill_of(draft.bill)?;
    if !(0..=bill.total.minor).contains(&draft.deposit) {
        return Err(Error::Invalid("a deposit"));
    }
    let text = format!("{}\n= {}", lines_in_words(&bill), bill.total);
    let lasts = i64::from(draft.days).saturating_mul(DAY_MS);
    let quotation = Quotation {
        number: draft.number.trim().to_owned(),
        bill,
        deposit: draft.deposit,
        valid_until: inner.now().plus_millis(lasts),
        note: draft.note.trim().to_owned(),
    };
    send(inner, call, conversation, &shop_content(Deal::Quotation(quotation), text))
}

/// A bill as somebody wrote it.
pub(super) fn bill_of(draft: BillDraft) -> Result<Bill> {
    let currency =
        Currency::parse(&draft.currency).map_err(|_unknown| Error::Invalid("a currency"))?;
    let mut lines = Vec::with_capacity(draft.lines.len());
    for (name, unit, quantity) in draft.lines {
        let name = name.trim().to_owned();
        let is_line = !name.is_empty() && unit >= 0 && (1..=ORDER_QUANTITY_MAX).contains(&quantity);
        if !is_line {
            return Err(Error::Invalid("a line of a bill"));
        }
        let (item, variant, options) = (String::new(), String::new(), Vec::new());
        lines.push(OrderLine { item, name, variant, options, unit, quantity });
    }
    Bill::new(currency, lines, draft.discount, draft.shipping, draft.tax)
        .map_err(|_sum| Error::Invalid("a bill"))
}

fn lines_in_words(bill: &Bill) -> String {
    let lines = bill.lines.iter().map(|line| format!("{} × {}", line.quantity, line.name));
    lines.collect::<Vec<_>>().join("\n")
}

/// Goes on with a quotation. What came too late, or twice, is refused here; of two answers at the
/// same time the first counts, on all devices.
pub(super) fn step(
    inner: &Inner,
    call: Option<u64>,
    quotation: MessageId,
    step: QuotationStepView,
) -> Result<Answer> {
    let own = inner.own()?;
    let (record, known, mut progress) = inner.store.read(|tx| {
        let (record, known) = deal::quotation_of(inner, tx, quotation)?;
        let (progress, _counted) = deal::answer(inner, tx, &record, &known)?;
        Ok((record, known, progress))
    })?;
    let now = inner.now();
    let step = match step {
        QuotationStepView::Accept => accept(inner, &record, &known)?,
        QuotationStepView::Decline { reason } => {
            QuotationStep::Decline { reason: reason.trim().to_owned() }
        }
        QuotationStepView::Withdraw => QuotationStep::Withdraw,
    };
    let is_late = progress.state(now) == QuotationState::Expired;
    if is_late || !progress.apply(own.is_business(), &step, true, now) {
        return Err(Error::Invalid("a step that doesn't fit the quotation"));
    }
    send_step(inner, call, record.conversation, Deal::QuotationStep { quotation, step })?;
    Ok(Answer::Done)
}

fn accept(inner: &Inner, record: &MessageRecord, quotation: &Quotation) -> Result<QuotationStep> {
    let own = inner.own()?;
    if own.is_business() || record.sender_account.kind() != AccountKind::Business {
        return Err(Error::Forbidden);
    }
    let acceptance = QuotationAcceptance {
        business: record.sender_account,
        customer: own.account,
        device: own.device,
        conversation: record.conversation,
        quotation: record.id,
        hash: quotation.hash(),
        at: inner.now(),
    };
    let acceptance = Signed::sign(acceptance, &own.signer)?.encode();
    let account = inner.store.read(|tx| tx.account())?.ok_or(Error::NotFound("account"))?;
    Ok(QuotationStep::Accept { acceptance, certificate: account.certificate })
}

/// Quotations, newest first.
pub(super) fn quotations(
    inner: &Inner,
    conversation: Option<ConversationId>,
    limit: u32,
) -> Result<Answer> {
    inner.store.read(|tx| {
        let mut found = Vec::new();
        for known in tx.deals(DealKind::Quotation, conversation, limit.min(DEALS_MAX))? {
            if let Ok((record, quotation)) = deal::quotation_of(inner, tx, known) {
                found.push(quotation_view(inner, tx, &record, &quotation)?);
            }
        }
        Ok(Answer::Trade(Box::new(TradeView::Quotations { found })))
    })
}

/// An accepted quotation with what proves it: its one encoding is hashed again by whoever doubts.
pub(super) fn proof(inner: &Inner, quotation: MessageId) -> Result<Answer> {
    inner.store.read(|tx| {
        let (record, known) = deal::quotation_of(inner, tx, quotation)?;
        let (progress, _counted) = deal::answer(inner, tx, &record, &known)?;
        let Some((QuotationStep::Accept { acceptance, certificate }, at)) = &progress.answer else {
            return Err(Error::NotFound("acceptance"));
        };
        let view = quotation_view(inner, tx, &record, &known)?;
        let file = serde_json::json!({
            "format": "tresen/quotation/1",
            "number": view.number,
            "total": { "minor": view.bill.total.minor, "currency": view.bill.total.currency },
            "accepted_at_ms": at.as_millis(),
            "quotation_cbor_base64": STANDARD.encode(known.encode()),
            "sha256": view.hash,
            "acceptance_base64": STANDARD.encode(acceptance),
            "certificate_base64": STANDARD.encode(certificate),
        });
        let text =
            serde_json::to_string_pretty(&file).map_err(|_never| Error::Internal("a proof"))?;
        Ok(Answer::Text(text))
    })
}

/// A quotation as it stands now.
pub(super) fn quotation_view(
    inner: &Inner,
    tx: &Tx<'_>,
    record: &MessageRecord,
    quotation: &Quotation,
) -> Result<QuotationView> {
    let (progress, _counted) = deal::answer(inner, tx, record, quotation)?;
    let payment = match tx.deals_for(DealKind::Payment, record.id)?.first() {
        Some(payment) => {
            let (payment_record, request) = deal::payment_of(inner, tx, *payment)?;
            let known = deal::money(inner, tx, &payment_record, &request)?;
            Some(view::payment_state(known.payment.state(inner.now())))
        }
        None => None,
    };
    let reason = match &progress.answer {
        Some((QuotationStep::Decline { reason }, _at)) => reason.clone(),
        _other => String::new(),
    };
    Ok(QuotationView {
        quotation: record.id,
        conversation: record.conversation,
        number: number(record.id, quotation),
        customer: view::customer_of(tx, record)?,
        at: record.at,
        bill: bill_view(&quotation.bill),
        deposit: quotation.deposit,
        valid_until: quotation.valid_until,
        note: quotation.note.clone(),
        state: state_of(&progress, inner),
        reason,
        answered_at: progress.answer.as_ref().map(|(_step, at)| *at),
        hash: quotation.hash().iter().map(|byte| format!("{byte:02x}")).collect(),
        payment,
    })
}

fn state_of(progress: &QuotationProgress, inner: &Inner) -> QuotationStateView {
    match progress.state(inner.now()) {
        QuotationState::Open => QuotationStateView::Open,
        QuotationState::Accepted => QuotationStateView::Accepted,
        QuotationState::Declined => QuotationStateView::Declined,
        QuotationState::Withdrawn => QuotationStateView::Withdrawn,
        QuotationState::Expired => QuotationStateView::Expired,
    }
}

fn number(message: MessageId, quotation: &Quotation) -> String {
    if quotation.number.is_empty() { view::number_of(message) } else { quotation.number.clone() }
}

/// A step as a line between the messages.
pub(super) fn line(
    inner: &Inner,
    tx: &Tx<'_>,
    record: &MessageRecord,
    quotation: MessageId,
    step: &QuotationStep,
) -> Result<DealLine> {
    let (number, has_counted) = match deal::quotation_of(inner, tx, quotation) {
        Ok((root, known)) => {
            let (_progress, counted) = deal::answer(inner, tx, &root, &known)?;
            (number(root.id, &known), counted == Some(record.id))
        }
        // The quotation itself isn't on this device.
        Err(_missing) => (view::number_of(quotation), false),
    };
    let (state, reason) = match step {
        QuotationStep::Accept { .. } => (QuotationStateView::Accepted, ""),
        QuotationStep::Decline { reason } => (QuotationStateView::Declined, reason.as_str()),
        QuotationStep::Withdraw => (QuotationStateView::Withdrawn, ""),
    };
    let state = has_counted.then_some(state);
    Ok(DealLine::Quotation { number, state, reason: reason.to_owned() })
}

/// A bill as an interface shows it.
pub(super) fn bill_view(bill: &Bill) -> BillView {
    BillView {
        lines: bill.lines.iter().map(view::line_view).collect(),
        discount: bill.discount,
        shipping: bill.shipping,
        taxes: bill
            .taxes
            .iter()
            .map(|tax| TaxView {
                per_myriad: tax.per_myriad,
                amount: tax.amount,
                is_included: tax.is_included,
            })
            .collect(),
        total: view::money_view(bill.total),
    }
}

/// What a payment is made of: its own bill, or that of what it is for when it asks for all of it.
pub(super) fn bill_behind(
    inner: &Inner,
    tx: &Tx<'_>,
    of: Option<MessageId>,
    amount: Money,
) -> Result<Option<BillView>> {
    let Some(of) = of else { return Ok(None) };
    if let Ok((_record, quotation)) = deal::quotation_of(inner, tx, of) {
        return Ok((quotation.bill.total == amount).then(|| bill_view(&quotation.bill)));
    }
    let Ok((record, order)) = deal::order_of(inner, tx, of) else { return Ok(None) };
    let (progress, _counted) = deal::progress(inner, tx, &record, &order)?;
    Ok((progress.total == amount).then(|| BillView {
        lines: progress.lines.iter().map(view::line_view).collect(),
        total: view::money_view(amount),
        ..BillView::default()
    }))
}
