//! Rate cards, plans and the price of one message.

use std::collections::BTreeMap;

use tresen_billing::{
    Country, Delivered, Error, Micros, Plan, PlanPart, Price, PriceReason, RateCard, RateCards,
    Rated, Rates, Tier, rate,
};
use tresen_types::{Categories, Category, Currency, Timestamp};

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn tier(from: u64, to: Option<u64>, price: i64) -> Tier {
    Tier { from, to, price: Micros(price) }
}

fn rates(tiers: &[Tier]) -> Rates {
    Category::ALL.into_iter().map(|category| (category, tiers.to_vec())).collect()
}

fn card_of(defaults: Rates, countries: BTreeMap<Country, Rates>) -> Result<RateCard, Error> {
    let free = Categories::NONE.with(Category::Utility);
    RateCard::new(Currency::EUR, (at(0), None), defaults, countries, free)
}

fn country(code: &str) -> Country {
    Country::parse(code).expect("a country")
}

fn plan(parts: Vec<PlanPart>, free: &[(Category, u64)]) -> Plan {
    Plan::new(parts, free.iter().copied().collect()).expect("a plan")
}

#[test]
fn a_gap_or_an_overlap_is_refused_by_its_first_message() {
    let gap = |tiers: &[Tier]| card_of(rates(tiers), BTreeMap::new()).err();
    let at_message = |at| Some(Error::TierGap { country: None, category: Category::Service, at });
    assert_eq!(gap(&[tier(0, None, 5)]), None);
    assert_eq!(gap(&[tier(0, Some(10), 5), tier(10, None, 4)]), None);
    assert_eq!(gap(&[tier(1, None, 5)]), at_message(0));
    assert_eq!(gap(&[tier(0, Some(10), 5), tier(11, None, 4)]), at_message(10));
    assert_eq!(gap(&[tier(0, Some(10), 5), tier(9, None, 4)]), at_message(9));
    assert_eq!(gap(&[tier(0, Some(10), 5)]), at_message(10));
    assert_eq!(gap(&[tier(0, None, 5), tier(10, None, 4)]), at_message(10));
    assert_eq!(gap(&[]), at_message(0));
    assert_eq!(gap(&[tier(0, None, -1)]), Some(Error::Negative));

    let mut lacking = rates(&[tier(0, None, 5)]);
    lacking.remove(&Category::Marketing);
    let category = Category::Marketing;
    assert_eq!(card_of(lacking, BTreeMap::new()).err(), Some(Error::NoRate { category }));
    let own = BTreeMap::from([(country("IN"), rates(&[tier(5, None, 5)]))]);
    let error = card_of(rates(&[tier(0, None, 5)]), own).err();
    let of_india =
        Error::TierGap { country: Some(country("IN")), category: Category::Service, at: 0 };
    assert_eq!(error, Some(of_india));
}

#[test]
fn cards_follow_one_another_without_a_gap() {
    let card = |from, until: Option<i64>, currency| {
        let rates = rates(&[tier(0, None, 5)]);
        let valid = (at(from), until.map(at));
        RateCard::new(currency, valid, rates, BTreeMap::new(), Categories::NONE).expect("a card")
    };
    let eur = Currency::EUR;
    let cards = RateCards::new(vec![card(10, None, eur), card(0, Some(10), eur)]).expect("in row");
    assert!(cards.at(at(0)).is_ok() && cards.at(at(10)).is_ok());
    assert_eq!(cards.at(at(-1)).err(), Some(Error::NoCard));
    for wrong in [
        vec![card(0, Some(9), eur), card(10, None, eur)],
        vec![card(0, Some(11), eur), card(10, None, eur)],
        vec![card(0, None, eur), card(10, None, eur)],
    ] {
        assert_eq!(RateCards::new(wrong).err(), Some(Error::TimeGap));
    }
    let mixed = vec![card(0, Some(10), eur), card(10, None, Currency::INR)];
    assert_eq!(RateCards::new(mixed).err(), Some(Error::MixedCurrencies));
}

#[test]
fn free_ones_come_first_then_the_tiers_of_the_country() {
    let india = BTreeMap::from([(country("IN"), rates(&[tier(0, Some(2), 9), tier(2, None, 7)]))]);
    let card = card_of(rates(&[tier(0, None, 50)]), india).expect("a card");
    let plan = plan(vec![PlanPart::PerMessage], &[(Category::Utility, 1)]);
    let mut delivered = Delivered::default();
    let mut next = |code: &str, in_window| {
        let message = Rated { country: country(code), category: Category::Utility, in_window };
        let price = rate(&card, &plan, &delivered, &message).expect("every message has a price");
        delivered.count(&message, &price);
        (price.amount.0, price.reason)
    };
    assert_eq!(next("IN", true), (0, PriceReason::FreeWindow));
    assert_eq!(next("IN", false), (0, PriceReason::FreeQuota));
    assert_eq!(next("IN", false), (9, PriceReason::Tier(0)));
    assert_eq!(next("DE", false), (50, PriceReason::Tier(0)));
    assert_eq!(next("IN", false), (9, PriceReason::Tier(0)));
    assert_eq!(next("IN", false), (7, PriceReason::Tier(1)));
}

#[test]
fn plans_are_flat_by_customer_by_message_and_mixed() {
    let card = card_of(rates(&[tier(0, None, 50)]), BTreeMap::new()).expect("a card");
    let message = Rated { country: country("DE"), category: Category::Marketing, in_window: true };
    let price = |plan: &Plan| rate(&card, plan, &Delivered::default(), &message);
    let flat = plan(vec![PlanPart::Flat { monthly: Micros(1_000) }], &[]);
    assert_eq!(price(&flat), Ok(Price { amount: Micros::ZERO, reason: PriceReason::Plan }));
    assert_eq!(flat.monthly_fee(7), Ok(Micros(1_000)));
    let per_customer = PlanPart::PerCustomer { monthly: Micros(10), included: 5 };
    let mixed = plan(
        vec![PlanPart::Flat { monthly: Micros(1_000) }, per_customer, PlanPart::PerMessage],
        &[],
    );
    assert_eq!(mixed.monthly_fee(3), Ok(Micros(1_000)));
    assert_eq!(mixed.monthly_fee(7), Ok(Micros(1_020)));
    assert_eq!(mixed.monthly_fee(u64::MAX), Err(Error::Overflow));
    assert_eq!(price(&mixed).map(|price| price.amount), Ok(Micros(50)));
    let negative = Plan::new(vec![PlanPart::Flat { monthly: Micros(-1) }], BTreeMap::new());
    assert_eq!(negative, Err(Error::Negative));
}
