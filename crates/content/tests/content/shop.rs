//! Orders and requests of payment: one encoding, checked totals, and steps that converge.

use proptest::prelude::*;
use tresen_content::{
    Content, Error, Message,
    shop::{
        Bill, Deal, Fulfilment, Order, OrderLine, OrderProgress, OrderState, OrderStep,
        PaymentRequest, PaymentStep, Quotation, QuotationProgress, QuotationState, QuotationStep,
        ShopMessage, total_of,
    },
};
use tresen_payments::{Creditor, Iban, Provider, Rail, Source};
use tresen_types::{Currency, MessageId, Money, Timestamp};

use crate::samples::{SALT, scope};

const fn euros(minor: i64) -> Money {
    Money { minor, currency: Currency::EUR }
}

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

fn line(unit: i64, quantity: u32) -> OrderLine {
    OrderLine {
        item: "pizza-1".to_owned(),
        name: "Margherita".to_owned(),
        variant: "groß".to_owned(),
        options: vec!["extra Käse".to_owned()],
        unit,
        quantity,
    }
}

fn order() -> Order {
    Order {
        edition: 3,
        lines: vec![line(1_050, 2), line(350, 1)],
        total: euros(2_450),
        note: "ohne Zwiebeln".to_owned(),
        fulfilment: Fulfilment::Delivery { address: "Lindenweg 4".to_owned() },
        wanted_at: Some(at(1_793_000_000_000)),
    }
}

fn request() -> PaymentRequest {
    let iban = |text| Iban::parse(text).expect("an account");
    PaymentRequest {
        order: Some(MessageId::new([1; 32])),
        reference: "RF18539007547034".to_owned(),
        amount: euros(2_450),
        note: "Bestellung".to_owned(),
        expires_at: None,
        rails: vec![
            Rail::Sepa {
                iban: iban("DE02120300000000202051"),
                bic: String::new(),
                name: "Pizzeria".to_owned(),
            },
            Rail::Swiss {
                iban: iban("CH5800791123000889012"),
                creditor: Creditor { name: "Pizzeria".to_owned(), ..Creditor::default() },
            },
            Rail::Upi { address: "a@b".to_owned(), name: "P".to_owned() },
            Rail::Pix { key: "k".to_owned(), name: "P".to_owned(), city: "C".to_owned() },
            Rail::Hosted { provider: Provider::Stripe },
        ],
        bill: None,
    }
}

/// 2 × 100 and 50, less 25, 10 for the way, 19 % on top.
fn bill() -> Bill {
    let lines = vec![line(10_000, 2), line(5_000, 1)];
    Bill::new(Currency::EUR, lines, 2_500, 1_000, Some((1_900, false))).expect("a bill")
}

fn quotation() -> Quotation {
    Quotation {
        number: "A-17".to_owned(),
        bill: bill(),
        deposit: 5_000,
        valid_until: at(1_000),
        note: "ohne Anfahrt".to_owned(),
    }
}

fn message(deal: Deal) -> Content {
    let text = "Bestellung: 2 × Margherita".to_owned();
    Content::new(Message::Shop(Box::new(ShopMessage { deal, text })))
}

fn deals() -> Vec<Deal> {
    let root = MessageId::new([1; 32]);
    let change = OrderStep::Change {
        lines: vec![line(1_050, 1)],
        total: euros(1_050),
        reason: "Funghi ist aus".to_owned(),
    };
    let orders = [
        OrderStep::Accept { ready_at: Some(at(5)) },
        OrderStep::Decline { reason: "zu spät".to_owned() },
        change,
        OrderStep::Agree,
        OrderStep::Withdraw,
        OrderStep::Ready,
        OrderStep::Done,
        OrderStep::Cancel { reason: String::new() },
    ];
    let source = Source::Statement("E2E-1".to_owned());
    let payments = [
        PaymentStep::Claim,
        PaymentStep::Received { amount: euros(5), source: source.clone() },
        PaymentStep::Refunded { amount: euros(5), source: Source::Provider("re_1".to_owned()) },
        PaymentStep::Received { amount: euros(1), source: Source::Hand },
        PaymentStep::Cancel,
        PaymentStep::Page { provider: Provider::Razorpay, url: "https://pay.example/1".to_owned() },
        PaymentStep::RefundWanted { amount: euros(3) },
        PaymentStep::Failed,
    ];
    let quotations = [
        QuotationStep::Accept { acceptance: vec![1; 200], certificate: vec![2; 200] },
        QuotationStep::Decline { reason: "zu teuer".to_owned() },
        QuotationStep::Withdraw,
    ];
    let with_bill = PaymentRequest { bill: Some(bill()), amount: bill().total, ..request() };
    [Deal::Order(order()), Deal::Payment(request()), Deal::Payment(with_bill)]
        .into_iter()
        .chain([Deal::Quotation(quotation())])
        .chain(quotations.map(|step| Deal::QuotationStep { quotation: root, step }))
        .chain(orders.map(|step| Deal::OrderStep { order: root, step }))
        .chain(payments.map(|step| Deal::PaymentStep { payment: root, step }))
        .collect()
}

