//! The shop through the SDK: catalogue, orders, payments, on several devices.

use base64::Engine as _;
use sha2::{Digest as _, Sha256};
use tresen_statement::{DeviceCertificate, QuotationAcceptance, Unverified};
use tresen_testkit::{
    colleague::{link_colleague, until_readers},
    world::{Actor, World, run},
};
use tresen_types::{AccountId, ConversationId, MessageId, Timestamp};
use tresen_view::{
    Answer, BillDraft, CartLine, CatalogueDraft, CatalogueView, ChoiceView, Command, Connection,
    Event, Failure, FailureKind, ImportView, ItemView, MessageBody, MessageState, MessageView,
    MoneyView, OrderDraft, OrderStateView, OrderStepView, OrderView, PaymentDraft,
    PaymentStateView, PaymentStepView, PaymentView, QuotationDraft, QuotationStateView,
    QuotationStepView, QuotationView, RailDraft, TradeCommand, TradeView,
};

fn pizza() -> ItemView {
    ItemView {
        id: "margherita".to_owned(),
        name: "Margherita".to_owned(),
        collection: "Pizza".to_owned(),
        price: 850,
        variants: vec![choice("klein", 850), choice("groß", 1_050)],
        options: vec![choice("extra Käse", 150)],
        facts: vec![("Allergene".to_owned(), "Gluten, Milch".to_owned())],
        ..ItemView::default()
    }
}

fn choice(name: &str, price: i64) -> ChoiceView {
    ChoiceView { name: name.to_owned(), price }
}

fn cola() -> ItemView {
    ItemView {
        id: "cola".to_owned(),
        name: "Cola".to_owned(),
        price: 250,
        stock: Some(3),
        ..ItemView::default()
    }
}

async fn publish(owner: &Actor, items: Vec<ItemView>) -> CatalogueView {
    let draft = CatalogueDraft { currency: "EUR".to_owned(), days: 30, items };
    let Answer::Catalogue(view) = owner.call(Command::PublishCatalogue(Box::new(draft))).await
    else {
        panic!("a catalogue")
    };
    *view
}

async fn catalogue(actor: &Actor, business: AccountId) -> CatalogueView {
    let asked = Command::Catalogue { account: Some(business) };
    let Answer::Catalogue(view) = actor.call(asked).await else { panic!("a catalogue") };
    *view
}

fn line(item: &str, variant: &str, options: &[&str], quantity: u32) -> CartLine {
    CartLine {
        item: item.to_owned(),
        variant: variant.to_owned(),
        options: options.iter().map(|option| (*option).to_owned()).collect(),
        quantity,
    }
}

fn cart(edition: u64) -> OrderDraft {
    OrderDraft {
        edition,
        lines: vec![line("margherita", "groß", &["extra Käse"], 2), line("cola", "", &[], 1)],
        total: 2_650,
        note: "ohne Zwiebeln".to_owned(),
        address: Some("Lindenweg 4".to_owned()),
        wanted_at: None,
    }
}

async fn order(
    customer: &Actor,
    conversation: ConversationId,
    draft: OrderDraft,
) -> Result<MessageId, Failure> {
    let wish = Command::SendOrder { conversation, order: Box::new(draft) };
    match customer.try_call(wish).await? {
        Answer::Message(message) => Ok(message.message),
        other => panic!("{other:?}"),
    }
}

async fn step(actor: &Actor, order: MessageId, step: OrderStepView) -> Result<(), Failure> {
    actor.try_call(Command::StepOrder { order, step }).await.map(drop)
}

async fn orders(actor: &Actor) -> Vec<OrderView> {
    let Answer::Orders(orders) =
        actor.call(Command::Orders { conversation: None, limit: 50 }).await
    else {
        panic!("orders")
    };
    orders
}

async fn payments(actor: &Actor) -> Vec<PaymentView> {
    let Answer::Payments(payments) =
        actor.call(Command::Payments { conversation: None, limit: 50 }).await
    else {
        panic!("payments")
    };
    payments
}

