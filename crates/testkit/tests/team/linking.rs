//! A colleague's device is linked: the happy path, wrong digits, stale invitations, forged steps.

use tresen_client::limits::{INVITATION_LIFETIME_MS, LINK_LIFETIME_MS};
use tresen_testkit::world::{Actor, World, run};
use tresen_view::{Answer, Command, Connection, Event, FailureKind, LinkStep, Role};

use super::support::{
    accept, colleague, devices, invite, until_asked, until_member, until_step, until_texts,
};

#[test]
fn a_new_colleague_reads_the_history_and_answers() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "Do you have rye?").await;
        let (_, heard) = anna.hear("Do you have rye?").await;
        anna.read(conversation, &heard).await;
        anna.say(conversation, "Every day").await;
        priya.hear("Every day").await;

        let mut ben = colleague(&mut world, &mut anna, Role::Agent, "Ben").await;
        until_member(&mut ben, conversation).await;
        until_texts(&mut ben, conversation, &["Do you have rye?", "Every day"]).await;
        let rows = ben.conversations().await;
        assert_eq!(rows[0].name, "Priya");
        assert_eq!(rows[0].unread, 0);

        ben.say(conversation, "Fresh at six").await;
        let (_, heard) = priya.hear("Fresh at six").await;
        assert_eq!(heard.sender_name, "Ben");
        let (_, heard) = anna.hear("Fresh at six").await;
        assert!(heard.is_own);
        priya.say(conversation, "Thank you both").await;
        ben.hear("Thank you both").await;
        anna.hear("Thank you both").await;

        let Answer::Account(Some(account)) = ben.call(Command::Account).await else {
            panic!("an account")
        };
        assert_eq!((account.name.as_str(), account.role), ("Ben", Some(Role::Agent)));
        assert_eq!(account.business_name, "Korn");
        let listed = devices(&ben).await;
        assert_eq!(listed.len(), 2);
        assert!(listed[0].is_this);
        // An agent works in the inbox, and changes no devices.
        let wish = Command::Invite { role: Role::Agent, name: "Cem".to_owned() };
        assert_eq!(ben.try_call(wish).await.unwrap_err().kind, FailureKind::Invalid);
        let remove = Command::RemoveDevice { device: listed[1].device };
        assert_eq!(ben.try_call(remove).await.unwrap_err().kind, FailureKind::Invalid);
    });
}

#[test]
fn a_second_owner_may_link_a_third() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "Hello").await;
        anna.hear("Hello").await;
        let mut ben = colleague(&mut world, &mut anna, Role::Owner, "Ben").await;
        let mut cem = colleague(&mut world, &mut ben, Role::Agent, "Cem").await;
        until_member(&mut cem, conversation).await;
        cem.say(conversation, "Here is Cem").await;
        priya.hear("Here is Cem").await;
        assert_eq!(devices(&cem).await.len(), 3);
    });
}

#[test]
fn one_wrong_code_burns_the_invitation() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, _link) = world.business("Korn").await;
        let url = invite(&anna, Role::Agent, "Ben").await;
        let mut ben = world.device().await;
        let code = accept(&ben, &url).await;
        until_step(&mut anna, "asked", |step| {
            matches!(step, LinkStep::EnterCode { .. }).then_some(())
        })
        .await;
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let refused = anna.try_call(Command::ApproveLink { code: wrong.to_owned() }).await;
        assert_eq!(refused.unwrap_err().kind, FailureKind::WrongCode);
        let failed = |step: &LinkStep| matches!(step, LinkStep::Failed).then_some(());
        until_step(&mut ben, "failed", failed).await;
        until_step(&mut anna, "failed", failed).await;
        // Neither the right digits nor the link count any more.
        let late = anna.try_call(Command::ApproveLink { code }).await;
        assert_eq!(late.unwrap_err().kind, FailureKind::NotFound);
        let other = world.device().await;
        let again = other.try_call(Command::AcceptInvitation { token: url }).await;
        assert_eq!(again.unwrap_err().kind, FailureKind::LinkRevoked);
        assert!(matches!(ben.call(Command::Account).await, Answer::Account(None)));
        assert_eq!(devices(&anna).await.len(), 1);
    });
}

