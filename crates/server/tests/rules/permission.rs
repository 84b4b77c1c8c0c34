//! Permission first: the service window, templates outside of it, and the customer's own limits,
//! against businesses that try what they may not.

use std::sync::Arc;

use tresen_proto::{ErrorCode, PublishConsent, Refused, ReplyBody, RequestBody, aad::MessageClass};
use tresen_server::{
    Config,
    admin::{self, Decision},
};
use tresen_statement::{
    CategoryMax, Consent, QuietHours, RejectionReason, TemplateDoc, Terms,
    receipt::UnverifiedReceipt,
};
use tresen_store::SharedClock;
use tresen_types::{AccountId, Categories, Category, Timestamp, limits::DAY_MS};

use crate::{
    delivery::talking,
    device::{Chat, Device},
    template::{publish, template},
    world::World,
};

const MINUTE_MS: i64 = 60 * 1_000;

/// What a business is told that may not send something.
async fn refused(shop: &mut Device, message: RequestBody) -> (ErrorCode, Refused) {
    match shop.ask(message).await {
        ReplyBody::Error(error) => {
            let code = error.code();
            (code, error.refusal.unwrap_or_else(|| panic!("no reason beside {code:?}")))
        }
        other => panic!("not refused: {other:?}"),
    }
}

async fn reason(shop: &mut Device, message: RequestBody) -> String {
    refused(shop, message).await.1.reason
}

pub(crate) async fn allow(
    world: &World,
    customer: &mut Device,
    shop: &Device,
    sequence: u64,
    change: impl FnOnce(&mut Consent),
) {
    let mut consent = Consent {
        sequence,
        categories: [Category::Service, Category::Utility].into_iter().collect(),
        ..customer.consent(world, shop, None)
    };
    change(&mut consent);
    let consent = customer.sign_consent(consent);
    customer.done(RequestBody::PublishConsent(PublishConsent { consent })).await;
}

/// A template that the operator has approved.
pub(crate) async fn approved(world: &World, shop: &mut Device, category: Category) -> [u8; 32] {
    let template = TemplateDoc { category, ..template(shop.account, "We are open again.") };
    shop.done(publish(&template)).await;
    decide(world, shop.account, template.hash(), Decision::Approve { days: 90 }).await;
    template.hash()
}

async fn decide(world: &World, account: AccountId, hash: [u8; 32], decision: Decision) {
    let mut config = Config::default();
    config.data_dir = world.folder.path().join("data");
    let now = world.now();
    let clock: SharedClock = Arc::new(move || now);
    admin::decide_template(&config, &clock, account, hash, decision).await.unwrap();
    // What the node has in memory may be this old.
    world.pass(5_000);
}

pub(crate) async fn sent(shop: &mut Device, chat: Chat, category: Category, hash: [u8; 32]) {
    let message = shop.message_of_template(chat, category, hash);
    shop.accepted(message).await;
}

#[tokio::test]
async fn free_text_is_refused_a_day_after_the_customer_also_after_a_restart() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    let answer = shop.message(chat, b"within the window");
    shop.accepted(answer).await;
    world.pass(DAY_MS - MINUTE_MS);
    let late = shop.message(chat, b"just within");
    shop.accepted(late).await;
    world.pass(2 * MINUTE_MS + 1);
    let message = shop.message(chat, b"too late");
    let (code, refusal) = refused(&mut shop, message.clone()).await;
    assert_eq!((code, refusal.reason.as_str()), (ErrorCode::NotAdmitted, "window_closed"));
    assert_eq!(refusal.until_ms, 0, "no waiting opens it");
    let service = Categories::NONE.with(Category::Service);
    assert_eq!(refusal.templates, u32::from(service.bits()));
    assert!(!refusal.free_text && !refusal.invitation);

    let world = world.restart().await;
    shop.reconnect(&world.server).await;
    shop.authenticate().await;
    customer.reconnect(&world.server).await;
    customer.authenticate().await;
    assert_eq!(reason(&mut shop, message.clone()).await, "window_closed");
    // A receipt of the customer opens nothing; a word of the customer does.
    let receipt = customer.message_of(chat, Category::Service, MessageClass::Control, b"read");
    customer.accepted(receipt).await;
    assert_eq!(reason(&mut shop, message.clone()).await, "window_closed");
    let word = customer.message(chat, b"still there?");
    customer.accepted(word).await;
    shop.accepted(message).await;
}

