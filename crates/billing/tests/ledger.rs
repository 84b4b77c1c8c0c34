//! The books: every amount moves once, whatever is repeated or comes in between.

use proptest::prelude::*;
use tresen_billing::{
    Account, Alert, ChargeState, Country, Error, Event, Ledger, Micros, Month, SpendingCap, Usage,
    invoice_lines, usage_csv,
};
use tresen_types::{AccountId, AccountKind, Category, Currency, Nonce, Timestamp, limits::DAY_MS};

fn business(byte: u8) -> AccountId {
    AccountId::from_random(AccountKind::Business, [byte; 16])
}

fn id(byte: u8) -> Nonce {
    Nonce::new([byte; 16])
}

fn at(days: i64) -> Timestamp {
    Timestamp::from_millis(1_793_000_000_000 + days * DAY_MS)
}

fn usage(price: i64) -> Usage {
    Usage {
        business: business(1),
        country: Country::parse("DE").expect("a country"),
        category: Category::Utility,
        template: Some([9; 32]),
        accepted_at: at(0),
        price: Micros(price),
        state: ChargeState::Reserved,
        settled_at: None,
    }
}

fn top_up(byte: u8, amount: i64) -> Event {
    Event::TopUp { id: id(byte), business: business(1), amount: Micros(amount), at: at(0) }
}

fn reserve(byte: u8, price: i64) -> Event {
    Event::Reserve { message: id(byte), usage: usage(price) }
}

fn capture(byte: u8) -> Event {
    Event::Capture { message: id(byte), at: at(1) }
}

fn release(byte: u8) -> Event {
    Event::Release { message: id(byte), at: at(1) }
}

fn ledger(events: &[Event]) -> Ledger {
    Ledger::replay(Currency::EUR, events).expect("all are taken")
}

fn sum(ledger: &Ledger) -> i64 {
    ledger.balances().map(|(_, amount)| amount.0).sum()
}

#[test]
fn a_message_is_reserved_then_captured_or_released_once() {
    let mut books = ledger(&[top_up(200, 100), reserve(1, 30), reserve(2, 20)]);
    let available = Account::Available(business(1));
    assert_eq!(books.balance(available), Micros(50));
    assert_eq!(books.balance(Account::Reserved(business(1))), Micros(50));
    for (event, is_new) in
        [(capture(1), true), (capture(1), false), (release(2), true), (release(2), false)]
    {
        assert_eq!(books.apply(&event).map(|applied| applied.is_new), Ok(is_new));
    }
    assert_eq!(books.balance(available), Micros(70));
    assert_eq!(books.balance(Account::Messages(Category::Utility)), Micros(30));
    assert_eq!(books.balance(Account::Reserved(business(1))), Micros::ZERO);
    assert_eq!(sum(&books), 0);
    // What came too late or from nowhere is refused and changes nothing.
    let before = books.clone();
    for (event, error) in [
        (release(1), Error::Settled),
        (capture(2), Error::Settled),
        (capture(9), Error::UnknownMessage),
        (reserve(1, 31), Error::Reused),
        (top_up(200, 101), Error::Reused),
        (reserve(3, 71), Error::InsufficientBalance),
        (reserve(3, -1), Error::Negative),
        (top_up(201, -5), Error::Negative),
        (top_up(201, i64::MAX), Error::Overflow),
    ] {
        assert_eq!(books.apply(&event), Err(error), "{event:?}");
    }
    assert_eq!(books, before);
}

#[test]
fn a_balance_that_runs_out_stops_paid_messages_only() {
    let mut books = ledger(&[top_up(200, 45), reserve(1, 20), reserve(2, 20)]);
    assert_eq!(books.apply(&reserve(3, 20)), Err(Error::InsufficientBalance));
    assert!(books.apply(&reserve(4, 0)).is_ok(), "what is free goes on");
    books.apply(&release(2)).expect("it expired");
    assert!(books.apply(&reserve(3, 20)).is_ok(), "what came back can be used");
}

#[test]
fn the_cap_holds_with_what_is_reserved_and_tells_its_marks() {
    let cap = Some(SpendingCap { monthly: Micros(100) });
    let set = Event::SetCap { business: business(1), cap, at: at(0) };
    let mut books = ledger(&[top_up(200, 1_000), set]);
    let alerts = |applied: tresen_billing::Applied| applied.alerts;
    let marks =
        |percents: &[u8]| -> Vec<_> { percents.iter().map(|&percent| Alert { percent }).collect() };
    assert_eq!(books.apply(&reserve(1, 49)).map(alerts), Ok(marks(&[])));
    assert_eq!(books.apply(&reserve(2, 31)).map(alerts), Ok(marks(&[50, 80])));
    assert_eq!(books.apply(&reserve(2, 31)).map(alerts), Ok(marks(&[])), "told once");
    assert_eq!(books.apply(&reserve(3, 21)), Err(Error::CapReached));
    assert_eq!(books.apply(&reserve(3, 20)).map(alerts), Ok(marks(&[100])));
    books.apply(&release(3)).expect("it failed");
    assert_eq!(books.spent(business(1), Month::of(at(0))), Micros(80));
    // The next month begins at nothing.
    let next = Usage { accepted_at: at(31), ..usage(60) };
    assert!(books.apply(&Event::Reserve { message: id(4), usage: next }).is_ok());
    let none = Event::SetCap { business: business(1), cap: None, at: at(1) };
    books.apply(&none).expect("taken away");
    assert!(books.apply(&reserve(5, 500)).is_ok());
}

