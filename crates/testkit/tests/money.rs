//! What messages cost: reserved, taken when a customer has them, told to the business and booked.

use std::sync::Arc;

use tresen_billing::Micros;
use tresen_server::{
    PlanDocument, SystemClock,
    admin::{self, Decision, Movement},
};
use tresen_store::SharedClock;
use tresen_testkit::world::{Actor, World, run};
use tresen_types::{AccountId, Category, ConversationId};
use tresen_view::{
    Answer, Command, Event, MessageBody, MessageState, MessageView, ParameterDraft, ParameterType,
    TemplateDraft, TemplateView, UsageView, ValueDraft,
};

const CARD: &str = r#"
currency = "EUR"
valid_from = "2020-01-01"

[default]
service = "0"
utility = "0.08"
marketing = "0.1"
authentication = "0.05"

[countries.AT]
utility = "0.09"
"#;

fn clock() -> SharedClock {
    Arc::new(SystemClock)
}

async fn pay(world: &World, business: AccountId, amount: &str, reference: u8) {
    let amount = Micros::parse(amount).expect("an amount");
    let id = [reference; 16];
    let (config, movement) = (world.config(0), Movement::TopUp);
    admin::move_money(config, &clock(), business, movement, amount, id).await.expect("it is paid");
}

async fn usage(business: &Actor) -> UsageView {
    match business.call(Command::Usage { after: None }).await {
        Answer::Usage(usage) => *usage,
        other => panic!("no usage: {other:?}"),
    }
}

async fn template(world: &World, business: &Actor) -> TemplateView {
    let draft = TemplateDraft {
        name: "order_ready".to_owned(),
        language: "en".to_owned(),
        category: Category::Utility,
        header: String::new(),
        body: "Hello {{name}}, your order is ready.".to_owned(),
        header_file: None,
        cards: Vec::new(),
        offer: None,
        footer: String::new(),
        buttons: Vec::new(),
        parameters: vec![ParameterDraft {
            name: "name".to_owned(),
            kind: ParameterType::Text,
            length_max: 20,
            example: "Priya".to_owned(),
        }],
        link_domains: Vec::new(),
        time_to_live_s: 0,
    };
    let Answer::Template(template) = business.call(Command::CreateTemplate(Box::new(draft))).await
    else {
        panic!("a template")
    };
    world.decide(business, &template.template, Decision::Approve { days: 90 }).await;
    *template
}

async fn send(business: &Actor, to: ConversationId, template: &TemplateView) -> MessageView {
    let command = Command::SendTemplate {
        conversation: to,
        template: template.template.clone(),
        values: vec![ValueDraft::Text("Priya".to_owned())],
    };
    match business.call(command).await {
        Answer::Message(message) => *message,
        other => panic!("no message: {other:?}"),
    }
}

async fn arrived(customer: &mut Actor) {
    customer
        .until("a message of a template", |event| match event {
            Event::Message { message, .. } if !message.is_own => {
                matches!(message.body, MessageBody::Template(_)).then_some(())
            }
            _ => None,
        })
        .await;
}

/// Asks until the server has heard of what a customer's device acknowledged.
async fn usage_of(business: &Actor, messages: usize) -> UsageView {
    loop {
        let usage = usage(business).await;
        if usage.messages.len() >= messages {
            return usage;
        }
        tokio::task::yield_now().await;
    }
}

