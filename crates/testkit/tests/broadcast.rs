//! A broadcast: exactly one for everybody who allows it, whatever breaks in between, and each paid once.

use std::sync::Arc;

use tresen_billing::Micros;
use tresen_server::{
    PlanDocument, SystemClock,
    admin::{self, Decision, Movement},
};
use tresen_store::SharedClock;
use tresen_testkit::world::{Actor, World, patiently, run};
use tresen_types::{AccountId, Categories, Category, ConversationId};
use tresen_view::{
    Answer, BroadcastDraft, BroadcastPreview, BroadcastState, BroadcastView, Command, FailureKind,
    LabelView, MessageBody, TeamCommand, TemplateDraft, UsageView,
};

const CUSTOMERS: usize = 12;
const PRICE: i64 = 80_000;

const CARD: &str = r#"
currency = "EUR"
valid_from = "2020-01-01"

[default]
service = "0"
utility = "0.08"
marketing = "0.1"
authentication = "0.05"
"#;

fn clock() -> SharedClock {
    Arc::new(SystemClock)
}

async fn pay(world: &World, business: AccountId, micros: i64, reference: u8) {
    let (config, movement) = (world.config(0), Movement::TopUp);
    let id = [reference; 16];
    admin::move_money(config, &clock(), business, movement, Micros(micros), id)
        .await
        .expect("it is paid");
}

async fn template(world: &World, business: &Actor) -> String {
    let draft = TemplateDraft {
        name: "closed_on_monday".to_owned(),
        language: "en".to_owned(),
        category: Category::Utility,
        header: String::new(),
        body: "We are closed on Monday.".to_owned(),
        header_file: None,
        footer: String::new(),
        buttons: Vec::new(),
        cards: Vec::new(),
        offer: None,
        parameters: Vec::new(),
        link_domains: Vec::new(),
        time_to_live_s: 0,
    };
    let Answer::Template(template) = business.call(Command::CreateTemplate(Box::new(draft))).await
    else {
        panic!("a template")
    };
    world.decide(business, &template.template, Decision::Approve { days: 90 }).await;
    template.template
}

fn to_all(template: &str) -> BroadcastDraft {
    BroadcastDraft {
        name: "Monday".to_owned(),
        template: template.to_owned(),
        values: Vec::new(),
        labels: Vec::new(),
        team_labels: Vec::new(),
        conversations: Vec::new(),
        starts_at: None,
        per_minute: None,
        messages_max: None,
    }
}

async fn preview(business: &Actor, draft: BroadcastDraft) -> BroadcastPreview {
    match business.call(Command::PreviewBroadcast(Box::new(draft))).await {
        Answer::BroadcastPreview(preview) => *preview,
        other => panic!("no preview: {other:?}"),
    }
}

async fn start(business: &Actor, draft: BroadcastDraft) -> BroadcastView {
    match business.call(Command::StartBroadcast(Box::new(draft))).await {
        Answer::Broadcast(broadcast) => *broadcast,
        other => panic!("no broadcast: {other:?}"),
    }
}

async fn now(business: &Actor) -> BroadcastView {
    match business.call(Command::Broadcasts).await {
        Answer::Broadcasts(mut all) => all.remove(0),
        other => panic!("no broadcasts: {other:?}"),
    }
}

async fn until(business: &mut Actor, is_it: impl Fn(&BroadcastView) -> bool) -> BroadcastView {
    loop {
        let view = now(business).await;
        if is_it(&view) {
            return view;
        }
        business.until("anything", |_event| Some(())).await;
    }
}

/// What was used, once all of these messages are in the book; whoever asks too often waits.
async fn usage(business: &Actor, messages: usize) -> UsageView {
    loop {
        match business.try_call(Command::Usage { after: None }).await {
            Ok(Answer::Usage(usage)) if usage.messages.len() >= messages => return *usage,
            Ok(Answer::Usage(_)) => tokio::task::yield_now().await,
            Err(failure) if failure.kind == FailureKind::Busy => tokio::task::yield_now().await,
            other => panic!("no usage: {other:?}"),
        }
    }
}

