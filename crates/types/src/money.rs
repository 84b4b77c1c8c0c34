//! Amounts of money: whole minor units of a currency, never floating point.

use std::fmt;

use thiserror::Error;

/// Currencies without minor units (ISO 4217).
const WITHOUT_DECIMALS: &[&str] = &[
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV",
    "XAF", "XOF", "XPF",
];

/// Currencies whose unit has a thousand minor units.
const THREE_DECIMALS: &[&str] = &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

/// Currencies whose unit has a hundred minor units.
const TWO_DECIMALS: &[&str] = &[
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BMD",
    "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF", "CNY", "COP",
    "CRC", "CUP", "CVE", "CZK", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP",
    "GBP", "GEL", "GHS", "GIP", "GMD", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS",
    "INR", "IRR", "JMD", "KES", "KGS", "KHR", "KPW", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD",
    "LSL", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN",
    "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK", "PHP", "PKR",
    "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE",
    "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TOP", "TRY", "TTD",
    "TWD", "TZS", "UAH", "USD", "UYU", "UZS", "VES", "WST", "XCD", "XCG", "YER", "ZAR", "ZMW",
    "ZWG",
];

/// Why an amount or a currency is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MoneyError {
    /// No currency with this code is known.
    #[error("the currency is unknown")]
    UnknownCurrency,
    /// Two amounts of different currencies were put together.
    #[error("the amounts are in different currencies")]
    MixedCurrencies,
    /// The amount is too large to be counted.
    #[error("the amount is too large")]
    Overflow,
}

/// A currency of ISO 4217, with what its unit divides into.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The euro.
    pub const EUR: Self = Self(*b"EUR");
    /// The Indian rupee.
    pub const INR: Self = Self(*b"INR");

    /// Reads a code such as `EUR`.
    ///
    /// # Errors
    /// [`MoneyError::UnknownCurrency`]: an amount whose decimals nobody knows is no amount.
    pub fn parse(code: &str) -> Result<Self, MoneyError> {
        let known = [WITHOUT_DECIMALS, TWO_DECIMALS, THREE_DECIMALS];
        let bytes = code.as_bytes().try_into().map_err(|_length| MoneyError::UnknownCurrency)?;
        if known.into_iter().any(|codes| codes.contains(&code)) {
            Ok(Self(bytes))
        } else {
            Err(MoneyError::UnknownCurrency)
        }
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    /// How many decimals the unit has.
    #[must_use]
    pub fn decimals(&self) -> u32 {
        let code = self.code();
        if WITHOUT_DECIMALS.contains(&code) {
            0
        } else if THREE_DECIMALS.contains(&code) {
            3
        } else {
            2
        }
    }

    /// How many minor units the unit has: 1, 100 or 1,000.
    #[must_use]
    pub fn minor_per_unit(&self) -> i64 {
        10_i64.pow(self.decimals())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

/// An amount in minor units of a currency: cents, paise, whole yen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// Minor units; negative amounts are owed the other way round.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

impl Money {
    /// Nothing.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// The sum.
    ///
    /// # Errors
    /// When the currencies differ or the sum is too large.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::MixedCurrencies);
        }
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// This many times the amount.
    ///
    /// # Errors
    /// When it is too large.
    pub fn times(self, count: u32) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_mul(i64::from(count)).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }
}

impl fmt::Display for Money {
    /// As `-12.50 EUR`, in the form that machines read; people see their own language's.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per_unit = self.currency.minor_per_unit().unsigned_abs();
        let (units, rest) =
            (self.minor.unsigned_abs() / per_unit, self.minor.unsigned_abs() % per_unit);
        let sign = if self.minor < 0 { "-" } else { "" };
        match self.currency.decimals() {
            0 => write!(formatter, "{sign}{units} {}", self.currency),
            decimals => {
                let width = usize::try_from(decimals).unwrap_or_default();
                write!(formatter, "{sign}{units}.{rest:0width$} {}", self.currency)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(minor: i64, code: &str) -> Money {
        Money { minor, currency: Currency::parse(code).expect("a currency") }
    }

    #[test]
    fn every_currency_has_its_own_decimals() {
        assert_eq!(money(-1_250, "EUR").to_string(), "-12.50 EUR");
        assert_eq!(money(5, "INR").to_string(), "0.05 INR");
        assert_eq!(money(1_250, "JPY").to_string(), "1250 JPY");
        assert_eq!(money(1_250, "KWD").to_string(), "1.250 KWD");
        assert_eq!(money(i64::MIN, "KWD").to_string(), "-9223372036854775.808 KWD");
    }

    #[test]
    fn unknown_codes_and_mixed_sums_are_refused() {
        for wrong in ["eur", "EURO", "", "ZZZ", "€"] {
            assert_eq!(Currency::parse(wrong), Err(MoneyError::UnknownCurrency), "{wrong}");
        }
        assert_eq!(money(1, "EUR").plus(money(2, "EUR")), Ok(money(3, "EUR")));
        assert_eq!(money(1, "EUR").plus(money(2, "INR")), Err(MoneyError::MixedCurrencies));
        assert_eq!(money(i64::MAX, "EUR").plus(money(1, "EUR")), Err(MoneyError::Overflow));
        assert_eq!(money(250, "EUR").times(3), Ok(money(750, "EUR")));
        assert_eq!(money(i64::MAX, "EUR").times(2), Err(MoneyError::Overflow));
    }
}
