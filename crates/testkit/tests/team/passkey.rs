//! Passkeys: one touch brings an account back, and a new device proves one before it is linked.

use tresen_testkit::{
    passkey::SoftwareAuthenticator,
    world::{Actor, World, run},
};
use tresen_view::{
    Command, Connection, FailureKind, Role,
    passkey::{self, PasskeyError, PasskeyTrouble},
};

use super::support::{
    accept, account, colleague, devices, invite, link, until_devices, until_member, until_texts,
};

async fn add(actor: &Actor, authenticator: &SoftwareAuthenticator) -> Result<(), PasskeyError> {
    passkey::add(authenticator, async |command| actor.try_call(command).await).await
}

async fn recover(
    actor: &Actor,
    authenticator: &SoftwareAuthenticator,
) -> Result<Option<tresen_view::AccountView>, PasskeyError> {
    passkey::recover(authenticator, None, async |command| actor.try_call(command).await).await
}

#[test]
fn an_evicted_browser_comes_back_with_one_touch() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        let authenticator = SoftwareAuthenticator::new(world.origin());
        priya.say(conversation, "Two rolls").await;
        korn.hear("Two rolls").await;
        korn.say(conversation, "Ready at nine").await;
        priya.hear("Ready at nine").await;
        add(&priya, &authenticator).await.unwrap();
        let view = account(&priya).await;
        assert!(view.has_passkey && !view.has_recovery && view.is_primary);
        priya.close().await;

        let mut again = world.device().await;
        let view = recover(&again, &authenticator).await.unwrap().expect("an account");
        assert_eq!(view.name, "Priya");
        assert!(view.has_passkey);
        until_member(&mut again, conversation).await;
        until_texts(&mut again, conversation, &["Two rolls", "Ready at nine"]).await;
        again.say(conversation, "I am back").await;
        korn.hear("I am back").await;
        korn.say(conversation, "Welcome back").await;
        again.hear("Welcome back").await;
        assert_eq!(devices(&again).await.len(), 1);
        // And once more, by the same passkey.
        again.close().await;
        let mut third = world.device().await;
        recover(&third, &authenticator).await.unwrap();
        until_member(&mut third, conversation).await;
        assert_eq!(devices(&third).await.len(), 1);
    });
}

#[test]
fn a_passkey_that_nobody_made_or_without_a_secret_is_of_no_use() {
    run(async {
        let mut world = World::start().await;
        let (_korn, link) = world.business("Korn").await;
        let (priya, _conversation) = world.customer(&link, "Priya").await;
        let mut plain = SoftwareAuthenticator::new(world.origin());
        plain.has_secrets = false;
        let unsupported = PasskeyError::Authenticator(PasskeyTrouble::Unsupported);
        assert_eq!(add(&priya, &plain).await.unwrap_err(), unsupported);
        assert!(!account(&priya).await.has_passkey);
        // Made on another page: the server refuses its origin.
        let elsewhere = SoftwareAuthenticator::new("https://elsewhere.example");
        assert!(matches!(add(&priya, &elsewhere).await, Err(PasskeyError::Failed(_))));
        assert!(!account(&priya).await.has_passkey);

        let stranger = world.device().await;
        let Err(PasskeyError::Failed(failure)) = recover(&stranger, &elsewhere).await else {
            panic!("an unknown passkey")
        };
        assert_eq!(failure.kind, FailureKind::NotFound);
        let none = SoftwareAuthenticator::new(world.origin());
        let cancelled = PasskeyError::Authenticator(PasskeyTrouble::Cancelled);
        assert_eq!(recover(&stranger, &none).await.unwrap_err(), cancelled);
    });
}

#[test]
fn an_owner_comes_back_by_passkey_and_colleagues_stay() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Korn").await;
        let (priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "Hello").await;
        anna.hear("Hello").await;
        let mut ben = colleague(&mut world, &mut anna, Role::Agent, "Ben").await;
        until_member(&mut ben, conversation).await;
        let authenticator = SoftwareAuthenticator::new(world.origin());
        add(&anna, &authenticator).await.unwrap();
        anna.close().await;
        let mut again = world.device().await;
        recover(&again, &authenticator).await.unwrap();
        until_member(&mut again, conversation).await;
        until_texts(&mut again, conversation, &["Hello"]).await;
        assert_eq!(devices(&again).await.len(), 2);
    });
}

#[test]
fn a_persons_new_device_proves_the_passkey_before_it_is_linked() {
    run(async {
        let mut world = World::start().await;
        let (_korn, entry) = world.business("Korn").await;
        let (mut phone, _conversation) = world.customer(&entry, "Priya").await;
        let authenticator = SoftwareAuthenticator::new(world.origin());
        add(&phone, &authenticator).await.unwrap();
        let url = invite(&phone, Role::Agent, "").await;
        let mut laptop = world.device().await;
        let command = Command::AcceptInvitation { token: url.clone() };
        let refused = laptop.try_call(command).await.unwrap_err();
        assert_eq!(refused.kind, FailureKind::PasskeyNeeded);
        // The passkey of somebody else doesn't count.
        let other = SoftwareAuthenticator::new(world.origin());
        let (stranger, _conversation) = world.customer(&entry, "Cem").await;
        add(&stranger, &other).await.unwrap();
        let prove = async |authenticator: &SoftwareAuthenticator| {
            passkey::prove(authenticator, async |command| laptop.try_call(command).await).await
        };
        prove(&other).await.unwrap();
        let command = Command::AcceptInvitation { token: url.clone() };
        assert_eq!(laptop.try_call(command).await.unwrap_err().kind, FailureKind::PasskeyNeeded);
        prove(&authenticator).await.unwrap();
        let code = accept(&laptop, &url).await;
        link(&mut phone, &mut laptop, code).await;
        laptop.until_connection(Connection::Live).await;
        until_devices(&mut phone, 2).await;
    });
}