async fn notes(customer: &Actor, conversation: ConversationId) -> usize {
    let messages = customer.messages(conversation).await;
    let is_note = |body: &MessageBody| matches!(body, MessageBody::Template(_));
    messages.iter().filter(|message| is_note(&message.body)).count()
}

/// A business with a template and customers, the first of whom has said no since.
async fn town(world: &mut World) -> (Actor, Vec<(Actor, ConversationId)>, String) {
    let (mut korn, link) = world.business("Korn").await;
    let mut customers = Vec::new();
    for number in 0..CUSTOMERS {
        customers.push(world.customer(&link, &format!("Customer {number}")).await);
    }
    while korn.conversations().await.len() < CUSTOMERS {
        korn.until("anything", |_event| Some(())).await;
    }
    let (first, conversation) = &mut customers[0];
    let categories = Categories::NONE.with(Category::Service);
    let (wording, language) = ("Answers only.".to_owned(), "en".to_owned());
    let consent =
        Command::SetConsent { conversation: *conversation, categories, wording, language };
    first.call(consent).await;
    let template = template(world, &korn).await;
    while preview(&korn, to_all(&template)).await.left_out.is_empty() {
        korn.until("anything", |_event| Some(())).await;
    }
    (korn, customers, template)
}

/// Gives a conversation a label of the team; answers the label.
async fn labelled(business: &Actor, conversation: ConversationId) -> String {
    let new = LabelView { label: String::new(), name: "Regulars".to_owned(), colour: 1 };
    business.call(Command::Team(Box::new(TeamCommand::PutLabel(new)))).await;
    let Answer::Team(team) = business.call(Command::Team(Box::new(TeamCommand::View))).await else {
        panic!("the team's things")
    };
    let label = team.labels[0].label.clone();
    let mark = TeamCommand::SetLabel { conversation, label: label.clone(), is_set: true };
    business.call(Command::Team(Box::new(mark))).await;
    label
}

