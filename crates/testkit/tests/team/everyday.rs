//! What people do with messages beside reading and writing them.

use tresen_testkit::world::{Actor, World, run, text_of};
use tresen_types::{ConversationId, MessageId};
use tresen_view::{
    Answer, AttachmentKind, Command, Event, EverydayCommand, MessageBody, MessageState,
    MessageView, Role, VoiceView,
};

use super::support::{colleague, file, until_member};

async fn act(actor: &Actor, command: EverydayCommand) {
    actor.call(Command::Everyday(command)).await;
}

async fn find(actor: &Actor, conversation: ConversationId, id: MessageId) -> Option<MessageView> {
    let messages = actor.messages(conversation).await;
    messages.into_iter().find(|message| message.message == id)
}

/// Waits until a message is so on a device.
async fn until_so(
    actor: &mut Actor,
    conversation: ConversationId,
    id: MessageId,
    is_so: impl Fn(&MessageView) -> bool,
) {
    while !find(actor, conversation, id).await.is_some_and(|message| is_so(&message)) {
        actor
            .until("the message changes", |event| {
                matches!(event, Event::Message { .. }).then_some(())
            })
            .await;
    }
}

fn says(message: &MessageView, text: &str) -> bool {
    text_of(message) == Some(text)
}

#[test]
fn an_author_changes_and_takes_back_and_nobody_else_does() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        let said = priya.say(conversation, "Two roles please").await;
        anna.hear("Two roles please").await;
        priya.until_state(said.message, MessageState::Delivered).await;
        let message = said.message;
        let text = "Two rolls please".to_owned();
        act(&priya, EverydayCommand::Edit { message, text }).await;
        until_so(&mut anna, conversation, message, |message| {
            says(message, "Two rolls please") && message.marks.is_edited
        })
        .await;
        // One message, found by its new words alone.
        assert_eq!(anna.texts(conversation).await, ["Two rolls please"]);
        for (query, count) in [("rolls", 1), ("roles", 0)] {
            let search = Command::Search { query: query.to_owned(), conversation: None, limit: 9 };
            match anna.call(search).await {
                Answer::Hits(hits) => assert_eq!(hits.len(), count, "{query}"),
                other => panic!("no hits: {other:?}"),
            }
        }

        // The business can neither change nor take back what a customer wrote.
        for command in [
            EverydayCommand::Edit { message, text: "Ten rolls".to_owned() },
            EverydayCommand::Delete { message, for_everyone: true },
        ] {
            assert!(anna.try_call(Command::Everyday(command)).await.is_err());
        }
        let mut ben = colleague(&mut world, &mut anna, Role::Agent, "Ben").await;
        until_member(&mut ben, conversation).await;
        let answer = anna.say(conversation, "Gladly").await.message;
        ben.hear("Gladly").await;
        priya.hear("Gladly").await;
        let foreign = EverydayCommand::Delete { message: answer, for_everyone: true };
        assert!(ben.try_call(Command::Everyday(foreign)).await.is_err(), "an agent's own alone");

        act(&priya, EverydayCommand::Delete { message, for_everyone: true }).await;
        for actor in [&mut anna, &mut priya] {
            until_so(actor, conversation, message, |message| message.body == MessageBody::Deleted)
                .await;
        }
        let search = Command::Search { query: "rolls".to_owned(), conversation: None, limit: 9 };
        assert_eq!(anna.call(search).await, Answer::Hits(Vec::new()));

        // Too late to be changed.
        world.pass(16 * 60 * 1_000);
        let late = EverydayCommand::Edit { message: answer, text: "Never".to_owned() };
        drop(anna.try_call(Command::Everyday(late)).await);
        anna.say(conversation, "Ready now").await;
        priya.hear("Ready now").await;
        for actor in [&anna, &priya] {
            assert_eq!(actor.texts(conversation).await, ["Gladly", "Ready now"]);
        }
    });
}

