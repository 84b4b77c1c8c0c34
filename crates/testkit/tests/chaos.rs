//! A wire that breaks all the time: nothing is lost, nothing comes twice, everybody ends with the
//! same conversation.

use std::time::Duration;

use tresen_testkit::{
    colleague::{link_colleague, until_readers},
    proxy::Line,
    world::{Actor, World, run},
};
use tresen_types::ConversationId;
use tresen_view::{Connection, Event, MessageBody, MessageState, MessageView, SystemLine};

async fn until_texts(actor: &mut Actor, conversation: ConversationId, count: usize) -> Vec<String> {
    loop {
        let texts = actor.texts(conversation).await;
        if texts.len() >= count {
            return texts;
        }
        actor
            .until("more texts", |event| matches!(event, Event::Message { .. }).then_some(()))
            .await;
    }
}

fn of<'a>(texts: &'a [String], prefix: &str) -> Vec<&'a String> {
    texts.iter().filter(|text| text.starts_with(prefix)).collect()
}

#[test]
fn a_broken_wire_loses_and_doubles_nothing() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "question 0").await;
        korn.hear("question 0").await;
        let mut last: Option<(MessageView, MessageView)> = None;
        for round in 1..=12 {
            if round % 3 == 0 {
                world.wire.swallow_answers();
            }
            let question = priya.say(conversation, &format!("question {round}")).await;
            let answer = korn.say(conversation, &format!("answer {round}")).await;
            if round % 4 == 0 {
                // Something of it is on its way when the wire breaks.
                tokio::task::yield_now().await;
            }
            world.wire.cut();
            priya.client.hurry();
            korn.client.hurry();
            last = Some((question, answer));
        }
        let (question, answer) = last.expect("rounds");
        priya.until_state(question.message, MessageState::Delivered).await;
        korn.until_state(answer.message, MessageState::Delivered).await;
        let heard = until_texts(&mut korn, conversation, 25).await;
        let said = until_texts(&mut priya, conversation, 25).await;
        for texts in [&heard, &said] {
            let questions: Vec<String> =
                (0..=12).map(|round| format!("question {round}")).collect();
            let answers: Vec<String> = (1..=12).map(|round| format!("answer {round}")).collect();
            assert_eq!(of(texts, "question"), questions.iter().collect::<Vec<_>>());
            assert_eq!(of(texts, "answer"), answers.iter().collect::<Vec<_>>());
        }
    });
}

#[test]
fn a_restart_of_the_server_in_the_middle_harms_nothing() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (priya, conversation) = world.customer(&link, "Priya").await;
        for round in 0..3 {
            for number in 0..5 {
                priya.say(conversation, &format!("message {round}.{number}")).await;
            }
            world.stop_server().await;
            priya.say(conversation, &format!("message {round}.5")).await;
            world.start_server().await;
            priya.client.hurry();
            korn.client.hurry();
            korn.hear(&format!("message {round}.5")).await;
        }
        let texts = until_texts(&mut korn, conversation, 18).await;
        let expected: Vec<String> = (0..3)
            .flat_map(|round| (0..6).map(move |number| format!("message {round}.{number}")))
            .collect();
        assert_eq!(texts, expected);
    });
}

#[test]
fn a_device_whose_group_is_behind_comes_back() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "one").await;
        anna.hear("one").await;
        let (mut anna, copy) = anna.copy_store().await;
        let mut ben = link_colleague(&mut world, &mut anna, "Ben").await;
        until_readers(&mut priya, conversation, 3).await;
        until_readers(&mut ben, conversation, 3).await;

        // Her store is set back to before Ben came.
        let mut anna = anna.set_back(&copy).await;
        priya.say(conversation, "two").await;
        anna.until("she is back", |event| match event {
            Event::Message { message, .. }
                if message.body == MessageBody::System(SystemLine::Resynced) =>
            {
                Some(())
            }
            _ => None,
        })
        .await;
        anna.say(conversation, "three").await;
        priya.hear("three").await;
        ben.hear("three").await;
        priya.say(conversation, "four").await;
        anna.hear("four").await;
        ben.hear("four").await;
        until_readers(&mut anna, conversation, 3).await;
    });
}

