//! The bodies of the fuzz targets.

use tresen_payments::{
    Iban,
    bank::{Wanted, find, read},
    csv, is_creditor_reference, is_qr_reference, read_pix,
};
use tresen_types::Currency;

/// A bank's file: what is read once is read alike again, and every entry has an id of its own.
pub(crate) fn statement(bytes: &[u8]) {
    if let Ok(rows) = csv::read(bytes) {
        assert!(rows.iter().all(|row| row.iter().any(|field| !field.is_empty())), "no empty rows");
    }
    let Ok(entries) = read(bytes, Currency::EUR) else { return };
    assert_eq!(read(bytes, Currency::EUR), Ok(entries.clone()), "an import again is the same");
    let wanted = [
        Wanted { reference: "RF18539007547034", currency: Currency::EUR },
        Wanted { reference: "210000000003139471430009017", currency: Currency::EUR },
    ];
    for entry in &entries {
        if let Some(index) = find(entry, &wanted) {
            assert_eq!(entry.amount.currency, wanted[index].currency);
        }
    }
}

/// A payment code, an account number or a reference as somebody types or scans it.
pub(crate) fn code(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(pix) = read_pix(text) {
        assert_eq!(pix.write().as_deref(), Ok(text), "one code, one text");
    }
    if let Ok(iban) = Iban::parse(text) {
        assert_eq!(Iban::parse(iban.as_str()).as_ref(), Ok(&iban), "a number is its own text");
    }
    assert!(!(is_creditor_reference(text) && is_qr_reference(text)), "no reference is both");
}
