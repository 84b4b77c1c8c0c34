//! Orders and requests of payment: one encoding, checked totals, and steps that converge.

use proptest::prelude::*;
use tresen_content::{
    Content, Error, Message,
    shop::{
        Deal, Fulfilment, Order, OrderLine, OrderProgress, OrderState, OrderStep, PaymentRequest,
        PaymentStep, ShopMessage, total_of,
    },
};
use tresen_payments::{Creditor, Iban, Rail, Source};
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
        ],
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
    ];
    [Deal::Order(order()), Deal::Payment(request())]
        .into_iter()
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
