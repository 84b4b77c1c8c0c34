//! Reports: what was sent can be proven, and nothing else gets into the operator's queue.

use std::sync::Arc;

use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use tresen_proto::{ErrorCode, PublishReport, RequestBody};
use tresen_server::{
    Config,
    admin::{self, Verdict},
};
use tresen_statement::{Report, ReportItem, ReportReason, Signed};
use tresen_store::SharedClock;
use tresen_types::{Categories, Category};

use crate::{
    delivery::talking,
    device::{Chat, Device},
    world::{World, code_of},
};

/// Content with a salt in its head, as far as the franking looks.
fn content(word: u8) -> Vec<u8> {
    let mut content = vec![0x87, 0x50];
    content.extend([word; 16]);
    content.extend([0xf6; 6]);
    content
}

fn franking_tag(content: &[u8]) -> [u8; 32] {
    let salt = &content[2..18];
    let mac = Hmac::<Sha256>::new_from_slice(salt).unwrap();
    mac.chain_update(content).finalize().into_bytes().into()
}

/// Sends content with its commitment; gives the item with which it can be reported.
async fn sent(device: &mut Device, chat: Chat, word: u8) -> ReportItem {
    let content = content(word);
    let message = device.message_franked(chat, franking_tag(&content), &content);
    let accepted = device.accepted(message).await;
    ReportItem { content, receipt: accepted.receipt.to_vec() }
}

fn report(
    world: &World,
    reporter: &Device,
    business: &Device,
    chat: Chat,
    items: Vec<ReportItem>,
) -> RequestBody {
    let report = Report {
        origin: reporter.origin.clone(),
        business: business.account,
        reporter: reporter.account,
        device: reporter.device,
        conversation: chat.conversation,
        reason: ReportReason::Fraud,
        note: "They want my password.".to_owned(),
        items,
        at: world.now(),
    };
    let report = Signed::sign(report, &reporter.device_key()).unwrap().encode();
    RequestBody::PublishReport(PublishReport { report })
}

fn config(world: &World) -> Config {
    let mut config = Config::default();
    config.data_dir = world.folder.path().join("data");
    config
}

#[tokio::test]
async fn a_report_opens_just_its_messages_and_its_verdict_reaches_the_send_path() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    let bad = sent(&mut shop, chat, 1).await;
    let _private = sent(&mut shop, chat, 2).await;
    let request = report(&world, &customer, &shop, chat, vec![bad.clone()]);
    for _twice in 0..2 {
        customer.done(request.clone()).await;
    }
    let config = config(&world);
    let queue = admin::reports(&config).await.unwrap();
    assert_eq!(queue.len(), 1, "the same report again is the same report");
    let opened = &queue[0];
    assert_eq!(opened.report.items, [bad]);
    assert_eq!(opened.acceptances[0].sender_account, shop.account);
    assert_eq!(opened.report.note, "They want my password.");

    let now = world.now();
    let clock: SharedClock = Arc::new(move || now);
    let verdict = Verdict::Suspend { categories: Categories::NONE.with(Category::Service) };
    admin::decide_report(&config, &clock, opened.id, verdict, "Not asked for.").await.unwrap();
    assert!(admin::reports(&config).await.unwrap().is_empty());
    admin::decide_report(&config, &clock, opened.id, Verdict::Dismiss, "").await.unwrap_err();
    world.pass(5_000);
    let message = shop.message(chat, b"it was a joke");
    assert_eq!(code_of(shop.ask(message.clone()).await), ErrorCode::NotAdmitted);
    let word = customer.message(chat, b"customers may write");
    customer.accepted(word).await;
    admin::lift_suspension(&config, &clock, shop.account, "").await.unwrap();
    world.pass(5_000);
    shop.accepted(message).await;
}

#[tokio::test]
async fn a_forged_report_never_reaches_the_queue() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, entry) = talking(&world).await;
    let real = sent(&mut shop, chat, 1).await;
    let own = sent(&mut customer, chat, 2).await;
    let other_words = ReportItem { content: content(3), ..real.clone() };
    let mut other_receipt = real.clone();
    *other_receipt.receipt.last_mut().unwrap() ^= 1;
    let no_receipt = ReportItem { receipt: Vec::new(), ..real.clone() };
    for (what, item) in [
        ("words that were never sent", other_words),
        ("a receipt with a changed byte", other_receipt),
        ("no receipt", no_receipt),
        ("the reporter's own message", own),
    ] {
        let request = report(&world, &customer, &shop, chat, vec![real.clone(), item]);
        assert_eq!(code_of(customer.ask(request).await), ErrorCode::InvalidStatement, "{what}");
    }
    // Neither does anybody report what was said to another, in another's name, or as a business.
    let mut stranger = world.customer(entry).await;
    let request = report(&world, &stranger, &shop, chat, vec![real.clone()]);
    assert_eq!(code_of(stranger.ask(request).await), ErrorCode::NotFound);
    let request = report(&world, &customer, &shop, chat, vec![real.clone()]);
    assert_eq!(code_of(stranger.ask(request).await), ErrorCode::InvalidStatement);
    let request = report(&world, &customer, &shop, chat, vec![real]);
    assert_eq!(code_of(shop.ask(request).await), ErrorCode::Forbidden);
    assert!(admin::reports(&config(&world)).await.unwrap().is_empty());
}