/// Waits until the newest order is in a state.
async fn until_order(actor: &mut Actor, state: OrderStateView) -> OrderView {
    loop {
        if let Some(order) = orders(actor).await.into_iter().find(|order| order.state == state) {
            return order;
        }
        actor.until("an order", |event| (*event == Event::DealsChanged).then_some(())).await;
    }
}

/// Waits until the newest payment is in a state.
async fn until_payment(actor: &mut Actor, state: PaymentStateView) -> PaymentView {
    loop {
        if let Some(found) = payments(actor).await.into_iter().find(|known| known.state == state) {
            return found;
        }
        actor.until("a payment", |event| (*event == Event::DealsChanged).then_some(())).await;
    }
}

#[test]
fn a_catalogue_is_published_verified_and_renewed() {
    run(async {
        let mut world = World::start().await;
        let (anna, link) = world.business("Pizzeria").await;
        let (priya, _conversation) = world.customer(&link, "Priya").await;
        let business = anna.account().await;
        assert_eq!(catalogue(&priya, business).await.edition, 0);

        let mut item = pizza();
        // A PNG of one pixel would do; the format is known by its first bytes.
        item.new_picture = Some("iVBORw0KGgo=".to_owned());
        item.unavailable_until = Some(Timestamp::from_millis(4_102_444_800_000));
        let published = publish(&anna, vec![item, cola()]).await;
        let seen = catalogue(&priya, business).await;
        assert_eq!((seen.edition, &seen.items), (1, &published.items));
        let hashes: Vec<String> =
            seen.items.iter().filter_map(|item| item.picture.clone()).collect();
        let wanted = Command::Pictures { account: business, hashes: hashes.clone() };
        let Answer::Pictures(pictures) = priya.call(wanted).await else { panic!("pictures") };
        assert_eq!(pictures.len(), 1);
        assert_eq!(pictures[0].hash, hashes[0]);
        assert_eq!(pictures[0].url, "data:image/png;base64,iVBORw0KGgo=");

        // Prices are changed in a table: what it has no column for stays.
        let Answer::Text(csv) = anna.call(Command::WriteCatalogue).await else { panic!("a file") };
        let csv = csv.replacen(&published.items[0].name, "Another name", 1).into_bytes();
        let read = Command::ReadCatalogue { csv, currency: "EUR".to_owned() };
        let Answer::Catalogue(changed) = anna.call(read).await else { panic!("a catalogue") };
        let kept = ItemView { name: "Another name".to_owned(), ..published.items[0].clone() };
        assert_eq!(changed.items, [kept, published.items[1].clone()]);

        // So many items that one page doesn't hold them.
        let many: Vec<ItemView> =
            (0..900).map(|number| ItemView { id: format!("item-{number}"), ..pizza() }).collect();
        assert_eq!(publish(&anna, many).await.edition, 2);
        assert_eq!(catalogue(&priya, business).await.items.len(), 900);

        let Answer::Text(csv) = anna.call(Command::WriteCatalogue).await else { panic!("a file") };
        let read = Command::ReadCatalogue { csv: csv.into_bytes(), currency: "EUR".to_owned() };
        let Answer::Catalogue(again) = anna.call(read).await else { panic!("a catalogue") };
        assert_eq!(again.items[0], ItemView { id: "item-0".to_owned(), ..pizza() });
        assert_eq!(again.items.len(), 900);
    });
}

#[test]
fn a_picture_in_which_something_could_run_is_refused() {
    run(async {
        let mut world = World::start().await;
        let (anna, link) = world.business("Pizzeria").await;
        let (priya, _conversation) = world.customer(&link, "Priya").await;
        let business = anna.account().await;
        let script = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
        let disguised = format!("\u{feff}<?xml version='1.0'?>{script}");
        let page = "<!doctype html><script>alert(1)</script>";
        for bytes in [script, &disguised, page, "GIF89a", ""] {
            let mut item = pizza();
            item.new_picture = Some(base64::engine::general_purpose::STANDARD.encode(bytes));
            let draft = CatalogueDraft { currency: "EUR".to_owned(), days: 30, items: vec![item] };
            let publish = Command::PublishCatalogue(Box::new(draft));
            let refused = anna.try_call(publish).await.expect_err(bytes);
            assert_eq!(refused.kind, FailureKind::Invalid, "{bytes}: {refused:?}");
        }
        // Nothing of it was published, and what is no picture is kept by nobody.
        assert_eq!(catalogue(&priya, business).await.edition, 0);
        let hash = Sha256::digest(script.as_bytes());
        let hash = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let wanted = Command::Pictures { account: business, hashes: vec![hash] };
        let Answer::Pictures(pictures) = priya.call(wanted).await else { panic!("pictures") };
        assert!(pictures.is_empty());
    });
}

