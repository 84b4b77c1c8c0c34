//! A quotation or a payment as a document, with what this side can do with it.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::{Currency, MessageId};
use tresen_view::{
    Answer, Command, Event, MessageBody, MoneyView, MovementSource, MovementView, PaymentStateView,
    PaymentStepView, PaymentView, QuotationStateView, QuotationStepView, QuotationView,
    TradeCommand,
};

use super::{Face, files, talk::Talk};
use crate::{
    actions::{call, tell_failure},
    components::{
        BillTable, Button, ButtonKind, Field, FieldKind, Glyph, Pill, Sheet, payment_word,
        quotation_word,
    },
    i18n::{fill, money::money, t, time},
    state::{app, on_event},
};

/// The sheet.
#[component]
pub(super) fn DealSheet(
    talk: Talk,
    message: MessageId,
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let find = move || talk.message(message).map(|view| view.body);
    let known = RwSignal::new(find());
    on_event(move |event| {
        let is_news = match event {
            Event::DealsChanged => true,
            Event::Message { message: changed, .. } => changed.message == message,
            _ => false,
        };
        if is_news {
            // The chat takes the same event in; it may do so after this.
            request_animation_frame(move || {
                known.try_set(find());
            });
        }
    });
    let shop = RwSignal::new((String::new(), String::new()));
    fetch_shop(talk, shop);
    let title = match known.get_untracked() {
        Some(MessageBody::Quotation(found)) => fill(t().quotation, &[("number", &found.number)]),
        Some(MessageBody::Payment(found)) if found.received > 0 => t().receipt.to_owned(),
        _other => t().payment_request.to_owned(),
    };
    view! {
        <Sheet title on_close side=true>
            {move || match known.get() {
                Some(MessageBody::Quotation(found)) => quotation(talk, &found, shop, on_close),
                Some(MessageBody::Payment(found)) => payment(talk, &found, shop),
                _other => ().into_any(),
            }}
        </Sheet>
    }
}

/// Name and address of the business, from its signed profile.
fn fetch_shop(talk: Talk, shop: RwSignal<(String, String)>) {
    let asked = match (talk.face, talk.header.get_untracked()) {
        (Face::Business, _) => Command::OwnProfile,
        (Face::Customer, Some(header)) => Command::Profile { account: header.row.counterpart },
        (Face::Customer, None) => return,
    };
    spawn_local(async move {
        if let Ok(Answer::Profile(found)) = call(asked).await {
            shop.try_set((found.profile.name, found.profile.address));
        }
    });
}

fn head(
    shop: RwSignal<(String, String)>,
    customer: &str,
    at: tresen_types::Timestamp,
) -> impl IntoView {
    let to = (!customer.is_empty())
        .then(|| view! { <p dir="auto">{fill(t().paper_for, &[("name", customer)])}</p> });
    view! {
        <p dir="auto">
            <b>{move || shop.get().0}</b>
            <br />
            {move || shop.get().1}
        </p>
        {to}
        <p class="mut">{time::date_time(at)}</p>
    }
}

fn print_button() -> impl IntoView {
    let print = || {
        // The system's own sheet follows; it fails only where there is none.
        window().print().ok();
    };
    view! {
        <Button
            kind=ButtonKind::Text
            glyph=Glyph::Printer
            label=t().paper_print.to_owned()
            on_press=print
        />
    }
}

