//! What a business sent to a customer lately, as far as the customer's limits need it.

use tresen_statement::Consent;
use tresen_types::{Category, Timestamp, limits::DAY_MS};

/// Offers in a month unless the customer says otherwise.
pub const MARKETING_MONTHLY_DEFAULT: u16 = 2;

/// A week and a month, in milliseconds: rolling, so that no midnight opens a flood.
const WEEK_MS: i64 = 7 * DAY_MS;
const MONTH_MS: i64 = 30 * DAY_MS;

/// When messages of one category were accepted for one customer, oldest first, not older than 30
/// days.
#[derive(Clone, Copy, Debug, Default)]
pub struct History<'a>(pub &'a [Timestamp]);

impl History<'_> {
    /// When the customer's limits allow the next message; `None` when they do at `now`.
    #[must_use]
    pub fn held_until(
        &self,
        consent: &Consent,
        category: Category,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let weekly = consent.terms.weekly_max.of(category);
        let monthly = consent.monthly_max.of(category).or_else(|| {
            let is_default = category == Category::Marketing && weekly.is_none();
            is_default.then_some(MARKETING_MONTHLY_DEFAULT)
        });
        let week = weekly.and_then(|max| self.full_until(max, WEEK_MS, now));
        let month = monthly.and_then(|max| self.full_until(max, MONTH_MS, now));
        week.max(month)
    }

    /// When a span that holds `max` messages has room again; `None` when it has.
    fn full_until(&self, max: u16, span_ms: i64, now: Timestamp) -> Option<Timestamp> {
        let max = usize::from(max);
        let begin = now.plus_millis(span_ms.saturating_neg());
        let inside = self.0.iter().filter(|at| **at > begin).count();
        if inside < max {
            return None;
        }
        // Room comes when the message that is `max` from the end falls out of the span. None at all
        // wanted: look again when a whole span has passed.
        let from_end = max.checked_sub(1).and_then(|back| self.0.iter().rev().nth(back));
        Some(from_end.map_or(now.plus_millis(span_ms), |at| at.plus_millis(span_ms)))
    }
}