#[test]
fn an_order_goes_from_the_cart_to_the_table() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Pizzeria").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        publish(&anna, vec![pizza(), cola()]).await;
        let order = order(&priya, conversation, cart(1)).await.expect("an order");

        let seen = until_order(&mut anna, OrderStateView::New).await;
        assert_eq!((seen.order, seen.customer.as_str()), (order, "Priya"));
        assert_eq!(seen.total, MoneyView { minor: 2_650, currency: "EUR".to_owned() });
        assert_eq!(seen.lines[0].choices, "groß, extra Käse");
        assert_eq!(seen.address.as_deref(), Some("Lindenweg 4"));
        assert_eq!(seen.is_as_priced, Some(true));

        // The customer can't accept, and nothing is ready before it was accepted.
        assert!(step(&priya, order, OrderStepView::Accept { minutes: None }).await.is_err());
        assert!(step(&anna, order, OrderStepView::Ready).await.is_err());
        step(&anna, order, OrderStepView::Accept { minutes: Some(20) }).await.expect("accepted");
        let accepted = until_order(&mut priya, OrderStateView::Accepted).await;
        assert!(accepted.ready_at.is_some());
        for (next, state) in [
            (OrderStepView::Ready, OrderStateView::Ready),
            (OrderStepView::Done, OrderStateView::Done),
        ] {
            step(&anna, order, next).await.expect("a step");
            until_order(&mut priya, state).await;
        }
        let times: Vec<_> =
            orders(&priya).await[0].times.iter().map(|(state, _at)| *state).collect();
        assert_eq!(
            times,
            [
                OrderStateView::New,
                OrderStateView::Accepted,
                OrderStateView::Ready,
                OrderStateView::Done
            ]
        );
    });
}

#[test]
fn what_changed_since_it_was_shown_is_said_and_not_sent() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Pizzeria").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        publish(&anna, vec![pizza(), cola()]).await;
        let failure = |outcome: Result<MessageId, Failure>| outcome.expect_err("refused").kind;

        let many = OrderDraft { lines: vec![line("cola", "", &[], 4)], total: 1_000, ..cart(1) };
        assert_eq!(failure(order(&priya, conversation, many).await), FailureKind::SoldOut);
        let dearer = ItemView { variants: vec![choice("groß", 1_100)], ..pizza() };
        publish(&anna, vec![dearer, ItemView { stock: Some(0), ..cola() }]).await;
        assert_eq!(failure(order(&priya, conversation, cart(1)).await), FailureKind::SoldOut);
        let alone = OrderDraft {
            lines: vec![line("margherita", "groß", &["extra Käse"], 2)],
            total: 2_400,
            ..cart(1)
        };
        assert_eq!(
            failure(order(&priya, conversation, alone.clone()).await),
            FailureKind::PriceChanged
        );
        let agreed = OrderDraft { total: 2_500, ..alone };
        let order = order(&priya, conversation, agreed).await.expect("an order");
        until_order(&mut anna, OrderStateView::New).await;

        // The business leaves one out; the customer agrees.
        let change = OrderStepView::Change { quantities: vec![1], reason: "nur noch eine".into() };
        step(&anna, order, change).await.expect("a change");
        let changed = until_order(&mut priya, OrderStateView::Changed).await;
        assert_eq!((changed.total.minor, changed.reason.as_str()), (1_250, "nur noch eine"));
        step(&priya, order, OrderStepView::Agree).await.expect("agreed");
        assert_eq!(until_order(&mut anna, OrderStateView::Accepted).await.total.minor, 1_250);
    });
}

