//! The SEPA credit transfer as a QR code's text (EPC069-12, version 2, UTF-8).

use crate::{
    error::Error,
    iban::Iban,
    limits::{CENTS_MAX, EPC_BYTES_MAX, NAME_CHARACTERS_MAX, TEXT_CHARACTERS_MAX},
    rail::{Request, decimal, line, some_line},
    reference::is_creditor_reference,
};

pub(crate) fn write(
    iban: &Iban,
    bic: &str,
    name: &str,
    request: &Request,
) -> Result<String, Error> {
    if request.amount.minor > CENTS_MAX {
        return Err(Error::Amount);
    }
    let is_bic = matches!(bic.len(), 0 | 8 | 11)
        && bic.bytes().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit());
    if !is_bic {
        return Err(Error::Account);
    }
    if !request.reference.is_empty() && !is_creditor_reference(&request.reference) {
        return Err(Error::Reference);
    }
    let note = line(&request.note, TEXT_CHARACTERS_MAX)?;
    // Either a reference or a text: the reference is what the statement brings back.
    let note = if request.reference.is_empty() { note } else { "" };
    let text = [
        "BCD",
        "002",
        "1",
        "SCT",
        bic,
        some_line(name, NAME_CHARACTERS_MAX)?,
        iban.as_str(),
        &format!("EUR{}", decimal(request.amount)),
        "",
        &request.reference,
        note,
    ]
    .join("\n");
    let text = text.trim_end_matches('\n');
    if text.len() > EPC_BYTES_MAX { Err(Error::Limit) } else { Ok(text.to_owned()) }
}
