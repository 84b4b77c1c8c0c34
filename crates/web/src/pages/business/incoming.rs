//! The business's orders, as all pages of the desk have them: how many wait, and which have just come.

use leptos::{prelude::*, task::spawn_local};
use tresen_view::{Answer, Command, Event, OrderStateView, OrderView};

use super::{bell::Bell, orders::Seen};
use crate::{
    actions::{call, tell_failure},
    i18n::{b, fill},
    state::{WorkerState, app, on_event},
};

/// Orders on the board.
const ORDERS: u32 = 200;

/// The orders.
#[derive(Clone, Copy)]
pub(super) struct Incoming {
    /// The newest ones; `None` while they aren't known.
    pub orders: RwSignal<Option<Vec<OrderView>>>,
    /// Words about those that have just come.
    pub came: RwSignal<String>,
    /// How many nobody has answered.
    pub unanswered: Memo<u32>,
    /// The sound of a new one.
    pub bell: Bell,
    seen: StoredValue<Seen>,
    asks: StoredValue<Asks>,
}

/// Whether the worker is being asked, and whether something has changed since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Asks {
    #[default]
    Nothing,
    Once,
    Again,
}

impl Incoming {
    /// Follows the orders as long as the desk is on the page.
    pub(super) fn open() -> Self {
        let orders = RwSignal::new(None::<Vec<OrderView>>);
        let incoming = Self {
            orders,
            came: RwSignal::new(String::new()),
            unanswered: Memo::new(move |_| orders.with(|orders| unanswered(orders.as_deref()))),
            bell: Bell::open(),
            seen: StoredValue::new(Seen::default()),
            asks: StoredValue::new(Asks::Nothing),
        };
        on_event(move |event| {
            if *event == Event::DealsChanged {
                incoming.fetch();
            }
        });
        Effect::new(move |_| {
            if app().worker.get() == WorkerState::Ready {
                incoming.fetch();
            }
        });
        incoming
    }

    /// Asks for them; what changes meanwhile is asked for once more, and not once for each change.
    fn fetch(self) {
        if self.asks.get_value() != Asks::Nothing {
            self.asks.set_value(Asks::Again);
            return;
        }
        spawn_local(async move {
            loop {
                self.asks.try_set_value(Asks::Once);
                let asked = Command::Orders { conversation: None, limit: ORDERS };
                match call(asked).await {
                    Ok(Answer::Orders(found)) => self.take_in(found),
                    Ok(_) => {}
                    Err(failure) => tell_failure(&failure),
                }
                if self.asks.try_get_value() != Some(Asks::Again) {
                    break;
                }
            }
            self.asks.try_set_value(Asks::Nothing);
        });
    }

    fn take_in(self, found: Vec<OrderView>) {
        let words = self.seen.try_update_value(|seen| {
            let words = seen.take_in(&found).into_iter().map(|order| {
                let facts = [("number", &*order.number), ("name", &*order.customer)];
                fill(b().orders_came, &facts)
            });
            words.collect::<Vec<_>>().join(" ")
        });
        if let Some(words) = words.filter(|words| !words.is_empty()) {
            self.came.try_set(words);
            self.bell.ring();
        }
        self.orders.try_set(Some(found));
    }
}

fn unanswered(orders: Option<&[OrderView]>) -> u32 {
    let orders = orders.unwrap_or_default();
    let count = orders.iter().filter(|order| order.state == OrderStateView::New).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}