#[test]
fn two_agents_who_decide_at_once_come_to_one_decision() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Pizzeria").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        publish(&anna, vec![pizza(), cola()]).await;
        let mut ben = link_colleague(&mut world, &mut anna, "Ben").await;
        until_readers(&mut ben, conversation, 3).await;
        let order = order(&priya, conversation, cart(1)).await.expect("an order");
        until_order(&mut anna, OrderStateView::New).await;
        until_order(&mut ben, OrderStateView::New).await;

        let decline = OrderStepView::Decline { reason: "zu spät".to_owned() };
        let (one, other) = futures::join!(
            step(&anna, order, OrderStepView::Accept { minutes: None }),
            step(&ben, order, decline),
        );
        one.and(other).expect("both are queued");
        let mut ends = Vec::new();
        for actor in [&mut anna, &mut ben, &mut priya] {
            loop {
                let known = orders(actor).await.remove(0);
                let lines = actor.messages(conversation).await;
                let steps = lines.iter().filter(|message| {
                    let is_sent = message.state.is_none_or(|state| state != MessageState::Queued);
                    is_sent && matches!(message.body, MessageBody::Deal(_))
                });
                if steps.count() == 2 {
                    ends.push(known.state);
                    break;
                }
                actor
                    .until("both steps", |event| {
                        matches!(event, Event::Message { .. }).then_some(())
                    })
                    .await;
            }
        }
        assert!(ends.iter().all(|end| *end == ends[0]), "{ends:?}");
        assert!([OrderStateView::Accepted, OrderStateView::Declined].contains(&ends[0]));
    });
}

#[test]
fn a_payment_is_received_when_the_bank_says_so() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Pizzeria").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        publish(&anna, vec![pizza(), cola()]).await;
        let sepa = RailDraft::Sepa {
            iban: "DE02 1203 0000 0000 2020 51".to_owned(),
            bic: String::new(),
            name: "Pizzeria Zum Ofen".to_owned(),
        };
        let upi = RailDraft::Upi { address: "shop@bank".to_owned(), name: "Shop".to_owned() };
        anna.call(Command::SetRails(vec![upi, sepa])).await;
        let order = order(&priya, conversation, cart(1)).await.expect("an order");
        until_order(&mut anna, OrderStateView::New).await;

        let draft = PaymentDraft {
            order: Some(order),
            amount: MoneyView { minor: 2_650, currency: "EUR".to_owned() },
            note: String::new(),
            days: Some(7),
            bill: None,
        };
        anna.call(Command::RequestPayment { conversation, payment: Box::new(draft) }).await;
        let asked = until_payment(&mut priya, PaymentStateView::Requested).await;
        assert_eq!(asked.ways.len(), 1);
        let reference = asked.reference.clone();
        assert_eq!(
            asked.ways[0].code,
            format!(
                "BCD\n002\n1\nSCT\n\nPizzeria Zum Ofen\nDE02120300000000202051\nEUR26.50\n\n{reference}"
            )
        );

        // The customer's word is not money, and only the business may say that money came.
        let pay = |step| Command::StepPayment { payment: asked.payment, step };
        assert!(priya.try_call(pay(PaymentStepView::Received { minor: 2_650 })).await.is_err());
        priya.call(pay(PaymentStepView::Claim)).await;
        until_payment(&mut anna, PaymentStateView::Claimed).await;
        assert_eq!(orders(&anna).await[0].payment, Some(PaymentStateView::Claimed));

        let statement = format!(
            "Buchungstag;Verwendungszweck;Betrag\n1.12.;SVWZ+{reference} Bestellung;26,50\n\
             1.12.;Miete;-500,00\n1.12.;Spende;5,00\n"
        );
        let import =
            Command::ImportStatement { csv: statement.into_bytes(), currency: "EUR".to_owned() };
        let came = |matched, known| Answer::Imported(ImportView { matched, known, unmatched: 1 });
        assert_eq!(anna.call(import.clone()).await, came(1, 0));
        assert_eq!(anna.call(import).await, came(0, 1));
        let paid = until_payment(&mut priya, PaymentStateView::Paid).await;
        assert_eq!((paid.received, paid.confirmed_by.is_empty()), (2_650, false));

        let much = pay(PaymentStepView::Refunded { minor: 2_651 });
        assert_eq!(anna.try_call(much).await.expect_err("too much").kind, FailureKind::Invalid);
        anna.call(pay(PaymentStepView::Refunded { minor: 650 })).await;
        until_payment(&mut priya, PaymentStateView::PartlyRefunded).await;
    });
}

