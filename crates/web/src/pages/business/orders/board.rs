//! The board: columns beside each other where there is room, one part at a time on a phone.

use leptos::prelude::*;
use tresen_types::MessageId;
use tresen_view::{Command, OrderView};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use super::{
    part::Part,
    ticket::{EndedTicket, Ticket},
};
use crate::{
    components::{Badge, BadgeKind},
    i18n::b,
    pages::business::{
        acts,
        order_decision::{Decision, DecisionSheet},
    },
};

/// What the tickets of a board share.
#[derive(Clone, Copy)]
pub(super) struct Work {
    /// All orders.
    pub orders: Memo<Vec<OrderView>>,
    /// The order that is decided about, and how.
    pub deciding: RwSignal<Option<(MessageId, Decision)>>,
    /// The order that somebody has just pressed a button of.
    pub acted: StoredValue<Option<MessageId>>,
}

impl Work {
    /// Does something with an order, and remembers which one it was.
    pub(super) fn act(self, order: MessageId, command: Command) {
        self.acted.set_value(Some(order));
        acts::act(command);
    }

    /// Keeps the focus near an order that has moved away under it.
    fn follow_focus(self) {
        Effect::new(move |_| {
            self.orders.track();
            if self.deciding.with(Option::is_some) {
                return;
            }
            if let Some(order) = self.acted.get_value() {
                request_animation_frame(move || find_focus(order));
            }
        });
    }
}

/// The board.
#[component]
pub(super) fn Board(orders: Memo<Vec<OrderView>>) -> impl IntoView {
    let work = Work { orders, deciding: RwSignal::new(None), acted: StoredValue::new(None) };
    work.follow_focus();
    // On a phone; where there is room all parts are seen.
    let shown = RwSignal::new(orders.with_untracked(|orders| Part::busiest(orders)));
    let columns =
        Part::ALL.map(|part| view! { <Column work part shown /> }).into_iter().collect_view();
    view! {
        <PartPicker orders shown />
        <div class="board">{columns}</div>
        {move || {
            let close = move || {
                work.deciding.try_set(None);
            };
            let on_step = Callback::new(move |(order, step)| {
                work.act(order, Command::StepOrder { order, step });
            });
            work.deciding
                .get()
                .map(|(order, decision)| {
                    view! { <DecisionSheet order decision on_step on_close=close /> }
                })
        }}
    }
}

fn count(orders: Memo<Vec<OrderView>>, part: Part) -> Memo<u32> {
    Memo::new(move |_| {
        let count = orders
            .with(|orders| orders.iter().filter(|order| Part::of(order.state) == part).count());
        u32::try_from(count).unwrap_or(u32::MAX)
    })
}

/// How many there are, in words for those who don't see the number.
fn number(part: Part, count: Memo<u32>) -> impl Fn() -> AnyView {
    move || {
        let count = count.get();
        let words = b().orders_count.of(u64::from(count));
        let is_waiting = part == Part::New && count > 0;
        let kind = if is_waiting { BadgeKind::Waiting } else { BadgeKind::Quiet };
        view! { <Badge count words kind /> }.into_any()
    }
}

/// Which part a phone shows; radio buttons that the arrow keys move through.
#[component]
fn PartPicker(orders: Memo<Vec<OrderView>>, shown: RwSignal<Part>) -> impl IntoView {
    let choices = Part::ALL.map(|part| {
        let is_on = Memo::new(move |_| shown.get() == part);
        view! {
            <label class:on=is_on>
                <input
                    type="radio"
                    class="vh"
                    name="orders-part"
                    prop:checked=is_on
                    on:change=move |_| shown.set(part)
                />
                <span>{part.title()}</span>
                {number(part, count(orders, part))}
            </label>
        }
    });
    view! {
        <fieldset class="seg parts only-hand">
            <legend class="vh">{b().orders_parts}</legend>
            {choices.into_iter().collect_view()}
        </fieldset>
    }
}

#[component]
fn Column(work: Work, part: Part, shown: RwSignal<Part>) -> impl IntoView {
    let orders = work.orders;
    let chosen = Memo::new(move |_| orders.with(|orders| part.choose(orders)));
    let is_empty = Memo::new(move |_| chosen.with(Vec::is_empty));
    let id = move |order: &OrderView| order.order;
    view! {
        <section
            class="stack"
            class:new=(part == Part::New)
            class:off=move || shown.get() != part
            aria-label=part.title()
        >
            <h2 class="only-desk">{part.title()} {number(part, count(orders, part))}</h2>
            {move || is_empty.get().then(|| view! { <p class="mut">{b().orders_part_none}</p> })}
            <For each=move || chosen.get() key=id let:order>
                {if part == Part::Ended {
                    view! { <EndedTicket work order /> }.into_any()
                } else {
                    view! { <Ticket work order /> }.into_any()
                }}
            </For>
        </section>
    }
}

/// Puts a focus that was lost to the order's ticket where that is seen, else to the next one, else to
/// the part's name.
fn find_focus(order: MessageId) {
    let is_lost = document().active_element().is_none_or(|one| one.tag_name() == "BODY");
    if !is_lost {
        return;
    }
    let own = format!(".board > section [data-ticket='{order}']");
    for selector in [own.as_str(), ".board > section .ticket", ".parts input:checked"] {
        let Ok(found) = document().query_selector_all(selector) else { continue };
        for number in 0..found.length() {
            let found = found.item(number).and_then(|one| one.dyn_into::<HtmlElement>().ok());
            // What isn't drawn has no place on the page.
            if let Some(one) = found.filter(|one| one.offset_width() > 0) {
                one.focus().ok();
                return;
            }
        }
    }
}
