//! Why something can't be priced or posted.

use tresen_types::{Category, MoneyError};

use crate::rate_card::Country;

/// Why something can't be priced or posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The tiers of a rate leave messages without a price, or price them twice.
    #[error("the rate has a gap or an overlap at message {at}")]
    TierGap {
        /// The country of the rate; none for the default.
        country: Option<Country>,
        /// The category of the rate.
        category: Category,
        /// The first message that has no price or two.
        at: u64,
    },
    /// A category has no rate in the default prices.
    #[error("the rate card has no default rate for a category")]
    NoRate {
        /// The category.
        category: Category,
    },
    /// Rate cards leave a time without prices, or have two for it.
    #[error("the rate cards leave a gap or overlap in time")]
    TimeGap,
    /// No rate card holds at this time.
    #[error("no rate card holds at this time")]
    NoCard,
    /// Rate cards or postings of different currencies.
    #[error("the amounts are in different currencies")]
    MixedCurrencies,
    /// A price or amount below zero.
    #[error("a price can't be negative")]
    Negative,
    /// Too many tiers, countries or parts.
    #[error("the rate card or plan is over its limit")]
    Limit,
    /// An amount is too large to be counted.
    #[error("the amount is too large")]
    Overflow,
    /// What was stored isn't what this crate has written.
    #[error("the purse isn't readable")]
    Unreadable,
    /// The prepaid balance doesn't cover the price.
    #[error("the balance doesn't cover the price")]
    InsufficientBalance,
    /// The business's own spending cap is reached.
    #[error("the spending cap is reached")]
    CapReached,
    /// Nothing was reserved for this message.
    #[error("nothing was reserved for this message")]
    UnknownMessage,
    /// The message was captured or released already, so that it can't be the other.
    #[error("the message is settled already")]
    Settled,
    /// The id was used for something else.
    #[error("the id stands for another event")]
    Reused,
    /// More is given back than was taken.
    #[error("more is given back than was taken")]
    RefundTooLarge,
}

impl From<MoneyError> for Error {
    fn from(error: MoneyError) -> Self {
        match error {
            MoneyError::UnknownCurrency | MoneyError::MixedCurrencies => Self::MixedCurrencies,
            MoneyError::Overflow => Self::Overflow,
        }
    }
}