#[test]
fn every_deal_comes_back() {
    for deal in deals() {
        let content = message(deal);
        let encoded = content.encode(SALT, &scope()).expect("content");
        assert_eq!(Content::decode(&encoded.bytes, &scope()).map(|it| it.content), Ok(content));
    }
}

#[test]
fn a_total_that_is_not_the_sum_is_no_order() {
    for (lines, total) in [
        (vec![line(1_050, 2)], euros(2_099)),
        (vec![line(i64::MAX, 2)], euros(i64::MAX)),
        (vec![line(-5, 1)], euros(0)),
        (vec![line(5, 0)], euros(0)),
        (vec![line(5, 1_000)], euros(5_000)),
        (Vec::new(), euros(0)),
    ] {
        let wrong = message(Deal::Order(Order { lines, total, ..order() }));
        let encoded = wrong.encode(SALT, &scope()).expect("bytes");
        assert!(Content::decode(&encoded.bytes, &scope()).is_err());
    }
    assert_eq!(total_of(Currency::EUR, &[line(i64::MAX, 2)]), Err(Error::Limit));
    assert_eq!(total_of(Currency::EUR, &[line(i64::MAX, 1), line(1, 1)]), Err(Error::Limit));
}

fn after(steps: &[(bool, OrderStep)]) -> OrderProgress {
    let mut progress = OrderProgress::new(&order(), at(0));
    for (index, (by_business, step)) in (1..).zip(steps) {
        progress.apply(*by_business, step, at(index));
    }
    progress
}

fn decline() -> OrderStep {
    OrderStep::Decline { reason: "zu".to_owned() }
}

const ACCEPT: OrderStep = OrderStep::Accept { ready_at: None };

#[test]
fn the_first_decision_counts() {
    assert_eq!(after(&[(true, ACCEPT), (true, decline())]).state, OrderState::Accepted);
    assert_eq!(after(&[(true, decline()), (true, ACCEPT)]).state, OrderState::Declined);
    assert_eq!(after(&[(false, OrderStep::Withdraw), (true, ACCEPT)]).state, OrderState::Withdrawn);
    assert_eq!(after(&[(true, ACCEPT), (false, OrderStep::Withdraw)]).state, OrderState::Accepted);
}

#[test]
fn nobody_takes_the_other_sides_steps() {
    assert_eq!(after(&[(false, ACCEPT)]).state, OrderState::New);
    let change =
        OrderStep::Change { lines: vec![line(9, 1)], total: euros(9), reason: String::new() };
    let changed = after(&[(true, change.clone()), (true, OrderStep::Agree)]);
    assert_eq!((changed.state, changed.total), (OrderState::Changed, euros(9)));
    let agreed = after(&[(true, change), (false, OrderStep::Agree), (true, OrderStep::Ready)]);
    assert_eq!((agreed.state, agreed.lines.len()), (OrderState::Ready, 1));
    let ends = after(&[(true, ACCEPT), (true, OrderStep::Done), (true, OrderStep::Ready)]);
    assert_eq!(ends.state, OrderState::Done);
    assert_eq!(ends.times.len(), 3);
}

fn any_step() -> impl Strategy<Value = (bool, OrderStep)> {
    let steps = prop_oneof![
        Just(ACCEPT),
        Just(decline()),
        Just(OrderStep::Agree),
        Just(OrderStep::Withdraw),
        Just(OrderStep::Ready),
        Just(OrderStep::Done),
        Just(OrderStep::Cancel { reason: String::new() }),
        Just(OrderStep::Change { lines: vec![line(7, 1)], total: euros(7), reason: String::new() }),
    ];
    (any::<bool>(), steps)
}

proptest! {
    #[test]
    fn an_order_ends_once(steps in prop::collection::vec(any_step(), 0..60)) {
        let progress = after(&steps);
        let ends = [OrderState::Done, OrderState::Declined, OrderState::Withdrawn, OrderState::Cancelled];
        let ended = progress.times.iter().filter(|(state, _at)| ends.contains(state)).count();
        prop_assert!(ended <= 1);
        prop_assert!(progress.times.is_sorted_by_key(|(_state, at)| *at));
        prop_assert_eq!(total_of(Currency::EUR, &progress.lines), Ok(progress.total));
    }
}

#[test]
fn a_bill_adds_up_and_rounds_once() {
    let made = bill();
    assert_eq!((made.taxes[0].amount, made.total), (4_465, euros(27_965)));
    let lines = || vec![line(850, 1)];
    // 7 % of 8.50 that hold it: 0.556.
    let held = Bill::new(Currency::EUR, lines(), 0, 0, Some((700, true))).expect("a bill");
    assert_eq!((held.taxes[0].amount, held.total), (56, euros(850)));
    // Halves go up: 5 % of 0.10.
    let half = Bill::new(Currency::EUR, vec![line(10, 1)], 0, 0, Some((500, false)));
    assert_eq!(half.expect("a bill").total, euros(11));
    // A currency without decimals.
    let yen = Currency::parse("JPY").expect("a currency");
    let whole = Bill::new(yen, vec![line(999, 1)], 0, 0, Some((1_000, false))).expect("a bill");
    assert_eq!(whole.total.to_string(), "1099 JPY");
    for (lines, discount, shipping, tax) in [
        (Vec::new(), 0, 0, None),
        (lines(), 851, 0, None),
        (lines(), 850, 0, None),
        (lines(), -1, 0, None),
        (lines(), 0, -1, None),
        (lines(), 0, i64::MAX, None),
        (lines(), 0, 0, Some((10_001, false))),
        (vec![line(i64::MAX, 1)], 0, 0, Some((10_000, false))),
        (vec![line(i64::MAX, 2)], 0, 0, None),
    ] {
        assert!(Bill::new(Currency::EUR, lines, discount, shipping, tax).is_err());
    }
}

