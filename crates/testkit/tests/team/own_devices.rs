//! A person's phone and laptop.

use tresen_testkit::world::{World, run};
use tresen_view::{Answer, Command, Connection, FailureKind, Role};

use super::support::{
    accept, account, devices, invite, link, own_device, until_member, until_texts,
};

#[test]
fn a_person_writes_on_phone_and_laptop() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, entry) = world.business("Korn").await;
        let (mut phone, conversation) = world.customer(&entry, "Priya").await;
        phone.say(conversation, "Two rolls").await;
        let (_, heard) = korn.hear("Two rolls").await;
        korn.call(Command::React { message: heard.message, emoji: Some("👍".to_owned()) }).await;
        korn.say(conversation, "Ready at nine").await;
        phone.hear("Ready at nine").await;

        let url = invite(&phone, Role::Agent, "").await;
        let mut laptop = world.device().await;
        let code = accept(&laptop, &url).await;
        link(&mut phone, &mut laptop, code).await;
        let view = account(&laptop).await;
        assert_eq!((view.name.as_str(), view.role), ("Priya", None));
        assert!(!view.is_primary && account(&phone).await.is_primary);
        // The history comes through the archive, with what was done to it.
        until_member(&mut laptop, conversation).await;
        until_texts(&mut laptop, conversation, &["Two rolls", "Ready at nine"]).await;
        let messages = laptop.messages(conversation).await;
        let rolls = messages.iter().find(|message| message.message == heard.message).unwrap();
        assert_eq!(rolls.reactions.len(), 1);
        assert_eq!(laptop.conversations().await[0].name, "Korn");

        laptop.say(conversation, "On my way").await;
        let (_, heard) = korn.hear("On my way").await;
        assert_eq!(heard.sender_name, "Priya");
        let (_, heard) = phone.hear("On my way").await;
        assert!(heard.is_own);
        phone.say(conversation, "Nearly there").await;
        korn.hear("Nearly there").await;
        laptop.hear("Nearly there").await;
        korn.say(conversation, "See you").await;
        phone.hear("See you").await;
        laptop.hear("See you").await;

        // A conversation that begins on the laptop is on the phone too.
        let (mut lindner, entry) = world.business("Lindner").await;
        let other = laptop.open_conversation(&entry, "Priya").await.unwrap();
        laptop.say(other, "A cake, please").await;
        lindner.hear("A cake, please").await;
        until_member(&mut phone, other).await;
        // What is said before the shop knows of the phone comes to it through the archive, a while later.
        phone.say(other, "For today").await;
        lindner.hear("For today").await;
        lindner.say(other, "Which one?").await;
        phone.hear("Which one?").await;
        phone.say(other, "The poppy seed one").await;
        lindner.hear("The poppy seed one").await;
        laptop.hear("The poppy seed one").await;

        // The account key stays on the phone: the laptop links and removes nobody.
        let wish = Command::Invite { role: Role::Agent, name: String::new() };
        assert_eq!(laptop.try_call(wish).await.unwrap_err().kind, FailureKind::Invalid);
        assert_eq!(devices(&phone).await.len(), 2);
        let device = own_device(&laptop).await;
        phone.call(Command::RemoveDevice { device }).await;
        laptop.until_connection(Connection::Revoked).await;
    });
}

#[test]
fn a_laptop_comes_into_chats_in_which_nothing_was_said() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, entry) = world.business("Korn").await;
        let (mut phone, conversation) = world.customer(&entry, "Priya").await;
        let url = invite(&phone, Role::Agent, "").await;
        let mut laptop = world.device().await;
        let code = accept(&laptop, &url).await;
        link(&mut phone, &mut laptop, code).await;
        until_member(&mut laptop, conversation).await;
        laptop.say(conversation, "Two rolls").await;
        korn.hear("Two rolls").await;
        phone.hear("Two rolls").await;
    });
}

#[test]
fn wrong_digits_link_nobody() {
    run(async {
        let mut world = World::start().await;
        let (_korn, entry) = world.business("Korn").await;
        let (mut phone, _conversation) = world.customer(&entry, "Priya").await;
        let url = invite(&phone, Role::Agent, "").await;
        let laptop = world.device().await;
        let code = accept(&laptop, &url).await;
        super::support::until_asked(&mut phone).await;
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let refused = phone.try_call(Command::ApproveLink { code: wrong.to_owned() }).await;
        assert_eq!(refused.unwrap_err().kind, FailureKind::WrongCode);
        assert!(matches!(laptop.call(Command::Account).await, Answer::Account(None)));
        assert_eq!(devices(&phone).await.len(), 1);
    });
}
