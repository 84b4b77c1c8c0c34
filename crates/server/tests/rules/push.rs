//! Pushes: who is woken, when, and by whom; and who may not have this server knock where.

use tresen_proto::{
    ClientBody, EntryKind, ErrorCode, FetchPush, Ping, RegisterPush, ReplyBody, RequestBody,
    ServerBody, WithdrawPush, aad::MessageClass,
};
use tresen_server::Config;
use tresen_statement::Role;
use tresen_types::Category;

use crate::{
    delivery::talking,
    device::{Chat, Device},
    membership::add,
    push_service::{PushService, Subscription, prover, resolver},
    world::{World, code_of},
};

fn allowing(service: &PushService) -> impl FnOnce(&mut Config) {
    let origin = service.origin.clone();
    move |config| config.push.allowed_origins = vec![origin]
}

async fn server_key(device: &mut Device) -> Vec<u8> {
    match device.ask(RequestBody::FetchPush(FetchPush {})).await {
        ReplyBody::PushTerms(terms) => terms.server_key,
        other => panic!("no terms: {other:?}"),
    }
}

/// Waits until the server has dealt with all that this connection has sent.
async fn settle(device: &mut Device) {
    device.client.send(ClientBody::Ping(Ping { id: 9 })).await;
    while !matches!(device.client.body().await, ServerBody::Pong(_)) {}
}

/// The device hangs up; comes back when the server knows.
async fn leave(world: &World, device: &mut Device) {
    device.reconnect(&world.server).await;
    while world.server.app().registry().handle_of(device.device).is_some() {
        settle(device).await;
    }
}

/// The device comes, takes all that waits, and goes.
async fn visit(world: &World, device: &mut Device) {
    device.reconnect(&world.server).await;
    device.authenticate().await;
    device.drain().await;
    if let Some(cursor) = device.entries.back().map(|entry| entry.cursor) {
        device.acknowledge(cursor).await;
        settle(device).await;
    }
    leave(world, device).await;
}

async fn say(from: &mut Device, chat: Chat, text: &[u8]) {
    let message = from.message(chat, text);
    from.accepted(message).await;
}

#[tokio::test]
async fn a_device_that_is_away_is_woken_once_with_nothing_in_it() {
    let mut service = PushService::start().await;
    let world = World::with(allowing(&service)).await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    let key = server_key(&mut customer).await;
    let subscription = Subscription::new(&service, 1);
    customer.done(subscription.registration()).await;
    say(&mut shop, chat, b"while it is there").await;
    assert_eq!(customer.text(chat).await, b"while it is there");
    visit(&world, &mut customer).await;

    say(&mut shop, chat, b"the secret price is 12.50").await;
    say(&mut shop, chat, b"and one more").await;
    let push = service.push().await;
    assert_eq!(subscription.open(&push), b"1", "the same for everybody");
    assert_eq!(push.path, "/push/1");
    for (header, value) in [
        ("content-encoding", "aes128gcm"),
        ("ttl", "345600"),
        ("topic", "news"),
        ("urgency", "normal"),
    ] {
        assert_eq!(push.headers[header], value, "{header}");
    }
    let (prover_key, claims) = prover(&push);
    assert_eq!(prover_key, key);
    assert_eq!(claims["aud"], service.origin.as_str());
    let life_s = claims["exp"].as_i64().unwrap() - world.now().as_millis() / 1_000;
    assert!((1..=24 * 60 * 60).contains(&life_s), "{life_s}");

    // It has come: the next message wakes it again. The second one above had no push of its own.
    visit(&world, &mut customer).await;
    say(&mut shop, chat, b"later").await;
    let second = service.push().await;
    assert_eq!(subscription.open(&second), b"1");
    assert!(service.is_empty());
    // It doesn't come for a while.
    world.pass(16 * 60 * 1_000);
    say(&mut shop, chat, b"are you there?").await;
    service.push().await;
    // The server counts it when it has the push service's answer.
    while world.server.app().metrics().pushes_sent.value() < 3 {
        settle(&mut customer).await;
    }

    let world = world.restart_with(allowing(&service)).await;
    customer.reconnect(&world.server).await;
    customer.authenticate().await;
    assert_eq!(server_key(&mut customer).await, key, "subscriptions are bound to the key");
    customer.done(RequestBody::WithdrawPush(WithdrawPush {})).await;
    customer.done(RequestBody::WithdrawPush(WithdrawPush {})).await;
}

