//! Millionths of a currency's unit: fine enough for the price of one message, whole for addition.

use tresen_types::{
    Currency, Money,
    decimal::{self, PER_UNIT},
};

use crate::Error;

/// Millionths of a currency's unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Micros(pub i64);

impl Micros {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The sum.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn plus(self, other: Self) -> Result<Self, Error> {
        self.0.checked_add(other.0).map(Self).ok_or(Error::Overflow)
    }

    /// The difference.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn minus(self, other: Self) -> Result<Self, Error> {
        self.0.checked_sub(other.0).map(Self).ok_or(Error::Overflow)
    }

    /// So many times this.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn times(self, count: u64) -> Result<Self, Error> {
        let count = i64::try_from(count).map_err(|_too_many| Error::Overflow)?;
        self.0.checked_mul(count).map(Self).ok_or(Error::Overflow)
    }

    /// Reads a decimal number with at most six places, like `0.0125`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        decimal::parse(text).map(Self)
    }

    /// An amount of money.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn from_money(money: Money) -> Result<Self, Error> {
        let factor = PER_UNIT.checked_div(money.currency.minor_per_unit()).unwrap_or(1);
        money.minor.checked_mul(factor).map(Self).ok_or(Error::Overflow)
    }

    /// Rounded to the currency's minor units, halves away from zero: once, on an invoice's line.
    #[must_use]
    pub fn to_money(self, currency: Currency) -> Money {
        let factor = PER_UNIT.checked_div(currency.minor_per_unit()).unwrap_or(1).unsigned_abs();
        let size = self.0.unsigned_abs();
        let half = factor.checked_div(2).unwrap_or_default();
        let rounded = size.saturating_add(half).checked_div(factor).unwrap_or_default();
        let minor = i64::try_from(rounded).unwrap_or(i64::MAX);
        Money { minor: if self.0 < 0 { minor.saturating_neg() } else { minor }, currency }
    }

    /// All six decimals, as journals want it: `-0.012500`.
    #[must_use]
    pub fn decimal(self) -> String {
        decimal::text(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).expect("a currency")
    }

    #[test]
    fn every_currency_is_rounded_to_its_own_minor_units() {
        let amount = Micros(1_234_500_000);
        assert_eq!(amount.to_money(currency("EUR")).to_string(), "1234.50 EUR");
        assert_eq!(amount.to_money(currency("JPY")).to_string(), "1235 JPY");
        assert_eq!(amount.to_money(currency("KWD")).to_string(), "1234.500 KWD");
        assert_eq!(Micros(-4_999).to_money(currency("EUR")).minor, 0);
        assert_eq!(Micros(-5_000).to_money(currency("EUR")).minor, -1);
        assert_eq!(Micros(-12_500).decimal(), "-0.012500");
    }

    #[test]
    fn decimals_are_read_exactly_or_not_at_all() {
        for (text, micros) in
            [("0.0125", 12_500), ("3", 3_000_000), ("-1.5", -1_500_000), ("0.000001", 1)]
        {
            assert_eq!(Micros::parse(text), Some(Micros(micros)));
        }
        for text in ["", ".5", "1.", "1.0000001", "1e3", "+1", "1,5", "--1", "99999999999999"] {
            assert_eq!(Micros::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn money_comes_back_from_micros() {
        for code in ["EUR", "JPY", "KWD"] {
            let money = Money { minor: -1_234, currency: currency(code) };
            assert_eq!(Micros::from_money(money).map(|m| m.to_money(money.currency)), Ok(money));
        }
        let huge = Money { minor: i64::MAX, currency: currency("JPY") };
        assert_eq!(Micros::from_money(huge), Err(Error::Overflow));
    }
}
