//! A wire that breaks all the time: nothing is lost, nothing comes twice, everybody ends with the
//! same conversation.

use tresen_testkit::world::{Actor, World, run};
use tresen_types::ConversationId;
use tresen_view::{Event, MessageState, MessageView};

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