#[test]
fn a_balance_runs_out_and_is_filled_again() {
    run(async {
        let mut world = World::start().await;
        let config = world.config(0).clone();
        admin::add_rate_card(&config, &clock(), CARD).await.expect("a rate card");
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        let business = korn.account().await;
        let plan = PlanDocument { per_message: true, ..PlanDocument::default() };
        admin::set_plan(&config, business, &plan, true).await.expect("a plan");
        pay(&world, business, "0.20", 1).await;
        pay(&world, business, "0.20", 1).await;
        let template = template(&world, &korn).await;
        priya.say(conversation, "hello").await;
        korn.hear("hello").await;
        korn.say(conversation, "free").await;
        priya.hear("free").await;

        let first = send(&korn, conversation, &template).await;
        arrived(&mut priya).await;
        let second = send(&korn, conversation, &template).await;
        arrived(&mut priya).await;
        let third = send(&korn, conversation, &template).await;
        let failed = korn.until_state(third.message, MessageState::Failed).await;
        let refusal = failed.refusal.expect("the server says why");
        assert_eq!((refusal.reason.as_str(), refusal.free_text), ("unpaid", true));

        let used = usage_of(&korn, 2).await;
        assert_eq!(used.currency, "EUR");
        assert_eq!((used.available.as_str(), used.reserved.as_str()), ("0.040000", "0.000000"));
        let messages: Vec<_> = used.messages.iter().map(|row| row.message).collect();
        assert_eq!(messages, [Some(first.message), Some(second.message)]);
        let row = &used.messages[0];
        assert_eq!((row.price.as_str(), row.country.as_str()), ("0.080000", "ZZ"));
        assert_eq!(
            (row.category, row.in_window, row.is_delivered),
            (Category::Utility, true, true)
        );
        assert_eq!(row.template, template.template);
        assert_eq!((used.months[0].delivered, used.months[0].captured.as_str()), (2, "0.160000"));

        // What is paid counts after a few seconds.
        pay(&world, business, "0.05", 2).await;
        world.pass(6_000);
        korn.client.hurry();
        priya.client.hurry();
        korn.call(Command::Retry { message: third.message }).await;
        arrived(&mut priya).await;
        let used = usage_of(&korn, 3).await;
        assert_eq!(used.available, "0.010000");

        let states = admin::account_states(&config).await.expect("the accounts");
        assert_eq!((states[0].paid, states[0].captured), (Micros(250_000), Micros(240_000)));
        let journal = admin::books(&config, None).await.expect("the books").to_string();
        assert!(journal.contains("income:messages:utility  -0.240000 EUR"), "{journal}");
        let refund = Micros(250_000);
        let movement = Movement::Refund;
        admin::move_money(&config, &clock(), business, movement, refund, [9; 16])
            .await
            .expect_err("more than was charged");
    });
}

#[test]
fn a_cap_stops_what_costs_and_nothing_else() {
    run(async {
        let mut world = World::start().await;
        let config = world.config(0).clone();
        admin::add_rate_card(&config, &clock(), CARD).await.expect("a rate card");
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        let business = korn.account().await;
        let plan = PlanDocument {
            per_message: true,
            free: [(Category::Utility, 1)].into(),
            ..PlanDocument::default()
        };
        admin::set_plan(&config, business, &plan, false).await.expect("a plan");
        let cap = |monthly: &str| Command::SetSpendingCap { monthly: Some(monthly.to_owned()) };
        korn.try_call(cap("0,10")).await.expect_err("not an amount");
        korn.try_call(cap("-1")).await.expect_err("below nothing");
        korn.call(cap("0.10")).await;
        let template = template(&world, &korn).await;
        priya.say(conversation, "hello").await;
        korn.hear("hello").await;
        for _message in 0..2 {
            send(&korn, conversation, &template).await;
            arrived(&mut priya).await;
        }
        let third = send(&korn, conversation, &template).await;
        let failed = korn.until_state(third.message, MessageState::Failed).await;
        assert_eq!(failed.refusal.expect("a reason").reason, "unpaid");
        let used = usage_of(&korn, 2).await;
        let prices: Vec<_> = used.messages.iter().map(|row| row.price.as_str()).collect();
        assert_eq!(prices, ["0.000000", "0.080000"], "the first of a month is free");
        assert_eq!((used.spent.as_str(), used.cap.as_deref()), ("0.080000", Some("0.100000")));
        assert_eq!((used.available.as_str(), used.alert_percent), ("-0.080000", Some(80)));
        korn.say(conversation, "free text goes on").await;
        priya.hear("free text goes on").await;
        korn.call(Command::SetSpendingCap { monthly: None }).await;
        korn.call(Command::Retry { message: third.message }).await;
        arrived(&mut priya).await;
    });
}
