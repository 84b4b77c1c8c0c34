//! Millionths of a currency's unit as decimal text, exact in both directions.

/// Millionths of a unit.
pub const PER_UNIT: i64 = 1_000_000;

/// Decimal places of a unit.
const PLACES: usize = 6;

/// All six decimals, as journals want it: `-0.012500`.
#[must_use]
pub fn text(micros: i64) -> String {
    let size = micros.unsigned_abs();
    let per_unit = PER_UNIT.unsigned_abs();
    let units = size.checked_div(per_unit).unwrap_or_default();
    let rest = size.checked_rem(per_unit).unwrap_or_default();
    let sign = if micros < 0 { "-" } else { "" };
    format!("{sign}{units}.{rest:06}")
}

/// Reads a decimal number with at most six places, like `0.0125`.
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (units, places) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !is_number(units) || !is_number(places) || places.len() > PLACES {
        return None;
    }
    let units: i64 = units.parse().ok()?;
    let micros: i64 = format!("{places:0<PLACES$}").parse().ok()?;
    units.checked_mul(PER_UNIT)?.checked_add(micros)?.checked_mul(sign)
}
