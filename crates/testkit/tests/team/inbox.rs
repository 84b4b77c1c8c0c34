//! One inbox, two people.

use tresen_testkit::world::{World, run};
use tresen_types::ConversationId;
use tresen_view::{Answer, Command, Event, InboxFilter, MessageBody, Role, SystemLine};

use super::support::{colleague, own_device, until_listed, until_member};

#[test]
fn a_chat_is_taken_given_away_and_put_back() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Korn").await;
        let (priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "Hello").await;
        anna.hear("Hello").await;
        let mut ben = colleague(&mut world, &mut anna, Role::Agent, "Ben").await;
        until_member(&mut ben, conversation).await;
        until_listed(&mut anna, InboxFilter::Queue, &[conversation]).await;
        until_listed(&mut ben, InboxFilter::Queue, &[conversation]).await;

        let to_ben = Some(own_device(&ben).await);
        anna.call(Command::Assign { conversation, to: to_ben }).await;
        for actor in [&mut anna, &mut ben] {
            until_listed(actor, InboxFilter::Queue, &[]).await;
            actor
                .until("the line", |event| match event {
                    Event::Message { message, .. } => match &message.body {
                        MessageBody::System(SystemLine::Assigned { name }) => {
                            (name.as_deref() == Some("Ben")).then_some(())
                        }
                        _ => None,
                    },
                    _ => None,
                })
                .await;
        }
        until_listed(&mut ben, InboxFilter::Mine, &[conversation]).await;
        until_listed(&mut anna, InboxFilter::Mine, &[]).await;
        ben.call(Command::Assign { conversation, to: None }).await;
        until_listed(&mut anna, InboxFilter::Queue, &[conversation]).await;

        ben.call(Command::SetClosed { conversation, is_closed: true }).await;
        until_listed(&mut anna, InboxFilter::Closed, &[conversation]).await;
        until_listed(&mut anna, InboxFilter::All, &[]).await;
        priya.say(conversation, "One more thing").await;
        until_listed(&mut anna, InboxFilter::All, &[conversation]).await;
        until_listed(&mut ben, InboxFilter::All, &[conversation]).await;
    });
}

#[test]
fn two_who_take_the_same_chat_agree_in_the_end() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Korn").await;
        let (priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "Hello").await;
        anna.hear("Hello").await;
        let mut ben = colleague(&mut world, &mut anna, Role::Agent, "Ben").await;
        until_member(&mut ben, conversation).await;
        let (to_anna, to_ben) = (own_device(&anna).await, own_device(&ben).await);
        let mine = |to| Command::Assign { conversation, to: Some(to) };
        futures::join!(anna.call(mine(to_anna)), ben.call(mine(to_ben)));
        // Both lines are on both devices; the later one counts.
        let mut last = Vec::new();
        for actor in [&mut anna, &mut ben] {
            loop {
                let lines = assigned(&actor.messages(conversation).await);
                if lines >= 2 {
                    break;
                }
                actor
                    .until("a line", |event| matches!(event, Event::Message { .. }).then_some(()))
                    .await;
            }
            last.push(assignee(actor, conversation).await);
        }
        assert_eq!(last[0], last[1]);
    });
}

fn assigned(messages: &[tresen_view::MessageView]) -> usize {
    let is_line = |message: &&tresen_view::MessageView| {
        matches!(message.body, MessageBody::System(SystemLine::Assigned { .. }))
    };
    messages.iter().filter(is_line).count()
}

async fn assignee(
    actor: &tresen_testkit::world::Actor,
    conversation: ConversationId,
) -> Option<tresen_types::DeviceId> {
    match actor.call(Command::Header { conversation }).await {
        Answer::Header(header) => header.row.assignee.map(|reader| reader.device),
        other => panic!("no header: {other:?}"),
    }
}

#[test]
fn colleagues_see_who_is_answering() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Korn").await;
        let (priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "Hello").await;
        anna.hear("Hello").await;
        let mut ben = colleague(&mut world, &mut anna, Role::Agent, "Ben").await;
        until_member(&mut ben, conversation).await;
        ben.call(Command::Typing { conversation }).await;
        anna.until("answering", |event| match event {
            Event::Typing { name, is_colleague: true, .. } => (name == "Ben").then_some(()),
            _ => None,
        })
        .await;
        assert_eq!(anna.conversations().await[0].answering.as_deref(), Some("Ben"));
    });
}