#[test]
fn what_the_bank_says_days_later_still_reaches_the_customer() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Pizzeria").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        publish(&anna, vec![pizza(), cola()]).await;
        let ordered = order(&priya, conversation, cart(1)).await.expect("an order");
        until_order(&mut anna, OrderStateView::New).await;
        let ask = || PaymentDraft {
            order: Some(ordered),
            amount: MoneyView { minor: 2_650, currency: "EUR".to_owned() },
            note: String::new(),
            days: Some(30),
            bill: None,
        };
        let request = |draft| Command::RequestPayment { conversation, payment: Box::new(draft) };
        anna.call(request(ask())).await;
        let asked = until_payment(&mut priya, PaymentStateView::Requested).await;

        world.pass(3 * 24 * 60 * 60 * 1_000);
        let (mut anna, mut priya) = (again(anna).await, again(priya).await);
        let statement =
            format!("Buchungstag;Verwendungszweck;Betrag\n1.12.;{};26,50\n", asked.reference);
        let import =
            Command::ImportStatement { csv: statement.into_bytes(), currency: "EUR".to_owned() };
        anna.call(import).await;
        let paid = until_payment(&mut priya, PaymentStateView::Paid).await;
        assert_eq!(paid.received, 2_650);
        step(&anna, ordered, OrderStepView::Accept { minutes: Some(20) }).await.expect("taken");
        step(&anna, ordered, OrderStepView::Ready).await.expect("ready");
        until_order(&mut priya, OrderStateView::Ready).await;

        // Own words don't: the agent is told so at once.
        let words = OrderStepView::Cancel { reason: "Buy another one".to_owned() };
        let refused = step(&anna, ordered, words).await.expect_err("words");
        assert_eq!(refused.kind, FailureKind::WindowClosed);
        let silent = OrderStepView::Cancel { reason: String::new() };
        step(&anna, ordered, silent).await.expect("cancelled");
        until_order(&mut priya, OrderStateView::Cancelled).await;
        until_order(&mut anna, OrderStateView::Cancelled).await;
        for known in [&anna, &priya] {
            let messages = known.messages(conversation).await;
            let is_bad = |message: &MessageView| {
                matches!(message.body, MessageBody::Refused { .. })
                    || message.state == Some(MessageState::Failed)
            };
            assert!(!messages.iter().any(is_bad), "{messages:?}");
        }
    });
}

#[test]
fn ways_to_pay_are_checked_and_shared() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, _link) = world.business("Pizzeria").await;
        let wrong = RailDraft::Sepa {
            iban: "DE03 1203 0000 0000 2020 51".to_owned(),
            bic: String::new(),
            name: "Pizzeria".to_owned(),
        };
        assert!(anna.try_call(Command::SetRails(vec![wrong])).await.is_err());
        let upi = RailDraft::Upi { address: "shop@bank".to_owned(), name: "Shop".to_owned() };
        anna.call(Command::SetRails(vec![upi.clone()])).await;
        // A colleague who comes later hears of it.
        let mut ben = link_colleague(&mut world, &mut anna, "Ben").await;
        loop {
            if ben.call(Command::Rails).await == Answer::Rails(vec![upi.clone()]) {
                break;
            }
            ben.until("the setting", |event| (*event == Event::AccountChanged).then_some(())).await;
        }
        let pix = RailDraft::Pix { key: "k".into(), name: "Shop".into(), city: "Rio".into() };
        ben.call(Command::SetRails(vec![pix.clone()])).await;
        loop {
            if anna.call(Command::Rails).await == Answer::Rails(vec![pix.clone()]) {
                break;
            }
            anna.until("the setting", |event| (*event == Event::AccountChanged).then_some(()))
                .await;
        }
    });
}

