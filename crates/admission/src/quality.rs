//! How customers take a business's messages, and how many of them it may begin with because of that.

use tresen_types::{Timestamp, limits::DAY_MS};

/// The days that count.
pub const QUALITY_DAYS: i64 = 7;
/// How long a tier stays at least, in milliseconds.
pub const TIER_STAYS_MS: i64 = DAY_MS;

/// Messages below which a few reports say little.
const DELIVERED_MIN: u64 = 50;
/// What weighs how much: a report is somebody's work, a stop may be a change of mind.
const REPORT_WEIGHT: u64 = 5;
const BLOCK_WEIGHT: u64 = 2;
const STOP_WEIGHT: u64 = 1;
/// Weight for each thousand messages from which a rating is yellow, and red.
const YELLOW_PER_MILLE: u64 = 20;
const RED_PER_MILLE: u64 = 50;

/// What customers did about a business's messages in the last days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signals {
    /// Messages of templates that were delivered.
    pub delivered: u64,
    /// Reports that the operator hasn't dismissed.
    pub reports: u64,
    /// Customers who blocked the business.
    pub blocks: u64,
    /// Customers who allow less than before.
    pub stops: u64,
}

/// How good a business's messages are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rating {
    /// Customers complain a lot.
    Red,
    /// Customers complain.
    Yellow,
    /// Customers are content.
    Green,
}

impl Rating {
    /// The stable name for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Yellow => "yellow",
            Self::Green => "green",
        }
    }
}

impl Signals {
    /// The rating.
    #[must_use]
    pub fn rating(&self) -> Rating {
        let weight =
            [(self.reports, REPORT_WEIGHT), (self.blocks, BLOCK_WEIGHT), (self.stops, STOP_WEIGHT)]
                .into_iter()
                .fold(0_u64, |sum, (count, weight)| {
                    sum.saturating_add(count.saturating_mul(weight))
                });
        let per_mille = weight
            .saturating_mul(1_000)
            .checked_div(self.delivered.max(DELIVERED_MIN))
            .unwrap_or(u64::MAX);
        match per_mille {
            RED_PER_MILLE.. => Rating::Red,
            YELLOW_PER_MILLE.. => Rating::Yellow,
            _few => Rating::Green,
        }
    }

    /// What the rating comes from, with how often: nothing where nothing was wrong.
    #[must_use]
    pub fn causes(&self) -> Vec<(&'static str, u64)> {
        [("reports", self.reports), ("blocks", self.blocks), ("stops", self.stops)]
            .into_iter()
            .filter(|(_cause, count)| *count > 0)
            .collect()
    }
}

/// How many customers a business may begin with in 24 hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Tier {
    /// 250.
    #[default]
    First = 0,
    /// 2,000.
    Second = 1,
    /// 10,000.
    Third = 2,
    /// 100,000.
    Fourth = 3,
    /// Any number.
    Unlimited = 4,
}

/// All tiers, lowest first.
const TIERS: [Tier; 5] = [Tier::First, Tier::Second, Tier::Third, Tier::Fourth, Tier::Unlimited];

impl Tier {
    /// The number of customers; none for any number.
    #[must_use]
    pub const fn customers_max(self) -> Option<u64> {
        match self {
            Self::First => Some(250),
            Self::Second => Some(2_000),
            Self::Third => Some(10_000),
            Self::Fourth => Some(100_000),
            Self::Unlimited => None,
        }
    }

    /// The tier with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        TIERS.into_iter().find(|tier| *tier as u8 == number)
    }

    /// The tier for this number of customers; none of them for any other number.
    #[must_use]
    pub fn of_customers(customers: Option<u64>) -> Option<Self> {
        TIERS.into_iter().find(|tier| tier.customers_max() == customers)
    }

    /// The tier after another look: one lower when customers complain a lot, one higher when they are
    /// content and at least half of the tier was reached in the days that count. Never sooner than a
    /// day after the last change.
    #[must_use]
    pub fn after(
        self,
        signals: &Signals,
        customers: u64,
        changed_at: Timestamp,
        now: Timestamp,
    ) -> Self {
        if now.millis_since(changed_at) < TIER_STAYS_MS {
            return self;
        }
        let number = self as u8;
        let is_used = self.customers_max().is_some_and(|max| customers.saturating_mul(2) >= max);
        let next = match signals.rating() {
            Rating::Red => number.checked_sub(1),
            Rating::Green if is_used => number.checked_add(1),
            Rating::Yellow | Rating::Green => None,
        };
        next.and_then(Self::from_number).unwrap_or(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn signals(delivered: u64, reports: u64, blocks: u64, stops: u64) -> Signals {
        Signals { delivered, reports, blocks, stops }
    }

    #[test]
    fn a_rating_weighs_what_customers_do() {
        assert_eq!(signals(0, 0, 0, 0).rating(), Rating::Green);
        assert_eq!(signals(1_000, 0, 0, 19).rating(), Rating::Green);
        assert_eq!(signals(1_000, 2, 5, 0).rating(), Rating::Yellow);
        assert_eq!(signals(1_000, 6, 10, 0).rating(), Rating::Red);
        // Of a few messages one stop says little, one report much.
        assert_eq!(signals(3, 0, 0, 0).rating(), Rating::Green);
        assert_eq!(signals(3, 0, 0, 1).rating(), Rating::Yellow);
        assert_eq!(signals(3, 1, 0, 0).rating(), Rating::Red);
        assert_eq!(signals(9, 0, 3, 1).causes(), [("blocks", 3), ("stops", 1)]);
    }

    #[test]
    fn a_tier_moves_one_step_a_day() {
        let good = signals(400, 0, 0, 0);
        let long_ago = NOW.plus_millis(-TIER_STAYS_MS);
        assert_eq!(Tier::First.after(&good, 125, long_ago, NOW), Tier::Second);
        assert_eq!(Tier::First.after(&good, 124, long_ago, NOW), Tier::First, "it isn't needed");
        assert_eq!(Tier::First.after(&good, 250, long_ago.plus_millis(1), NOW), Tier::First);
        let bad = signals(400, 9, 0, 0);
        assert_eq!(Tier::Third.after(&bad, 9_000, long_ago, NOW), Tier::Second);
        assert_eq!(Tier::First.after(&bad, 9_000, long_ago, NOW), Tier::First);
        assert_eq!(Tier::Unlimited.after(&good, 1 << 40, long_ago, NOW), Tier::Unlimited);
        assert_eq!(Tier::of_customers(Some(10_000)), Some(Tier::Third));
        assert_eq!(Tier::of_customers(Some(9)), None);
    }
}