#[test]
fn a_text_that_still_waits_is_changed_before_it_goes() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "Hello").await;
        anna.hear("Hello").await;
        world.stop_server().await;
        let message = priya.say(conversation, "Two roles please").await.message;
        let text = "Two rolls please".to_owned();
        act(&priya, EverydayCommand::Edit { message, text }).await;
        assert_eq!(priya.texts(conversation).await, ["Hello", "Two rolls please"]);
        world.start_server().await;
        until_so(&mut anna, conversation, message, |message| says(message, "Two rolls please"))
            .await;
        priya.until_state(message, MessageState::Delivered).await;
        assert_eq!(anna.texts(conversation).await, ["Hello", "Two rolls please"]);
    });
}

#[test]
fn stars_pins_and_what_is_hidden_stay_with_the_account() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "Hello").await;
        anna.hear("Hello").await;
        let message = anna.say(conversation, "Table 4").await.message;
        anna.until_state(message, MessageState::Delivered).await;
        act(&priya, EverydayCommand::Star { message, is_starred: true }).await;
        act(&priya, EverydayCommand::Pin { conversation, message: Some(message) }).await;
        act(&priya, EverydayCommand::SetArchived { conversation, is_archived: true }).await;
        act(&priya, EverydayCommand::SetMuted { conversation, is_muted: true }).await;
        match priya.call(Command::Everyday(EverydayCommand::Starred)).await {
            Answer::Hits(hits) => {
                assert_eq!(
                    (hits.len(), hits[0].message, hits[0].name.as_str()),
                    (1, message, "Korn")
                );
            }
            other => panic!("no stars: {other:?}"),
        }
        match priya.call(Command::Header { conversation }).await {
            Answer::Header(header) => {
                assert_eq!(header.pinned.map(|pinned| pinned.preview).as_deref(), Some("Table 4"));
                assert!(header.row.marks.is_archived && header.row.marks.is_muted);
            }
            other => panic!("no header: {other:?}"),
        }
        assert!(!find(&anna, conversation, message).await.expect("there").marks.is_starred);
        act(&priya, EverydayCommand::Delete { message, for_everyone: false }).await;
        assert!(find(&priya, conversation, message).await.is_none());
        assert!(find(&anna, conversation, message).await.is_some());
        priya = priya.restart().await;
        assert!(find(&priya, conversation, message).await.is_none());
    });
}

#[test]
fn a_voice_message_and_a_text_are_forwarded_to_another_shop() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Korn").await;
        let (mut otto, other_link) = world.business("Optik").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        let other = priya.open_conversation(&other_link, "Priya").await.expect("open");
        let waveform: Vec<u8> = (0..48).map(|step| step * 5).collect();
        let voice = VoiceView { duration_ms: 4_200, waveform };
        let mut outgoing =
            file(&priya, AttachmentKind::Voice, "voice.ogg", [&b"OggS"[..], &[7; 900]].concat());
        outgoing.voice = Some(voice.clone());
        let file = Box::new(outgoing);
        priya.call(Command::SendFile { conversation, file, reply_to: None }).await;
        let heard = |event: &Event| match event {
            Event::Message { message, .. } => match &message.body {
                MessageBody::Attachment(view) if view.kind == AttachmentKind::Voice => {
                    Some((message.message, view.voice.clone(), message.marks.is_forwarded))
                }
                _ => None,
            },
            _ => None,
        };
        let (message, seen, is_forwarded) = anna.until("the voice message", heard).await;
        assert_eq!((seen, is_forwarded), (Some(voice.clone()), false));
        until_so(&mut priya, conversation, message, |message| {
            message.state >= Some(MessageState::Sent)
        })
        .await;
        act(&priya, EverydayCommand::Forward { message, to: vec![other] }).await;
        let (copy, seen, is_forwarded) = otto.until("the forwarded one", heard).await;
        assert_eq!((seen, is_forwarded), (Some(voice), true));
        let Answer::File { media_type, .. } =
            otto.call(Command::OpenAttachment { message: copy }).await
        else {
            panic!("no file");
        };
        assert_eq!(media_type, "audio/ogg");
        let said = priya.say(conversation, "Also for you").await.message;
        priya.until_state(said, MessageState::Delivered).await;
        act(&priya, EverydayCommand::Forward { message: said, to: vec![other] }).await;
        otto.hear("Also for you").await;
    });
}
