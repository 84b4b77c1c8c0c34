//! Everything on a device is gone: the code brings the account and its history back.

use tresen_testkit::{
    passkey::SoftwareAuthenticator,
    world::{Actor, World, run},
};
use tresen_view::{Answer, Command, Connection, Event, FailureKind, Role, passkey};

use super::support::{
    account, colleague, devices, own_device, until_devices, until_member, until_texts,
};

async fn recovery_code(actor: &Actor) -> String {
    match actor.call(Command::CreateRecoveryCode).await {
        Answer::RecoveryCode(code) => code,
        other => panic!("no code: {other:?}"),
    }
}

fn recover(code: &str) -> Command {
    Command::Recover { code: code.to_owned(), agent_name: None }
}

#[test]
fn a_person_comes_back_with_everything() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "Two rolls").await;
        korn.hear("Two rolls").await;
        korn.say(conversation, "Ready at nine").await;
        priya.hear("Ready at nine").await;
        let code = recovery_code(&priya).await;
        priya.close().await;

        let mut again = world.device().await;
        let wrong = recover("0000-0000");
        assert_eq!(again.try_call(wrong).await.unwrap_err().kind, FailureKind::WrongCode);
        let Answer::Account(Some(view)) = again.call(recover(&code)).await else {
            panic!("an account")
        };
        assert_eq!(view.name, "Priya");
        assert!(view.has_recovery);
        until_member(&mut again, conversation).await;
        until_texts(&mut again, conversation, &["Two rolls", "Ready at nine"]).await;
        let rows = again.conversations().await;
        assert_eq!(rows[0].name, "Korn");
        again.say(conversation, "I am back").await;
        korn.hear("I am back").await;
        korn.say(conversation, "Welcome back").await;
        again.hear("Welcome back").await;
        assert_eq!(devices(&again).await.len(), 1);
    });
}

#[test]
fn the_device_that_was_replaced_is_out() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "Hello").await;
        korn.hear("Hello").await;
        let code = recovery_code(&priya).await;
        let again = world.device().await;
        again.call(recover(&code)).await;
        priya.until_connection(Connection::Revoked).await;
        let twice = again.try_call(recover(&code)).await.unwrap_err();
        assert_eq!(twice.kind, FailureKind::AlreadyThere);
    });
}

#[test]
fn an_owner_comes_back_to_colleagues_and_customers() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "Hello").await;
        anna.hear("Hello").await;
        let mut ben = colleague(&mut world, &mut anna, Role::Agent, "Ben").await;
        until_member(&mut ben, conversation).await;
        let code = recovery_code(&anna).await;
        anna.close().await;
        let mut again = world.device().await;
        let wish = Command::Recover { code, agent_name: Some("Anna".to_owned()) };
        again.call(wish).await;
        until_member(&mut again, conversation).await;
        until_texts(&mut again, conversation, &["Hello"]).await;
        again.say(conversation, "New phone, same Anna").await;
        let (_, heard) = priya.hear("New phone, same Anna").await;
        assert_eq!(heard.sender_name, "Anna");
        ben.hear("New phone, same Anna").await;
        assert_eq!(devices(&again).await.len(), 2);
    });
}

#[test]
fn an_old_record_brings_no_removed_colleague_back() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, _link) = world.business("Korn").await;
        let mut ben = colleague(&mut world, &mut anna, Role::Owner, "Ben").await;
        let cem = colleague(&mut world, &mut anna, Role::Agent, "Cem").await;
        until_devices(&mut ben, 3).await;
        let code = recovery_code(&anna).await;
        anna.close().await;
        // Anna doesn't hear of it.
        let device = own_device(&cem).await;
        ben.call(Command::RemoveDevice { device }).await;
        let again = world.device().await;
        again.call(Command::Recover { code, agent_name: None }).await;
        assert!(devices(&again).await.iter().all(|listed| listed.device != device));
    });
}

/// Anna makes the code and is gone; what begins afterwards is in the record because Ben, an owner too,
/// keeps it up to date.
#[test]
fn any_owner_keeps_the_record_up_to_date() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Korn").await;
        let mut ben = colleague(&mut world, &mut anna, Role::Owner, "Ben").await;
        until_devices(&mut ben, 2).await;
        let code = recovery_code(&anna).await;
        while !account(&ben).await.has_recovery {
            ben.until("the way back", |event| matches!(event, Event::AccountChanged).then_some(()))
                .await;
        }
        anna.close().await;
        let cem = colleague(&mut world, &mut ben, Role::Agent, "Cem").await;
        let cem = own_device(&cem).await;
        let (priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "Hello").await;
        ben.hear("Hello").await;
        // Making a way of one's own brings all records up to date, at once instead of in a minute. One
        // that Anna wrote last would name nobody but her and Ben.
        let authenticator = SoftwareAuthenticator::new(world.origin());
        let call = async |command| ben.try_call(command).await;
        passkey::add(&authenticator, call).await.unwrap();
        let mut again = world.device().await;
        again.call(Command::Recover { code, agent_name: Some("Anna".to_owned()) }).await;
        let listed = devices(&again).await;
        assert_eq!(listed.len(), 3, "Anna's new device, Ben, Cem");
        assert!(listed.iter().any(|listed| listed.device == cem));
        until_member(&mut again, conversation).await;
    });
}