#[test]
fn no_more_is_given_back_than_was_taken() {
    let mut books = ledger(&[top_up(200, 100), reserve(1, 30), capture(1), reserve(2, 30)]);
    let refund = |byte, amount| Event::Refund {
        id: id(byte),
        business: business(1),
        amount: Micros(amount),
        at: at(2),
    };
    assert_eq!(books.apply(&refund(210, 31)), Err(Error::RefundTooLarge));
    assert!(books.apply(&refund(211, 20)).is_ok());
    assert_eq!(books.apply(&refund(211, 20)).map(|applied| applied.is_new), Ok(false));
    assert_eq!(books.apply(&refund(212, 11)), Err(Error::RefundTooLarge));
    assert_eq!(books.balance(Account::Available(business(1))), Micros(60));
    assert_eq!(sum(&books), 0);
}

#[test]
fn usage_and_invoice_come_from_the_same_messages() {
    let mut events = vec![top_up(200, 10_000_000)];
    for byte in 1..=3 {
        events.extend([reserve(byte, 12_345), capture(byte)]);
    }
    events.extend([reserve(4, 12_345), release(4), reserve(5, 12_345)]);
    let books = ledger(&events);
    let month = Month::of(at(1));
    let lines = invoice_lines(&books, business(1), month).expect("small amounts");
    assert_eq!(lines.len(), 1);
    assert_eq!((lines[0].messages, lines[0].amount.to_string()), (3, "0.04 EUR".to_owned()));
    let totals = books.totals(month).expect("small amounts");
    let total = totals.values().next().expect("one country and category");
    assert_eq!((total.messages, total.amount), (3, Micros(37_035)));
    let csv = usage_csv(&books, business(1));
    assert_eq!(csv.lines().count(), 6);
    assert_eq!(
        csv.lines().nth(1),
        Some(
            "01010101010101010101010101010101,b_g40g2081040g2081040g208104,1793000000000,DE,utility,\
             0909090909090909090909090909090909090909090909090909090909090909,captured,0.012345,EUR"
        )
    );
    assert_eq!(usage_csv(&books, business(2)).lines().count(), 1);
}

fn any_event() -> impl Strategy<Value = Event> {
    let byte = 0_u8..24;
    prop_oneof![
        (200_u8..210, 1_i64..500).prop_map(|(byte, amount)| top_up(byte, amount)),
        (byte.clone(), 0_i64..60).prop_map(|(byte, price)| reserve(byte, price)),
        byte.clone().prop_map(capture),
        byte.prop_map(release),
        (210_u8..220, 1_i64..40).prop_map(|(byte, amount)| Event::Refund {
            id: id(byte),
            business: business(1),
            amount: Micros(amount),
            at: at(3),
        }),
        (220_u8..224, 1_i64..40).prop_map(|(byte, amount)| Event::Fee {
            id: id(byte),
            business: business(1),
            amount: Micros(amount),
            at: at(3),
        }),
        proptest::option::of(0_i64..200).prop_map(|monthly| Event::SetCap {
            business: business(1),
            cap: monthly.map(|monthly| SpendingCap { monthly: Micros(monthly) }),
            at: at(0),
        }),
    ]
}

proptest! {
    #[test]
    fn sums_are_zero_and_replays_equal(events in prop::collection::vec(any_event(), 0..120)) {
        let mut books = Ledger::new(Currency::EUR);
        let mut taken = Vec::new();
        for event in &events {
            let before = books.clone();
            match books.apply(event) {
                Ok(applied) => {
                    prop_assert!(applied.is_new || books == before, "repeated, but changed");
                    taken.push(*event);
                }
                Err(_refused) => prop_assert_eq!(&books, &before, "refused, but changed"),
            }
            prop_assert_eq!(sum(&books), 0);
            prop_assert!(books.balance(Account::Available(business(1))) >= Micros::ZERO);
            prop_assert!(books.balance(Account::Reserved(business(1))) >= Micros::ZERO);
        }
        prop_assert_eq!(&Ledger::replay(Currency::EUR, &taken), &Ok(books.clone()));
        // What is reserved is what the open messages cost.
        let open: i64 = books
            .usage(business(1))
            .filter(|(_, usage)| usage.state == ChargeState::Reserved)
            .map(|(_, usage)| usage.price.0)
            .sum();
        prop_assert_eq!(books.balance(Account::Reserved(business(1))), Micros(open));
    }

    #[test]
    fn every_event_twice_is_every_event_once(
        events in prop::collection::vec(any_event(), 0..80),
    ) {
        // A cap is a state, not a movement: it is left out here.
        let events: Vec<_> =
            events.into_iter().filter(|event| !matches!(event, Event::SetCap { .. })).collect();
        let (mut once, mut twice) = (Ledger::new(Currency::EUR), Ledger::new(Currency::EUR));
        for event in &events {
            let first = once.apply(event);
            prop_assert_eq!(&twice.apply(event), &first);
            if first.is_ok() {
                prop_assert_eq!(twice.apply(event).map(|applied| applied.is_new), Ok(false));
            }
        }
        prop_assert_eq!(once, twice);
    }
}
