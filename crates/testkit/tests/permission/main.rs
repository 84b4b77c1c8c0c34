//! Permission first: what a business may send to a customer, between real clients on a real server.

mod cards;
mod decision;
mod domain;
mod internet;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tresen_server::admin::{self, Decision};
use tresen_statement::{ConsentProof, RejectionReason};
use tresen_store::Clock as _;
use tresen_testkit::world::{Actor, World, run};
use tresen_types::{Categories, Category, ConversationId, limits::DAY_MS};
use tresen_view::{
    Answer, Command, Connection, DigestView, Event, LimitsDraft, LimitsView, MaxView, MessageBody,
    MessageState, MessageView, ParameterDraft, ParameterType, RefusalView, ReportCause,
    TemplateContent, TemplateDraft, TemplateStatus, TemplateView, ValueDraft, WindowView,
};

const HOUR_MS: i64 = 60 * 60 * 1_000;

fn draft(name: &str, category: Category) -> TemplateDraft {
    TemplateDraft {
        name: name.to_owned(),
        language: "en".to_owned(),
        category,
        header: String::new(),
        body: "Hello {{name}}, your order is ready at the counter.".to_owned(),
        header_file: None,
        cards: Vec::new(),
        offer: None,
        footer: "Korn".to_owned(),
        buttons: Vec::new(),
        parameters: vec![ParameterDraft {
            name: "name".to_owned(),
            kind: ParameterType::Text,
            length_max: 20,
            example: "Priya".to_owned(),
        }],
        link_domains: Vec::new(),
        time_to_live_s: 0,
    }
}

async fn create(business: &Actor, draft: TemplateDraft) -> TemplateView {
    match business.call(Command::CreateTemplate(Box::new(draft))).await {
        Answer::Template(template) => *template,
        other => panic!("no template: {other:?}"),
    }
}

async fn approved(world: &World, business: &Actor, name: &str, category: Category) -> TemplateView {
    approved_as(world, business, draft(name, category)).await
}

async fn approved_as(world: &World, business: &Actor, draft: TemplateDraft) -> TemplateView {
    let template = create(business, draft).await;
    assert_eq!(template.status, TemplateStatus::Pending);
    world.decide(business, &template.template, Decision::Approve { days: 90 }).await;
    let Answer::Templates(templates) = business.call(Command::Templates).await else {
        panic!("templates")
    };
    let known = templates.into_iter().find(|known| known.template == template.template);
    let known = known.expect("it is listed");
    assert_eq!(known.status, TemplateStatus::Approved);
    known
}

fn instance(conversation: ConversationId, template: &TemplateView, name: &str) -> Command {
    Command::SendTemplate {
        conversation,
        template: template.template.clone(),
        values: vec![ValueDraft::Text(name.to_owned())],
    }
}

async fn send(business: &Actor, conversation: ConversationId, of: &TemplateView) -> MessageView {
    match business.call(instance(conversation, of, "Priya")).await {
        Answer::Message(message) => *message,
        other => panic!("no message: {other:?}"),
    }
}

/// Waits for a message of a template from the other side.
async fn template_heard(actor: &mut Actor) -> (MessageView, TemplateContent) {
    actor
        .until("a message of a template", |event| match event {
            Event::Message { message, .. } if !message.is_own => match &message.body {
                MessageBody::Template(template) => {
                    Some((message.as_ref().clone(), template.as_ref().clone()))
                }
                _ => None,
            },
            _ => None,
        })
        .await
}

async fn refusal(business: &mut Actor, sent: &MessageView) -> RefusalView {
    let failed = business.until_state(sent.message, MessageState::Failed).await;
    failed.refusal.expect("the server says why")
}

async fn window(actor: &Actor, conversation: ConversationId) -> WindowView {
    match actor.call(Command::Header { conversation }).await {
        Answer::Header(header) => header.window,
        other => panic!("no header: {other:?}"),
    }
}