fn repair() -> QuotationDraft {
    QuotationDraft {
        number: "A-17".to_owned(),
        bill: BillDraft {
            currency: "EUR".to_owned(),
            lines: vec![("Hinge".to_owned(), 4_000, 2), ("Work".to_owned(), 6_000, 1)],
            discount: 1_000,
            shipping: 500,
            tax: Some((1_900, false)),
        },
        deposit: 5_000,
        days: 14,
        note: "Ready on Friday".to_owned(),
    }
}

async fn quote(
    shop: &Actor,
    conversation: ConversationId,
    draft: QuotationDraft,
) -> Result<MessageId, Failure> {
    let command = TradeCommand::SendQuotation { conversation, quotation: Box::new(draft) };
    match shop.try_call(Command::Trade(Box::new(command))).await? {
        Answer::Message(message) => Ok(message.message),
        other => panic!("{other:?}"),
    }
}

async fn answer(
    actor: &Actor,
    quotation: MessageId,
    step: QuotationStepView,
) -> Result<(), Failure> {
    let command = TradeCommand::StepQuotation { quotation, step };
    actor.try_call(Command::Trade(Box::new(command))).await.map(drop)
}

async fn quotations(actor: &Actor) -> Vec<QuotationView> {
    let command = TradeCommand::Quotations { conversation: None, limit: 50 };
    let Answer::Trade(view) = actor.call(Command::Trade(Box::new(command))).await else {
        panic!("trade")
    };
    let TradeView::Quotations { found } = *view else { panic!("quotations") };
    found
}

async fn until_quotation(
    actor: &mut Actor,
    quotation: MessageId,
    state: QuotationStateView,
) -> QuotationView {
    loop {
        let found = quotations(actor).await;
        if let Some(found) =
            found.into_iter().find(|known| known.quotation == quotation && known.state == state)
        {
            return found;
        }
        actor.until("a quotation", |event| (*event == Event::DealsChanged).then_some(())).await;
    }
}

#[test]
fn a_quotation_is_signed_and_paid() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Byrne PC Repair").await;
        let (mut emma, conversation) = world.customer(&link, "Emma").await;
        emma.say(conversation, "My lid is loose").await;
        anna.hear("My lid is loose").await;
        let wrong = QuotationDraft { deposit: 15_000_000, ..repair() };
        assert_eq!(
            quote(&anna, conversation, wrong).await.expect_err("too much").kind,
            FailureKind::Invalid
        );
        assert!(quote(&emma, conversation, repair()).await.is_err(), "a customer sells nothing");
        let quotation = quote(&anna, conversation, repair()).await.expect("a quotation");

        let seen = until_quotation(&mut emma, quotation, QuotationStateView::Open).await;
        // 2 × 40 + 60 − 10 + 5 for the way, and 19 % on it.
        assert_eq!((seen.bill.total.minor, seen.bill.taxes[0].amount), (16_065, 2_565));
        assert!(answer(&anna, quotation, QuotationStepView::Accept).await.is_err());
        assert!(answer(&emma, quotation, QuotationStepView::Withdraw).await.is_err());
        answer(&emma, quotation, QuotationStepView::Accept).await.expect("signed");
        let agreed = until_quotation(&mut anna, quotation, QuotationStateView::Accepted).await;
        assert_eq!(agreed.hash, seen.hash);
        // What is agreed stays agreed.
        for step in
            [QuotationStepView::Accept, QuotationStepView::Decline { reason: String::new() }]
        {
            assert!(answer(&emma, quotation, step).await.is_err());
        }
        assert!(answer(&anna, quotation, QuotationStepView::Withdraw).await.is_err());

        // Both sides hold the same proof, and others can check it.
        let proof = Command::Trade(Box::new(TradeCommand::QuotationProof { quotation }));
        let (Answer::Text(hers), Answer::Text(ours)) =
            (emma.call(proof.clone()).await, anna.call(proof).await)
        else {
            panic!("proofs")
        };
        assert_eq!(hers, ours);
        check_proof(&hers, &agreed);

        // The deposit first, in parts; never back more than came.
        let ask = PaymentDraft {
            order: Some(quotation),
            amount: MoneyView { minor: 16_065, currency: "EUR".to_owned() },
            note: String::new(),
            days: Some(14),
            bill: None,
        };
        anna.call(Command::RequestPayment { conversation, payment: Box::new(ask) }).await;
        let asked = until_payment(&mut emma, PaymentStateView::Requested).await;
        assert_eq!(asked.bill.as_ref().map(|bill| bill.shipping), Some(500));
        let pay = |step| Command::StepPayment { payment: asked.payment, step };
        anna.call(pay(PaymentStepView::Received { minor: 5_000 })).await;
        let part = until_payment(&mut emma, PaymentStateView::PartlyPaid).await;
        assert_eq!((part.received, part.movements[0].by.as_str()), (5_000, "Anna"));
        let much = anna.try_call(pay(PaymentStepView::Refunded { minor: 5_001 })).await;
        assert_eq!(much.expect_err("too much").kind, FailureKind::Invalid);
        anna.call(pay(PaymentStepView::Received { minor: 11_065 })).await;
        anna.call(pay(PaymentStepView::Refunded { minor: 65 })).await;
        let paid = until_payment(&mut emma, PaymentStateView::PartlyRefunded).await;
        let moved: Vec<_> =
            paid.movements.iter().map(|moved| (moved.is_refund, moved.minor)).collect();
        assert_eq!(moved, [(false, 5_000), (false, 11_065), (true, 65)]);
        assert_eq!(quotations(&emma).await[0].payment, Some(PaymentStateView::PartlyRefunded));
    });
}

