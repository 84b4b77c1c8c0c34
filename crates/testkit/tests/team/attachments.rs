//! Photos and files: whole, verified, also after a break; and what isn't what it claims to be.

use tresen_testkit::world::{Actor, World, run};
use tresen_types::{ConversationId, MessageId};
use tresen_view::{
    Answer, AttachmentKind, AttachmentView, Command, Event, FailureKind, MessageBody, MessageState,
    TransferState,
};

use super::support::file;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Bytes that no chunk repeats.
fn noise(length: usize, mark: &[u8]) -> Vec<u8> {
    let mut bytes = mark.to_vec();
    let mut state = 0x9e37_79b9_u32;
    bytes.extend((mark.len()..length).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    }));
    bytes
}

async fn until_attachment(actor: &mut Actor) -> (MessageId, AttachmentView) {
    actor
        .until("an attachment", |event| match event {
            Event::Message { message, .. } if !message.is_own => match &message.body {
                MessageBody::Attachment(view) => Some((message.message, view.clone())),
                _ => None,
            },
            _ => None,
        })
        .await
}

async fn opened(actor: &Actor, message: MessageId) -> (Vec<u8>, String) {
    match actor.call(Command::OpenAttachment { message }).await {
        Answer::File { file, media_type, .. } => {
            let size = actor.client.file_size(file).expect("a size");
            let size = usize::try_from(size).expect("a small file");
            let bytes = actor.client.read_file(file, 0, size).expect("bytes");
            let half = actor.client.read_file(file, (size / 2) as u64, 10).expect("bytes");
            assert_eq!(half[..], bytes[size / 2..(size / 2 + 10).min(size)]);
            actor.client.release_file(file);
            (bytes, media_type)
        }
        other => panic!("no file: {other:?}"),
    }
}

async fn send(actor: &Actor, conversation: ConversationId, kind: AttachmentKind, bytes: Vec<u8>) {
    let file = Box::new(file(actor, kind, "a name", bytes));
    actor.call(Command::SendFile { conversation, file, reply_to: None }).await;
}

#[test]
fn a_photo_arrives_as_it_was_sent() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        let photo = noise(200_000, PNG);
        send(&priya, conversation, AttachmentKind::Photo, photo.clone()).await;
        let (message, view) = until_attachment(&mut korn).await;
        assert_eq!(view.size_bytes, 200_000);
        assert_eq!(view.transfer, TransferState::Remote);
        assert_eq!(opened(&korn, message).await, (photo.clone(), "image/png".to_owned()));
        // It is here now, also without a server.
        world.stop_server().await;
        assert_eq!(opened(&korn, message).await.0, photo);
        // The sender keeps its own copy, under the message's final id.
        assert_eq!(opened(&priya, message).await.0, photo);
        priya.until_state(message, MessageState::Sent).await;
    });
}

#[test]
fn an_upload_goes_on_after_the_wire_was_cut_and_after_a_restart() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        // Three parts of 5 MiB.
        let bytes = noise(12 << 20, b"%PDF-1.7");
        send(&priya, conversation, AttachmentKind::File, bytes.clone()).await;
        let uploading = |event: &Event| match event {
            Event::Transfer { transfer: TransferState::Uploading { done_bytes, .. }, .. } => {
                (*done_bytes > 0).then_some(())
            }
            _ => None,
        };
        priya.until("the first part is there", uploading).await;
        world.wire.unplug();
        let priya = priya.restart().await;
        world.wire.cut();
        priya.client.hurry();
        korn.client.hurry();
        let (message, view) = until_attachment(&mut korn).await;
        assert_eq!(view.name, "a name");
        let (arrived, media_type) = opened(&korn, message).await;
        assert_eq!(media_type, "application/pdf");
        assert!(arrived == bytes, "the file is another one");
        assert_eq!(
            priya.messages(conversation).await.len(),
            2,
            "the line of the beginning, and it"
        );
    });
}

#[test]
fn a_stopped_upload_leaves_nothing() {
    run(async {
        let mut world = World::start().await;
        let (_korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        world.wire.unplug();
        let file = Box::new(file(&priya, AttachmentKind::File, "a.pdf", noise(5_000, b"%PDF-")));
        let send = Command::SendFile { conversation, file, reply_to: None };
        let Answer::Message(queued) = priya.call(send).await else { panic!("a message") };
        assert_eq!(queued.state, Some(MessageState::Queued));
        priya.call(Command::CancelTransfer { message: queued.message }).await;
        priya
            .until("withdrawn", |event| match event {
                Event::MessageGone { message, .. } => (*message == queued.message).then_some(()),
                _ => None,
            })
            .await;
        world.wire.cut();
        priya.client.hurry();
        let sent = priya.say(conversation, "after all").await;
        priya.until_state(sent.message, MessageState::Sent).await;
        assert_eq!(priya.texts(conversation).await, ["after all"]);
        let gone = priya.try_call(Command::OpenAttachment { message: queued.message }).await;
        assert_eq!(gone.unwrap_err().kind, FailureKind::NotFound);
    });
}

#[test]
fn a_photo_that_is_a_program_is_not_handed_over() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (priya, conversation) = world.customer(&link, "Priya").await;
        send(&priya, conversation, AttachmentKind::Photo, noise(1_000, b"MZ\x90\0")).await;
        let (message, _view) = until_attachment(&mut korn).await;
        let refused = korn.try_call(Command::OpenAttachment { message }).await.unwrap_err();
        assert_eq!(refused.kind, FailureKind::Untrusted);
        // An empty file is a file.
        send(&priya, conversation, AttachmentKind::File, Vec::new()).await;
        let (message, _view) = until_attachment(&mut korn).await;
        let answer = korn.call(Command::OpenAttachment { message }).await;
        let Answer::File { file, .. } = answer else { panic!("a file") };
        assert_eq!(korn.client.file_size(file), Some(0));
    });
}
