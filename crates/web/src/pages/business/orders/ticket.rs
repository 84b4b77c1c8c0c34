//! The ticket of an order: what is to be made, by when, and what comes next.

use leptos::{html::Details, prelude::*};
use tresen_types::MessageId;
use tresen_view::{Command, MoneyView, OrderStateView, OrderStepView, OrderView, PaymentDraft};

use super::board::Work;
use crate::{
    components::{
        Button, ButtonKind, ButtonSize, Glyph, OrderCard, Pill, PillKind, order_word, waits,
    },
    i18n::{b, fill, time},
    pages::business::{desk::desk, order_decision::Decision},
};

/// An order that something is to be done with.
#[component]
pub(super) fn Ticket(work: Work, order: OrderView) -> impl IntoView {
    let id = order.order;
    let orders = work.orders;
    // It stays where it is when another one changes: whoever is about to press a button there can.
    let current = Memo::new(move |before: Option<&OrderView>| {
        let found = orders.with(|all| all.iter().find(|one| one.order == id).cloned());
        found.or_else(|| before.cloned()).unwrap_or_else(|| order.clone())
    });
    let is_printed = RwSignal::new(false);
    view! {
        <article
            class="card pad stack ticket"
            class:printed=is_printed
            tabindex="-1"
            data-ticket=id.to_string()
            aria-label=move || current.with(|order| order.customer.clone())
        >
            {move || view! { <Sides work order=current.get() is_printed /> }}
        </article>
    }
}

/// What stands on a ticket.
#[component]
fn Sides(work: Work, order: OrderView, is_printed: RwSignal<bool>) -> impl IntoView {
    let id = order.order;
    let conversation = order.conversation;
    let href = format!("/business/c/{conversation}");
    let customer = order.customer.clone();
    let can_cancel = Decision::can_cancel(order.state);
    let since = (order.state == OrderStateView::New).then_some(order.at);
    let wait = move || {
        since.map(|since| {
            let text = waits(desk().now.get().millis_since(since));
            view! { <Pill text kind=PillKind::Wait /> }
        })
    };
    let wanted = order.wanted_at.map(|at| {
        let text = fill(b().orders_wanted, &[("time", &time::day_time(at))]);
        view! { <p>{text}</p> }
    });
    let on_step = Callback::new(move |step: OrderStepView| match Decision::of(&step) {
        Some(decision) => work.deciding.set(Some((id, decision))),
        None => work.act(id, Command::StepOrder { order: id, step }),
    });
    let on_ask = Callback::new(move |(order, amount): (MessageId, MoneyView)| {
        let order = Some(order);
        let payment =
            Box::new(PaymentDraft { order, amount, note: String::new(), days: None, bill: None });
        work.act(id, Command::RequestPayment { conversation, payment });
    });
    let print = move || {
        is_printed.set(true);
        // The page is drawn with the mark before the system's sheet opens, and without it afterwards.
        request_animation_frame(move || {
            window().print().ok();
            is_printed.set(false);
        });
    };
    view! {
        <div class="row">
            <a class="grow" href=href dir="auto">
                {customer}
            </a>
            {wait}
        </div>
        {wanted}
        <OrderCard order is_customer=false on_step on_ask />
        <div class="row wrap no-print">
            <Button
                kind=ButtonKind::Text
                size=ButtonSize::Small
                glyph=Glyph::Printer
                label=b().order_print.to_owned()
                on_press=print
            />
            {can_cancel
                .then(|| {
                    view! {
                        <Button
                            kind=ButtonKind::Text
                            size=ButtonSize::Small
                            label=b().order_cancel.to_owned()
                            on_press=move || work.deciding.set(Some((id, Decision::Cancel)))
                        />
                    }
                })}
        </div>
    }
}

/// An order that is over: a line, behind which the ticket is.
#[component]
pub(super) fn EndedTicket(work: Work, order: OrderView) -> impl IntoView {
    let details = NodeRef::<Details>::new();
    let is_open = RwSignal::new(false);
    let last = order.times.iter().map(|(_, at)| *at).max().unwrap_or(order.at);
    let (word, kind) = order_word(order.state);
    let mark = (order.state != OrderStateView::Done).then(|| view! { <Pill text=word kind /> });
    let (number, customer) = (order.number.clone(), order.customer.clone());
    view! {
        <details
            class="ended"
            node_ref=details
            on:toggle=move |_| {
                is_open.set(details.get_untracked().is_some_and(|details| details.open()));
            }
        >
            <summary class="row">
                <b class="num">{number}</b>
                <span class="grow ell" dir="auto">
                    {customer}
                </span>
                {mark}
                <span class="mut num">{time::row_time(last)}</span>
            </summary>
            {move || is_open.get().then(|| view! { <Ticket work order=order.clone() /> })}
        </details>
    }
}
