//! What a purse takes and refuses.

use tresen_types::{Categories, Category, Currency, limits::DAY_MS};

use super::*;
use crate::{PlanPart, RateCard, Tier};

fn at(hours: i64) -> Timestamp {
    // 1 December 2026.
    Timestamp::from_millis(1_796_083_200_000).plus_millis(hours.saturating_mul(HOUR_MS))
}

fn terms(credit: Credit) -> Terms {
    let tier = |from, to, price| Tier { from, to, price: Micros(price) };
    let defaults = Category::ALL
        .into_iter()
        .map(|category| (category, vec![tier(0, Some(2), 100), tier(2, None, 60)]))
        .collect();
    let card = RateCard::new(
        Currency::EUR,
        (at(0), None),
        defaults,
        BTreeMap::new(),
        Categories::NONE.with(Category::Utility),
    );
    Terms {
        cards: RateCards::new(vec![card.unwrap()]).unwrap(),
        plan: Plan::new(vec![PlanPart::PerMessage], [(Category::Marketing, 1)].into()).unwrap(),
        credit,
        ..Terms::default()
    }
}

fn offer() -> Rated {
    Rated { country: Country::UNKNOWN, category: Category::Marketing, in_window: false }
}

#[test]
fn a_month_has_free_messages_then_tiers_then_nothing() {
    let terms = terms(Credit::Prepaid(Micros(270)));
    let mut purse = Purse::default();
    let mut prices = Vec::new();
    let end = loop {
        match purse.charge(&terms, at(1), &offer()) {
            Ok(charged) => {
                prices.push(charged.price.amount.0);
                purse = Purse::decode(&charged.purse.encode()).unwrap();
                assert_eq!(purse, charged.purse);
            }
            Err(error) => break error,
        }
    };
    assert_eq!(prices, [0, 100, 100, 60]);
    assert_eq!(end, Error::InsufficientBalance);
    assert_eq!(purse.spent(at(1)), Micros(260));
    // A new month has its free one again, and the clock that goes back doesn't open the old one.
    let next = purse.charge(&terms, at(31 * 24), &offer()).unwrap();
    assert_eq!(next.price.amount, Micros::ZERO);
    assert_eq!(next.purse.spent(at(31 * 24)), Micros::ZERO);
    assert_eq!(next.purse.charge(&terms, at(1), &offer()), Err(Error::InsufficientBalance));
    // What was given back may be spent again.
    let more = Terms { credit: Credit::Prepaid(Micros(370)), ..terms };
    assert!(next.purse.charge(&more, at(31 * 24), &offer()).is_ok());
}

#[test]
fn a_cap_counts_what_was_not_given_back() {
    let mut terms = terms(Credit::Postpaid);
    terms.cap = Some(SpendingCap { monthly: Micros(150) });
    let first = Purse::default().charge(&terms, at(0), &offer()).unwrap().purse;
    let second = first.charge(&terms, at(0), &offer()).unwrap().purse;
    assert_eq!(second.charge(&terms, at(0), &offer()), Err(Error::CapReached));
    terms.released.insert(Month::of(at(0)).number(), Micros(100));
    assert!(second.charge(&terms, at(0), &offer()).is_ok());
}

#[test]
fn nothing_is_sent_at_no_price_and_everything_without_a_price_by_message() {
    let terms = terms(Credit::Prepaid(Micros(1_000)));
    let early = at(-1);
    assert_eq!(Purse::default().charge(&terms, early, &offer()), Err(Error::NoCard));
    let flat = Terms {
        plan: Plan::new(vec![PlanPart::Flat { monthly: Micros(9) }], BTreeMap::new()).unwrap(),
        ..terms
    };
    assert!(Purse::default().charge(&flat, early, &offer()).is_ok());
}

#[test]
fn a_tier_frees_its_oldest_customers_first() {
    let terms = Terms { contacts_max: Some(3), ..Terms::default() };
    let mut purse = Purse::default();
    for hours in [0, 0, 5] {
        assert_eq!(purse.full_until(&terms, at(hours)), None);
        purse.contact(at(hours));
    }
    assert_eq!(purse.contacts(at(6)), 3);
    assert_eq!(purse.full_until(&terms, at(6)), Some(at(25)));
    assert_eq!(purse.full_until(&terms, at(24)), Some(at(25)), "not a minute early");
    assert_eq!(purse.full_until(&terms, at(25)), None);
    assert_eq!(purse.contacts(at(25)), 1);
    assert_eq!(purse.full_until(&Terms::default(), at(6)), None, "some have no limit");
    purse.contact(at(25).plus_millis(DAY_MS));
    assert_eq!(Purse::decode(&purse.encode()), Ok(purse));
}

#[test]
fn bytes_that_are_no_purse_are_refused() {
    let mut purse = Purse::default();
    purse.contact(at(0));
    let good = purse.encode();
    for length in 1..good.len() {
        assert_eq!(Purse::decode(&good[..length]), Err(Error::Unreadable), "{length}");
    }
    assert!(Purse::decode(&[good, vec![0; 8]].concat()).is_err());
}

#[test]
fn a_country_is_the_region_of_a_language() {
    for (tag, code) in
        [("de-AT", "AT"), ("en-in", "IN"), ("hi", "ZZ"), ("zh-Hant-TW", "TW"), ("", "ZZ")]
    {
        assert_eq!(Country::of_language(tag).code(), code, "{tag}");
    }
}
