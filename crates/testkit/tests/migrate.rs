//! A shop moves from a folder to a database, with everything that it has, and back.
#![expect(clippy::unwrap_used, reason = "a failing step ends the test")]

use std::{path::Path, rc::Rc, sync::Arc};

use tresen_client::FileBytes;
use tresen_server::{
    Config, ServerError, SystemClock,
    config::DatabaseConfig,
    migrate::{Migrated, migrate},
};
use tresen_store::{ErrorKind, SharedClock};
use tresen_testkit::{
    postgres::{Postgres, PostgresOptions},
    world::{Actor, World, run},
};
use tresen_types::{ConversationId, MessageId};
use tresen_view::{
    Answer, AttachmentKind, Command, Event, MessageBody, MessageState, OutgoingFile,
};

const PHOTO: &[u8] = b"\x89PNG\r\n\x1a\nsomething that is only in a blob";

async fn move_between(from: &Config, to: &Config) -> Result<Migrated, ServerError> {
    let clock: SharedClock = Arc::new(SystemClock);
    migrate(from, to, &clock, |_written| {}).await
}

fn is_conflict(result: &Result<Migrated, ServerError>) -> bool {
    matches!(result, Err(ServerError::Store(error)) if error.kind() == ErrorKind::Conflict)
}

async fn send_photo(actor: &mut Actor, conversation: ConversationId) {
    let file = OutgoingFile {
        file: actor.client.offer_file(Rc::new(FileBytes(PHOTO.into()))),
        kind: AttachmentKind::File,
        name: "plan.png".to_owned(),
        media_type: "image/png".to_owned(),
        size_bytes: PHOTO.len() as u64,
        dimensions: None,
        thumbhash: None,
        voice: None,
        caption: String::new(),
    };
    let send = Command::SendFile { conversation, file: Box::new(file), reply_to: None };
    actor.call(send).await;
    // It gets another id when it is encrypted, after the upload.
    actor
        .until("a sent photo", |event| match event {
            Event::Message { message, .. } => {
                let is_photo = matches!(message.body, MessageBody::Attachment(_));
                (is_photo && message.state == Some(MessageState::Sent)).then_some(())
            }
            _ => None,
        })
        .await;
}

async fn hear_photo(actor: &mut Actor) -> MessageId {
    actor
        .until("a photo", |event| match event {
            Event::Message { message, .. } => {
                matches!(message.body, MessageBody::Attachment(_)).then_some(message.message)
            }
            _ => None,
        })
        .await
}

async fn photo_bytes(actor: &Actor, message: MessageId) -> Vec<u8> {
    let Answer::File { file, .. } = actor.call(Command::OpenAttachment { message }).await else {
        panic!("a file")
    };
    actor.client.read_file(file, 0, PHOTO.len()).unwrap()
}

fn in_folder(from: &Config, folder: &Path) -> Config {
    let mut config = from.clone();
    config.data_dir = folder.to_path_buf();
    config.database = None;
    config.blobs = None;
    config.server_key_file = None;
    config
}

#[test]
fn a_shop_moves_to_a_database_and_back() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let options = PostgresOptions { fsync: false, ..PostgresOptions::default() };
        let postgres = Postgres::start_with(options).unwrap();
        let mut world = World::alone().await;
        let home = world.config(0).clone();
        let mut database = home.clone();
        database.data_dir = folder.path().join("node");
        database.database = Some(DatabaseConfig::new(&postgres.fresh_database().unwrap()));
        database.blobs = Some(folder.path().join("blobs").display().to_string());
        database.server_key_file = Some(home.data_dir.join("server.key"));

        let (mut korn, link) = world.business("Korn").await;
        let (priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "before the move").await;
        korn.hear("before the move").await;
        // What nobody has fetched moves too.
        let (origin, priya_store) = priya.close().await;
        send_photo(&mut korn, conversation).await;
        assert!(move_between(&home, &database).await.is_err(), "the server still runs");

        world.stop_server().await;
        let moved = move_between(&home, &database).await.unwrap();
        // The customer's, the group of the business itself, and the customer's own when it was made by then.
        assert!((2..=3).contains(&moved.conversations), "{moved:?}");
        assert!(moved.mailbox_entries > 0 && moved.rows > 0 && moved.blobs > 0, "{moved:?}");
        assert!(is_conflict(&move_between(&home, &database).await), "the target isn't empty");
        world.reconfigure(0, database.clone());
        world.start_server().await;
        let mut priya = Actor::open(&origin, priya_store).await;
        let photo = hear_photo(&mut priya).await;
        assert_eq!(photo_bytes(&priya, photo).await, PHOTO);
        priya.say(conversation, "on the database").await;
        korn.hear("on the database").await;

        world.stop_server().await;
        let back = in_folder(&home, &folder.path().join("back"));
        move_between(&database, &back).await.unwrap();
        std::fs::copy(home.data_dir.join("server.key"), back.data_dir.join("server.key")).unwrap();
        world.reconfigure(0, back);
        world.start_server().await;
        korn.say(conversation, "at home again").await;
        priya.hear("at home again").await;
        let texts = ["before the move", "on the database", "at home again"];
        assert_eq!(priya.texts(conversation).await, texts);
        // The entry link and the sessions moved too.
        world.customer(&link, "Anna").await;
        assert_eq!(photo_bytes(&priya, photo).await, PHOTO);
    });
}