/// Opens a device again, which has the server's new time then.
async fn again(actor: Actor) -> Actor {
    let mut actor = actor.restart().await;
    actor.until_connection(Connection::Live).await;
    actor
}

/// Checks a proof as somebody would who has nothing but the file and the customer's key.
fn check_proof(file: &str, agreed: &QuotationView) {
    let file: serde_json::Value = serde_json::from_str(file).expect("JSON");
    let bytes = |name: &str| {
        let text = file[name].as_str().expect("a field");
        base64::engine::general_purpose::STANDARD.decode(text).expect("base64")
    };
    let hash = Sha256::digest(bytes("quotation_cbor_base64"));
    let certificate = Unverified::<DeviceCertificate>::decode(&bytes("certificate_base64"))
        .expect("a certificate");
    let account_key = certificate.claimed().account_key;
    let certificate = certificate.verify(&account_key).expect("by the account");
    let acceptance = Unverified::<QuotationAcceptance>::decode(&bytes("acceptance_base64"))
        .expect("an acceptance")
        .verify(&certificate.value().signature_key)
        .expect("by the device");
    assert_eq!(acceptance.value().hash[..], hash[..]);
    assert_eq!(acceptance.value().quotation, agreed.quotation);
    assert_eq!(file["sha256"].as_str(), Some(agreed.hash.as_str()));
}