#[test]
fn everybody_who_allows_it_gets_one_and_each_is_paid_once() {
    run(async {
        let mut world = World::start().await;
        let config = world.config(0).clone();
        admin::add_rate_card(&config, &clock(), CARD).await.expect("a rate card");
        let (mut korn, customers, template) = town(&mut world).await;
        let business = korn.account().await;
        let plan = PlanDocument { per_message: true, ..PlanDocument::default() };
        admin::set_plan(&config, business, &plan, true).await.expect("a plan");
        pay(&world, business, 4 * PRICE, 1).await;
        world.pass(6_000);
        korn.client.hurry();
        let recipients = u64::try_from(CUSTOMERS - 1).expect("few");
        // Without a connection there is no price.
        let mut seen = preview(&korn, to_all(&template)).await;
        while seen.quote.is_none() {
            korn.until("anything", |_event| Some(())).await;
            seen = preview(&korn, to_all(&template)).await;
        }
        assert_eq!((seen.category, seen.recipients), (Category::Utility, recipients));
        let left_out = (seen.left_out[0].reason.as_str(), seen.left_out[0].customers);
        assert_eq!(left_out, ("no_consent", 1));
        let quote = seen.quote.expect("a price");
        assert_eq!((quote.amount.as_str(), quote.covered), ("0.880000", 4));

        // The balance runs out in the middle.
        let begun = start(&korn, to_all(&template)).await;
        assert_eq!((begun.recipients, begun.state), (recipients, BroadcastState::Running));
        let paused = until(&mut korn, |view| view.state == BroadcastState::Paused).await;
        assert_eq!(paused.reason.as_deref(), Some("unpaid"));
        pay(&world, business, 100 * PRICE, 2).await;
        world.pass(6_000);

        // Both sides break off while it goes on.
        korn.call(Command::ResumeBroadcast { broadcast: begun.broadcast }).await;
        for _time in 0..3 {
            korn = korn.restart().await;
            world.stop_server().await;
            world.start_server().await;
            korn.client.hurry();
        }
        for (customer, _conversation) in &customers {
            customer.client.hurry();
        }
        let done = until(&mut korn, |view| view.delivered == recipients).await;
        let done_now = until(&mut korn, |view| view.state == BroadcastState::Done).await;
        assert_eq!((done.waiting, done_now.withdrawn), (0, 0));
        assert!(done_now.refused.is_empty(), "{done_now:?}");
        for (number, (customer, conversation)) in customers.iter().enumerate() {
            let expected = usize::from(number > 0);
            assert_eq!(notes(customer, *conversation).await, expected, "customer {number}");
        }
        let used = usage(&korn, CUSTOMERS - 1).await;
        assert_eq!((used.messages.len(), used.reserved.as_str()), (CUSTOMERS - 1, "0.000000"));
        assert_eq!(used.months[0].captured, "0.880000");
        // The customers' devices tell that it was read when they show it; nobody has yet.
        let (last, conversation) = &customers[CUSTOMERS - 1];
        let seen = last.messages(*conversation).await.last().expect("a message").message;
        let Answer::Why(why) = last.call(Command::Why { message: seen }).await else {
            panic!("why")
        };
        let campaign = why.campaign.expect("the shop says to how many");
        assert_eq!(campaign.customers_max, Some(100));
        let Answer::Standing(standing) = korn.call(Command::Standing).await else {
            panic!("a standing")
        };
        assert_eq!((standing.customers_max, standing.customers), (Some(250), recipients));
        // Of so few messages, one who says no is much.
        assert_eq!((standing.rating.as_str(), standing.delivered), ("yellow", recipients));
        assert_eq!(standing.causes, [("stops".to_owned(), 1)]);
        assert_eq!((standing.own_delivered, standing.own_read), (recipients, 0));
        let journal = admin::books(&config, None).await.expect("the books").to_string();
        assert!(journal.contains("income:messages:utility  -0.880000 EUR"), "{journal}");
    });
}

/// The accounts go while the messages do: some before their turn, some after, some between the two.
#[test]
fn accounts_that_end_in_the_middle_get_nothing_more_and_cost_nothing() {
    run(async {
        let mut world = World::start().await;
        let config = world.config(0).clone();
        admin::add_rate_card(&config, &clock(), CARD).await.expect("a rate card");
        let (mut korn, mut customers, template) = town(&mut world).await;
        let business = korn.account().await;
        let plan = PlanDocument { per_message: true, ..PlanDocument::default() };
        admin::set_plan(&config, business, &plan, true).await.expect("a plan");
        pay(&world, business, 100 * PRICE, 1).await;
        world.pass(6_000);
        korn.client.hurry();
        let begun = start(&korn, to_all(&template)).await;
        let gone = CUSTOMERS / 2;
        for (customer, _conversation) in &mut customers[1..=gone] {
            customer.client.hurry();
            // The clock's jump has cut everybody off: who isn't back yet tries again.
            while customer.try_call(Command::DeleteAccount).await.is_err() {
                customer.until("anything", |_event| Some(())).await;
            }
            assert_eq!(customer.call(Command::Account).await, Answer::Account(None));
        }
        for (customer, _conversation) in &customers[gone + 1..] {
            customer.client.hurry();
        }
        let done = until(&mut korn, |view| view.state == BroadcastState::Done).await;
        let is_over = |view: &BroadcastView| {
            let refused: u64 = view.refused.iter().map(|one| one.customers).sum();
            view.waiting == 0 && view.delivered + view.withdrawn + refused <= view.recipients
        };
        assert!(is_over(&done), "{done:?}");
        for (customer, conversation) in &customers[gone + 1..] {
            patiently(async {
                while notes(customer, *conversation).await == 0 {
                    tokio::task::yield_now().await;
                }
            })
            .await;
            assert_eq!(notes(customer, *conversation).await, 1);
        }
        // Nothing stays set aside, and who pays is who got it.
        let stayed = CUSTOMERS - gone - 1;
        let used = loop {
            let used = usage(&korn, stayed).await;
            if used.reserved == "0.000000" {
                break used;
            }
        };
        let delivered = used.messages.iter().filter(|row| row.is_delivered).count();
        assert!(delivered >= stayed && delivered < CUSTOMERS, "{used:?}");
        let captured: Vec<_> =
            used.messages.iter().filter(|row| row.is_delivered).map(|row| &row.price).collect();
        assert!(captured.iter().all(|price| *price == "0.080000"), "{captured:?}");
        assert!(begun.recipients >= u64::try_from(delivered).expect("few"));
    });
}

