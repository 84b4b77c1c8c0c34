//! What is typed for a parameter, as a value of its type.

use tresen_types::{Currency, Timestamp};
use tresen_view::{ParameterType, ValueDraft};

use crate::{
    components::FieldKind,
    i18n::{b, time},
};

/// The decimals that a number may have.
const DECIMALS_MAX: usize = 9;
const DAY_MS: i64 = 86_400_000;
/// Noon: the day is the same in nearly all zones.
const NOON_MS: i64 = 12 * 3_600_000;

/// The field in which a value is typed.
pub(super) fn kind_of_field(kind: ParameterType) -> FieldKind {
    if kind == ParameterType::Date { FieldKind::Day } else { FieldKind::Text }
}

/// What to type instead.
pub(super) fn wanted(kind: ParameterType) -> &'static str {
    match kind {
        ParameterType::Number => b().tpl_want_number,
        ParameterType::Amount => b().tpl_want_amount,
        ParameterType::Date => b().tpl_want_date,
        ParameterType::Text
        | ParameterType::Code
        | ParameterType::UrlSuffix
        | ParameterType::Payload
        | ParameterType::Place
        | ParameterType::Goods => b().tpl_want_text,
        ParameterType::File => b().cat_picture,
    }
}

/// The value; `None` when it isn't one.
pub(super) fn value(kind: ParameterType, typed: &str) -> Option<ValueDraft> {
    let text = typed.trim().to_owned();
    if text.is_empty() {
        return None;
    }
    match kind {
        ParameterType::Text => Some(ValueDraft::Text(text)),
        ParameterType::Code => Some(ValueDraft::Code(text)),
        ParameterType::UrlSuffix => Some(ValueDraft::UrlSuffix(text)),
        ParameterType::Payload => Some(ValueDraft::Payload(text)),
        ParameterType::Number => {
            let (digits, decimals) = number(&text)?;
            Some(ValueDraft::Number { digits, decimals: u8::try_from(decimals).ok()? })
        }
        ParameterType::Amount => amount(&text),
        ParameterType::Date => day(&text).map(ValueDraft::Date),
        // A picture is chosen, not typed; templates with the others are sent by programs.
        ParameterType::File | ParameterType::Place | ParameterType::Goods => None,
    }
}

/// The end of an offer: the last minute of the day that is chosen, on this device's clock.
pub(super) fn end(typed: &str) -> Option<ValueDraft> {
    time::end_of(typed.trim()).map(ValueDraft::Date)
}

/// "1250,5" is 12505 with one decimal.
fn number(text: &str) -> Option<(i64, usize)> {
    let (whole, part) = text.split_once([',', '.']).unwrap_or((text, ""));
    if part.len() > DECIMALS_MAX || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((format!("{whole}{part}").parse().ok()?, part.len()))
}

/// "12.50 EUR", the currency before or after.
fn amount(text: &str) -> Option<ValueDraft> {
    let symbols = text.replace('€', " EUR ").replace('₹', " INR ");
    let mut words = symbols.split_whitespace();
    let (one, other) = (words.next()?, words.next()?);
    if words.next().is_some() {
        return None;
    }
    let is_first = one.chars().all(char::is_alphabetic);
    let (figure, code) = if is_first { (other, one) } else { (one, other) };
    let currency = Currency::parse(&code.to_uppercase()).ok()?;
    let (digits, decimals) = number(figure)?;
    let missing = usize::try_from(currency.decimals()).ok()?.checked_sub(decimals)?;
    let scale = 10_i64.checked_pow(u32::try_from(missing).ok()?)?;
    let minor = digits.checked_mul(scale)?;
    Some(ValueDraft::Amount { minor, currency: currency.code().to_owned() })
}

/// "2026-12-24", as a field for days gives it.
fn day(text: &str) -> Option<Timestamp> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let date = tresen_statement::Date::from_civil(
        year.parse().ok()?,
        month.parse().ok()?,
        day.parse().ok()?,
    )?;
    let days = i64::from(date.days());
    Some(Timestamp::from_millis(days.checked_mul(DAY_MS)?.checked_add(NOON_MS)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_amounts_are_read_as_people_write_them() {
        assert_eq!(number("1250,5"), Some((12_505, 1)));
        assert_eq!(number("-3"), Some((-3, 0)));
        assert_eq!(number("3 l"), None);
        let euros = ValueDraft::Amount { minor: 1_250, currency: "EUR".to_owned() };
        for text in ["12,50 EUR", "EUR 12.5", "12.50€", "€ 12.50"] {
            assert_eq!(amount(text).as_ref(), Some(&euros), "{text}");
        }
        assert_eq!(amount("12.505 EUR"), None);
        assert_eq!(amount("12"), None);
    }

    #[test]
    fn days_are_noon() {
        assert_eq!(day("1970-01-02"), Some(Timestamp::from_millis(DAY_MS + NOON_MS)));
        assert_eq!(day("2026-13-01"), None);
    }
}
