//! Two nodes that are well.

use std::time::Duration;

use tokio::time::Instant;
use tresen_testkit::{
    colleague::{link_colleague, until_readers},
    world::{Actor, World, run},
};
use tresen_types::ConversationId;
use tresen_view::{Command, Connection, Event};

use crate::support::Town;

/// Nobody waits longer for a message from another node when the bus is there, but for a busy machine.
const SOON: Duration = Duration::from_secs(2);
/// The longest that a client may wait when a node is stopped in order.
const RESTART_MAX: Duration = Duration::from_secs(5);

/// A business on the first node and a customer on the second.
async fn across(world: &mut World) -> (Actor, Actor, ConversationId) {
    world.lead_to(0);
    let (korn, link) = world.business("Korn").await;
    world.lead_to(1);
    let (priya, conversation) = world.customer(&link, "Priya").await;
    (korn, priya, conversation)
}

#[test]
fn messages_and_typing_go_from_node_to_node() {
    run(async {
        let mut town = Town::start().await;
        let (mut korn, mut priya, conversation) = across(&mut town.world).await;
        assert_eq!(town.world.node(0).app().registry().counts().1, 1);
        assert_eq!(town.world.node(1).app().registry().counts().1, 1);
        priya.say(conversation, "first").await;
        korn.hear("first").await;
        let began = Instant::now();
        for round in 0..10 {
            priya.say(conversation, &format!("question {round}")).await;
            korn.hear(&format!("question {round}")).await;
            korn.say(conversation, &format!("answer {round}")).await;
            priya.hear(&format!("answer {round}")).await;
        }
        // Each of them alone would take that long without the bus.
        assert!(began.elapsed() < 10 * SOON, "{:?}", began.elapsed());
        korn.call(Command::Typing { conversation }).await;
        priya.until("typing", |event| matches!(event, Event::Typing { .. }).then_some(())).await;
    });
}

#[test]
fn a_device_that_is_connected_twice_is_noticed() {
    run(async {
        let mut town = Town::start().await;
        let (mut korn, mut priya, conversation) = across(&mut town.world).await;
        // Whatever waits has arrived: a copy that is behind would be taken for a store that was set back.
        priya.say(conversation, "hello").await;
        korn.hear("hello").await;
        let (origin, store) = korn.close().await;
        let copy = store.with_file_name("copy.db");
        std::fs::copy(&store, &copy).unwrap();
        town.world.lead_to(0);
        let mut first = Actor::open(&origin, store).await;
        first.until_connection(Connection::Live).await;
        town.world.lead_to(1);
        let mut second = Actor::open(&origin, copy).await;
        first.until_connection(Connection::Replaced).await;
        second.until_connection(Connection::Live).await;
        priya.say(conversation, "who is there?").await;
        second.hear("who is there?").await;
        priya.until_connection(Connection::Live).await;
    });
}

#[test]
fn a_rolling_restart_keeps_nobody_waiting() {
    run(async {
        let mut town = Town::start().await;
        let (mut korn, link) = town.world.business("Korn").await;
        let mut customers = Vec::new();
        for number in 0..4 {
            customers.push(town.world.customer(&link, &format!("Customer {number}")).await);
        }
        for round in 0..2 {
            let began = Instant::now();
            town.world.stop_node(round).await;
            for (customer, conversation) in &mut customers {
                customer.until_connection(Connection::Live).await;
                customer.say(*conversation, &format!("round {round}")).await;
                korn.hear(&format!("round {round}")).await;
            }
            assert!(began.elapsed() < RESTART_MAX, "{:?}", began.elapsed());
            town.world.start_node(round).await;
        }
    });
}

/// Anna and Ben see the new device at the same time, on two nodes, and both commit: one wins, and
/// everybody ends in the same epoch.
#[test]
fn commits_of_two_nodes_at_one_epoch_never_fork() {
    run(async {
        let mut town = Town::start().await;
        let (mut anna, mut priya, conversation) = across(&mut town.world).await;
        priya.say(conversation, "one").await;
        anna.hear("one").await;
        town.world.lead_to(1);
        let mut ben = link_colleague(&mut town.world, &mut anna, "Ben").await;
        until_readers(&mut ben, conversation, 3).await;
        town.world.lead_to(0);
        let mut cleo = link_colleague(&mut town.world, &mut anna, "Cleo").await;
        for actor in [&mut anna, &mut ben, &mut cleo, &mut priya] {
            until_readers(actor, conversation, 4).await;
        }
        for (number, speaker) in [&anna, &ben, &cleo, &priya].into_iter().enumerate() {
            speaker.say(conversation, &format!("from {number}")).await;
        }
        for (listener, actor) in
            [&mut anna, &mut ben, &mut cleo, &mut priya].into_iter().enumerate()
        {
            for number in (0..4).filter(|number| *number != listener) {
                actor.hear(&format!("from {number}")).await;
            }
        }
    });
}
