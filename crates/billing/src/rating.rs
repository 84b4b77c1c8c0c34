//! The price of one message.

use std::collections::BTreeMap;

use tresen_types::Category;

use crate::{Country, Error, Micros, Plan, RateCard};

/// What a business has sent in the month so far; reserved messages count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    free: BTreeMap<Category, u64>,
    priced: BTreeMap<(Country, Category), u64>,
}

impl Delivered {
    /// What was counted before.
    pub(crate) const fn new(
        free: BTreeMap<Category, u64>,
        priced: BTreeMap<(Country, Category), u64>,
    ) -> Self {
        Self { free, priced }
    }

    /// Messages that took one of the month's free ones.
    pub(crate) const fn free(&self) -> &BTreeMap<Category, u64> {
        &self.free
    }

    /// Messages that were priced by the card.
    pub(crate) const fn priced(&self) -> &BTreeMap<(Country, Category), u64> {
        &self.priced
    }

    /// Counts a message with its price's reason.
    pub fn count(&mut self, rated: &Rated, price: &Price) {
        match price.reason {
            PriceReason::FreeQuota => bump(&mut self.free, rated.category),
            PriceReason::Tier(_) => bump(&mut self.priced, (rated.country, rated.category)),
            PriceReason::FreeWindow | PriceReason::Plan => {}
        }
    }
}

fn bump<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K) {
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(1);
}

/// A message, as far as its price depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rated {
    /// The customer's country, frozen when the message was accepted.
    pub country: Country,
    /// The category of the template's approval.
    pub category: Category,
    /// Whether it was sent within the service window.
    pub in_window: bool,
}

/// Why a message costs what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceReason {
    /// The plan has no price by message.
    Plan,
    /// It was sent within the service window.
    FreeWindow,
    /// It is one of the month's free ones.
    FreeQuota,
    /// It is in this tier of the rate card, from 0.
    Tier(usize),
}

/// What a message costs, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// How much.
    pub amount: Micros,
    /// Why.
    pub reason: PriceReason,
}

/// Prices the next message of a month.
///
/// # Errors
/// [`Error::NoRate`] when the card has none.
pub fn rate(
    card: &RateCard,
    plan: &Plan,
    delivered: &Delivered,
    message: &Rated,
) -> Result<Price, Error> {
    let free = |reason| Ok(Price { amount: Micros::ZERO, reason });
    if !plan.is_per_message() {
        return free(PriceReason::Plan);
    }
    if message.in_window && card.is_free_in_window(message.category) {
        return free(PriceReason::FreeWindow);
    }
    let used = delivered.free.get(&message.category).copied().unwrap_or_default();
    if used < plan.free_monthly(message.category) {
        return free(PriceReason::FreeQuota);
    }
    let key = (message.country, message.category);
    let count = delivered.priced.get(&key).copied().unwrap_or_default();
    let (tier, amount) = card.tier(message.country, message.category, count)?;
    Ok(Price { amount, reason: PriceReason::Tier(tier) })
}
