//! Prices by country and category, with volume tiers and a time from which they hold.

use std::collections::BTreeMap;

use tresen_types::{Categories, Category, Currency, Timestamp};

use crate::{
    Error, Micros,
    limits::{COUNTRIES_MAX, TIERS_MAX},
};

/// A country, as two letters of ISO 3166.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// No known country: the default prices.
    pub const UNKNOWN: Self = Self(*b"ZZ");

    /// Reads two capital letters.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::from_bytes(code.as_bytes().try_into().ok()?)
    }

    pub(crate) const fn bytes(self) -> [u8; 2] {
        self.0
    }

    pub(crate) fn from_bytes(bytes: [u8; 2]) -> Option<Self> {
        bytes.iter().all(u8::is_ascii_uppercase).then_some(Self(bytes))
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// A price for some of a month's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tier {
    /// The first message of the month with this price, counted from 0.
    pub from: u64,
    /// The first with another one; none for all that follow.
    pub to: Option<u64>,
    /// The price of one.
    pub price: Micros,
}

/// The tiers of each category.
pub type Rates = BTreeMap<Category, Vec<Tier>>;

/// Prices that hold from a time on; never changed once used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateCard {
    currency: Currency,
    valid_from: Timestamp,
    valid_until: Option<Timestamp>,
    defaults: Rates,
    countries: BTreeMap<Country, Rates>,
    free_in_window: Categories,
}

impl RateCard {
    /// Takes prices and checks that every message has exactly one.
    ///
    /// # Errors
    /// [`Error::TierGap`] and [`Error::NoRate`] where a message would have no price or two,
    /// [`Error::TimeGap`] when it ends before it begins.
    pub fn new(
        currency: Currency,
        valid: (Timestamp, Option<Timestamp>),
        defaults: Rates,
        countries: BTreeMap<Country, Rates>,
        free_in_window: Categories,
    ) -> Result<Self, Error> {
        let (valid_from, valid_until) = valid;
        if valid_until.is_some_and(|end| end <= valid_from) {
            return Err(Error::TimeGap);
        }
        if countries.len() > COUNTRIES_MAX {
            return Err(Error::Limit);
        }
        for category in Category::ALL {
            if !defaults.contains_key(&category) {
                return Err(Error::NoRate { category });
            }
        }
        check_rates(None, &defaults)?;
        for (country, rates) in &countries {
            check_rates(Some(*country), rates)?;
        }
        Ok(Self { currency, valid_from, valid_until, defaults, countries, free_in_window })
    }

    /// The currency of all prices.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// Whether the category costs nothing within the service window.
    #[must_use]
    pub const fn is_free_in_window(&self, category: Category) -> bool {
        self.free_in_window.contains(category)
    }

    /// The tier of the message that comes after `count` others of the month: its place and price.
    ///
    /// # Errors
    /// [`Error::NoRate`]: which the checks of [`RateCard::new`] rule out.
    pub fn tier(
        &self,
        country: Country,
        category: Category,
        count: u64,
    ) -> Result<(usize, Micros), Error> {
        let own = self.countries.get(&country).and_then(|rates| rates.get(&category));
        let tiers = own.or_else(|| self.defaults.get(&category));
        tiers
            .and_then(|tiers| {
                let is_inside =
                    |tier: &&Tier| tier.from <= count && tier.to.is_none_or(|end| count < end);
                let place = tiers.iter().position(|tier| is_inside(&tier))?;
                tiers.get(place).map(|tier| (place, tier.price))
            })
            .ok_or(Error::NoRate { category })
    }

    /// From when on it holds.
    #[must_use]
    pub const fn valid_from(&self) -> Timestamp {
        self.valid_from
    }

    /// Ends an open card where the next one begins.
    #[must_use]
    pub const fn until(mut self, next: Timestamp) -> Self {
        if self.valid_until.is_none() {
            self.valid_until = Some(next);
        }
        self
    }

    fn holds_at(&self, at: Timestamp) -> bool {
        self.valid_from <= at && self.valid_until.is_none_or(|end| at < end)
    }
}

fn check_rates(country: Option<Country>, rates: &Rates) -> Result<(), Error> {
    for (&category, tiers) in rates {
        if tiers.len() > TIERS_MAX {
            return Err(Error::Limit);
        }
        // `next` is the first message without a price so far; none when all have one.
        let mut next = Some(0);
        for tier in tiers {
            if tier.price < Micros::ZERO {
                return Err(Error::Negative);
            }
            let is_empty = tier.to.is_some_and(|end| end <= tier.from);
            if Some(tier.from) != next || is_empty {
                let at = next.unwrap_or(tier.from).min(tier.from);
                return Err(Error::TierGap { country, category, at });
            }
            next = tier.to;
        }
        if let Some(at) = next {
            return Err(Error::TierGap { country, category, at });
        }
    }
    Ok(())
}

/// The rate cards of an operator in one currency, one after the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RateCards(Vec<RateCard>);

impl RateCards {
    /// Takes cards that follow one another without a gap; the last may be open.
    ///
    /// # Errors
    /// [`Error::TimeGap`] when one doesn't begin where the one before ends,
    /// [`Error::MixedCurrencies`] when one has another currency.
    pub fn new(mut cards: Vec<RateCard>) -> Result<Self, Error> {
        cards.sort_by_key(|card| card.valid_from);
        for pair in cards.windows(2) {
            let [one, next] = pair else { continue };
            if one.currency != next.currency {
                return Err(Error::MixedCurrencies);
            }
            if one.valid_until != Some(next.valid_from) {
                return Err(Error::TimeGap);
            }
        }
        Ok(Self(cards))
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The currency of all of them.
    #[must_use]
    pub fn currency(&self) -> Option<Currency> {
        self.0.first().map(|card| card.currency)
    }

    /// The card that holds at a time.
    ///
    /// # Errors
    /// [`Error::NoCard`].
    pub fn at(&self, at: Timestamp) -> Result<&RateCard, Error> {
        self.0.iter().find(|card| card.holds_at(at)).ok_or(Error::NoCard)
    }
}
