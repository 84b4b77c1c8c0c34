//! The parts of the board: where an order stands, in which order, and which ones have just come.

use std::collections::BTreeSet;

use tresen_types::MessageId;
use tresen_view::{OrderStateView, OrderView};

use crate::i18n::b;

/// A part of the board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Part {
    /// Nobody has answered.
    #[default]
    New,
    /// Accepted, and being made.
    Making,
    /// Waits to be fetched or brought.
    Ready,
    /// Over, in whatever way.
    Ended,
}

impl Part {
    /// In the order in which an order passes them.
    pub(super) const ALL: [Self; 4] = [Self::New, Self::Making, Self::Ready, Self::Ended];

    /// Where an order stands.
    pub(super) const fn of(state: OrderStateView) -> Self {
        match state {
            OrderStateView::New | OrderStateView::Changed => Self::New,
            OrderStateView::Accepted => Self::Making,
            OrderStateView::Ready => Self::Ready,
            OrderStateView::Done
            | OrderStateView::Declined
            | OrderStateView::Withdrawn
            | OrderStateView::Cancelled => Self::Ended,
        }
    }

    /// What it is called.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::New => b().orders_new,
            Self::Making => b().orders_accepted,
            Self::Ready => b().orders_ready,
            Self::Ended => b().orders_ended,
        }
    }

    /// Its orders: whoever waits longest first, what is due first, and of those that are over the
    /// newest first.
    pub(super) fn choose(self, orders: &[OrderView]) -> Vec<OrderView> {
        let mut chosen: Vec<OrderView> =
            orders.iter().filter(|order| Self::of(order.state) == self).cloned().collect();
        match self {
            Self::New => chosen.sort_by_key(|order| order.at),
            Self::Making | Self::Ready => chosen.sort_by_key(|order| {
                (order.ready_at.or(order.wanted_at).unwrap_or(order.at), order.at)
            }),
            Self::Ended => chosen.sort_by_key(|order| std::cmp::Reverse(order.at)),
        }
        chosen
    }

    /// The first part that has something to do.
    pub(super) fn busiest(orders: &[OrderView]) -> Self {
        let has = |part: &Self| orders.iter().any(|order| Self::of(order.state) == *part);
        Self::ALL.into_iter().find(has).unwrap_or_default()
    }
}

/// The orders that this page has seen.
#[derive(Debug, Default)]
pub(in crate::pages::business) struct Seen(Option<BTreeSet<MessageId>>);

impl Seen {
    /// Takes in the orders as they are now, and gives those that are new and haven't been seen before.
    /// What is there at the first look is no news.
    pub(in crate::pages::business) fn take_in<'a>(
        &mut self,
        orders: &'a [OrderView],
    ) -> Vec<&'a OrderView> {
        let is_first = self.0.is_none();
        let seen = self.0.get_or_insert_default();
        let mut came = Vec::new();
        for order in orders {
            let is_new = seen.insert(order.order) && order.state == OrderStateView::New;
            if is_new && !is_first {
                came.push(order);
            }
        }
        came
    }
}

#[cfg(test)]
mod tests {
    use tresen_types::{ConversationId, MessageId, Timestamp};
    use tresen_view::{MoneyView, OrderStateView, OrderView};

    use super::{Part, Seen};

    fn order(number: u8, state: OrderStateView) -> OrderView {
        OrderView {
            order: MessageId::new([number; 32]),
            conversation: ConversationId::new([1; 16]),
            number: number.to_string(),
            customer: format!("customer {number}"),
            at: Timestamp::from_millis(i64::from(number)),
            state,
            lines: Vec::new(),
            total: MoneyView { minor: 0, currency: "EUR".to_owned() },
            note: String::new(),
            address: None,
            wanted_at: None,
            reason: String::new(),
            ready_at: None,
            times: Vec::new(),
            is_as_priced: None,
            payment: None,
        }
    }

    fn numbers(part: Part, orders: &[OrderView]) -> Vec<String> {
        part.choose(orders).into_iter().map(|order| order.number).collect()
    }

    #[test]
    fn every_order_stands_in_one_part_in_the_order_of_the_work() {
        let mut due_late = order(2, OrderStateView::Accepted);
        due_late.ready_at = Some(Timestamp::from_millis(90));
        let mut due_soon = order(3, OrderStateView::Accepted);
        due_soon.wanted_at = Some(Timestamp::from_millis(50));
        let orders = [
            order(9, OrderStateView::New),
            order(1, OrderStateView::Changed),
            due_late,
            due_soon,
            order(4, OrderStateView::Ready),
            order(5, OrderStateView::Done),
            order(6, OrderStateView::Declined),
            order(7, OrderStateView::Withdrawn),
            order(8, OrderStateView::Cancelled),
        ];
        assert_eq!(numbers(Part::New, &orders), ["1", "9"]);
        assert_eq!(numbers(Part::Making, &orders), ["3", "2"]);
        assert_eq!(numbers(Part::Ready, &orders), ["4"]);
        assert_eq!(numbers(Part::Ended, &orders), ["8", "7", "6", "5"]);
        assert_eq!(Part::busiest(&orders), Part::New);
        assert_eq!(Part::busiest(&orders[4..]), Part::Ready);
        assert_eq!(Part::busiest(&[]), Part::New);
    }

    fn came(seen: &mut Seen, orders: &[OrderView]) -> Vec<String> {
        seen.take_in(orders).into_iter().map(|order| order.number.clone()).collect()
    }

    #[test]
    fn only_what_comes_after_the_first_look_is_news_and_only_once() {
        let mut seen = Seen::default();
        let there = [order(1, OrderStateView::New)];
        assert!(came(&mut seen, &there).is_empty());
        let more = [order(2, OrderStateView::New), order(1, OrderStateView::New)];
        assert_eq!(came(&mut seen, &more), ["2"]);
        assert!(came(&mut seen, &more).is_empty());
        // A colleague has accepted it before this device heard of it.
        assert!(came(&mut seen, &[order(3, OrderStateView::Accepted)]).is_empty());
        // It is new again to nobody.
        assert!(came(&mut seen, &[order(3, OrderStateView::New)]).is_empty());
    }

    #[test]
    fn the_first_order_of_an_empty_shop_is_news() {
        let mut seen = Seen::default();
        assert!(came(&mut seen, &[]).is_empty());
        assert_eq!(came(&mut seen, &[order(1, OrderStateView::New)]), ["1"]);
    }
}