/// Lets time pass, until both have seen the window close.
async fn until_closed(
    world: &mut World,
    conversation: ConversationId,
    actors: [&mut Actor; 2],
    millis: i64,
) {
    world.pass(millis);
    for actor in actors {
        actor.client.hurry();
        while window(actor, conversation).await.is_open {
            actor.until("anything", |_event| Some(())).await;
        }
        actor.until_connection(Connection::Live).await;
    }
}

#[test]
fn free_text_ends_with_the_window_and_a_template_goes_on() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        while korn.conversations().await.is_empty() {
            korn.until("anything", |_event| Some(())).await;
        }
        assert_eq!(window(&korn, conversation).await, WindowView::default());
        let early = korn.say(conversation, "Buy something!").await;
        assert_eq!(refusal(&mut korn, &early).await.reason, "window_closed");

        let asked = priya.say(conversation, "Is my order ready?").await;
        let (_, heard) = korn.hear("Is my order ready?").await;
        let asked = priya.until_state(asked.message, MessageState::Sent).await;
        let open = WindowView { closes_at: Some(asked.at.plus_millis(DAY_MS)), is_open: true };
        assert_eq!(window(&korn, conversation).await, open);
        assert_eq!(window(&priya, conversation).await, open, "both see the same end");
        assert_eq!(heard.at, asked.at);
        korn.say(conversation, "Not yet").await;
        priya.hear("Not yet").await;

        let template = approved(&world, &korn, "order_ready", Category::Utility).await;
        until_closed(&mut world, conversation, [&mut korn, &mut priya], DAY_MS + HOUR_MS).await;
        let late = korn.say(conversation, "Now it is").await;
        let refused = refusal(&mut korn, &late).await;
        assert_eq!((refused.reason.as_str(), refused.until), ("window_closed", None));
        assert!(refused.templates.contains(Category::Utility) && !refused.free_text);

        send(&korn, conversation, &template).await;
        let (message, shown) = template_heard(&mut priya).await;
        assert_eq!(shown.text(), "Hello Priya, your order is ready at the counter.");
        assert_eq!((shown.category, shown.footer.as_str()), (Category::Utility, "Korn"));
        assert!(!message.is_unrequested);
        let rows = priya.conversations().await;
        assert_eq!((rows[0].unread, rows[0].preview.as_str()), (2, shown.text().as_str()));

        priya.say(conversation, "On my way").await;
        korn.hear("On my way").await;
        korn.call(Command::Retry { message: late.message }).await;
        priya.hear("Now it is").await;
        assert!(!priya.texts(conversation).await.contains(&"Buy something!".to_owned()));
    });
}

#[test]
fn what_is_not_approved_or_not_allowed_does_not_leave_the_server() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "hello").await;
        korn.hear("hello").await;
        let pending = create(&korn, draft("pending", Category::Utility)).await;
        let sent = send(&korn, conversation, &pending).await;
        assert_eq!(refusal(&mut korn, &sent).await.reason, "template_unknown");

        let offer = approved(&world, &korn, "offer", Category::Marketing).await;
        let sent = send(&korn, conversation, &offer).await;
        let refused = refusal(&mut korn, &sent).await;
        assert_eq!(refused.reason, "no_consent");
        assert!(refused.free_text && !refused.templates.contains(Category::Marketing));

        // What the customer's device would refuse isn't even queued.
        for value in ["https://bad.example", "two\nlines", "", "\u{202e}desrever", &"x".repeat(21)]
        {
            let failure = korn.try_call(instance(conversation, &offer, value)).await.unwrap_err();
            assert!(failure.detail.starts_with("values"), "{value:?}: {failure:?}");
        }
        // A version that was published stays what it was; the next is another one.
        let changed = TemplateDraft {
            body: "Hello {{name}}, something else is ready.".to_owned(),
            ..draft("offer", Category::Marketing)
        };
        let next = create(&korn, changed).await;
        assert_eq!((next.version, next.status), (2, TemplateStatus::Pending));
        priya.say(conversation, "anything?").await;
        korn.hear("anything?").await;
        korn.say(conversation, "nothing").await;
        priya.hear("nothing").await;
        assert_eq!(priya.texts(conversation).await, ["hello", "anything?", "nothing"]);
    });
}

