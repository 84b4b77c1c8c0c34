//! What happens to a business's money.

use std::fmt;

use tresen_types::{AccountId, Category, Nonce, Timestamp, limits::DAY_MS};

use crate::{Alert, Country, Micros, SpendingCap};

/// A month of the calendar, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// The year.
    pub year: i64,
    /// The month, from 1.
    pub month: u8,
}

impl fmt::Display for Month {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}", self.year, self.month)
    }
}

impl Month {
    /// The month of a time.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        let (year, month, _day) = civil(at);
        Self { year, month }
    }

    /// Counts the months.
    #[must_use]
    pub fn number(self) -> i64 {
        self.year.saturating_mul(12).saturating_add(i64::from(self.month)).saturating_sub(1)
    }

    /// The month with this number.
    #[must_use]
    pub fn from_number(number: i64) -> Self {
        let month = u8::try_from(number.rem_euclid(12)).unwrap_or_default().saturating_add(1);
        Self { year: number.div_euclid(12), month }
    }

    /// Its first moment, in UTC.
    #[must_use]
    #[expect(clippy::arithmetic_side_effects, reason = "months of a bill are far from overflow")]
    pub fn start(self) -> Timestamp {
        // The way back of [`civil`]: days from March of the year on.
        let year = self.year - i64::from(self.month <= 2);
        let month = (i64::from(self.month) + 9) % 12;
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let days = of_era * 365 + of_era / 4 - of_era / 100 + (153 * month + 2) / 5;
        Timestamp::from_millis((era * 146_097 + days - 719_468) * DAY_MS)
    }

    /// Reads `2026-11`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let month: u8 = month.parse().ok()?;
        (1..=12).contains(&month).then_some(Self { year: year.parse().ok()?, month })
    }
}

/// Year, month and day in UTC.
#[expect(clippy::arithmetic_side_effects, reason = "days of a 64-bit time are far from overflow")]
pub(crate) fn civil(at: Timestamp) -> (i64, u8, u8) {
    // Howard Hinnant's civil_from_days: eras of 400 years that begin in March.
    let days = at.as_millis().div_euclid(DAY_MS) + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, u8::try_from(month).unwrap_or(1), u8::try_from(day).unwrap_or(1))
}

/// What became of a message's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChargeState {
    /// Set aside when the server accepted the message.
    Reserved,
    /// Taken when a device of the customer had it.
    Captured,
    /// Given back when it failed or expired.
    Released,
}

/// One message on the bill. The server knows no more of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Who sent it.
    pub business: AccountId,
    /// The customer's country.
    pub country: Country,
    /// The category of its template.
    pub category: Category,
    /// Its template.
    pub template: Option<[u8; 32]>,
    /// When the server accepted it.
    pub accepted_at: Timestamp,
    /// What it costs.
    pub price: Micros,
    /// Where it stands.
    pub state: ChargeState,
    /// When it was captured or released.
    pub settled_at: Option<Timestamp>,
}

impl Usage {
    /// Whether two speak of one message, wherever each of them stands.
    pub(super) fn is_same_message(&self, other: &Self) -> bool {
        Self { state: other.state, settled_at: other.settled_at, ..*self } == *other
    }
}

/// What happens to a business's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The business pays in.
    TopUp {
        /// Names the payment.
        id: Nonce,
        /// Who paid.
        business: AccountId,
        /// How much.
        amount: Micros,
        /// When.
        at: Timestamp,
    },
    /// A plan's fee for a month.
    Fee {
        /// Names the fee.
        id: Nonce,
        /// Who owes it.
        business: AccountId,
        /// How much.
        amount: Micros,
        /// When.
        at: Timestamp,
    },
    /// A credit note.
    Refund {
        /// Names the credit note.
        id: Nonce,
        /// Who gets it.
        business: AccountId,
        /// How much.
        amount: Micros,
        /// When.
        at: Timestamp,
    },
    /// The server accepts a message.
    Reserve {
        /// The message, by its idempotency nonce.
        message: Nonce,
        /// What it is and costs.
        usage: Usage,
    },
    /// A device of the customer acknowledges the message, as the first.
    Capture {
        /// The message.
        message: Nonce,
        /// When.
        at: Timestamp,
    },
    /// The message failed or expired.
    Release {
        /// The message.
        message: Nonce,
        /// When.
        at: Timestamp,
    },
    /// The business sets its spending cap, or takes it away.
    SetCap {
        /// Who.
        business: AccountId,
        /// The cap.
        cap: Option<SpendingCap>,
        /// When.
        at: Timestamp,
    },
}

/// What an event did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Whether it was new; a repeated one changes nothing.
    pub is_new: bool,
    /// The marks of the spending cap that it passed.
    pub alerts: Vec<Alert>,
}
