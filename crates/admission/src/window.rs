//! The service window: free text within a day of the customer's last message (PRODUCT P5).

use tresen_types::{Timestamp, limits::DAY_MS};

/// How long the window stays open after the customer's last message, in milliseconds.
pub const WINDOW_MS: i64 = DAY_MS;

/// How much a receiving device grants beyond it, in milliseconds: its own message may have been
/// accepted later than its clock says (PROTOCOL 5.2).
pub const WINDOW_TOLERANCE_MS: i64 = 10 * 60 * 1_000;

/// How long after the customer's last message steps without words may come, in milliseconds: what was
/// ordered, booked or paid is settled by then (docs/decisions/0032).
pub const STEPS_MS: i64 = 180 * DAY_MS;

/// The service window between a customer and a business.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// When the customer wrote last: texts, media and pressed buttons, not receipts or reactions.
    pub opened_at: Option<Timestamp>,
}

impl Window {
    /// The end of the window; `None` when it was never open.
    #[must_use]
    pub fn closes_at(self) -> Option<Timestamp> {
        self.opened_at.map(|at| at.plus_millis(WINDOW_MS))
    }

    /// Whether a business may write freely at `at`: the server's rule.
    #[must_use]
    pub fn is_open_at(self, at: Timestamp) -> bool {
        self.closes_at().is_some_and(|end| at < end)
    }

    /// Whether a business may still say what became of an order, a booking or a payment, at `at`.
    #[must_use]
    pub fn reaches_steps_at(self, at: Timestamp) -> bool {
        self.opened_at.is_some_and(|opened| at < opened.plus_millis(STEPS_MS))
    }

    /// Whether a device grants what the server says to have accepted at `at`.
    #[must_use]
    pub fn is_plausible_at(self, at: Timestamp) -> bool {
        self.closes_at().is_some_and(|end| at < end.plus_millis(WINDOW_TOLERANCE_MS))
    }
}