#[tokio::test]
async fn what_was_sent_into_a_dead_connection_wakes_too() {
    let mut service = PushService::start().await;
    let world = World::with(allowing(&service)).await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    let subscription = Subscription::new(&service, 1);
    customer.done(subscription.registration()).await;
    visit(&world, &mut customer).await;
    customer.reconnect(&world.server).await;
    customer.authenticate().await;
    customer.drain().await;
    say(&mut shop, chat, b"is anybody there?").await;
    // It was delivered, and nobody has said that it is kept.
    customer.entry_of(EntryKind::Application).await;
    leave(&world, &mut customer).await;
    assert_eq!(subscription.open(&service.push().await), b"1");
}

/// Ends when some more pushes have gone to another device, which takes longer than any that was
/// under way before.
async fn let_pass(
    world: &World,
    service: &mut PushService,
    clock: (&mut Device, &mut Device, Chat),
) {
    let (shop, customer, chat) = clock;
    for _round in 0..2 {
        visit(world, customer).await;
        say(shop, chat, b"tick").await;
        assert_eq!(service.push().await.path, "/push/9");
    }
}

#[tokio::test]
async fn nobody_is_woken_for_what_is_no_news() {
    let mut service = PushService::start().await;
    let world = World::with(allowing(&service)).await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    let (mut other, mut clock, clock_chat, _entry) = talking(&world).await;
    clock.done(Subscription::new(&service, 9).registration()).await;
    let mut agent = world.second_device(&mut shop, Role::Agent).await;
    add(&world, &mut shop, &mut agent, chat).await;
    let commit = customer.entry_of(EntryKind::Commit).await;
    customer.process(chat, &commit);
    customer.done(Subscription::new(&service, 1).registration()).await;
    agent.done(Subscription::new(&service, 2).registration()).await;
    visit(&world, &mut customer).await;
    visit(&world, &mut agent).await;

    let receipt = shop.message_of(chat, Category::Service, MessageClass::Control, b"read");
    shop.accepted(receipt).await;
    let_pass(&world, &mut service, (&mut other, &mut clock, clock_chat)).await;
    assert!(service.is_empty(), "a receipt");

    say(&mut shop, chat, b"for the customer").await;
    assert_eq!(service.push().await.path, "/push/1");
    let_pass(&world, &mut service, (&mut other, &mut clock, clock_chat)).await;
    assert!(service.is_empty(), "the sender's other device has a copy");
}

#[tokio::test]
async fn a_subscription_that_has_ended_is_forgotten() {
    let mut service = PushService::start().await;
    let world = World::with(allowing(&service)).await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    let (mut other, mut clock, clock_chat, _entry) = talking(&world).await;
    clock.done(Subscription::new(&service, 9).registration()).await;
    customer.done(Subscription::new(&service, 1).registration()).await;
    visit(&world, &mut customer).await;
    service.answer_next(410, None);
    say(&mut shop, chat, b"anybody?").await;
    assert_eq!(service.push().await.path, "/push/1");
    while world.server.app().metrics().pushes_ended.value() == 0 {
        settle(&mut customer).await;
    }
    visit(&world, &mut customer).await;
    say(&mut shop, chat, b"anybody now?").await;
    let_pass(&world, &mut service, (&mut other, &mut clock, clock_chat)).await;
    assert!(service.is_empty());
}

