//! The Swiss QR-bill's record (`SPC`, version 0200, structured addresses).

use crate::{
    error::Error,
    iban::Iban,
    limits::{ADDRESS_CHARACTERS_MAX, CENTS_MAX, NAME_CHARACTERS_MAX, TEXT_CHARACTERS_MAX},
    rail::{Creditor, Request, decimal, line, some_line},
    reference::{is_creditor_reference, is_qr_reference},
};

/// The fields of a party that isn't named.
const NOBODY: [&str; 7] = [""; 7];

pub(crate) fn write(iban: &Iban, creditor: &Creditor, request: &Request) -> Result<String, Error> {
    if !matches!(iban.country(), "CH" | "LI") {
        return Err(Error::Account);
    }
    if request.amount.minor > CENTS_MAX {
        return Err(Error::Amount);
    }
    let kind = match request.reference.as_str() {
        reference if is_qr_reference(reference) && iban.is_qr_iban() => "QRR",
        reference if is_creditor_reference(reference) && !iban.is_qr_iban() => "SCOR",
        "" if !iban.is_qr_iban() => "NON",
        _other => return Err(Error::Reference),
    };
    let country = creditor.country.as_str();
    if country.len() != 2 || !country.bytes().all(|letter| letter.is_ascii_uppercase()) {
        return Err(Error::Text);
    }
    let amount = decimal(request.amount);
    let head = ["SPC", "0200", "1", iban.as_str(), "S"];
    let address = [
        some_line(&creditor.name, NAME_CHARACTERS_MAX)?,
        line(&creditor.street, ADDRESS_CHARACTERS_MAX)?,
        line(&creditor.house_number, 16)?,
        some_line(&creditor.postal_code, 16)?,
        some_line(&creditor.town, ADDRESS_CHARACTERS_MAX)?,
        country,
    ];
    let sum = [amount.as_str(), request.amount.currency.code()];
    let end = [kind, &request.reference, line(&request.note, TEXT_CHARACTERS_MAX)?, "EPD"];
    let fields: Vec<&str> =
        head.into_iter().chain(address).chain(NOBODY).chain(sum).chain(NOBODY).chain(end).collect();
    Ok(fields.join("\r\n"))
}
