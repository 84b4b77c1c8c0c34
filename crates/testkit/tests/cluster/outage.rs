//! Two nodes of which something is away.

use tresen_testkit::world::{Actor, World, run};
use tresen_types::ConversationId;
use tresen_view::{Command, MessageState};

use crate::support::Town;

async fn across(world: &mut World) -> (Actor, Actor, ConversationId) {
    world.lead_to(0);
    let (mut korn, link) = world.business("Korn").await;
    world.lead_to(1);
    let (priya, conversation) = world.customer(&link, "Priya").await;
    priya.say(conversation, "hello").await;
    korn.hear("hello").await;
    (korn, priya, conversation)
}

#[test]
fn without_the_bus_messages_come_all_the_same() {
    run(async {
        let mut town = Town::start().await;
        let (mut korn, mut priya, conversation) = across(&mut town.world).await;
        town.nats.kill().unwrap();
        for node in 0..2 {
            town.until_health(node, "ready\ndatabase: reachable\nbus: away\n").await;
        }
        priya.say(conversation, "nobody tells").await;
        korn.hear("nobody tells").await;
        korn.say(conversation, "but I look").await;
        priya.hear("but I look").await;
        town.nats.restart().unwrap();
        for node in 0..2 {
            town.until_health(node, "ready\ndatabase: reachable\nbus: connected\n").await;
        }
        priya.say(conversation, "and again").await;
        korn.hear("and again").await;
    });
}

/// The word of a block is lost: the other node knows it after `SHARED_CACHE_AGE_MS` at the latest.
#[test]
fn without_the_bus_a_block_counts_after_a_bounded_time() {
    run(async {
        let mut town = Town::start().await;
        let (mut korn, priya, conversation) = across(&mut town.world).await;
        // The business's node knows that it may send.
        let allowed = korn.say(conversation, "may I?").await;
        korn.until_state(allowed.message, MessageState::Sent).await;
        town.nats.kill().unwrap();
        town.until_health(0, "ready\ndatabase: reachable\nbus: away\n").await;
        priya.call(Command::SetBlocked { conversation, is_blocked: true }).await;
        tokio::time::sleep(std::time::Duration::from_millis(5_000)).await;
        let refused = korn.say(conversation, "and now?").await;
        let state = korn.until_state(refused.message, MessageState::Failed).await;
        assert_eq!(state.state, Some(MessageState::Failed));
    });
}

#[test]
fn a_database_that_is_killed_loses_nothing_and_comes_back() {
    run(async {
        let mut town = Town::start().await;
        let (mut korn, mut priya, conversation) = across(&mut town.world).await;
        for round in 0..2 {
            let sent = priya.say(conversation, &format!("before {round}")).await;
            priya.until_state(sent.message, MessageState::Sent).await;
            town.postgres.kill().unwrap();
            for node in 0..2 {
                town.until_health(node, "database: away\nbus: connected\n").await;
            }
            let waiting = priya.say(conversation, &format!("during {round}")).await;
            town.postgres.restart().unwrap();
            for node in 0..2 {
                town.until_health(node, "ready\ndatabase: reachable\nbus: connected\n").await;
            }
            priya.until_state(waiting.message, MessageState::Delivered).await;
            korn.hear(&format!("during {round}")).await;
        }
        let texts = korn.texts(conversation).await;
        assert_eq!(texts, ["hello", "before 0", "during 0", "before 1", "during 1"]);
    });
}
