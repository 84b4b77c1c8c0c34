//! What is known of a payment, and how a statement's entries find it.

use proptest::prelude::*;
use tresen_payments::{
    Error, Event, Payment, PaymentState, Source,
    bank::{self, Wanted},
    csv,
};
use tresen_types::{Currency, Money, Timestamp};

const fn euros(minor: i64) -> Money {
    Money { minor, currency: Currency::EUR }
}

const fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

fn by_hand(minor: i64) -> Event {
    Event::Received { amount: euros(minor), source: Source::Hand }
}

fn by_statement(minor: i64, id: &str) -> Event {
    Event::Received { amount: euros(minor), source: Source::Statement(id.into()) }
}

fn refund(minor: i64) -> Event {
    Event::Refunded { amount: euros(minor), source: Source::Hand }
}

fn state_after(events: &[Event]) -> PaymentState {
    let mut payment = Payment::new(euros(1_000), Some(at(100))).expect("a payment");
    for event in events {
        payment.apply(at(10), event).expect("an event that fits");
    }
    payment.state(at(50))
}

#[test]
fn the_payers_word_is_not_money() {
    assert_eq!(state_after(&[]), PaymentState::Requested);
    assert_eq!(state_after(&[Event::Claimed]), PaymentState::Claimed);
    assert_eq!(state_after(&[Event::Claimed, by_hand(400)]), PaymentState::PartlyPaid);
    assert_eq!(state_after(&[by_hand(400), by_hand(600)]), PaymentState::Paid);
    assert_eq!(state_after(&[by_hand(1_001)]), PaymentState::Overpaid);
    assert_eq!(state_after(&[by_hand(1_000), refund(300)]), PaymentState::PartlyRefunded);
    assert_eq!(state_after(&[by_hand(1_000), refund(300), refund(700)]), PaymentState::Refunded);
    assert_eq!(state_after(&[Event::Failed]), PaymentState::Failed);
    assert_eq!(state_after(&[Event::Cancelled]), PaymentState::Cancelled);
    assert_eq!(state_after(&[by_hand(1_000), Event::Cancelled]), PaymentState::Paid);
}

#[test]
fn a_statement_imported_twice_pays_once() {
    let twice = [by_statement(1_000, "a"), by_statement(1_000, "a")];
    assert_eq!(state_after(&twice), PaymentState::Paid);
    let two = [by_statement(1_000, "a"), by_statement(1_000, "b")];
    assert_eq!(state_after(&two), PaymentState::Overpaid);
}

#[test]
fn late_money_counts_and_is_flagged() {
    let mut payment = Payment::new(euros(1_000), Some(at(100))).expect("a payment");
    assert_eq!(payment.state(at(101)), PaymentState::Expired);
    assert_eq!(payment.apply(at(200), &by_hand(1_000)), Ok(true));
    assert_eq!(payment.state(at(200)), PaymentState::Paid);
    assert!(payment.is_late());
    let mut cancelled = Payment::new(euros(5), None).expect("a payment");
    assert_eq!(cancelled.apply(at(1), &Event::Cancelled), Ok(true));
    assert_eq!(cancelled.apply(at(2), &by_hand(5)), Ok(true));
    assert!(cancelled.is_late());
}

#[test]
fn more_than_came_cannot_be_given_back() {
    let mut payment = Payment::new(euros(1_000), None).expect("a payment");
    assert_eq!(payment.apply(at(1), &refund(1)), Err(Error::RefundTooLarge));
    payment.apply(at(1), &by_hand(1_000)).expect("money");
    assert_eq!(payment.apply(at(2), &refund(1_001)), Err(Error::RefundTooLarge));
    assert_eq!(payment.apply(at(2), &by_hand(i64::MAX)), Err(Error::Amount));
    assert_eq!(payment.apply(at(2), &by_hand(-1)), Err(Error::Amount));
    let rupees = Money { minor: 5, currency: Currency::INR };
    let other = Event::Received { amount: rupees, source: Source::Hand };
    assert_eq!(payment.apply(at(2), &other), Err(Error::Currency));
    assert_eq!(Payment::new(euros(0), None), Err(Error::Amount));
}