async fn limits(customer: &Actor) -> LimitsView {
    match customer.call(Command::Limits).await {
        Answer::Limits(mut limits) => limits.pop().expect("a business"),
        other => panic!("no limits: {other:?}"),
    }
}

fn set(conversation: ConversationId, limits: LimitsDraft) -> Command {
    Command::SetLimits {
        conversation,
        limits: Box::new(limits),
        wording: "They may send me this.".to_owned(),
        language: "en".to_owned(),
    }
}

/// Waits until the server has heard what the customer allows.
async fn until_told(customer: &mut Actor, business: &mut Actor, conversation: ConversationId) {
    while limits(customer).await.is_waiting {
        customer.until("anything", |_event| Some(())).await;
    }
    business
        .until("the customer's word", |event| {
            matches!(event, Event::HeaderChanged { conversation: of } if *of == conversation)
                .then_some(())
        })
        .await;
}

#[test]
fn a_customer_allows_one_offer_a_month_and_says_stop_in_hindi() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        let offer = approved(&world, &korn, "offer", Category::Marketing).await;
        priya.say(conversation, "hello").await;
        korn.hear("hello").await;
        let all: Categories =
            [Category::Service, Category::Utility, Category::Marketing].into_iter().collect();
        let one = MaxView { category: Category::Marketing, messages: 1 };
        let allowed = LimitsDraft {
            categories: all,
            monthly_max: vec![one],
            weekly_max: Vec::new(),
            quiet: None,
            digest: None,
            time_zone: String::new(),
        };
        priya.call(set(conversation, allowed.clone())).await;
        until_told(&mut priya, &mut korn, conversation).await;
        assert_eq!(limits(&priya).await.limits, allowed);

        send(&korn, conversation, &offer).await;
        let (first, _shown) = template_heard(&mut priya).await;
        let second = send(&korn, conversation, &offer).await;
        let refused = refusal(&mut korn, &second).await;
        assert_eq!(refused.reason, "customer_limit");
        assert_eq!(refused.until, Some(first.at.plus_millis(30 * DAY_MS)));

        // A word of the customer is enough, in every language; it can be taken back.
        priya.say(conversation, "कृपया बंद करो!").await;
        korn.hear("कृपया बंद करो!").await;
        until_told(&mut priya, &mut korn, conversation).await;
        let stopped = limits(&priya).await;
        assert_eq!(stopped.limits.categories, Categories::NONE.with(Category::Service));
        assert_eq!(stopped.stopped, Some(all));
        let third = send(&korn, conversation, &offer).await;
        assert_eq!(refusal(&mut korn, &third).await.reason, "no_consent");
        korn.say(conversation, "We understand.").await;
        priya.hear("We understand.").await;
        priya.call(Command::UndoStop { conversation }).await;
        let back = limits(&priya).await;
        assert_eq!((back.limits.categories, back.stopped), (all, None));
        assert_eq!(back.limits.monthly_max, [one], "the limits are as they were");
        priya.say(conversation, "Please stop at the second door").await;
        korn.hear("Please stop at the second door").await;
        assert_eq!(limits(&priya).await.limits.categories, all, "only a stop is a stop");
    });
}