async fn until_resynced(actor: &mut Actor) {
    actor
        .until("back again", |event| match event {
            Event::Message { message, .. }
                if message.body == MessageBody::System(SystemLine::Resynced) =>
            {
                Some(())
            }
            _ => None,
        })
        .await;
}

/// The server has taken the commit that brings a device back, and the device is closed before it hears so:
/// it finds the commit when it is opened, and needs no second one, for which it would wait an hour.
#[test]
fn a_device_that_was_closed_while_it_came_back_is_back() {
    run(async {
        let mut world = World::start_with(|config| {
            config.rates.external_commit.burst = 1;
        })
        .await;
        let (mut anna, link) = world.business("Korn").await;
        let (priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "one").await;
        anna.hear("one").await;
        let (mut priya, copy) = priya.copy_store().await;
        priya.until_connection(Connection::Live).await;
        priya.say(conversation, "two").await;
        anna.hear("two").await;
        // From here on she hears of nothing but the commit.
        let mut anna = anna.restart().await;
        anna.until_connection(Connection::Live).await;

        // What the server says comes late, so that others hear of the commit first.
        let round_trip = Duration::from_millis(500);
        world.wire.set_line(Some(Line { bytes_per_second: 10_000_000, round_trip }));
        let priya = priya.set_back(&copy).await;
        anna.until("she comes back", |event| {
            let is_it = |it: &ConversationId| *it == conversation;
            matches!(event, Event::HeaderChanged { conversation } if is_it(conversation))
                .then_some(())
        })
        .await;
        world.wire.unplug();
        let (origin, store) = priya.close().await;
        world.wire.set_line(None);
        world.wire.cut();
        let mut priya = Actor::open(&origin, store).await;
        anna.until_connection(Connection::Live).await;
        anna.say(conversation, "three").await;
        priya.hear("three").await;
        priya.say(conversation, "four").await;
        anna.hear("four").await;
    });
}

/// Nothing but messages has passed since the copy: no commit tells, only the server's cursor does.
#[test]
fn a_store_that_was_set_back_is_noticed_before_anything_is_written() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "one").await;
        anna.hear("one").await;
        let (mut anna, copy) = anna.copy_store().await;
        anna.until_connection(Connection::Live).await;
        anna.say(conversation, "two").await;
        priya.hear("two").await;
        priya.say(conversation, "three").await;
        anna.hear("three").await;
        // Somebody else begins meanwhile, with a key package that the copy may not know.
        let (mut cem, other) = world.customer(&link, "Cem").await;
        cem.say(other, "I am new").await;
        anna.hear("I am new").await;
        // The acknowledgements stand before this in the server's queue.
        let sent = anna.say(conversation, "four").await;
        anna.until_state(sent.message, MessageState::Delivered).await;
        priya.hear("four").await;

        let mut anna = anna.set_back(&copy).await;
        until_resynced(&mut anna).await;
        until_resynced(&mut anna).await;
        anna.say(conversation, "five").await;
        priya.hear("five").await;
        anna.say(other, "Welcome").await;
        cem.hear("Welcome").await;
        for (actor, conversation) in [(&priya, conversation), (&cem, other)] {
            let unreadable = MessageBody::System(SystemLine::Unreadable);
            let messages = actor.messages(conversation).await;
            assert!(messages.iter().all(|message| message.body != unreadable));
        }
        assert_eq!(priya.texts(conversation).await, ["one", "two", "three", "four", "five"]);
    });
}

#[test]
fn a_commit_whose_answer_is_lost_is_made_once() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "one").await;
        anna.hear("one").await;
        let mut ben = link_colleague(&mut world, &mut anna, "Ben").await;
        // Somewhere in the middle of letting Ben in.
        for _ in 0..5 {
            world.wire.swallow_answers();
            tokio::task::yield_now().await;
            world.wire.cut();
            for actor in [&anna, &priya, &ben] {
                actor.client.hurry();
            }
        }
        until_readers(&mut ben, conversation, 3).await;
        until_readers(&mut priya, conversation, 3).await;
        ben.say(conversation, "two").await;
        priya.hear("two").await;
        anna.hear("two").await;
        priya.say(conversation, "three").await;
        ben.hear("three").await;
        anna.hear("three").await;
    });
}
