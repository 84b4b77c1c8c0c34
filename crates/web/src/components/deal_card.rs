//! Orders, quotations and payments in a bubble, with what each side can do next.

use leptos::prelude::*;
use tresen_types::MessageId;
use tresen_view::{
    DealLine, LineView, MoneyView, OrderStateView, OrderStepView, OrderView, PaymentStateView,
    PaymentStepView, PaymentView, QuotationStateView, QuotationView, WayView,
};

use super::{CodeMark, Pill, PillKind, QrCode, booking_line};
use crate::i18n::{fill, money::money, t, time};

/// An order.
#[component]
pub fn OrderCard(
    order: OrderView,
    /// Whether this is the one who ordered.
    is_customer: bool,
    on_step: Callback<OrderStepView>,
    on_ask: Callback<(MessageId, MoneyView)>,
) -> impl IntoView {
    let t = t();
    let (word, kind) = order_word(order.state);
    let currency = order.total.currency.clone();
    let lines = order.lines.iter().map(|line| line_view(line, &currency)).collect_view();
    let place = match &order.address {
        Some(address) => fill(t.order_to, &[("address", address)]),
        None => t.order_pick_up.to_owned(),
    };
    let note = (!order.note.is_empty())
        .then(|| view! { <p class="order-note" dir="auto">{order.note.clone()}</p> });
    let reason =
        (!order.reason.is_empty()).then(|| view! { <p dir="auto">{order.reason.clone()}</p> });
    let is_odd = !is_customer && order.is_as_priced == Some(false);
    let odd = is_odd.then(|| view! { <p class="bad-h">{t.order_odd_prices}</p> });
    let ready = order.ready_at.map(|at| {
        let text = fill(t.order_ready_at, &[("time", &time::clock(at))]);
        view! { <p>{text}</p> }
    });
    let button = move |label: &'static str, class: &'static str, step: OrderStepView| {
        view! {
            <button type="button" class=class on:click=move |_| on_step.run(step.clone())>
                {label}
            </button>
        }
    };
    let nothing = String::new;
    let buttons = match (is_customer, order.state) {
        (true, OrderStateView::New) => {
            vec![button(t.order_withdraw, "btn smb", OrderStepView::Withdraw)]
        }
        (true, OrderStateView::Changed) => vec![
            button(t.order_agree, "btn pri smb", OrderStepView::Agree),
            button(t.order_withdraw, "btn smb", OrderStepView::Withdraw),
        ],
        (false, OrderStateView::New) => vec![
            button(t.order_accept, "btn pri smb", OrderStepView::Accept { minutes: None }),
            button(t.order_decline, "btn smb", OrderStepView::Decline { reason: nothing() }),
        ],
        (false, OrderStateView::Accepted) => {
            vec![button(t.order_ready, "btn pri smb", OrderStepView::Ready)]
        }
        (false, OrderStateView::Ready) => {
            vec![button(t.order_hand_over, "btn pri smb", OrderStepView::Done)]
        }
        _ended => Vec::new(),
    };
    let is_taken = matches!(
        order.state,
        OrderStateView::Accepted | OrderStateView::Ready | OrderStateView::Done
    );
    let (id, total) = (order.order, order.total.clone());
    let ask = (!is_customer && is_taken && order.payment.is_none()).then(|| {
        let total = total.clone();
        view! {
            <button type="button" class="btn smb" on:click=move |_| on_ask.run((id, total.clone()))>
                {t.ask_for_payment}
            </button>
        }
    });
    view! {
        <div class="deal stack" data-order=order.number.clone()>
            <div class="row">
                <b class="grow">{fill(t.order, &[("number", &order.number)])}</b>
                <Pill text=word kind />
            </div>
            <table class="deal-lines">
                <tbody>{lines}</tbody>
                <tfoot>
                    <tr>
                        <th scope="row" colspan="2">
                            {t.order_total}
                        </th>
                        <td class="num">{money(&total)}</td>
                    </tr>
                </tfoot>
            </table>
            <p dir="auto">{place}</p>
            {note}
            {ready}
            {reason}
            {odd}
            <div class="row wrap">{buttons}{ask}</div>
        </div>
    }
}

pub(super) fn line_view(line: &LineView, currency: &str) -> impl IntoView + use<> {
    let sum = line.unit.saturating_mul(i64::from(line.quantity));
    let sum = money(&MoneyView { minor: sum, currency: currency.to_owned() });
    let choices = line.choices.clone();
    let name = line.name.clone();
    view! {
        <tr>
            <td class="num">{format!("{} ×", line.quantity)}</td>
            <td dir="auto">
                {name}
                {(!choices.is_empty()).then(|| view! { <span>{format!(" ({choices})")}</span> })}
            </td>
            <td class="num">{sum}</td>
        </tr>
    }
}