#[tokio::test]
async fn a_template_outside_the_window_needs_its_approval_and_the_customers_yes() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    world.pass(2 * DAY_MS);
    allow(&world, &mut customer, &shop, 2, |_consent| {}).await;
    let unknown = shop.message_of_template(chat, Category::Utility, [9; 32]);
    assert_eq!(reason(&mut shop, unknown).await, "template_unknown");

    let hash = approved(&world, &mut shop, Category::Utility).await;
    let message = shop.message_of_template(chat, Category::Utility, hash);
    let accepted = shop.accepted(message).await;
    let key = world.server.app().server_key();
    let receipt = UnverifiedReceipt::decode(&accepted.receipt).unwrap().verify(&key).unwrap();
    assert_eq!(receipt.acceptance().template_hash, Some(hash), "the receipt is the evidence");
    assert_eq!(receipt.acceptance().category, Category::Utility);

    // What is approved as one thing isn't sent as another, and nobody sends what wasn't allowed.
    let disguised = shop.message_of_template(chat, Category::Service, hash);
    assert_eq!(reason(&mut shop, disguised).await, "category_mismatch");
    let marketing = shop.message_of_template(chat, Category::Marketing, hash);
    let (code, refusal) = refused(&mut shop, marketing).await;
    assert_eq!((code, refusal.reason.as_str()), (ErrorCode::ConsentMissing, "no_consent"));
    let free = shop.message_of(chat, Category::Utility, MessageClass::Chat, b"no template");
    assert_eq!(reason(&mut shop, free).await, "template_required");

    let pause = Decision::Pause { reason: RejectionReason::Promotional };
    decide(&world, shop.account, hash, pause).await;
    let paused = shop.message_of_template(chat, Category::Utility, hash);
    assert_eq!(reason(&mut shop, paused).await, "template_not_approved");

    let customers = customer.message_of_template(chat, Category::Service, hash);
    let ReplyBody::Error(error) = customer.ask(customers).await else { panic!("refused") };
    assert_eq!(error.code(), ErrorCode::Forbidden, "templates are a business's");
}

#[tokio::test]
async fn another_businesss_template_opens_nothing() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    let mut other = world.shop().await;
    let foreign = approved(&world, &mut other, Category::Utility).await;
    allow(&world, &mut customer, &shop, 2, |_consent| {}).await;
    let message = shop.message_of_template(chat, Category::Utility, foreign);
    assert_eq!(reason(&mut shop, message).await, "template_unknown");
}

#[tokio::test]
async fn two_at_once_cannot_pass_a_limit_of_one_and_a_month_opens_it_again() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    let hash = approved(&world, &mut shop, Category::Utility).await;
    allow(&world, &mut customer, &shop, 2, |consent| {
        consent.monthly_max = CategoryMax::default().with(Category::Utility, 1);
    })
    .await;
    // Both are on their way before either is answered.
    let racing = [1, 2].map(|_number| shop.message_of_template(chat, Category::Utility, hash));
    let at = world.now();
    for message in racing.clone() {
        shop.request(message).await;
    }
    let answers = [shop.answer().await, shop.answer().await];
    let taken = answers.iter().filter(|reply| matches!(reply, ReplyBody::Accepted(_))).count();
    assert_eq!(taken, 1, "{answers:?}");

    let world = world.restart().await;
    shop.reconnect(&world.server).await;
    shop.authenticate().await;
    let message = shop.message_of_template(chat, Category::Utility, hash);
    let (_code, refusal) = refused(&mut shop, message.clone()).await;
    assert_eq!(refusal.reason, "customer_limit");
    assert_eq!(refusal.until_ms, at.plus_millis(30 * DAY_MS).as_millis());
    // The limit is of this category: answers go on.
    let answer = shop.message(chat, b"an answer");
    shop.accepted(answer).await;
    world.pass(30 * DAY_MS);
    shop.accepted(message).await;
}

#[tokio::test]
async fn quiet_hours_hold_in_the_customers_own_zone() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    let hash = approved(&world, &mut shop, Category::Utility).await;
    let minute = world.now().as_millis().rem_euclid(DAY_MS) / MINUTE_MS;
    let clock = |ahead: i64| u16::try_from((minute + ahead).rem_euclid(24 * 60)).unwrap();
    let quiet = |start, end, time_zone: &str| Terms {
        quiet: Some(QuietHours {
            start,
            end,
            categories: Categories::NONE.with(Category::Utility),
        }),
        time_zone: time_zone.to_owned(),
        ..Terms::default()
    };
    // India is five and a half hours ahead of UTC, all year.
    let terms = quiet(clock(330 - 10), clock(330 + 10), "Asia/Kolkata");
    allow(&world, &mut customer, &shop, 2, |consent| consent.terms = terms).await;
    let message = shop.message_of_template(chat, Category::Utility, hash);
    let (_code, refusal) = refused(&mut shop, message.clone()).await;
    assert_eq!(refusal.reason, "quiet_hours");
    let wait = Timestamp::from_millis(refusal.until_ms).millis_since(world.now());
    assert!((9 * MINUTE_MS..=10 * MINUTE_MS).contains(&wait), "{wait}");
    world.pass(wait);
    shop.accepted(message).await;

    let terms = quiet(0, 1, "Nowhere/AtAll");
    allow(&world, &mut customer, &shop, 3, |consent| consent.terms = terms).await;
    let message = shop.message_of_template(chat, Category::Utility, hash);
    assert_eq!(reason(&mut shop, message).await, "quiet_hours", "an unknown zone is quiet");
}

#[tokio::test]
async fn marketing_comes_twice_a_month_unless_the_customer_says_otherwise() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    let hash = approved(&world, &mut shop, Category::Marketing).await;
    allow(&world, &mut customer, &shop, 2, |consent| {
        consent.categories = consent.categories.with(Category::Marketing);
    })
    .await;
    for _allowed in 0..2 {
        sent(&mut shop, chat, Category::Marketing, hash).await;
    }
    let third = shop.message_of_template(chat, Category::Marketing, hash);
    assert_eq!(reason(&mut shop, third).await, "customer_limit");
}
