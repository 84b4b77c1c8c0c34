//! Which documents are taken and which aren't.

use super::*;

const CARD: &str = r#"
currency = "EUR"
valid_from = "2026-12-01"
free_in_window = ["utility"]

[default]
service = "0"
utility = "0.02"
marketing = [{ from = 0, to = 1000, price = "0.08" }, { from = 1000, price = "0.06" }]
authentication = "0.03"

[countries.IN]
marketing = "0.01"
"#;

#[test]
fn a_card_is_read_as_it_is_written() {
    let (_document, card) = RateCardDocument::parse(CARD).unwrap();
    assert_eq!(card.valid_from(), Timestamp::from_millis(1_796_083_200_000));
    let price = |country: &str, count| {
        let country = Country::parse(country).unwrap();
        card.tier(country, Category::Marketing, count).unwrap().1
    };
    assert_eq!([price("DE", 999), price("DE", 1_000)], [Micros(80_000), Micros(60_000)]);
    assert_eq!(price("IN", 5_000), Micros(10_000));
    assert!(card.is_free_in_window(Category::Utility));
    for code in ["JPY", "KWD"] {
        assert!(RateCardDocument::parse(&CARD.replace("EUR", code)).is_ok(), "{code}");
    }
}

#[test]
fn a_card_with_a_gap_is_refused() {
    let broken = [
        ("from = 1000", "from = 1001"),
        ("from = 1000", "from = 999"),
        ("from = 0", "from = 1"),
        (r#"{ from = 1000, price = "0.06" }"#, r#"{ from = 1000, to = 2000, price = "0.06" }"#),
        ("utility = \"0.02\"\n", ""),
        (r#""0.02""#, r#""-0.02""#),
        (r#""0.02""#, r#""0,02""#),
        ("EUR", "XYZ"),
        ("2026-12-01", "1 December"),
        ("countries.IN", "countries.india"),
        ("free_in_window", "free_in_windows"),
    ];
    for (good, bad) in broken {
        let text = CARD.replace(good, bad);
        assert_ne!(text, CARD);
        assert!(RateCardDocument::parse(&text).is_err(), "{bad}");
    }
}

#[test]
fn cards_follow_one_another_without_a_gap() {
    let later = CARD.replace("2026-12-01", "2027-01-01");
    let ended = CARD.replace("[default]", "").replacen(
        "free_in_window",
        "valid_until = \"2026-12-31\"\nfree_in_window",
        1,
    );
    let ended = ended.replace("service = \"0\"", "[default]\nservice = \"0\"");
    assert!(RateCardDocument::parse(&ended).is_ok());
    assert!(rate_cards(&[later.clone(), CARD.to_owned()]).is_ok());
    assert!(rate_cards(&[later.clone(), ended]).is_err(), "a day without prices");
    assert!(rate_cards(&[CARD.to_owned(), later.replace("EUR", "JPY")]).is_err());
    assert_eq!(rate_cards(&[]).unwrap(), RateCards::default());
}

#[test]
fn plans_are_flat_by_customer_by_message_and_mixed() {
    let document = PlanDocument {
        flat: Some("9.90".to_owned()),
        per_customer: Some("0.10".to_owned()),
        included_customers: 50,
        per_message: true,
        free: [(Category::Utility, 1_000)].into(),
    };
    let plan = document.plan().unwrap();
    assert_eq!(plan.monthly_fee(60), Ok(Micros(10_900_000)));
    assert_eq!((plan.is_per_message(), plan.free_monthly(Category::Utility)), (true, 1_000));
    assert_eq!(PlanDocument::parse(&document.text().unwrap()).unwrap(), document);
    assert!(PlanDocument::parse(r#"{"flat": 9.90}"#).is_err(), "amounts aren't floating point");
    assert!(PlanDocument::parse(r#"{"flat": "-1"}"#).unwrap().plan().is_err());
    assert_eq!(PlanDocument::parse("{}").unwrap().plan().unwrap(), Plan::default());
}
