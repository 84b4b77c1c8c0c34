//! A business's purse: what it has taken, counted at each acceptance, one message after the other.
//!
//! The purse only ever counts up. What it may take comes from outside, as [`Terms`]: what was paid in,
//! and what was given back because a message was lost. So the purse can lie in a store that knows no
//! prices, and whoever reads old terms refuses too early, never too late.

mod codec;

use std::collections::BTreeMap;

use tresen_types::Timestamp;

use crate::{
    Country, Delivered, Error, Micros, Month, Plan, Price, RateCards, Rated, SpendingCap, rate,
};

/// Milliseconds of an hour.
const HOUR_MS: i64 = 60 * 60 * 1_000;
/// Hours for which a customer counts. One more bucket is kept, since the oldest is only partly over.
const CONTACT_HOURS: i64 = 24;

/// What a business may take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// The prices; none where the operator has none.
    pub cards: RateCards,
    /// The business's plan.
    pub plan: Plan,
    /// What it may spend.
    pub credit: Credit,
    /// Its spending cap.
    pub cap: Option<SpendingCap>,
    /// What was given back for lost messages of a month.
    pub released: BTreeMap<i64, Micros>,
    /// How many customers it may begin with in 24 hours; none for any number.
    pub contacts_max: Option<u64>,
}

/// What a business may spend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Credit {
    /// It pays later.
    #[default]
    Postpaid,
    /// All that was ever paid in or given back.
    Prepaid(Micros),
}

/// What a business has taken so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purse {
    /// All prices together, ever.
    pub taken: Micros,
    /// The number of the month that the next two are about.
    month: i64,
    spent: Micros,
    delivered: Delivered,
    /// Customers that were begun with, by the hour.
    contacts: BTreeMap<i64, u64>,
}

/// A message's price, and the purse with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charged {
    /// The purse afterwards.
    pub purse: Purse,
    /// The price.
    pub price: Price,
}

impl Purse {
    /// What was taken in the month of a time.
    #[must_use]
    pub fn spent(&self, at: Timestamp) -> Micros {
        if Month::of(at).number() == self.month { self.spent } else { Micros::ZERO }
    }

    /// Prices a message and takes the price.
    ///
    /// # Errors
    /// [`Error::InsufficientBalance`], [`Error::CapReached`], or that there is no price.
    pub fn charge(&self, terms: &Terms, at: Timestamp, message: &Rated) -> Result<Charged, Error> {
        let mut purse = self.at(at);
        if !terms.plan.is_per_message() {
            // Where messages cost nothing, no card is needed.
            let price = Price { amount: Micros::ZERO, reason: crate::PriceReason::Plan };
            return Ok(Charged { purse, price });
        }
        let price = rate(terms.cards.at(at)?, &terms.plan, &purse.delivered, message)?;
        purse.delivered.count(message, &price);
        if price.amount > Micros::ZERO {
            purse.taken = purse.taken.plus(price.amount)?;
            purse.spent = purse.spent.plus(price.amount)?;
            let released = terms.released.get(&purse.month).copied().unwrap_or_default();
            if terms
                .cap
                .is_some_and(|cap| !cap.allows(Micros(purse.spent.0.saturating_sub(released.0))))
            {
                return Err(Error::CapReached);
            }
            if let Credit::Prepaid(credit) = terms.credit
                && purse.taken > credit
            {
                return Err(Error::InsufficientBalance);
            }
        }
        Ok(Charged { purse, price })
    }

    /// Notes that a customer was begun with.
    pub fn contact(&mut self, at: Timestamp) {
        let hour = hour(at);
        self.contacts.retain(|of, _count| *of >= hour.saturating_sub(CONTACT_HOURS));
        let count = self.contacts.entry(hour).or_default();
        *count = count.saturating_add(1);
    }

    /// How many customers were begun with in the last 24 hours, and up to one hour more.
    #[must_use]
    pub fn contacts(&self, at: Timestamp) -> u64 {
        self.live(at).map(|(_hour, count)| count).fold(0, u64::saturating_add)
    }

    /// When there is room for another customer; none when there is now.
    #[must_use]
    pub fn full_until(&self, terms: &Terms, at: Timestamp) -> Option<Timestamp> {
        let max = terms.contacts_max?;
        let mut count = self.contacts(at);
        if count < max {
            return None;
        }
        let mut until = hour(at);
        for (hour, of_hour) in self.live(at) {
            count = count.saturating_sub(of_hour);
            until = hour.saturating_add(CONTACT_HOURS).saturating_add(1);
            if count < max {
                break;
            }
        }
        Some(Timestamp::from_millis(until.saturating_mul(HOUR_MS)))
    }

    fn live(&self, at: Timestamp) -> impl Iterator<Item = (i64, u64)> {
        let oldest = hour(at).saturating_sub(CONTACT_HOURS);
        self.contacts.range(oldest..).map(|(hour, count)| (*hour, *count))
    }

    /// The purse in the month of a time. A clock that was set back doesn't open a month again.
    fn at(&self, at: Timestamp) -> Self {
        let month = Month::of(at).number();
        if month <= self.month {
            return self.clone();
        }
        Self { month, spent: Micros::ZERO, delivered: Delivered::default(), ..self.clone() }
    }
}

const fn hour(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(HOUR_MS)
}

impl Country {
    /// The region of a language tag, as in `de-AT`; [`Country::UNKNOWN`] where it names none.
    #[must_use]
    pub fn of_language(tag: &str) -> Self {
        let region = |part: &str| Self::parse(&part.to_ascii_uppercase());
        // The first part is the language, whatever its length.
        tag.split('-').skip(1).find_map(region).unwrap_or(Self::UNKNOWN)
    }
}

#[cfg(test)]
mod tests;
