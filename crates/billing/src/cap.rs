//! What a business allows itself to spend in a month, and when it wants to hear of it.

use crate::Micros;

/// Where a business is told how far it is, in per cent of its cap.
const ALERT_PERCENTS: [u8; 3] = [50, 80, 100];

/// A business's spending cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpendingCap {
    /// For one month; what is reserved counts.
    pub monthly: Micros,
}

/// A mark that was passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alert {
    /// So much per cent of the cap is spent.
    pub percent: u8,
}

impl SpendingCap {
    /// Whether so much spent is within it.
    #[must_use]
    pub fn allows(self, spent: Micros) -> bool {
        spent <= self.monthly
    }

    /// The marks between what was spent before and after.
    #[must_use]
    pub fn alerts(self, before: Micros, after: Micros) -> Vec<Alert> {
        let is_past = |spent: Micros, percent: u8| {
            // In 128 bits nothing overflows.
            let (spent, cap) = (i128::from(spent.0), i128::from(self.monthly.0));
            spent.saturating_mul(100) >= cap.saturating_mul(i128::from(percent)) && cap > 0
        };
        ALERT_PERCENTS
            .into_iter()
            .filter(|percent| is_past(after, *percent) && !is_past(before, *percent))
            .map(|percent| Alert { percent })
            .collect()
    }
}
