//! ISO 20022 account statements and notices (camt.052, camt.053, camt.054).

use std::collections::BTreeMap;

use tresen_types::{Currency, Money};

use super::{Entry, decimal, numbered};
use crate::{
    error::Error,
    limits::ROWS_MAX,
    xml::{self, Element},
};

/// Reads the booked entries; of a collective one each part.
pub(super) fn read(text: &str) -> Result<Vec<Entry>, Error> {
    let root = xml::read(text)?;
    let mut entries: Vec<Entry> = Vec::new();
    let mut seen = BTreeMap::new();
    let mut is_statement = false;
    for part in root.children.iter().filter(|part| part.name.starts_with("BkToCstmr")) {
        is_statement = true;
        for entry in part.children.iter().flat_map(|account| account.all("Ntry")) {
            take(entry, &mut entries, &mut seen)?;
            if entries.len() > ROWS_MAX {
                return Err(Error::Limit);
            }
        }
    }
    if is_statement { Ok(entries) } else { Err(Error::Malformed) }
}

fn take(
    entry: &Element,
    entries: &mut Vec<Entry>,
    seen: &mut BTreeMap<String, usize>,
) -> Result<(), Error> {
    // Before 2019 the word stands in the element, since then in a code inside.
    let status = match entry.text_at(&["Sts", "Cd"]) {
        "" => entry.text_at(&["Sts"]),
        code => code,
    };
    if !matches!(status, "" | "BOOK") {
        return Ok(());
    }
    let whole = amount(entry.child("Amt"))?.ok_or(Error::Malformed)?;
    let sign = |element: &Element| match element.text_at(&["CdtDbtInd"]) {
        "CRDT" => Some(1_i64),
        "DBIT" => Some(-1),
        _none => None,
    };
    let own = sign(entry).ok_or(Error::Malformed)?;
    let parts: Vec<&Element> =
        entry.all("NtryDtls").flat_map(|details| details.all("TxDtls")).collect();
    let mut amounts = Vec::with_capacity(parts.len());
    for part in &parts {
        amounts.push(match amount(part.child("Amt"))? {
            Some(amount) => Some(amount),
            None => amount(part.at(&["AmtDtls", "TxAmt", "Amt"]))?,
        });
    }
    let is_collective = parts.len() > 1 && amounts.iter().all(Option::is_some);
    let bank = entry.text_at(&["AcctSvcrRef"]);
    if !is_collective {
        push(entry, bank, signed(whole, own), entries, seen);
        return Ok(());
    }
    for (index, (part, amount)) in parts.into_iter().zip(amounts).enumerate() {
        let Some(amount) = amount else { continue };
        let reference = match part.text_at(&["Refs", "AcctSvcrRef"]) {
            "" | "NONREF" if bank.is_empty() => String::new(),
            "" | "NONREF" => format!("{bank}/{index}"),
            own => own.to_owned(),
        };
        push(part, &reference, signed(amount, sign(part).unwrap_or(own)), entries, seen);
    }
    Ok(())
}

fn push(
    element: &Element,
    reference: &str,
    amount: Money,
    entries: &mut Vec<Entry>,
    seen: &mut BTreeMap<String, usize>,
) {
    let mut texts = Vec::new();
    element.texts(&mut texts);
    let text = texts.join(" ");
    let id = match reference {
        "" | "NONREF" => numbered(&text, seen),
        // A bank's reference may stand for several bookings of one day.
        reference => numbered(&format!("{reference} {amount}"), seen),
    };
    entries.push(Entry { id, amount, text });
}

fn signed(amount: Money, sign: i64) -> Money {
    Money { minor: amount.minor.saturating_mul(sign), ..amount }
}

fn amount(element: Option<&Element>) -> Result<Option<Money>, Error> {
    let Some(element) = element else { return Ok(None) };
    let code = element.attributes.iter().find(|(name, _value)| name == "Ccy");
    let code = code.map_or("", |(_name, value)| value.as_str());
    let currency = Currency::parse(code).map_err(|_unknown| Error::Currency)?;
    let minor = decimal(&element.text, '.', currency).ok_or(Error::Amount)?;
    Ok(Some(Money { minor, currency }))
}