#[test]
fn a_link_with_another_fingerprint_is_refused() {
    run(async {
        let mut world = World::start().await;
        let (anna, _link) = world.business("Korn").await;
        let (korn_two, _link) = world.business("Korn Two").await;
        let one = invite(&anna, Role::Agent, "Ben").await;
        let two = invite(&korn_two, Role::Agent, "Ben").await;
        // The invitation of one business under the fingerprint of another.
        let decode = |url: &str| {
            use base64::Engine as _;
            let secret = url.rsplit_once('#').expect("a fragment").1;
            base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(secret).expect("base64")
        };
        let (one, two) = (decode(&one), decode(&two));
        let mixed = [&one[..33], &two[33..]].concat();
        let token = {
            use base64::Engine as _;
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(mixed)
        };
        let ben = world.device().await;
        let refused = ben.try_call(Command::AcceptInvitation { token }).await.unwrap_err();
        assert_eq!(refused.kind, FailureKind::FingerprintMismatch);
        let nonsense = Command::AcceptInvitation { token: "nonsense".to_owned() };
        assert_eq!(ben.try_call(nonsense).await.unwrap_err().kind, FailureKind::Invalid);
    });
}

#[test]
fn an_invitation_ends() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, _link) = world.business("Korn").await;
        let url = invite(&anna, Role::Agent, "Ben").await;
        world.pass(INVITATION_LIFETIME_MS + 1);
        let ben = world.device().await;
        let late = ben.try_call(Command::AcceptInvitation { token: url }).await.unwrap_err();
        assert_eq!(late.kind, FailureKind::LinkRevoked);
        anna.client.hurry();
        anna.until_connection(Connection::Live).await;
        assert_eq!(devices(&anna).await.len(), 1);
    });
}

async fn connection_changes(actor: &mut Actor) {
    actor
        .until("the connection changes", |event| {
            matches!(event, Event::Connection(_)).then_some(())
        })
        .await;
}

#[test]
fn the_digits_end() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, _link) = world.business("Korn").await;
        let url = invite(&anna, Role::Agent, "Ben").await;
        let mut ben = world.device().await;
        let code = accept(&ben, &url).await;
        until_asked(&mut anna).await;
        world.pass(LINK_LIFETIME_MS + 1);
        // Her clock follows at the next connection.
        while anna.client.connection() == Connection::Live {
            connection_changes(&mut anna).await;
        }
        anna.client.hurry();
        while anna.client.connection() != Connection::Live {
            connection_changes(&mut anna).await;
        }
        let late = anna.try_call(Command::ApproveLink { code }).await.unwrap_err();
        assert_eq!(late.kind, FailureKind::LinkExpired);
        ben.client.hurry();
        until_step(&mut ben, "failed", |step| matches!(step, LinkStep::Failed).then_some(())).await;
        assert!(matches!(ben.call(Command::Account).await, Answer::Account(None)));
        assert_eq!(devices(&anna).await.len(), 1);
    });
}

/// Two newcomers at a time: the digits of the one that came last count, and link that one alone.
#[test]
fn one_device_is_linked_at_a_time() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, _link) = world.business("Korn").await;
        let first = invite(&anna, Role::Agent, "Ben").await;
        let second = invite(&anna, Role::Agent, "Cem").await;
        let mut ben = world.device().await;
        let old = accept(&ben, &first).await;
        until_asked(&mut anna).await;
        // The same invitation doesn't let a second device in.
        let copy = world.device().await;
        let twice = copy.try_call(Command::AcceptInvitation { token: first }).await.unwrap_err();
        assert_eq!(twice.kind, FailureKind::LinkRevoked);
        let mut cem = world.device().await;
        let code = accept(&cem, &second).await;
        until_asked(&mut anna).await;
        // Ben's digits are of no use from here on, and he is told.
        until_step(&mut ben, "failed", |step| matches!(step, LinkStep::Failed).then_some(())).await;
        assert_ne!(old, code);
        anna.call(Command::ApproveLink { code }).await;
        until_step(&mut cem, "linked", |step| {
            matches!(step, LinkStep::Linked { .. }).then_some(())
        })
        .await;
        assert_eq!(devices(&anna).await.len(), 2);
        let none = anna.try_call(Command::ApproveLink { code: old }).await.unwrap_err();
        assert_eq!(none.kind, FailureKind::NotFound);
    });
}