#[tokio::test]
async fn trouble_at_the_push_service_is_waited_for_and_not_for_ever() {
    let mut service = PushService::start().await;
    let world = World::with(allowing(&service)).await;
    let (mut shop, mut customer, chat, _entry) = talking(&world).await;
    let subscription = Subscription::new(&service, 1);
    customer.done(subscription.registration()).await;
    visit(&world, &mut customer).await;
    service.answer_next(503, None);
    service.answer_next(429, Some("0"));
    say(&mut shop, chat, b"hello").await;
    for _attempt in 0..3 {
        assert_eq!(subscription.open(&service.push().await), b"1");
    }
    visit(&world, &mut customer).await;
    for _attempt in 0..4 {
        service.answer_next(500, Some("0"));
    }
    say(&mut shop, chat, b"hello again").await;
    for _attempt in 0..4 {
        service.push().await;
    }
    while world.server.app().metrics().pushes_failed.value() == 0 {
        settle(&mut customer).await;
    }
    // What is refused isn't asked for again.
    visit(&world, &mut customer).await;
    service.answer_next(403, None);
    say(&mut shop, chat, b"and again").await;
    service.push().await;
    while world.server.app().metrics().pushes_failed.value() == 1 {
        settle(&mut customer).await;
    }
    assert!(service.is_empty());
    assert_eq!(world.server.app().metrics().pushes_sent.value(), 1, "the third attempt above");
}

#[tokio::test]
async fn nobody_has_this_server_knock_anywhere() {
    let service = PushService::start().await;
    let world = World::with(allowing(&service)).await;
    let (mut shop, mut customer, _chat, _entry) = talking(&world).await;
    let good = Subscription::new(&service, 1).request();
    for endpoint in [
        "",
        "https://127.0.0.1/push",
        "https://192.168.1.1/push",
        "https://[::1]/push",
        "https://localhost/push",
        "http://push.example/push",
        "https://push.example:22/push",
        "https://user@push.example/push",
        &format!("https://push.example/{}", "x".repeat(1_024)),
        &service.origin.replace("127.0.0.1", "127.0.0.2"),
    ] {
        let register = RegisterPush { endpoint: endpoint.to_owned(), ..good.clone() };
        let refused = code_of(customer.ask(RequestBody::RegisterPush(register)).await);
        assert_eq!(refused, ErrorCode::Forbidden, "{endpoint}");
    }
    for (public_key, auth) in [
        (vec![4; 65], good.auth.clone()),
        (good.public_key[..33].to_vec(), good.auth.clone()),
        (good.public_key.clone(), vec![1; 15]),
    ] {
        let register = RegisterPush { public_key, auth, ..good.clone() };
        let refused = code_of(customer.ask(RequestBody::RegisterPush(register)).await);
        assert_eq!(refused, ErrorCode::Malformed);
    }
    let public = RegisterPush { endpoint: "https://push.example/a".to_owned(), ..good.clone() };
    shop.done(RequestBody::RegisterPush(public)).await;

    // Without a session, and where the operator has switched it off.
    customer.reconnect(&world.server).await;
    for request in [
        RequestBody::RegisterPush(good.clone()),
        RequestBody::WithdrawPush(WithdrawPush {}),
        RequestBody::FetchPush(FetchPush {}),
    ] {
        assert_eq!(code_of(customer.ask(request).await), ErrorCode::Unauthenticated);
    }
    let world = world.restart_with(|config| config.push.enabled = false).await;
    customer.reconnect(&world.server).await;
    customer.authenticate().await;
    assert!(server_key(&mut customer).await.is_empty());
    let refused = code_of(customer.ask(RequestBody::RegisterPush(good)).await);
    assert_eq!(refused, ErrorCode::Unsupported);
}

/// The name is public when it is registered; where it leads is looked up when something is sent.
#[tokio::test]
async fn a_name_that_leads_inside_is_not_knocked_at() {
    for address in [[127, 0, 0, 1], [10, 0, 0, 1], [169, 254, 169, 254]] {
        let resolver = resolver(address).await;
        let world = World::with(|config| config.domains.resolver = Some(resolver)).await;
        let (mut shop, mut customer, chat, _entry) = talking(&world).await;
        let service = PushService::start().await;
        let endpoint = "https://push.example/a".to_owned();
        let register = RegisterPush { endpoint, ..Subscription::new(&service, 1).request() };
        customer.done(RequestBody::RegisterPush(register)).await;
        visit(&world, &mut customer).await;
        say(&mut shop, chat, b"hello").await;
        while world.server.app().metrics().pushes_ended.value() == 0 {
            settle(&mut customer).await;
        }
        assert_eq!(world.server.app().metrics().pushes_failed.value(), 0);
    }
}
