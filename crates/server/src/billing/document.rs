//! Rate cards as operators write them, TOML, and plans as they are stored. Amounts are decimal texts.
//!
//! ```text
//! currency = "EUR"
//! valid_from = "2026-12-01"            # UTC; valid_until may follow
//! free_in_window = ["utility"]
//!
//! [default]
//! service = "0"
//! utility = "0.02"
//! marketing = [{ from = 0, to = 1000, price = "0.08" }, { from = 1000, price = "0.06" }]
//! authentication = "0.03"
//!
//! [countries.IN]
//! marketing = "0.01"
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tresen_billing::{Country, Micros, Plan, PlanPart, RateCard, RateCards, Rates, Tier};
use tresen_proto::ErrorCode;
use tresen_types::{Categories, Category, Currency, Timestamp};

use crate::{ServerError, error::refused};

/// A rate card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateCardDocument {
    /// The currency's code.
    pub currency: String,
    /// The first day, in UTC.
    pub valid_from: String,
    /// The first day on which it doesn't hold any more; until the next card without it.
    pub valid_until: Option<String>,
    /// Categories that cost nothing within the service window.
    #[serde(default)]
    pub free_in_window: Vec<Category>,
    /// The prices.
    pub default: BTreeMap<Category, PriceDocument>,
    /// Other prices in some countries.
    #[serde(default)]
    pub countries: BTreeMap<String, BTreeMap<Category, PriceDocument>>,
}

/// One price, or one for each tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PriceDocument {
    /// The same for all messages of a month.
    One(String),
    /// By how many there were.
    Tiers(Vec<TierDocument>),
}

/// The price of some of a month's messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierDocument {
    /// The first message, from 0.
    pub from: u64,
    /// The first with another price; none for all that follow.
    pub to: Option<u64>,
    /// The price of one.
    pub price: String,
}

/// A plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanDocument {
    /// So much a month.
    pub flat: Option<String>,
    /// So much a month for every customer with whom there was a message of a template.
    pub per_customer: Option<String>,
    /// Customers that cost nothing.
    #[serde(default)]
    pub included_customers: u64,
    /// Every delivered message by the rate card.
    #[serde(default)]
    pub per_message: bool,
    /// Messages a month that cost nothing.
    #[serde(default)]
    pub free: BTreeMap<Category, u64>,
}

impl RateCardDocument {
    /// Reads a card and checks that every message has exactly one price.
    ///
    /// # Errors
    /// With where a message would have none or two.
    pub fn parse(text: &str) -> Result<(Self, RateCard), ServerError> {
        let document: Self = toml::from_str(text).map_err(|error| unreadable(&error))?;
        let card = document.card()?;
        Ok((document, card))
    }

    fn card(&self) -> Result<RateCard, ServerError> {
        let currency = Currency::parse(&self.currency)
            .map_err(|_unknown| refused(ErrorCode::Malformed, "the currency is unknown"))?;
        let until = self.valid_until.as_deref().map(day).transpose()?;
        let mut countries = BTreeMap::new();
        for (code, prices) in &self.countries {
            let country = Country::parse(code).ok_or_else(|| {
                refused(ErrorCode::Malformed, "a country has two capital letters")
            })?;
            countries.insert(country, rates(prices)?);
        }
        let free: Categories = self.free_in_window.iter().copied().collect();
        let valid = (day(&self.valid_from)?, until);
        Ok(RateCard::new(currency, valid, rates(&self.default)?, countries, free)?)
    }
}

impl PlanDocument {
    /// Reads a plan as it is stored.
    pub(crate) fn parse(text: &str) -> Result<Self, ServerError> {
        serde_json::from_str(text).map_err(|_malformed| refused(ErrorCode::Malformed, "the plan"))
    }

    /// As it is stored.
    ///
    /// # Errors
    /// Fails when the plan is none.
    pub fn text(&self) -> Result<String, ServerError> {
        self.plan()?;
        serde_json::to_string(self).map_err(|_unwritable| refused(ErrorCode::Malformed, "the plan"))
    }

    /// The plan.
    ///
    /// # Errors
    /// Fails when an amount isn't readable or below zero.
    pub fn plan(&self) -> Result<Plan, ServerError> {
        let mut parts = Vec::new();
        if let Some(monthly) = &self.flat {
            parts.push(PlanPart::Flat { monthly: amount(monthly)? });
        }
        if let Some(monthly) = &self.per_customer {
            let (monthly, included) = (amount(monthly)?, self.included_customers);
            parts.push(PlanPart::PerCustomer { monthly, included });
        }
        if self.per_message {
            parts.push(PlanPart::PerMessage);
        }
        Ok(Plan::new(parts, self.free.clone())?)
    }
}

/// All cards, one after the other: an open one ends where the next begins.
pub(crate) fn rate_cards(documents: &[String]) -> Result<RateCards, ServerError> {
    let mut cards = Vec::new();
    for document in documents {
        cards.push(RateCardDocument::parse(document)?.1);
    }
    cards.sort_by_key(RateCard::valid_from);
    let starts: Vec<Timestamp> = cards.iter().map(RateCard::valid_from).collect();
    let mut following = starts.into_iter().skip(1);
    let cards = cards.into_iter().map(|card| match following.next() {
        Some(next) => card.until(next),
        None => card,
    });
    Ok(RateCards::new(cards.collect())?)
}

/// Reads an amount.
pub(crate) fn amount(text: &str) -> Result<Micros, ServerError> {
    Micros::parse(text)
        .ok_or_else(|| refused(ErrorCode::Malformed, "an amount has at most six decimal places"))
}

fn rates(prices: &BTreeMap<Category, PriceDocument>) -> Result<Rates, ServerError> {
    let tiers = |price: &PriceDocument| -> Result<Vec<Tier>, ServerError> {
        match price {
            PriceDocument::One(price) => {
                Ok(vec![Tier { from: 0, to: None, price: amount(price)? }])
            }
            PriceDocument::Tiers(tiers) => tiers
                .iter()
                .map(|tier| Ok(Tier { from: tier.from, to: tier.to, price: amount(&tier.price)? }))
                .collect(),
        }
    };
    prices.iter().map(|(category, price)| Ok((*category, tiers(price)?))).collect()
}

/// The beginning of a day.
fn day(text: &str) -> Result<Timestamp, ServerError> {
    let date: jiff::civil::Date = text
        .parse()
        .map_err(|_malformed| refused(ErrorCode::Malformed, "a day is like 2026-12-01"))?;
    let start = date
        .to_zoned(jiff::tz::TimeZone::UTC)
        .map_err(|_range| refused(ErrorCode::Malformed, "the day is out of range"))?;
    Ok(Timestamp::from_millis(start.timestamp().as_millisecond()))
}

fn unreadable(error: &toml::de::Error) -> ServerError {
    tracing::warn!(%error, "a document of prices isn't readable");
    refused(ErrorCode::Malformed, "the document isn't readable")
}

#[cfg(test)]
mod tests;
