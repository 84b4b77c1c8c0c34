//! Files of banks in three forms: what came in, and what nobody can make of them.

use std::{fs, path::Path};

use tresen_payments::{
    Error,
    bank::{Entry, Wanted, find, read},
    limits,
};
use tresen_types::Currency;

fn sample(name: &str) -> Vec<u8> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/payments_statement");
    fs::read(corpus.join(name)).expect("a sample")
}

fn minors(entries: &[Entry]) -> Vec<i64> {
    entries.iter().map(|entry| entry.amount.minor).collect()
}

fn wanted(reference: &str) -> [Wanted<'_>; 1] {
    [Wanted { reference, currency: Currency::EUR }]
}

#[test]
fn camt_entries_are_read_part_by_part() {
    let entries = read(&sample("camt053"), Currency::INR).expect("a statement");
    // Collective bookings in their parts; what isn't booked isn't money.
    assert_eq!(minors(&entries), [2_650, 1_050, 1_950, -50_000]);
    assert_eq!(find(&entries[0], &wanted("RF18539007547034")), Some(0));
    assert!(entries[0].text.contains("Emma Grün & Co"));
    assert!(entries[3].text.contains("Miete <11/26>"));
    assert_eq!(read(&sample("camt053"), Currency::INR), Ok(entries.clone()), "the same again");
    let mut ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), entries.len());

    // The same in Latin-1, as some banks still write.
    let text = String::from_utf8(sample("camt053")).expect("text");
    let latin: Vec<u8> =
        text.chars().map(|letter| u8::try_from(letter).expect("Latin-1")).collect();
    assert_eq!(read(&latin, Currency::EUR), Ok(entries));
}

#[test]
fn mt940_entries_are_read_with_their_signs() {
    let entries = read(&sample("mt940"), Currency::INR).expect("a statement");
    assert_eq!(minors(&entries), [2_650, -50_000, -1_200, 500, 500]);
    // The bank has broken the reference into three fields.
    assert_eq!(find(&entries[0], &wanted("RF18539007547034")), Some(0));
    assert_ne!(entries[3].id, entries[4].id, "two that read the same are two payments");
    assert_eq!(read(&sample("mt940"), Currency::EUR), Ok(entries));
}

#[test]
fn a_dinar_has_three_decimals_and_a_yen_none() {
    let camt = |code: &str, amount: &str| {
        let text = format!(
            "<Document><BkToCstmrStmt><Stmt><Ntry><Amt Ccy='{code}'>{amount}</Amt>\
             <CdtDbtInd>CRDT</CdtDbtInd></Ntry></Stmt></BkToCstmrStmt></Document>"
        );
        read(text.as_bytes(), Currency::EUR).map(|entries| minors(&entries))
    };
    assert_eq!(camt("KWD", "1.234"), Ok(vec![1_234]));
    assert_eq!(camt("JPY", "1234"), Ok(vec![1_234]));
    assert_eq!(camt("JPY", "1234.00"), Ok(vec![1_234]));
    assert_eq!(camt("JPY", "1234.5"), Err(Error::Amount));
    assert_eq!(camt("EUR", "-5"), Err(Error::Amount));
    assert_eq!(camt("EUR", "99999999999999999999"), Err(Error::Amount));
    assert_eq!(camt("QQQ", "5"), Err(Error::Currency));
}

#[test]
fn files_that_want_to_be_more_than_statements_are_refused() {
    let laughs = "<!DOCTYPE lolz [<!ENTITY lol 'lol'><!ENTITY lol2 '&lol;&lol;&lol;'>]>\
                  <Document><BkToCstmrStmt>&lol2;</BkToCstmrStmt></Document>";
    let outside = "<!DOCTYPE d [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><Document>&x;</Document>";
    let unknown = "<Document><BkToCstmrStmt>&x;</BkToCstmrStmt></Document>";
    let other = "<Document><Invoice/></Document>";
    let open = "<Document><BkToCstmrStmt>";
    let crossed = "<Document><BkToCstmrStmt></Document></BkToCstmrStmt>";
    let two = "<Document><BkToCstmrStmt/></Document><Document/>";
    for text in [laughs, outside, unknown, other, open, crossed, two, "<", "<>", "<a b>"] {
        assert_eq!(read(text.as_bytes(), Currency::EUR), Err(Error::Malformed), "{text}");
    }
    let deep = "<a>".repeat(limits::XML_DEPTH_MAX + 1);
    assert_eq!(read(deep.as_bytes(), Currency::EUR), Err(Error::Limit));
    let many = format!("<a>{}</a>", "<b/>".repeat(limits::XML_ELEMENTS_MAX));
    assert_eq!(read(many.as_bytes(), Currency::EUR), Err(Error::Limit));
    let long = format!("<a>{}</a>", "x".repeat(limits::FIELD_BYTES_MAX + 1));
    assert_eq!(read(long.as_bytes(), Currency::EUR), Err(Error::Limit));
    assert_eq!(read(&vec![b'x'; limits::FILE_BYTES_MAX + 1], Currency::EUR), Err(Error::Limit));
    for text in [
        ":20:A\n:60F:C261121QQQ1,00\n:61:261122C5,00NTRF",
        ":20:A\n:60F:C26\n:61:261122C5,00NTRF",
        ":20:A\n:60F:C261121EUR1,00\n:61:ä",
        ":20:A\n:60F:C261121EUR1,00\n:61:261122X5,00NTRF",
    ] {
        assert!(read(text.as_bytes(), Currency::EUR).is_err(), "{text}");
    }
}