#[test]
fn a_bill_that_does_not_add_up_is_none() {
    let wrong = |change: fn(&mut Bill)| {
        let mut quotation = quotation();
        change(&mut quotation.bill);
        let encoded = message(Deal::Quotation(quotation)).encode(SALT, &scope()).expect("bytes");
        assert!(Content::decode(&encoded.bytes, &scope()).is_err());
    };
    wrong(|bill| bill.total = euros(27_964));
    wrong(|bill| bill.discount = 0);
    wrong(|bill| bill.taxes[0].amount = -1);
    wrong(|bill| bill.taxes[0].is_included = true);
    wrong(|bill| bill.lines.clear());
    let much = Quotation { deposit: 27_966, ..quotation() };
    let encoded = message(Deal::Quotation(much)).encode(SALT, &scope()).expect("bytes");
    assert!(Content::decode(&encoded.bytes, &scope()).is_err());
    let other = PaymentRequest { bill: Some(bill()), ..request() };
    let encoded = message(Deal::Payment(other)).encode(SALT, &scope()).expect("bytes");
    assert!(Content::decode(&encoded.bytes, &scope()).is_err(), "the bill is another amount");
}

#[test]
fn a_quotation_is_answered_once_and_in_time() {
    let accept = || QuotationStep::Accept { acceptance: Vec::new(), certificate: Vec::new() };
    let decline = || QuotationStep::Decline { reason: String::new() };
    let after = |steps: &[(bool, QuotationStep, bool, i64)]| {
        let mut progress = QuotationProgress::new(&quotation());
        for (by_business, step, is_signed, time) in steps {
            progress.apply(*by_business, step, *is_signed, at(*time));
        }
        progress.state(at(2_000))
    };
    assert_eq!(after(&[(false, accept(), true, 1_000)]), QuotationState::Accepted);
    assert_eq!(after(&[(false, accept(), true, 1_001)]), QuotationState::Expired);
    assert_eq!(after(&[(false, accept(), false, 5)]), QuotationState::Expired, "not signed");
    assert_eq!(after(&[(true, accept(), true, 5)]), QuotationState::Expired, "by the business");
    assert_eq!(
        after(&[(false, decline(), false, 5), (false, accept(), true, 6)]),
        QuotationState::Declined
    );
    assert_eq!(
        after(&[(false, accept(), true, 5), (true, QuotationStep::Withdraw, false, 6)]),
        QuotationState::Accepted
    );
    assert_eq!(
        after(&[(false, QuotationStep::Withdraw, false, 5), (true, decline(), false, 6)]),
        QuotationState::Expired
    );
    let mut other = quotation();
    other.note = "mit Anfahrt".to_owned();
    assert_ne!(other.hash(), quotation().hash(), "every word is signed");
}

#[test]
fn a_bare_step_has_no_room_for_words() {
    let amount = Money { minor: 2_650, currency: Currency::parse("EUR").unwrap() };
    let root = MessageId::new([1; 32]);
    let paid = |step| ShopMessage::of_step(Deal::PaymentStep { payment: root, step });
    let received = |source| paid(PaymentStep::Received { amount, source });
    let ordered = |step| ShopMessage::of_step(Deal::OrderStep { order: root, step });
    for plain in [
        received(Source::Hand),
        received(Source::Statement("0a1b2c".to_owned())),
        received(Source::Provider("pay_29QQoUBi66xm2f".to_owned())),
        ordered(OrderStep::Accept { ready_at: None }),
        ordered(OrderStep::Cancel { reason: String::new() }),
    ] {
        assert!(plain.is_bare_step(), "{plain:?}");
        let said = ShopMessage { text: "50 % off today".to_owned(), ..plain };
        assert!(!said.is_bare_step(), "{said:?}");
    }
    let page = PaymentStep::Page {
        provider: Provider::parse("stripe").unwrap(),
        url: "https://evil.example/buy".to_owned(),
    };
    for wordy in [
        received(Source::Provider("50 % off today".to_owned())),
        received(Source::Statement("x".repeat(65))),
        received(Source::Provider(String::new())),
        paid(page),
        paid(PaymentStep::Claim),
        ordered(OrderStep::Decline { reason: "Buy another one".to_owned() }),
        ordered(OrderStep::Agree),
    ] {
        assert!(!wordy.is_bare_step(), "{wordy:?}");
    }
}
