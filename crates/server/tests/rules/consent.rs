//! Consent and blocks on the send path.

use tresen_proto::{
    EntryKind, ErrorCode, FetchBlocks, FetchConsents, PublishConsent, ReplyBody, RequestBody,
    SetBlock, aad::MessageClass,
};
use tresen_statement::{Consent, ConsentState};
use tresen_types::{Categories, Category};

use crate::{
    delivery::talking,
    device::Device,
    world::{World, code_of},
};

fn publish(customer: &Device, consent: Consent) -> RequestBody {
    RequestBody::PublishConsent(PublishConsent { consent: customer.sign_consent(consent) })
}

#[tokio::test]
async fn a_revoked_consent_stops_the_business_at_once_and_a_new_one_lets_it_go_on() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, entry) = talking(&world).await;
    let given = customer.consent(&world, &shop, Some(entry));
    let revoked = Consent {
        sequence: 2,
        categories: Categories::NONE,
        state: ConsentState::Revoked,
        ..given.clone()
    };
    let revocation = publish(&customer, revoked);
    customer.done(revocation).await;
    assert_eq!(shop.entry_of(EntryKind::Consent).await.sender_account, customer.account.as_bytes());
    let message = shop.message(chat, b"one more thing");
    assert_eq!(code_of(shop.ask(message).await), ErrorCode::ConsentMissing);
    let message = customer.message(chat, b"customers may write");
    customer.accepted(message).await;

    let old = publish(&customer, given.clone());
    assert_eq!(code_of(customer.ask(old).await), ErrorCode::Conflict);
    let again = publish(&customer, Consent { sequence: 3, ..given });
    customer.done(again).await;
    let message = shop.message(chat, b"welcome back");
    shop.accepted(message).await;

    let fetch = RequestBody::FetchConsents(FetchConsents { other: Vec::new() });
    let ReplyBody::Consents(consents) = shop.ask(fetch).await else { panic!("consents") };
    assert_eq!(consents.consents.len(), 1);
}

#[tokio::test]
async fn a_business_keeps_to_the_categories_of_the_consent() {
    let world = World::new().await;
    let (mut shop, _customer, chat, _entry) = talking(&world).await;
    for category in [Category::Utility, Category::Marketing, Category::Authentication] {
        let message = shop.message_of(chat, category, MessageClass::Chat, b"buy");
        assert_eq!(code_of(shop.ask(message).await), ErrorCode::ConsentMissing);
    }
}

#[tokio::test]
async fn a_consent_is_for_this_server_this_customer_and_the_real_key() {
    let world = World::new().await;
    let (shop, mut customer, _chat, entry) = talking(&world).await;
    let good = Consent { sequence: 2, ..customer.consent(&world, &shop, Some(entry)) };
    let elsewhere = Consent { origin: "https://other.example".to_owned(), ..good.clone() };
    let other_key = Consent { business_key_hash: [0; 32], ..good.clone() };
    for wrong in [elsewhere, other_key] {
        let request = publish(&customer, wrong);
        assert_eq!(code_of(customer.ask(request).await), ErrorCode::InvalidStatement);
    }
    let late = Consent { at: world.now().plus_millis(-3 * 24 * 60 * 60 * 1000), ..good.clone() };
    let request = publish(&customer, late);
    assert_eq!(code_of(customer.ask(request).await), ErrorCode::ClockSkew);
    let mut stranger = world.customer(entry).await;
    let request = publish(&customer, good.clone());
    assert_eq!(code_of(stranger.ask(request).await), ErrorCode::InvalidStatement);
    let request = publish(&stranger, good);
    assert_eq!(code_of(stranger.ask(request).await), ErrorCode::Forbidden);
}

#[tokio::test]
async fn blocks_hold_in_the_blockers_direction() {
    let world = World::new().await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    let set = |other: &Device, is_blocked| {
        RequestBody::SetBlock(SetBlock { account: other.account.as_bytes().to_vec(), is_blocked })
    };
    let block = set(&shop, true);
    customer.done(block).await;
    let to_customer = shop.message(chat, b"hello?");
    assert_eq!(code_of(shop.ask(to_customer.clone()).await), ErrorCode::Blocked);
    let message = customer.message(chat, b"I may still write");
    customer.accepted(message).await;
    let ReplyBody::Blocks(blocks) = customer.ask(RequestBody::FetchBlocks(FetchBlocks {})).await
    else {
        panic!("blocks")
    };
    assert_eq!(blocks.accounts, [shop.account.as_bytes().to_vec()]);
    let unblock = set(&shop, false);
    customer.done(unblock).await;
    shop.accepted(to_customer).await;

    let block = set(&customer, true);
    shop.done(block).await;
    let message = customer.message(chat, b"and now?");
    assert_eq!(code_of(customer.ask(message).await), ErrorCode::Blocked);
}