#[test]
fn offers_wait_on_the_device_for_the_weekly_digest_and_come_together() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "hello").await;
        korn.hear("hello").await;
        let offer = approved(&world, &korn, "offer", Category::Marketing).await;
        let notice = approved(&world, &korn, "notice", Category::Utility).await;
        let now = tresen_server::SystemClock.now().as_millis();
        // In three days at the soonest, wherever the week begins.
        let today = u8::try_from((now.div_euclid(DAY_MS) + 3).rem_euclid(7)).expect("a day");
        let categories: Categories = [Category::Marketing].into_iter().collect();
        let digest = DigestView { weekday: (today + 4) % 7, minute: 600, categories };
        let mut wish = limits(&priya).await.limits;
        wish.categories = wish.categories.with(Category::Marketing);
        wish.digest = Some(digest);
        wish.time_zone = "UTC".to_owned();
        priya.call(set(conversation, wish)).await;
        until_told(&mut priya, &mut korn, conversation).await;
        assert_eq!(limits(&priya).await.limits.digest, Some(digest));

        for _ in 0..2 {
            let sent = send(&korn, conversation, &offer).await;
            korn.until_state(sent.message, MessageState::Delivered).await;
        }
        // What isn't in the digest comes at once, and is the only thing that is seen.
        send(&korn, conversation, &notice).await;
        let (heard, shown) = template_heard(&mut priya).await;
        assert_eq!(shown.category, Category::Utility);
        let templates = |messages: &[MessageView]| {
            messages.iter().filter(|one| matches!(one.body, MessageBody::Template(_))).count()
        };
        assert_eq!(templates(&priya.messages(conversation).await), 1);
        let Answer::Header(header) = priya.call(Command::Header { conversation }).await else {
            panic!("a header")
        };
        let (count, until) = header.held.expect("two are held");
        assert_eq!((count, header.row.unread), (2, 1));
        assert!(until > heard.at.plus_millis(2 * DAY_MS));

        world.pass(5 * DAY_MS);
        priya.call(Command::Typing { conversation }).await;
        for _ in 0..2 {
            let (_, shown) = template_heard(&mut priya).await;
            assert_eq!(shown.category, Category::Marketing);
        }
        assert_eq!(templates(&priya.messages(conversation).await), 3);
        let Answer::Header(header) = priya.call(Command::Header { conversation }).await else {
            panic!("a header")
        };
        assert_eq!((header.held, header.row.unread), (None, 3));
    });
}

#[test]
fn a_stop_without_a_connection_counts_and_is_told_later() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        let news = approved(&world, &korn, "news", Category::Utility).await;
        priya.say(conversation, "hello").await;
        korn.hear("hello").await;
        world.stop_server().await;
        priya.until_connection(Connection::Offline).await;
        priya.say(conversation, "Stopp!").await;
        let stopped = limits(&priya).await;
        assert!(stopped.is_waiting && !stopped.limits.categories.contains(Category::Utility));
        let mut priya = priya.restart().await;
        world.start_server().await;
        priya.client.hurry();
        korn.client.hurry();
        korn.hear("Stopp!").await;
        until_told(&mut priya, &mut korn, conversation).await;
        let sent = send(&korn, conversation, &news).await;
        assert_eq!(refusal(&mut korn, &sent).await.reason, "no_consent");
    });
}

#[test]
fn a_business_approves_its_own_templates_only_where_the_operator_lets_it() {
    run(async {
        let mut world = World::start().await;
        let (korn, _link) = world.business("Korn").await;
        let template = create(&korn, draft("own", Category::Utility)).await.template;
        let approve = Command::ApproveTemplate { template };
        korn.try_call(approve).await.expect_err("the operator reviews");

        let mut world = World::start_with(|config| config.templates.self_approval = true).await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "hello").await;
        korn.hear("hello").await;
        let own = create(&korn, draft("own", Category::Utility)).await;
        let approve = Command::ApproveTemplate { template: own.template.clone() };
        let Answer::Template(known) = korn.call(approve.clone()).await else {
            panic!("a template")
        };
        assert_eq!(known.status, TemplateStatus::Approved);
        send(&korn, conversation, &own).await;
        template_heard(&mut priya).await;
        // The operator's no is stronger.
        let reason = RejectionReason::Promotional;
        world.decide(&korn, &own.template, Decision::Pause { reason }).await;
        korn.try_call(approve).await.expect_err("it was decided against");
    });
}

