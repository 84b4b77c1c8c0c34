//! The mailbox on its way to a device: each entry once and in order, never more than the device
//! takes.

use tresen_proto::{ClientBody, Entry, EntryKind, Ping, ServerBody};
use tresen_server::ServerHandle;

use crate::{
    device::{Chat, Device},
    world::World,
};

const MESSAGES: u64 = 150;

async fn open(world: &World) -> (Device, Device, Chat) {
    let mut shop = world.shop().await;
    let entry = world.entry(&mut shop).await;
    let mut customer = world.customer(entry).await;
    let chat = customer.converse(world, &shop, entry, &[shop.device]).await;
    (shop, customer, chat)
}

async fn connect(shop: &mut Device, server: &ServerHandle) {
    shop.reconnect(server).await;
    shop.authenticate().await;
}

/// Sends a ping and reads until its pong; what came before is kept.
async fn settle(device: &mut Device) {
    device.client.send(ClientBody::Ping(Ping { id: 9 })).await;
    loop {
        match device.client.body().await {
            ServerBody::Pong(_) => return,
            ServerBody::Deliver(deliver) => device.entries.extend(deliver.entries),
            ServerBody::Drained(_) => device.is_drained = true,
            other => panic!("unexpected: {other:?}"),
        }
    }
}

fn assert_follows(before: Option<&Entry>, entry: &Entry) {
    let Some(before) = before else { return };
    assert!(entry.cursor > before.cursor, "cursors increase");
    if before.kind() == EntryKind::Application {
        assert_eq!(entry.sequence, before.sequence + 1, "nothing is left out or doubled");
    }
}

#[tokio::test]
async fn a_device_that_connects_while_messages_come_gets_each_once_and_in_order() {
    let world = World::new().await;
    let (mut shop, mut customer, chat) = open(&world).await;
    let sending = tokio::spawn(async move {
        for number in 0..MESSAGES {
            let message = customer.message(chat, &number.to_be_bytes());
            customer.request(message).await;
            tokio::task::yield_now().await;
        }
        customer
    });
    for round in 0..5 {
        connect(&mut shop, &world.server).await;
        let wanted = MESSAGES / 5 * round;
        let mut last: Option<Entry> = None;
        while last.as_ref().is_none_or(|last| last.sequence < wanted) {
            let entry = shop.entry().await;
            assert_follows(last.as_ref(), &entry);
            last = Some(entry);
        }
    }
    let mut customer = sending.await.unwrap();
    connect(&mut shop, &world.server).await;
    let mut texts = Vec::new();
    let mut last: Option<Entry> = None;
    // The first message came with the conversation.
    while texts.len() <= usize::try_from(MESSAGES).unwrap() {
        let entry = shop.entry().await;
        assert_follows(last.as_ref(), &entry);
        if entry.kind() == EntryKind::Application {
            texts.push(entry.cursor);
        }
        last = Some(entry);
    }
    settle(&mut shop).await;
    assert!(shop.entries.is_empty() && shop.is_drained);

    // Half is acknowledged: the rest comes again, and nothing else.
    let half = texts.len() / 2;
    shop.acknowledge(texts[half]).await;
    settle(&mut shop).await;
    // What is accepted after the acknowledgement was taken is written after it.
    let message = customer.message(chat, b"one more");
    let id = customer.request(message).await;
    loop {
        match customer.client.body().await {
            ServerBody::Reply(reply) if reply.id == id => break,
            _earlier => {}
        }
    }
    texts.push(shop.entry().await.cursor);
    connect(&mut shop, &world.server).await;
    shop.drain().await;
    let again: Vec<u64> = shop.entries.iter().map(|entry| entry.cursor).collect();
    assert_eq!(again, texts[half + 1..]);
}

#[tokio::test]
async fn a_device_that_acknowledges_nothing_gets_a_window_and_then_the_rest() {
    let world = World::new().await;
    let (mut shop, mut customer, chat) = open(&world).await;
    connect(&mut shop, &world.server).await;
    shop.drain().await;
    shop.entries.clear();
    let text = vec![7; 50 << 10];
    for _message in 0..40 {
        let message = customer.message(chat, &text);
        customer.accepted(message).await;
    }
    settle(&mut shop).await;
    let first = shop.entries.len();
    let size = text.len();
    assert!(first * size <= (1 << 20) + 2 * size, "{first} entries at once");
    assert!(first >= 15, "{first} entries at once");
    let last = shop.entries.back().unwrap().cursor;
    shop.acknowledge(last).await;
    let mut before = shop.entries.pop_back().unwrap();
    shop.entries.clear();
    for _entry in first..40 {
        let entry = shop.entry().await;
        assert_follows(Some(&before), &entry);
        before = entry;
    }
    settle(&mut shop).await;
    assert!(shop.entries.is_empty());
}

#[tokio::test]
async fn a_device_that_never_reads_is_hung_up_on_and_its_mailbox_stays() {
    let world = World::with(|config| config.connection.idle_timeout_ms = 600).await;
    let (mut shop, mut customer, chat) = open(&world).await;
    connect(&mut shop, &world.server).await;
    for number in 0..5_u8 {
        let message = customer.message(chat, &[number]);
        customer.accepted(message).await;
    }
    // The shop says nothing more and reads nothing.
    while world.server.app().registry().handle_of(shop.device).is_some() {
        settle(&mut customer).await;
    }
    connect(&mut shop, &world.server).await;
    shop.drain().await;
    let waiting = shop.entries.iter().filter(|entry| entry.kind() == EntryKind::Application);
    assert_eq!(waiting.count(), 6);
}

#[tokio::test]
async fn the_second_connection_of_a_device_replaces_the_first() {
    let world = World::new().await;
    let (mut shop, mut customer, chat) = open(&world).await;
    shop.drain().await;
    let (second, hello) = crate::client::Client::greeted(&world.server).await;
    let mut first = std::mem::replace(&mut shop.client, second);
    shop.hello = hello;
    shop.entries.clear();
    shop.authenticate().await;
    let closing = loop {
        match first.body().await {
            ServerBody::Closing(closing) => break closing,
            ServerBody::Deliver(_) | ServerBody::Drained(_) => {}
            other => panic!("unexpected: {other:?}"),
        }
    };
    assert_eq!(closing.code, tresen_proto::ErrorCode::Conflict as i32);
    let message = customer.message(chat, b"to the second");
    customer.accepted(message).await;
    let entry = shop.entry_of(EntryKind::Application).await;
    assert!(entry.cursor > 0);
}
