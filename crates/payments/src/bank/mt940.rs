//! SWIFT's older account statement, MT940, as banks hand it out in files.

use std::collections::BTreeMap;

use tresen_types::{Currency, Money};

use super::{Entry, decimal, numbered};
use crate::{error::Error, limits::ROWS_MAX};

/// Whether a text is one.
pub(super) fn is_one(text: &str) -> bool {
    let has = |tag: &str| text.lines().any(|line| line.starts_with(tag));
    has(":20:") && (has(":60F:") || has(":60M:"))
}

/// Reads the entries.
pub(super) fn read(text: &str) -> Result<Vec<Entry>, Error> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut seen = BTreeMap::new();
    let mut currency = None;
    let mut open: Option<(Money, String, String)> = None;
    for (tag, content) in fields(text) {
        match (tag.as_str(), &mut open) {
            ("60F" | "60M", _) => {
                let code = content.get(7..10).ok_or(Error::Malformed)?;
                currency = Some(Currency::parse(code).map_err(|_unknown| Error::Currency)?);
            }
            ("61", open) => {
                end(open.take(), &mut entries, &mut seen);
                let currency = currency.ok_or(Error::Malformed)?;
                let (amount, reference) = line(&content, currency).ok_or(Error::Malformed)?;
                *open = Some((amount, reference, content));
            }
            ("86", Some((_amount, _reference, text))) => {
                text.push(' ');
                text.push_str(&without_codes(&content));
            }
            ("86", None) => {}
            (_other, open) => end(open.take(), &mut entries, &mut seen),
        }
        if entries.len() > ROWS_MAX {
            return Err(Error::Limit);
        }
    }
    end(open, &mut entries, &mut seen);
    Ok(entries)
}

/// Tags with their contents; a line without a tag goes on with the one before.
fn fields(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        let line = line.trim_end_matches(['\r', '\n']);
        let tagged = line.strip_prefix(':').and_then(|rest| rest.split_once(':'));
        let tagged = tagged.filter(|(tag, _content)| {
            (2..=3).contains(&tag.len()) && tag.starts_with(|first: char| first.is_ascii_digit())
        });
        match (tagged, found.last_mut()) {
            (Some((tag, content)), _) => found.push((tag.to_owned(), content.to_owned())),
            (None, Some((_tag, content))) if line != "-" && !line.starts_with("-}") => {
                content.push_str(line);
            }
            (None, _) => found.push((String::new(), String::new())),
        }
    }
    found
}

/// `2411220011C26,50NTRFNONREF//B4711`: amount with its sign, and the bank's own reference.
fn line(content: &str, currency: Currency) -> Option<(Money, String)> {
    let (_value_date, rest) = content.split_at_checked(6)?;
    let has_booking_date = rest.bytes().next()?.is_ascii_digit();
    let rest = if has_booking_date { rest.split_at_checked(4)?.1 } else { rest };
    let (sign, rest) = [("RC", -1_i64), ("RD", 1), ("C", 1), ("D", -1)]
        .into_iter()
        .find_map(|(mark, sign)| Some((sign, rest.strip_prefix(mark)?)))?;
    // A letter of the currency may stand before the amount.
    let rest = rest.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != ',')?;
    let (number, rest) = rest.split_at_checked(end)?;
    let minor = decimal(number, ',', currency)?.checked_mul(sign)?;
    let reference = rest.split_once("//").map_or("", |(_own, bank)| bank);
    Some((Money { minor, currency }, reference.trim().to_owned()))
}

fn end(
    open: Option<(Money, String, String)>,
    entries: &mut Vec<Entry>,
    seen: &mut BTreeMap<String, usize>,
) {
    let Some((amount, reference, text)) = open else { return };
    let id = if reference.is_empty() || reference == "NONREF" {
        numbered(&text, seen)
    } else {
        numbered(&format!("{reference} {text}"), seen)
    };
    entries.push(Entry { id, amount, text });
}

/// German banks cut the purpose at `?20`, `?21` … in the middle of words.
fn without_codes(content: &str) -> String {
    let mut parts = content.split('?');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.get(..2).filter(|code| code.bytes().all(|digit| digit.is_ascii_digit()));
        match code.and_then(|code| part.strip_prefix(code)) {
            Some(rest) => text.push_str(rest),
            None => {
                text.push('?');
                text.push_str(part);
            }
        }
    }
    text
}
