//! A device is removed: it reads nothing from then on, not even with the archive's earlier keys.

use tresen_testkit::world::{World, run};
use tresen_view::{Answer, Command, Connection, Event, FailureKind, Role};

use super::support::{colleague, devices, own_device, until_member, until_texts};

#[test]
fn a_removed_colleague_reads_nothing_more() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "Before").await;
        anna.hear("Before").await;
        let mut ben = colleague(&mut world, &mut anna, Role::Agent, "Ben").await;
        until_member(&mut ben, conversation).await;
        let device = own_device(&ben).await;
        anna.call(Command::RemoveDevice { device }).await;
        ben.until_connection(Connection::Revoked).await;
        assert_eq!(devices(&anna).await.len(), 1);
        // Wait until his leaf is gone from the conversation.
        loop {
            let Answer::Readers(readers) = priya.call(Command::WhoCanRead { conversation }).await
            else {
                panic!("readers")
            };
            if readers.iter().all(|reader| reader.device != device) {
                break;
            }
            priya
                .until("the header changes", |event| {
                    matches!(event, Event::HeaderChanged { .. }).then_some(())
                })
                .await;
        }
        priya.say(conversation, "After").await;
        anna.hear("After").await;
        anna.say(conversation, "Only for you").await;
        priya.hear("Only for you").await;
        let mut ben = ben.restart().await;
        ben.until_connection(Connection::Revoked).await;
        let texts = ben.texts(conversation).await;
        assert!(!texts.iter().any(|text| text == "After" || text == "Only for you"));
        let say = Command::SendText { conversation, text: "?".to_owned(), reply_to: None };
        drop(ben.try_call(say).await);
        // The next colleague reads everything, under a key that Ben never had.
        let mut cem = colleague(&mut world, &mut anna, Role::Agent, "Cem").await;
        until_member(&mut cem, conversation).await;
        until_texts(&mut cem, conversation, &["Before", "After", "Only for you"]).await;
    });
}

#[test]
fn nobody_removes_the_device_in_hand() {
    run(async {
        let mut world = World::start().await;
        let (anna, _link) = world.business("Korn").await;
        let device = own_device(&anna).await;
        let refused = anna.try_call(Command::RemoveDevice { device }).await.unwrap_err();
        assert_eq!(refused.kind, FailureKind::Invalid);
    });
}