#[test]
fn a_yes_is_handed_on_as_a_file_and_a_changed_byte_is_refused() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "hello").await;
        korn.hear("hello").await;
        let export = Command::ExportConsent { conversation };
        let categories: Categories = [Category::Service, Category::Utility].into_iter().collect();
        priya
            .call(Command::SetConsent {
                conversation,
                categories,
                wording: "Answers and notices".to_owned(),
                language: "en".to_owned(),
            })
            .await;
        let Answer::ConsentFile { base64, .. } = priya.call(export.clone()).await else {
            panic!("a file")
        };
        let bytes = STANDARD.decode(base64).expect("base64");
        let proof = ConsentProof::verify(&bytes).expect("it proves itself");
        assert_eq!(proof.consent.value().categories, categories);
        assert_eq!(proof.wording, "Answers and notices");
        for place in (0..bytes.len()).step_by(7) {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert!(ConsentProof::verify(&changed).is_err(), "byte {place}");
        }
        // The words are the customer's: the business saw no page.
        let consents = Command::Consents { conversation };
        while !matches!(korn.call(consents.clone()).await, Answer::Consents(all) if all.len() == 2)
        {
            korn.until("the customer's word", |_event| Some(())).await;
        }
        korn.try_call(export).await.expect_err("the business didn't read them");
        for actor in [&priya, &korn] {
            let Answer::Consents(all) = actor.call(consents.clone()).await else {
                panic!("consents")
            };
            assert_eq!(all.len(), 2);
            assert_eq!(all[0].categories, categories);
            assert_eq!((all[0].way_in.as_str(), all[1].way_in.as_str()), ("chat", "entry"));
        }
    });
}

#[test]
fn a_customer_asks_why_a_message_came() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "hello").await;
        let (_, hello) = korn.hear("hello").await;
        let template = approved(&world, &korn, "ready", Category::Utility).await;
        send(&korn, conversation, &template).await;
        let (heard, _) = template_heard(&mut priya).await;
        let why = Command::Why { message: heard.message };
        let Answer::Why(why) = priya.call(why).await else { panic!("why") };
        assert_eq!((why.category, why.template.as_str()), (Category::Utility, "ready"));
        assert_eq!((why.version, why.by_operator), (1, true));
        assert_eq!(why.sender, "Korn");
        let yes = why.consent.expect("the yes");
        assert!(yes.categories.contains(Category::Utility) && yes.at <= heard.at);
        korn.try_call(Command::Why { message: hello.message }).await.expect_err("no template");
    });
}

#[test]
fn a_customer_reports_one_message_and_the_operator_sees_only_that_one() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        let own = priya.say(conversation, "hello").await;
        korn.hear("hello").await;
        korn.say(conversation, "Something private").await;
        priya.hear("Something private").await;
        korn.say(conversation, "Send me your password").await;
        let (_, bad) = priya.hear("Send me your password").await;
        let report = |messages| Command::Report {
            conversation,
            messages,
            cause: ReportCause::Fraud,
            note: "They ask for my password.".to_owned(),
        };
        priya.try_call(report(vec![own.message])).await.expect_err("an own message");
        priya.try_call(report(Vec::new())).await.expect_err("nothing");
        korn.try_call(report(vec![bad.message])).await.expect_err("a business doesn't report");
        priya.call(report(vec![bad.message])).await;
        let queue = admin::reports(world.config(0)).await.expect("the queue");
        assert_eq!(queue.len(), 1);
        assert_eq!(queue[0].report.items.len(), 1);
        assert_eq!(queue[0].acceptances[0].accepted_at, bad.at);
        let shown = String::from_utf8_lossy(&queue[0].report.items[0].content).into_owned();
        assert!(shown.contains("Send me your password") && !shown.contains("private"));
    });
}
