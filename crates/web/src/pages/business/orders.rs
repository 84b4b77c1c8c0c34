//! The order board; below it, for owners, what can be ordered and how it is paid.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::MessageId;
use tresen_view::{
    Answer, Command, Event, MoneyView, OrderStateView, OrderStepView, OrderView, PaymentDraft,
};

use super::{
    catalogue::CatalogueEditor,
    desk::desk,
    order_decision::{Decision, DecisionSheet},
    paying::Paying,
};
use crate::{
    actions::{call, tell_failure},
    components::{Button, ButtonKind, ButtonSize, EmptyState, Glyph, OrderCard, SkeletonRows},
    i18n::b,
    state::on_event,
};

/// The order that is decided about, and how.
type Deciding = RwSignal<Option<(MessageId, Decision)>>;

/// Orders on the board.
const ORDERS: u32 = 200;
/// The page.
#[component]
pub(super) fn OrdersPage() -> impl IntoView {
    let orders = RwSignal::new(None::<Vec<OrderView>>);
    let fetch = move || {
        spawn_local(async move {
            let asked = Command::Orders { conversation: None, limit: ORDERS };
            match call(asked).await {
                Ok(Answer::Orders(found)) => {
                    orders.try_set(Some(found));
                }
                Ok(_) => {}
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    fetch();
    let deciding = RwSignal::new(None::<(MessageId, Decision)>);
    on_event(move |event| {
        if *event == Event::DealsChanged {
            fetch();
        }
    });
    view! {
        <main class="page orders-page">
            <div class="page-in">
                <div class="page-head">
                    <h1 class="grow">{b().orders}</h1>
                    <a class="btn smb only-hand" href="/business/bookings">
                        {b().bookings}
                    </a>
                    <a class="btn smb only-hand" href="/business/statistics">
                        {b().stats}
                    </a>
                </div>
                {move || match orders.get() {
                    None => view! { <SkeletonRows /> }.into_any(),
                    Some(found) if found.is_empty() => {
                        view! { <EmptyState glyph=Glyph::ShoppingBasket title=b().orders_none /> }
                            .into_any()
                    }
                    Some(found) => view! { <Board orders=found deciding /> }.into_any(),
                }}
                {desk().is_owner().then(|| view! { <CatalogueEditor /><Paying /> })}
            </div>
            {move || {
                deciding
                    .get()
                    .map(|(order, decision)| {
                        view! {
                            <DecisionSheet
                                order
                                decision
                                on_step=Callback::new(|(order, step)| {
                                    act(Command::StepOrder { order, step });
                                })
                                on_close=move || {
                                    deciding.try_set(None);
                                }
                            />
                        }
                    })
            }}
        </main>
    }
}

/// The columns of the board.
const COLUMNS: [&[OrderStateView]; 4] = [
    &[OrderStateView::New, OrderStateView::Changed],
    &[OrderStateView::Accepted],
    &[OrderStateView::Ready],
    &[
        OrderStateView::Done,
        OrderStateView::Declined,
        OrderStateView::Withdrawn,
        OrderStateView::Cancelled,
    ],
];

#[component]
fn Board(orders: Vec<OrderView>, deciding: Deciding) -> impl IntoView {
    let b = b();
    let heads = [b.orders_new, b.orders_accepted, b.orders_ready, b.orders_ended];
    let columns = heads.into_iter().zip(COLUMNS).map(|(head, states)| {
        let cards = orders
            .iter()
            .filter(|order| states.contains(&order.state))
            .map(|order| view! { <Ticket order=order.clone() deciding /> })
            .collect_view();
        view! {
            <section class="stack" aria-label=head>
                <h2>{head}</h2>
                {cards}
            </section>
        }
    });
    view! { <div class="board">{columns.collect_view()}</div> }
}

#[component]
fn Ticket(order: OrderView, deciding: Deciding) -> impl IntoView {
    let id = order.order;
    let conversation = order.conversation;
    let href = format!("/business/c/{conversation}");
    let customer = order.customer.clone();
    let can_cancel = Decision::can_cancel(order.state);
    let on_step = Callback::new(move |step: OrderStepView| match Decision::of(&step) {
        Some(decision) => deciding.set(Some((id, decision))),
        None => act(Command::StepOrder { order: id, step }),
    });
    let on_ask = Callback::new(move |(order, amount): (MessageId, MoneyView)| {
        let order = Some(order);
        let payment =
            Box::new(PaymentDraft { order, amount, note: String::new(), days: None, bill: None });
        act(Command::RequestPayment { conversation, payment });
    });
    let is_printed = RwSignal::new(false);
    let print = move || {
        is_printed.set(true);
        // The page is drawn with the mark before the system's sheet opens, and without it afterwards.
        request_animation_frame(move || {
            window().print().ok();
            is_printed.set(false);
        });
    };
    view! {
        <div class="card pad stack ticket" class:printed=is_printed>
            <a href=href dir="auto">{customer}</a>
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
                                on_press=move || deciding.set(Some((id, Decision::Cancel)))
                            />
                        }
                    })}
            </div>
        </div>
    }
}

fn act(command: Command) {
    spawn_local(async move {
        if let Err(failure) = call(command).await {
            tell_failure(&failure);
        }
    });
}