/// A quotation: how much, until when, how far; everything else is on its sheet.
#[component]
pub fn QuotationCard(quotation: QuotationView, on_open: Callback<()>) -> impl IntoView {
    let t = t();
    let (word, kind) = quotation_word(quotation.state);
    let until = fill(t.quotation_until, &[("time", &time::date(quotation.valid_until))]);
    let is_open = quotation.state == QuotationStateView::Open;
    let first = quotation.bill.lines.first().map(|line| line.name.clone());
    view! {
        <div class="deal stack" data-quotation=quotation.number.clone()>
            <div class="row">
                <b class="grow">{fill(t.quotation, &[("number", &quotation.number)])}</b>
                <Pill text=word kind />
            </div>
            <p dir="auto">{first}</p>
            <p>
                <b>{money(&quotation.bill.total)}</b>
            </p>
            {is_open.then(|| view! { <p class="mut">{until}</p> })}
            <div class="row wrap">
                <button type="button" class="btn smb" on:click=move |_| on_open.run(())>
                    {t.deal_look}
                </button>
            </div>
        </div>
    }
}

/// A request of payment.
#[component]
pub fn PaymentCard(
    payment: PaymentView,
    /// Whether this is the one who asked.
    is_business: bool,
    on_step: Callback<PaymentStepView>,
    on_open: Callback<()>,
) -> impl IntoView {
    let t = t();
    let (word, kind) = payment_word(payment.state);
    let is_open = matches!(
        payment.state,
        PaymentStateView::Requested | PaymentStateView::Claimed | PaymentStateView::PartlyPaid
    );
    let due = payment.amount.minor.saturating_sub(payment.received);
    let way = (!is_business && is_open).then(|| {
        let page = payment.ways.iter().find(|way| way.code.is_empty()).cloned();
        let nearest = payment.ways.iter().find(|way| !way.code.is_empty()).cloned();
        (page.map(page_view), nearest.map(way_view))
    });
    let button = move |label: &'static str, class: &'static str, step: PaymentStepView| {
        view! {
            <button type="button" class=class on:click=move |_| on_step.run(step)>
                {label}
            </button>
        }
    };
    let buttons = match (is_business, payment.state) {
        (false, PaymentStateView::Requested) => {
            vec![button(t.payment_claim, "btn pri smb", PaymentStepView::Claim)]
        }
        (true, PaymentStateView::PartlyPaid | PaymentStateView::Expired) => {
            vec![button(t.payment_received, "btn smb", PaymentStepView::Received { minor: due })]
        }
        (true, PaymentStateView::Requested | PaymentStateView::Claimed) => vec![
            button(t.payment_received, "btn smb", PaymentStepView::Received { minor: due }),
            button(t.payment_take_back, "btn smb ghost", PaymentStepView::Cancel),
        ],
        _over => Vec::new(),
    };
    let left = is_open && payment.received > 0;
    let left = left.then(|| {
        let open = MoneyView { minor: due, currency: payment.amount.currency.clone() };
        view! { <p>{fill(t.payment_left, &[("amount", &money(&open))])}</p> }
    });
    let until = payment.expires_at.filter(|_| is_open).map(|until| {
        view! { <p>{fill(t.payment_until, &[("time", &time::day_time(until))])}</p> }
    });
    let by = payment.confirmed_by.clone();
    view! {
    <div class="deal stack" data-payment="yes">
                <div class="row">
                    <b class="grow">{t.payment}" "{money(&payment.amount)}</b>
                    <Pill text=word kind />
                </div>
                {left}
                {until}
                {way}
                <p class="mut" data-reference=payment.reference.clone()>
                    {fill(t.payment_reference, &[("reference", &payment.reference)])}
                </p>
                {(!by.is_empty()).then(|| view! { <p class="mut" dir="auto">{by}</p> })}
                <div class="row wrap">
                    {buttons}
                    <button type="button" class="btn smb ghost" on:click=move |_| on_open.run(())>
                        {t.deal_look}
                    </button>
                </div>
            </div>
        }
}

/// A provider's page, which knows nothing of where the customer came from.
fn page_view(way: WayView) -> impl IntoView {
    view! {
        <a class="btn pri" href=way.link target="_blank" rel="noopener noreferrer" data-page=way.rail>
            {t().payment_online}
        </a>
    }
}

fn way_view(way: WayView) -> impl IntoView {
    let t = t();
    let mark = (way.rail == "swiss").then_some(CodeMark::SwissCross);
    view! {
        <p>{t.payment_scan}</p>
        <QrCode text=way.code label=t.payment_scan.to_owned() mark />
        {way.link.map(|link| view! { <a class="btn" href=link>{t.payment_open_app}</a> })}
        <p dir="auto">{way.name}</p>
        <p class="num">{way.account}</p>
    }
}

