//! Two people, one server: the first encrypted message there and back.

use tresen_testkit::world::{World, run};
use tresen_types::AccountKind;
use tresen_view::{Answer, Command, Event, MessageBody, MessageState, SystemLine};

#[test]
fn a_customer_and_a_business_write_to_each_other() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Bäckerei Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;

        let question = priya.say(conversation, "Two croissants, please").await;
        assert_eq!(question.state, Some(MessageState::Queued));
        let (heard_in, heard) = korn.hear("Two croissants, please").await;
        assert_eq!(heard_in, conversation);
        assert_eq!(heard.message, question.message);
        assert_eq!(heard.sender_name, "Priya");
        assert!(!heard.is_own);
        priya.until_state(question.message, MessageState::Delivered).await;
        korn.read(conversation, &heard).await;
        let read = priya.until_state(question.message, MessageState::Read).await;
        assert_eq!(read.state, Some(MessageState::Read));

        let answer = korn.say(conversation, "Ready at *nine*").await;
        let (_, heard) = priya.hear("Ready at *nine*").await;
        assert_eq!(heard.sender_name, "Anna");
        priya.read(conversation, &heard).await;
        korn.until_state(answer.message, MessageState::Read).await;

        let rows = priya.conversations().await;
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].name, "Bäckerei Korn");
        assert_eq!(rows[0].preview, "Ready at nine");
        assert_eq!(rows[0].counterpart.kind(), AccountKind::Business);
        assert_eq!(rows[0].unread, 0);
        let messages = korn.messages(conversation).await;
        let began = MessageBody::System(SystemLine::Began { label: Some("poster".to_owned()) });
        assert_eq!(messages[0].body, began);
    });
}

#[test]
fn typing_is_seen_and_reactions_stay() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        let question = priya.say(conversation, "Open today?").await;
        korn.hear("Open today?").await;

        korn.call(Command::Typing { conversation }).await;
        let (name, is_colleague) = priya
            .until("typing", |event| match event {
                Event::Typing { name, is_colleague, .. } => Some((name.clone(), *is_colleague)),
                _ => None,
            })
            .await;
        assert_eq!((name.as_str(), is_colleague), ("Anna", false));

        let react = |emoji: Option<&str>| Command::React {
            message: question.message,
            emoji: emoji.map(ToOwned::to_owned),
        };
        korn.call(react(Some("👍"))).await;
        let reactions = |count: usize| {
            move |event: &Event| match event {
                Event::Message { message, .. } if message.reactions.len() == count => Some(()),
                _ => None,
            }
        };
        priya.until("a reaction", reactions(1)).await;
        korn.call(react(None)).await;
        priya
            .until("no reaction", |event| match event {
                Event::Message { message, .. }
                    if message.message == question.message
                        && message.reactions.is_empty()
                        && message.state >= Some(MessageState::Delivered) =>
                {
                    Some(())
                }
                _ => None,
            })
            .await;
        let Answer::Readers(readers) = korn.call(Command::WhoCanRead { conversation }).await else {
            panic!("readers");
        };
        assert_eq!(readers.len(), 2);
    });
}