#[test]
fn a_quotation_ends_by_itself_and_one_of_two_answers_counts() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Byrne PC Repair").await;
        let (mut emma, conversation) = world.customer(&link, "Emma").await;
        emma.say(conversation, "My lid is loose").await;
        anna.hear("My lid is loose").await;
        let short = QuotationDraft { days: 1, ..repair() };
        let late = quote(&anna, conversation, short).await.expect("a quotation");
        let other = quote(&anna, conversation, repair()).await.expect("a quotation");
        until_quotation(&mut emma, other, QuotationStateView::Open).await;
        world.pass(86_400_000 + 60_000);
        // They come back and know the new time.
        let (mut anna, mut emma) = (again(anna).await, again(emma).await);
        until_quotation(&mut emma, late, QuotationStateView::Expired).await;
        let refused = answer(&emma, late, QuotationStepView::Accept).await;
        assert_eq!(refused.expect_err("too late").kind, FailureKind::Invalid);

        emma.say(conversation, "And the other one?").await;
        anna.hear("And the other one?").await;
        // Taken back and accepted at once: whoever came first, both sides see the same.
        let (one, two) = futures::join!(
            answer(&anna, other, QuotationStepView::Withdraw),
            answer(&emma, other, QuotationStepView::Accept),
        );
        one.and(two).expect("both are queued");
        let mut ends = Vec::new();
        for actor in [&mut anna, &mut emma] {
            loop {
                let known = quotations(actor).await;
                let lines = actor.messages(conversation).await;
                let steps = lines.iter().filter(|message| {
                    let is_sent = message.state.is_none_or(|state| state != MessageState::Queued);
                    is_sent && matches!(message.body, MessageBody::Deal(_))
                });
                if steps.count() == 2 {
                    let known = known.into_iter().find(|known| known.quotation == other);
                    ends.push(known.expect("the quotation").state);
                    break;
                }
                actor
                    .until("both steps", |event| {
                        matches!(event, Event::Message { .. }).then_some(())
                    })
                    .await;
            }
        }
        assert_eq!(ends[0], ends[1]);
        assert!([QuotationStateView::Withdrawn, QuotationStateView::Accepted].contains(&ends[0]));
    });
}

#[test]
fn a_shop_counts_its_own_chats() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Pizzeria").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        publish(&anna, vec![pizza(), cola()]).await;
        priya.say(conversation, "Are you open?").await;
        anna.hear("Are you open?").await;
        anna.say(conversation, "Yes").await;
        priya.hear("Yes").await;
        let order = order(&priya, conversation, cart(1)).await.expect("an order");
        until_order(&mut anna, OrderStateView::New).await;
        step(&anna, order, OrderStepView::Accept { minutes: None }).await.expect("accepted");
        let draft = PaymentDraft {
            order: Some(order),
            amount: MoneyView { minor: 2_650, currency: "EUR".to_owned() },
            note: String::new(),
            days: None,
            bill: None,
        };
        anna.call(Command::RequestPayment { conversation, payment: Box::new(draft) }).await;
        let asked = until_payment(&mut anna, PaymentStateView::Requested).await;
        for step in
            [PaymentStepView::Received { minor: 2_650 }, PaymentStepView::Refunded { minor: 650 }]
        {
            anna.call(Command::StepPayment { payment: asked.payment, step }).await;
        }
        priya.say(conversation, "How long?").await;
        anna.hear("How long?").await;

        let now = asked.at;
        let day = 86_400_000;
        let statistics =
            |days: Vec<Timestamp>| Command::Trade(Box::new(TradeCommand::Statistics { days }));
        let days = vec![now.plus_millis(-2 * day), now.plus_millis(-day), now.plus_millis(day)];
        let Answer::Trade(view) = anna.call(statistics(days.clone())).await else {
            panic!("trade")
        };
        let TradeView::Statistics { report } = *view else { panic!("statistics") };
        assert_eq!((report.days[0].received, report.days[0].chats), (0, 0));
        let today = report.days[1];
        assert_eq!((today.chats, today.orders), (1, 1));
        // Two questions and the order; what a shop's steps say counts as sent.
        assert_eq!(today.received, 3);
        assert!(today.sent >= 2, "{today:?}");
        assert_eq!((report.answers.count, report.answers.waiting), (2, 1));
        assert_eq!(report.orders, (1, 0));
        assert_eq!(report.revenue, [MoneyView { minor: 2_000, currency: "EUR".to_owned() }]);
        assert_eq!((report.agents.len(), report.agents[0].name.as_str()), (1, "Anna"));
        assert_eq!(report.sources.iter().map(|(_label, count)| count).sum::<u32>(), 1);

        assert!(priya.try_call(statistics(days.clone())).await.is_err(), "a customer has none");
        for wrong in [Vec::new(), vec![now], vec![now, now.plus_millis(-1)], vec![now; 401]] {
            assert!(anna.try_call(statistics(wrong)).await.is_err());
        }
    });
}
