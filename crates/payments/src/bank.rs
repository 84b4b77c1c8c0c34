//! Entries of a bank statement, and which request each one pays.
//!
//! Read from what banks hand out ([`read`]): camt.053 and its neighbours, MT940, CSV. [`find`] looks
//! for a request's reference in an entry's texts, however a bank has broken it up with spaces.

mod camt;
mod mt940;

use std::collections::BTreeMap;

use tresen_types::{Currency, Money};

use crate::{csv, error::Error, limits::FILE_BYTES_MAX};

/// Money that came in or went out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The bank's own id, or one made of the entry's content: the same entry counts once.
    pub id: String,
    /// How much; negative when it went out.
    pub amount: Money,
    /// All texts: reference, purpose, name.
    pub text: String,
}

/// What a request is found by.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The reference.
    pub reference: &'a str,
    /// The currency.
    pub currency: Currency,
}

/// Names of columns with the amount, by which a header is known.
const AMOUNT_COLUMNS: &[&str] = &["amount", "betrag", "betrag (eur)", "umsatz", "valor", "राशि"];
const CURRENCY_COLUMNS: &[&str] = &["currency", "währung", "waehrung", "moeda", "मुद्रा"];
const ID_COLUMNS: &[&str] =
    &["id", "transaction id", "reference number", "buchungsreferenz", "end-to-end-referenz"];

/// Reads a bank's file, whatever of the three forms it has. `currency` is that of a CSV file without
/// one of its own.
///
/// # Errors
/// When it is none of them, or a limit is broken.
pub fn read(bytes: &[u8], currency: Currency) -> Result<Vec<Entry>, Error> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Error::Limit);
    }
    let text = csv::decode(bytes);
    if text.trim_start().starts_with('<') {
        camt::read(&text)
    } else if mt940::is_one(&text) {
        mt940::read(&text)
    } else {
        read_csv(bytes, currency)
    }
}

/// Reads a bank's CSV file with a header; the amount's column is known by its name.
///
/// # Errors
/// When there is no column with an amount, or a limit is broken.
pub fn read_csv(bytes: &[u8], currency: Currency) -> Result<Vec<Entry>, Error> {
    let rows = csv::read(bytes)?;
    let is_header = |row: &Vec<String>| column(row, AMOUNT_COLUMNS).is_some();
    let at = rows.iter().position(is_header).ok_or(Error::Malformed)?;
    let header = rows.get(at).ok_or(Error::Malformed)?;
    let amount = column(header, AMOUNT_COLUMNS).ok_or(Error::Malformed)?;
    let (currencies, ids) = (column(header, CURRENCY_COLUMNS), column(header, ID_COLUMNS));
    let mut entries: Vec<Entry> = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows.iter().skip(at).skip(1) {
        let own = currencies.and_then(|column| row.get(column)).filter(|code| !code.is_empty());
        let own = own.map(|code| Currency::parse(code)).transpose();
        let currency = own.ok().flatten().unwrap_or(currency);
        let Some(minor) = row.get(amount).and_then(|text| minor(text, currency)) else { continue };
        let text = row.join(" ");
        let id = ids.and_then(|column| row.get(column)).filter(|id| !id.is_empty()).cloned();
        let id = id.unwrap_or_else(|| numbered(&text, &mut seen));
        entries.push(Entry { id, amount: Money { minor, currency }, text });
    }
    Ok(entries)
}

/// The request that an entry pays: the one whose reference stands in its texts.
#[must_use]
pub fn find(entry: &Entry, wanted: &[Wanted<'_>]) -> Option<usize> {
    let text = condensed(&entry.text);
    let mut hits = wanted.iter().enumerate().filter(|(_index, wanted)| {
        let reference = condensed(wanted.reference);
        wanted.currency == entry.amount.currency
            && reference.len() >= 4
            && text.contains(&reference)
    });
    match (hits.next(), hits.next()) {
        (Some((index, _wanted)), None) => Some(index),
        // Nobody guesses between two.
        _none_or_several => None,
    }
}

/// The id of an entry without one of its own: two that read the same are two payments.
fn numbered(text: &str, seen: &mut BTreeMap<String, usize>) -> String {
    let same = seen.entry(text.to_owned()).or_default();
    let id = format!("{text}#{same}");
    *same = same.saturating_add(1);
    id
}

/// Minor units of a number as banks' formats write it: digits, one point of theirs, no more decimals
/// than the currency has but noughts.
fn decimal(text: &str, point: char, currency: Currency) -> Option<i64> {
    let (units, part) = text.split_once(point).unwrap_or((text, ""));
    let decimals = usize::try_from(currency.decimals()).ok()?;
    let part = part.trim_end_matches('0');
    let is_number = !units.is_empty()
        && part.len() <= decimals
        && units.bytes().chain(part.bytes()).all(|digit| digit.is_ascii_digit());
    is_number.then(|| format!("{units}{part:0<decimals$}").parse().ok()).flatten()
}

fn column(header: &[String], names: &[&str]) -> Option<usize> {
    header.iter().position(|field| names.contains(&field.to_lowercase().as_str()))
}

fn condensed(text: &str) -> String {
    text.chars()
        .filter(|letter| letter.is_alphanumeric())
        .map(|letter| letter.to_ascii_uppercase())
        .collect()
}

/// Minor units of an amount as people and banks write it: `1.234,50`, `1,234.50`, `-12`, `12,5`.
#[must_use]
pub fn minor(text: &str, currency: Currency) -> Option<i64> {
    let text: String =
        text.chars().filter(|letter| !letter.is_whitespace() && *letter != '\'').collect();
    let (is_negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let decimals = usize::try_from(currency.decimals()).unwrap_or_default();
    let separators = [',', '.'];
    let (units, part) = match text.rsplit_once(separators) {
        Some((units, part)) if (1..=decimals).contains(&part.len()) => (units.to_owned(), part),
        // Before three digits it groups thousands.
        Some((units, part)) if part.len() == 3 => (format!("{units}{part}"), ""),
        Some(_odd) => return None,
        None => (text.to_owned(), ""),
    };
    let units = units.replace(separators, "");
    let digits = format!("{units}{part:0<decimals$}");
    if units.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let minor: i64 = digits.parse().ok()?;
    Some(if is_negative { minor.saturating_neg() } else { minor })
}