fn quotation(
    talk: Talk,
    found: &QuotationView,
    shop: RwSignal<(String, String)>,
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> AnyView {
    let t = t();
    let (word, kind) = quotation_word(found.state);
    let id = found.quotation;
    let is_open = found.state == QuotationStateView::Open;
    let until = fill(t.quotation_until, &[("time", &time::date_time(found.valid_until))]);
    let deposit = (found.deposit > 0).then(|| {
        let deposit =
            MoneyView { minor: found.deposit, currency: found.bill.total.currency.clone() };
        view! { <p>{fill(t.quotation_deposit, &[("amount", &money(&deposit))])}</p> }
    });
    let is_signed = found.state == QuotationStateView::Accepted;
    let signed = found.answered_at.filter(|_at| is_signed).map(|at| {
        let groups: Vec<String> = found
            .hash
            .as_bytes()
            .chunks(8)
            .map(|group| String::from_utf8_lossy(group).into_owned())
            .collect();
        view! {
            <p>
                <b>{fill(t.quotation_signed, &[("time", &time::date_time(at))])}</b>
            </p>
            <p class="mut hash">{fill(t.quotation_hash, &[("hash", &groups.join(" "))])}</p>
        }
    });
    let act = move |step: QuotationStepView| {
        let command = TradeCommand::StepQuotation { quotation: id, step };
        talk.act(Command::Trade(Box::new(command)));
        on_close();
    };
    let buttons = match (talk.face, is_open) {
        (Face::Customer, true) => view! {
            <p class="mut">{t.quotation_accept_hint}</p>
            <Button
                kind=ButtonKind::Primary
                wide=true
                label=t.quotation_accept.to_owned()
                on_press=move || act(QuotationStepView::Accept)
            />
            <Button
                label=t.order_decline.to_owned()
                on_press=move || act(QuotationStepView::Decline { reason: String::new() })
            />
        }
        .into_any(),
        (Face::Business, true) => view! {
            <Button
                label=t.payment_take_back.to_owned()
                on_press=move || act(QuotationStepView::Withdraw)
            />
        }
        .into_any(),
        _over => ().into_any(),
    };
    let can_ask = talk.face == Face::Business && is_signed && found.payment.is_none();
    let total = found.bill.total.clone();
    let part = (found.deposit > 0)
        .then(|| MoneyView { minor: found.deposit, currency: total.currency.clone() });
    let ask = can_ask.then(|| {
        let amounts = part.into_iter().chain([total]);
        let button = move |amount: MoneyView| {
            let label = format!("{}: {}", t.ask_for_payment, money(&amount));
            let press = move || ask_for(talk, id, amount.clone(), on_close);
            view! { <Button kind=ButtonKind::Primary label on_press=press /> }
        };
        amounts.map(button).collect_view()
    });
    let file = format!("{}.json", found.number);
    let proof = is_signed.then(|| {
        view! {
            <Button
                kind=ButtonKind::Text
                glyph=Glyph::ShieldCheck
                label=t.quotation_proof.to_owned()
                on_press=move || save_proof(id, file.clone())
            />
        }
    });
    let note = found.note.clone();
    view! {
        <div class="paper stack" data-paper="quotation">
            <div class="row">
                <b class="grow">{fill(t.quotation, &[("number", &found.number)])}</b>
                <Pill text=word kind />
            </div>
            {head(shop, &found.customer, found.at)}
            <BillTable bill=found.bill.clone() />
            {deposit}
            {(!note.is_empty()).then(|| view! { <p dir="auto">{note}</p> })}
            <p class="mut">{until}</p>
            {(!found.reason.is_empty()).then(|| view! { <p dir="auto">{found.reason.clone()}</p> })}
            {signed}
        </div>
        <div class="stack no-print">{buttons} {ask} {proof} {print_button()}</div>
    }
    .into_any()
}

fn ask_for(talk: Talk, order: MessageId, amount: MoneyView, on_close: impl Fn()) {
    let payment = Box::new(tresen_view::PaymentDraft {
        order: Some(order),
        amount,
        note: String::new(),
        days: None,
        bill: None,
    });
    talk.act(Command::RequestPayment { conversation: talk.conversation, payment });
    on_close();
}

fn save_proof(quotation: MessageId, name: String) {
    spawn_local(async move {
        let command = TradeCommand::QuotationProof { quotation };
        match call(Command::Trade(Box::new(command))).await {
            Ok(Answer::Text(text)) => files::save_text(&text, "application/json", &name),
            Ok(_) => {}
            Err(failure) => tell_failure(&failure),
        }
    });
}

fn payment(talk: Talk, found: &PaymentView, shop: RwSignal<(String, String)>) -> AnyView {
    let t = t();
    let (word, kind) = payment_word(found.state);
    let currency = found.amount.currency.clone();
    let title = if found.received > 0 { t.receipt } else { t.payment_request };
    let movements = found.movements.iter().map(|moved| movement(moved, &currency)).collect_view();
    let open = found.amount.minor.saturating_sub(found.received).max(0);
    let is_open = open > 0
        && matches!(
            found.state,
            PaymentStateView::Requested | PaymentStateView::Claimed | PaymentStateView::PartlyPaid
        );
    let left = is_open.then(|| {
        let left = MoneyView { minor: open, currency: currency.clone() };
        view! { <p>{fill(t.payment_left, &[("amount", &money(&left))])}</p> }
    });
    let due = found.expires_at.filter(|_at| is_open).map(|at| {
        view! { <p class="mut">{fill(t.payment_due, &[("time", &time::date(at))])}</p> }
    });
    let bill = match &found.bill {
        Some(bill) => view! { <BillTable bill=bill.clone() /> }.into_any(),
        None => view! {
            <p>
                <b>{money(&found.amount)}</b>
            </p>
        }
        .into_any(),
    };
    let late = found.is_late.then(|| view! { <p class="bad-h">{t.payment_late}</p> });
    let acts = (talk.face == Face::Business).then(|| acts(talk, found, open));
    let note = found.note.clone();
    view! {
        <div class="paper stack" data-paper="payment">
            <div class="row">
                <b class="grow">{title}" "{number(&found.reference)}</b>
                <Pill text=word kind />
            </div>
            {head(shop, &found.customer, found.at)}
            {bill}
            {(!note.is_empty()).then(|| view! { <p dir="auto">{note}</p> })}
            {movements}
            {left}
            {due}
            {late}
            <p class="mut">{fill(t.payment_reference, &[("reference", &found.reference)])}</p>
        </div>
        <div class="stack no-print">{acts} {print_button()}</div>
    }
    .into_any()
}

/// The end of a reference, as people call a receipt.
fn number(reference: &str) -> String {
    let count = reference.chars().count();
    reference.chars().skip(count.saturating_sub(6)).collect()
}

fn movement(moved: &MovementView, currency: &str) -> impl IntoView + use<> {
    let t = t();
    let at = time::date_time(moved.at);
    let words = if moved.is_refund { t.receipt_refunded } else { t.receipt_received };
    let amount = money(&MoneyView { minor: moved.minor, currency: currency.to_owned() });
    let by = match moved.source {
        MovementSource::Hand => fill(t.receipt_hand, &[("name", &moved.by)]),
        MovementSource::Statement => fill(t.receipt_statement, &[("name", &moved.by)]),
        MovementSource::Provider => t.receipt_provider.to_owned(),
    };
    view! {
        <p data-movement=if moved.is_refund { "refund" } else { "received" }>
            {fill(words, &[("time", &at)])}": "<b>{amount}</b><br /><span class="mut" dir="auto">
                {by}
            </span>
        </p>
    }
}

/// What the business can say: an amount that came or was given back.
fn acts(talk: Talk, found: &PaymentView, open: i64) -> impl IntoView + use<> {
    let t = t();
    let id = found.payment;
    let code = found.amount.currency.clone();
    let kept = found.received.saturating_sub(found.refunded);
    let refundable = found.refundable;
    let first = if open > 0 { open } else { kept };
    let decimal = Currency::parse(&code)
        .map(|currency| tresen_types::Money { minor: first, currency }.to_string())
        .unwrap_or_default();
    let amount = RwSignal::new(decimal.split(' ').next().unwrap_or_default().to_owned());
    let say = move |step: fn(i64) -> PaymentStepView| {
        let minor = Currency::parse(&code)
            .ok()
            .and_then(|currency| tresen_payments::bank::minor(&amount.get_untracked(), currency));
        match minor.filter(|minor| *minor > 0) {
            Some(minor) => talk.act(Command::StepPayment { payment: id, step: step(minor) }),
            None => app().tell(t.payment_amount_bad),
        }
    };
    let say = StoredValue::new(say);
    let button = move |label: &'static str, step: fn(i64) -> PaymentStepView| {
        let press = move || say.with_value(|say| say(step));
        view! { <Button label=label.to_owned() on_press=press /> }
    };
    let can_receive = found.state != PaymentStateView::Cancelled && found.refunded == 0;
    view! {
        <Field
            id="payment-amount"
            label=t.payment_amount.to_owned()
            value=amount
            kind=FieldKind::Text
        />
        {can_receive
            .then(|| button(t.payment_note, |minor| PaymentStepView::Received { minor }))}
        {(refundable > 0)
            .then(|| {
                button(t.payment_refund_through, |minor| PaymentStepView::RefundThrough { minor })
            })}
        {(kept > 0).then(|| button(t.payment_refund, |minor| PaymentStepView::Refunded { minor }))}
    }
}