#[test]
fn who_says_no_or_leaves_before_the_turn_gets_nothing_and_a_pause_holds() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, mut customers, template) = town(&mut world).await;
        let nobody = BroadcastDraft { labels: vec!["none".to_owned()], ..to_all(&template) };
        korn.try_call(Command::StartBroadcast(Box::new(nobody))).await.expect_err("nobody");
        let label = "0123456789abcdef".to_owned();
        let unlabelled = BroadcastDraft { team_labels: vec![label], ..to_all(&template) };
        assert_eq!(preview(&korn, unlabelled).await.recipients, 0);
        let few = labelled(&korn, customers[1].1).await;
        let few = BroadcastDraft { team_labels: vec![few], ..to_all(&template) };
        assert_eq!(preview(&korn, few).await.recipients, 1);
        let limited = BroadcastDraft { messages_max: Some(2), ..to_all(&template) };
        let begun = start(&korn, limited).await;
        let paused = until(&mut korn, |view| view.state == BroadcastState::Paused).await;
        assert_eq!(paused.reason.as_deref(), Some("messages_max"));
        let sent = until(&mut korn, |view| view.delivered == 2).await;
        assert_eq!(sent.waiting, begun.recipients - 2);
        korn.call(Command::CancelBroadcast { broadcast: begun.broadcast }).await;
        let resume = Command::ResumeBroadcast { broadcast: begun.broadcast };
        let Answer::Broadcast(over) = korn.call(resume).await else { panic!("a broadcast") };
        assert_eq!(over.state, BroadcastState::Cancelled, "what was cancelled stays so");

        // One that waits for its time; a customer says no before it comes.
        let later = begun.made_at.plus_millis(60 * 60 * 1_000);
        let draft = BroadcastDraft { starts_at: Some(later), ..to_all(&template) };
        let begun = start(&korn, draft).await;
        let (second, conversation) = &mut customers[1];
        let categories = Categories::NONE.with(Category::Service);
        let (wording, language) = ("No more.".to_owned(), "en".to_owned());
        second
            .call(Command::SetConsent {
                conversation: *conversation,
                categories,
                wording,
                language,
            })
            .await;
        // Another one is out of the chat, and one has deleted the account.
        let (third, conversation) = &customers[2];
        third.call(Command::Leave { conversation: *conversation }).await;
        customers[3].0.call(Command::DeleteAccount).await;
        let told = |preview: &BroadcastPreview| preview.recipients == begun.recipients - 3;
        while !told(&preview(&korn, to_all(&template)).await) {
            korn.until("anything", |_event| Some(())).await;
        }
        assert_eq!(now(&korn).await.waiting, begun.recipients);
        world.pass(2 * 60 * 60 * 1_000);
        korn.client.hurry();
        for (customer, _conversation) in &customers {
            customer.client.hurry();
        }
        let done = until(&mut korn, |view| view.state == BroadcastState::Done).await;
        assert_eq!((done.withdrawn, done.waiting), (3, 0));
        let done = until(&mut korn, |view| view.delivered == view.recipients - 3).await;
        assert_eq!(done.refused, []);
    });
}