/// A step, as a line between the messages.
#[must_use]
pub fn deal_text(line: &DealLine) -> String {
    let t = t();
    match line {
        DealLine::Order { state: None, .. } => t.order_overtaken.to_owned(),
        DealLine::Order { number, state: Some(state), reason } => {
            let head = fill(t.order, &[("number", number)]);
            let (word, _kind) = order_word(*state);
            let colon = if reason.is_empty() { "" } else { ": " };
            format!("{head} – {word}{colon}{reason}")
        }
        DealLine::Booking { event: None, .. } | DealLine::Quotation { state: None, .. } => {
            t.order_overtaken.to_owned()
        }
        DealLine::Quotation { number, state: Some(state), reason } => {
            let head = fill(t.quotation, &[("number", number)]);
            let (word, _kind) = quotation_word(*state);
            let colon = if reason.is_empty() { "" } else { ": " };
            format!("{head} – {word}{colon}{reason}")
        }
        DealLine::Booking { number, event: Some(event), slot, reason } => {
            booking_line(number, *event, slot.as_ref(), reason)
        }
        DealLine::Payment { step, currency } => {
            let amount = |minor| money(&MoneyView { minor, currency: currency.clone() });
            match *step {
                PaymentStepView::Claim => t.payment_line_claimed.to_owned(),
                PaymentStepView::Cancel => t.payment_line_cancelled.to_owned(),
                PaymentStepView::Page => t.payment_line_page.to_owned(),
                PaymentStepView::Failed => t.payment_line_failed.to_owned(),
                PaymentStepView::RefundThrough { minor } => {
                    fill(t.payment_line_wanted, &[("amount", &amount(minor))])
                }
                PaymentStepView::Received { minor } => {
                    fill(t.payment_line_received, &[("amount", &amount(minor))])
                }
                PaymentStepView::Refunded { minor } => {
                    fill(t.payment_line_refunded, &[("amount", &amount(minor))])
                }
            }
        }
    }
}

/// How far an order has come, in a word.
#[must_use]
pub fn order_word(state: OrderStateView) -> (&'static str, PillKind) {
    let t = t();
    match state {
        OrderStateView::New => (t.order_new, PillKind::Wait),
        OrderStateView::Changed => (t.order_changed, PillKind::Wait),
        OrderStateView::Accepted => (t.order_accepted, PillKind::Ok),
        OrderStateView::Ready => (t.order_ready, PillKind::Ok),
        OrderStateView::Done => (t.order_done, PillKind::Plain),
        OrderStateView::Declined => (t.order_declined, PillKind::Bad),
        OrderStateView::Withdrawn => (t.order_withdrawn, PillKind::Plain),
        OrderStateView::Cancelled => (t.order_cancelled, PillKind::Bad),
    }
}

/// How far a quotation has come, in a word.
#[must_use]
pub fn quotation_word(state: QuotationStateView) -> (&'static str, PillKind) {
    let t = t();
    match state {
        QuotationStateView::Open => (t.quotation_open, PillKind::Wait),
        QuotationStateView::Accepted => (t.quotation_accepted, PillKind::Ok),
        QuotationStateView::Declined => (t.quotation_declined, PillKind::Bad),
        QuotationStateView::Withdrawn => (t.quotation_withdrawn, PillKind::Plain),
        QuotationStateView::Expired => (t.quotation_expired, PillKind::Plain),
    }
}

/// How far a payment has come, in a word.
#[must_use]
pub fn payment_word(state: PaymentStateView) -> (&'static str, PillKind) {
    let t = t();
    match state {
        PaymentStateView::Requested => (t.payment_requested, PillKind::Wait),
        PaymentStateView::Claimed => (t.payment_claimed, PillKind::Wait),
        PaymentStateView::PartlyPaid => (t.payment_partly_paid, PillKind::Wait),
        PaymentStateView::Paid => (t.payment_paid, PillKind::Ok),
        PaymentStateView::Overpaid => (t.payment_overpaid, PillKind::Wait),
        PaymentStateView::Expired => (t.payment_expired, PillKind::Plain),
        PaymentStateView::Failed => (t.payment_failed, PillKind::Bad),
        PaymentStateView::Cancelled => (t.payment_cancelled, PillKind::Plain),
        PaymentStateView::PartlyRefunded => (t.payment_partly_refunded, PillKind::Plain),
        PaymentStateView::Refunded => (t.payment_refunded, PillKind::Plain),
    }
}
