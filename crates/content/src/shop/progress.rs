//! How far an order has come: a fold over its steps in the server's order.

use tresen_types::{Money, Timestamp};

use super::order::{Order, OrderLine, OrderStep};

/// How far an order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OrderState {
    /// The business hasn't said anything yet.
    New,
    /// The business would take it with other lines; the customer is asked.
    Changed,
    /// The business has taken it.
    Accepted,
    /// It is ready.
    Ready,
    /// The customer has it.
    Done,
    /// The business didn't take it.
    Declined,
    /// The customer didn't want it any more.
    Withdrawn,
    /// The business couldn't go on.
    Cancelled,
}

/// An order and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderProgress {
    /// How far it has come.
    pub state: OrderState,
    /// What is ordered now.
    pub lines: Vec<OrderLine>,
    /// The sum now.
    pub total: Money,
    /// Why it was declined, changed or cancelled; may be empty.
    pub reason: String,
    /// When it will be ready, if that was said.
    pub ready_at: Option<Timestamp>,
    /// When each state began.
    pub times: Vec<(OrderState, Timestamp)>,
}

impl OrderProgress {
    /// An order that was just sent.
    #[must_use]
    pub fn new(order: &Order, at: Timestamp) -> Self {
        Self {
            state: OrderState::New,
            lines: order.lines.clone(),
            total: order.total,
            reason: String::new(),
            ready_at: None,
            times: vec![(OrderState::New, at)],
        }
    }

    /// Takes in the next step; tells whether it counted. One that doesn't fit, because another was
    /// faster or the other side may not take it, changes nothing.
    pub fn apply(&mut self, by_business: bool, step: &OrderStep, at: Timestamp) -> bool {
        let Some(next) = self.next(by_business, step) else { return false };
        match step {
            OrderStep::Accept { ready_at } => self.ready_at = *ready_at,
            OrderStep::Decline { reason } | OrderStep::Cancel { reason } => {
                self.reason.clone_from(reason);
            }
            OrderStep::Change { lines, total, reason } => {
                self.lines.clone_from(lines);
                self.total = *total;
                self.reason.clone_from(reason);
            }
            OrderStep::Agree | OrderStep::Withdraw | OrderStep::Ready | OrderStep::Done => {}
        }
        self.state = next;
        self.times.push((next, at));
        true
    }

    fn next(&self, by_business: bool, step: &OrderStep) -> Option<OrderState> {
        use OrderState::{Accepted, Cancelled, Changed, Declined, Done, New, Ready, Withdrawn};
        let next = match (by_business, self.state, step) {
            (true, New, OrderStep::Accept { .. }) | (false, Changed, OrderStep::Agree) => Accepted,
            (true, New | Changed, OrderStep::Decline { .. }) => Declined,
            (true, New, OrderStep::Change { total, .. })
                if total.currency == self.total.currency =>
            {
                Changed
            }
            (false, New | Changed, OrderStep::Withdraw) => Withdrawn,
            (true, Accepted, OrderStep::Ready) => Ready,
            (true, Accepted | Ready, OrderStep::Done) => Done,
            (true, Accepted | Ready, OrderStep::Cancel { .. }) => Cancelled,
            _does_not_fit => return None,
        };
        Some(next)
    }
}
