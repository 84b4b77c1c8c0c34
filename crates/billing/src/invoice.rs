//! The lines of a month's invoice: rounded once, each for itself.

use std::collections::BTreeMap;

use tresen_types::{AccountId, Category, Money};

use crate::{ChargeState, Country, Error, Ledger, Micros, Month};

/// Messages of one country, category and price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvoiceLine {
    /// The customers' country.
    pub country: Country,
    /// The category.
    pub category: Category,
    /// The price of one.
    pub unit_price: Micros,
    /// How many were delivered.
    pub messages: u64,
    /// All of them, rounded to the currency's minor units, halves up.
    pub amount: Money,
}

/// A business's messages that were delivered in a month, by country, category and price.
///
/// # Errors
/// [`Error::Overflow`].
pub fn invoice_lines(
    ledger: &Ledger,
    business: AccountId,
    month: Month,
) -> Result<Vec<InvoiceLine>, Error> {
    let mut counts = BTreeMap::<_, u64>::new();
    for (_message, usage) in ledger.usage(business) {
        let is_delivered =
            usage.state == ChargeState::Captured && usage.settled_at.map(Month::of) == Some(month);
        if is_delivered {
            let count = counts.entry((usage.country, usage.category, usage.price)).or_default();
            *count = count.saturating_add(1);
        }
    }
    counts
        .into_iter()
        .map(|((country, category, unit_price), messages)| {
            let amount = unit_price.times(messages)?.to_money(ledger.currency());
            Ok(InvoiceLine { country, category, unit_price, messages, amount })
        })
        .collect()
}
