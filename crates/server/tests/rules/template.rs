//! Templates: a business registers them, the operator decides, everybody can fetch both.

use std::sync::Arc;

use tresen_proto::{ErrorCode, FetchTemplate, PublishTemplate, ReplyBody, RequestBody, Template};
use tresen_server::{
    Config, SystemClock,
    admin::{self, Decision},
};
use tresen_statement::{
    Approval, ApprovalStatus, Piece, RejectionReason, TemplateDoc, TemplateText, Unverified,
};
use tresen_store::SharedClock;
use tresen_types::{AccountId, Category};

use crate::{
    delivery::talking,
    device::Device,
    world::{World, code_of},
};

pub(crate) fn template(business: AccountId, words: &str) -> TemplateDoc {
    TemplateDoc {
        business,
        name: "open_again".to_owned(),
        language: "en".to_owned(),
        version: 1,
        category: Category::Utility,
        header: None,
        body: TemplateText(vec![Piece::Fixed(words.to_owned())]),
        footer: String::new(),
        buttons: Vec::new(),
        carousel: Vec::new(),
        offer: None,
        parameters: Vec::new(),
        link_domains: Vec::new(),
        time_to_live_s: 0,
    }
}

pub(crate) fn publish(template: &TemplateDoc) -> RequestBody {
    let document = template.encode().unwrap();
    RequestBody::PublishTemplate(PublishTemplate { document })
}

fn fetch(account: AccountId, hash: &[u8]) -> RequestBody {
    let (account, hash) = (account.as_bytes().to_vec(), hash.to_vec());
    RequestBody::FetchTemplate(FetchTemplate { account, hash })
}

async fn fetched(device: &mut Device, template: &TemplateDoc) -> Template {
    let request = fetch(template.business, &template.hash());
    let ReplyBody::Template(template) = device.ask(request).await else { panic!("a template") };
    template
}

#[tokio::test]
async fn a_template_is_registered_decided_and_fetched_by_the_customer() {
    let world = World::new().await;
    let (mut shop, mut customer, _chat, _entry) = talking(&world).await;
    let template = template(shop.account, "We are open again.");
    for _twice in 0..2 {
        shop.done(publish(&template)).await;
    }
    let pending = fetched(&mut customer, &template).await;
    assert_eq!(pending.document, template.encode().unwrap());
    assert!(pending.approval.is_empty());

    let mut config = Config::default();
    config.data_dir = world.folder.path().join("data");
    let clock: SharedClock = Arc::new(SystemClock);
    let (account, hash) = (shop.account, template.hash());
    let server_key = world.server.app().server_key();
    let reason = RejectionReason::Promotional;
    for (sequence, decision, status) in [
        (1, Decision::Approve { days: 90 }, ApprovalStatus::Approved),
        (2, Decision::Pause { reason }, ApprovalStatus::Paused),
    ] {
        admin::decide_template(&config, &clock, account, hash, decision).await.unwrap();
        let bytes = fetched(&mut customer, &template).await.approval;
        let approval = Unverified::<Approval>::decode(&bytes).unwrap().verify(&server_key).unwrap();
        assert!(approval.value().is_for(&template));
        assert_eq!((approval.value().sequence, approval.value().status), (sequence, status));
    }
    let listed = admin::templates(&config, account).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].0, template);
}

#[tokio::test]
async fn what_is_no_template_of_the_business_is_refused() {
    let world = World::new().await;
    let (mut shop, mut customer, _chat, _entry) = talking(&world).await;
    let good = template(shop.account, "We are open again.");
    let refused = customer.ask(publish(&good)).await;
    assert_eq!(code_of(refused), ErrorCode::Forbidden, "customers have no templates");
    let foreign = template(world.shop().await.account, "We are open again.");
    assert_eq!(code_of(shop.ask(publish(&foreign)).await), ErrorCode::Forbidden);
    let document = b"no template".to_vec();
    let garbage = RequestBody::PublishTemplate(PublishTemplate { document });
    assert_eq!(code_of(shop.ask(garbage).await), ErrorCode::InvalidStatement);

    shop.done(publish(&good)).await;
    let changed = template(shop.account, "Buy now.");
    assert_eq!(code_of(shop.ask(publish(&changed)).await), ErrorCode::Conflict);
    let unknown = customer.ask(fetch(shop.account, &changed.hash())).await;
    assert_eq!(code_of(unknown), ErrorCode::NotFound);
    assert_eq!(code_of(customer.ask(fetch(shop.account, b"short")).await), ErrorCode::Malformed);
}