#[test]
fn a_statement_in_latin_1_with_semicolons_is_read_and_matched() {
    let text = "Kontoauszug\nBuchungstag;Auftraggeber;Verwendungszweck;Betrag;Währung\n\
        22.11.2026;Müller, Jörg;RF18 5390 0754 7034;34,56;EUR\n\
        22.11.2026;\"Groß; Söhne\";ohne Angabe;1.234,50;EUR\n\
        23.11.2026;Stadtwerke;Abschlag;-89,00;EUR\n";
    let latin: Vec<u8> =
        text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?')).collect();
    let entries = bank::read_csv(&latin, Currency::EUR).expect("entries");
    let amounts: Vec<i64> = entries.iter().map(|entry| entry.amount.minor).collect();
    assert_eq!(amounts, [3_456, 123_450, -8_900]);
    assert!(entries.iter().any(|entry| entry.text.contains("Groß; Söhne")));
    let wanted = ["RF471234567890", "RF18539007547034"]
        .map(|reference| Wanted { reference, currency: Currency::EUR });
    let found: Vec<_> = entries.iter().map(|entry| bank::find(entry, &wanted)).collect();
    assert_eq!(found, [Some(1), None, None]);
}

#[test]
fn amounts_are_read_as_banks_write_them() {
    let yen = Currency::parse("JPY").expect("a currency");
    let dinar = Currency::parse("KWD").expect("a currency");
    for (text, currency, minor) in [
        ("1.234,50", Currency::EUR, Some(123_450)),
        ("1,234.5", Currency::EUR, Some(123_450)),
        ("1'234.50", Currency::EUR, Some(123_450)),
        ("-0,01", Currency::EUR, Some(-1)),
        ("+12", Currency::EUR, Some(1_200)),
        ("1,00,000.00", Currency::INR, Some(10_000_000)),
        ("1,234", yen, Some(1_234)),
        ("1.234", dinar, Some(1_234)),
        ("12.3456", Currency::EUR, None),
        ("", Currency::EUR, None),
        ("zwölf", Currency::EUR, None),
        ("99999999999999999999", Currency::EUR, None),
    ] {
        assert_eq!(bank::minor(text, currency), minor, "{text}");
    }
}

#[test]
fn formulas_become_texts() {
    let rows = vec![vec!["=HYPERLINK(1)".to_owned(), "-12.50".to_owned(), "a,\"b\"".to_owned()]];
    let text = csv::write(&rows);
    assert_eq!(text, "'=HYPERLINK(1),-12.50,\"a,\"\"b\"\"\"\r\n");
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        drop(csv::read(&bytes));
        drop(bank::read(&bytes, Currency::EUR));
        drop(tresen_payments::read_pix(&String::from_utf8_lossy(&bytes)));
    }

    #[test]
    fn rows_come_back(rows in prop::collection::vec(prop::collection::vec("[a-z;,\"\n]{1,9}", 1..5), 1..9)) {
        let trimmed = |row: &Vec<String>| -> Vec<String> { row.iter().map(|field| field.trim().to_owned()).collect() };
        let rows: Vec<Vec<String>> = rows.iter().map(trimmed).collect();
        let kept: Vec<Vec<String>> = rows.iter().filter(|row| row.iter().any(|field| !field.is_empty())).cloned().collect();
        let mut with_header = vec![vec!["a".to_owned(), "b".to_owned()]];
        with_header.extend(kept);
        prop_assert_eq!(csv::read(csv::write(&with_header).as_bytes()), Ok(with_header));
    }

    #[test]
    fn refunds_never_exceed_what_came(events in prop::collection::vec((any::<bool>(), 1..500_i64), 0..40)) {
        let mut payment = Payment::new(euros(1_000), None).expect("a payment");
        for (is_refund, minor) in events {
            let event = if is_refund { refund(minor) } else { by_hand(minor) };
            let applied = payment.apply(at(1), &event);
            prop_assert_eq!(applied.is_err(), is_refund && applied == Err(Error::RefundTooLarge));
            prop_assert!(payment.refunded().minor <= payment.received().minor);
        }
    }
}
