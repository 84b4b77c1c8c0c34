//! What colleagues keep in common about their conversations, and what happens without any of them.

use std::{fs, path::Path};

use tresen_testkit::world::{Actor, World, run};
use tresen_types::ConversationId;
use tresen_view::{
    Answer, CardField, Command, ConversationRow, Event, LabelView, MessageBody, MessageView,
    QuickReplyView, ReminderView, Role, SystemLine, TeamCommand, TeamRules, TeamView,
};

use super::support::{colleague, own_device, until_member};

async fn team(actor: &Actor, command: TeamCommand) {
    actor.call(Command::Team(Box::new(command))).await;
}

async fn common(actor: &Actor) -> TeamView {
    match actor.call(Command::Team(Box::new(TeamCommand::View))).await {
        Answer::Team(team) => *team,
        other => panic!("nothing in common: {other:?}"),
    }
}

async fn fields(actor: &Actor, conversation: ConversationId) -> Vec<CardField> {
    match actor.call(Command::Team(Box::new(TeamCommand::Card { conversation }))).await {
        Answer::CardFields(fields) => fields,
        other => panic!("no fields: {other:?}"),
    }
}

async fn row(actor: &Actor, conversation: ConversationId) -> ConversationRow {
    match actor.call(Command::Header { conversation }).await {
        Answer::Header(header) => header.row,
        other => panic!("no header: {other:?}"),
    }
}

/// Waits until something about a conversation is so.
async fn until_row(
    actor: &mut Actor,
    conversation: ConversationId,
    is_so: impl Fn(&ConversationRow) -> bool,
) {
    while !is_so(&row(actor, conversation).await) {
        actor
            .until("the row changes", |event| {
                matches!(event, Event::ConversationsChanged | Event::HeaderChanged { .. })
                    .then_some(())
            })
            .await;
    }
}

async fn until_common(actor: &mut Actor, is_so: impl Fn(&TeamView) -> bool) {
    while !is_so(&common(actor).await) {
        actor
            .until("the team's things change", |event| {
                matches!(event, Event::TeamChanged).then_some(())
            })
            .await;
    }
}

fn notes(messages: &[MessageView]) -> Vec<String> {
    let note_of = |message: &MessageView| match &message.body {
        MessageBody::System(SystemLine::Note { text, .. }) => Some(text.clone()),
        _ => None,
    };
    messages.iter().filter_map(note_of).collect()
}

async fn until_notes(actor: &mut Actor, conversation: ConversationId, expected: &[&str]) {
    while notes(&actor.messages(conversation).await) != expected {
        actor.until("a note", |event| matches!(event, Event::Message { .. }).then_some(())).await;
    }
}

/// Whether a file below a folder holds these bytes.
fn holds(folder: &Path, needle: &[u8]) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return holds(&path, needle);
        }
        fs::read(&path).is_ok_and(|bytes| bytes.windows(needle.len()).any(|part| part == needle))
    })
}

const SECRET: &str = "He always pays late, quote-unquote-8431";

#[test]
fn a_note_is_the_teams_and_neither_the_customer_nor_the_server_has_it() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "Hello").await;
        anna.hear("Hello").await;
        let mut ben = colleague(&mut world, &mut anna, Role::Agent, "Ben").await;
        until_member(&mut ben, conversation).await;

        let mentions = vec![own_device(&ben).await];
        let text = SECRET.to_owned();
        team(&anna, TeamCommand::AddNote { conversation, text, mentions }).await;
        // It is there at once, and once.
        assert_eq!(notes(&anna.messages(conversation).await), [SECRET]);
        until_notes(&mut ben, conversation, &[SECRET]).await;
        until_row(&mut ben, conversation, |row| row.marks.is_mentioned).await;
        assert!(!row(&anna, conversation).await.marks.is_mentioned);
        assert_eq!(row(&ben, conversation).await.preview, "Hello");
        let last = ben.messages(conversation).await.pop().expect("the note");
        assert_eq!(last.sender_name, "Anna");
        ben.read(conversation, &last).await;
        until_row(&mut ben, conversation, |row| !row.marks.is_mentioned).await;
        match ben.call(Command::Search { query: "late".into(), conversation: None, limit: 9 }).await
        {
            Answer::Hits(hits) => assert_eq!(hits.len(), 1),
            other => panic!("no hits: {other:?}"),
        }

        ben.say(conversation, "Good morning").await;
        priya.hear("Good morning").await;
        anna.client.settled().await.expect("sent");
        assert_eq!(notes(&anna.messages(conversation).await), [SECRET]);
        assert!(notes(&priya.messages(conversation).await).is_empty());
        let data = world.config(0).data_dir.clone();
        let (_, store_of_anna) = anna.close().await;
        let (_, store_of_priya) = priya.close().await;
        let parent = |path: &Path| path.parent().expect("a folder").to_owned();
        let words = SECRET.as_bytes();
        assert!(fs::read(&store_of_anna).is_ok() || store_of_anna.is_dir());
        assert!(found(&store_of_anna, words), "the business's own store has it");
        assert!(!found(&store_of_priya, words), "the customer's store has it not");
        assert!(!holds(&parent(&store_of_priya), words) || found(&store_of_anna, words));
        world.stop_server().await;
        assert!(!holds(&data, words), "the server has it not");
    });
}

fn found(store: &Path, needle: &[u8]) -> bool {
    if store.is_dir() {
        return holds(store, needle);
    }
    fs::read(store).is_ok_and(|bytes| bytes.windows(needle.len()).any(|part| part == needle))
}

#[test]
fn labels_card_snooze_and_replies_are_the_same_for_all_and_for_who_comes_later() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Korn").await;
        let (priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "Hello").await;
        anna.hear("Hello").await;
        // Set while she is alone.
        let label = LabelView { label: String::new(), name: "Regular".to_owned(), colour: 2 };
        team(&anna, TeamCommand::PutLabel(label)).await;
        let label = common(&anna).await.labels[0].label.clone();
        team(&anna, TeamCommand::SetLabel { conversation, label: label.clone(), is_set: true })
            .await;
        let mut ben = colleague(&mut world, &mut anna, Role::Agent, "Ben").await;
        until_member(&mut ben, conversation).await;
        until_common(&mut ben, |team| team.labels.len() == 1).await;
        until_row(&mut ben, conversation, |row| row.marks.labels.len() == 1).await;

        // Two labels at once: both stay.
        let urgent = LabelView { label: String::new(), name: "Urgent".to_owned(), colour: 5 };
        team(&ben, TeamCommand::PutLabel(urgent)).await;
        let second = common(&ben).await.labels[1].label.clone();
        until_common(&mut anna, |team| team.labels.len() == 2).await;
        let off = TeamCommand::SetLabel { conversation, label: label.clone(), is_set: false };
        let on = TeamCommand::SetLabel { conversation, label: second, is_set: true };
        futures::join!(team(&anna, off), team(&ben, on));
        for actor in [&mut anna, &mut ben] {
            until_row(
                actor,
                conversation,
                |row| matches!(row.marks.labels.as_slice(), [one] if one.name == "Urgent"),
            )
            .await;
        }

        let field = CardField { name: "Laptop".to_owned(), value: "X1, 2023".to_owned() };
        team(&ben, TeamCommand::SetField { conversation, field: field.clone() }).await;
        let reply = QuickReplyView {
            reply: String::new(),
            shortcut: "/Hours".to_owned(),
            text: "Hello {name}, open until 18:00.".to_owned(),
        };
        team(&ben, TeamCommand::PutReply(reply.clone())).await;
        until_common(&mut anna, |team| team.replies.len() == 1).await;
        assert_eq!(common(&anna).await.replies[0].shortcut, "hours");
        assert_eq!(fields(&anna, conversation).await, [field]);
        let again = Command::Team(Box::new(TeamCommand::PutReply(reply)));
        assert!(anna.try_call(again).await.is_err(), "a shortcut is one reply's");

        let now = row(&anna, conversation).await.at;
        let until = Some(now.plus_millis(3_600_000));
        team(&anna, TeamCommand::Snooze { conversation, until }).await;
        until_row(&mut ben, conversation, |row| row.marks.snoozed_until == until).await;
        let reminder = ReminderView { at: now, text: "Call back".to_owned() };
        team(&ben, TeamCommand::Remind { conversation, reminder: Some(reminder.clone()) }).await;
        until_row(&mut anna, conversation, |row| row.marks.reminder.as_ref() == Some(&reminder))
            .await;
        world.pass(1_000);
        priya.say(conversation, "Are you there?").await;
        for actor in [&mut anna, &mut ben] {
            until_row(actor, conversation, |row| row.marks.snoozed_until.is_none()).await;
        }

        let mut cem = colleague(&mut world, &mut anna, Role::Agent, "Cem").await;
        until_member(&mut cem, conversation).await;
        until_common(&mut cem, |team| team.labels.len() == 2 && team.replies.len() == 1).await;
        until_row(&mut cem, conversation, |row| row.marks.labels.len() == 1).await;
        let no = Command::Team(Box::new(TeamCommand::View));
        assert!(priya.try_call(no).await.is_err(), "a customer has no team");
    });
}

#[test]
fn a_customer_is_greeted_once_although_two_devices_could_and_chats_go_in_turn() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Korn").await;
        let (first, conversation) = world.customer(&link, "Priya").await;
        first.say(conversation, "Hello").await;
        anna.hear("Hello").await;
        let mut ben = colleague(&mut world, &mut anna, Role::Agent, "Ben").await;
        until_member(&mut ben, conversation).await;
        let rules = TeamRules {
            greets: true,
            greeting: "Hello {name}, we answer soon.".to_owned(),
            in_turn: true,
            ..TeamRules::default()
        };
        team(&anna, TeamCommand::SetRules(rules.clone())).await;
        until_common(&mut ben, |team| team.rules == rules).await;

        let mut holders = Vec::new();
        for name in ["Dana", "Emil"] {
            let (mut customer, chat) = world.customer(&link, name).await;
            customer.say(chat, "Is anybody there?").await;
            let greeting = format!("Hello {name}, we answer soon.");
            customer.hear(&greeting).await;
            until_member(&mut ben, chat).await;
            customer.say(chat, "Good").await;
            for actor in [&mut anna, &mut ben] {
                until_row(actor, chat, |row| row.assignee.is_some()).await;
                // Greeted, and still waiting for a person.
                until_row(actor, chat, |row| row.waiting_since.is_some()).await;
            }
            ben.say(chat, "Here I am").await;
            customer.hear("Here I am").await;
            let texts = customer.texts(chat).await;
            let greeted = texts.iter().filter(|text| **text == greeting).count();
            assert_eq!(greeted, 1, "{texts:?}");
            let greeting = customer.messages(chat).await;
            assert!(greeting.iter().any(|message| message.marks.is_automatic));
            let holder = row(&anna, chat).await.assignee.expect("somebody").device;
            assert_eq!(row(&ben, chat).await.assignee.map(|reader| reader.device), Some(holder));
            holders.push(holder);
        }
        assert_ne!(holders[0], holders[1], "one after the other");
    });
}

/// A generator of numbers that a seed repeats.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

fn random_step(dice: &mut Dice, chats: &[ConversationId], labels: &[String]) -> TeamCommand {
    let conversation = chats[usize::try_from(dice.below(chats.len() as u64)).expect("small")];
    let number = dice.below(1_000);
    match dice.below(4) {
        0 | 1 => TeamCommand::SetLabel {
            conversation,
            label: labels[usize::try_from(number).expect("small") % labels.len()].clone(),
            is_set: dice.below(3) > 0,
        },
        2 => TeamCommand::SetField {
            conversation,
            field: CardField {
                name: format!("field {}", number % 3),
                value: if number.is_multiple_of(4) { String::new() } else { number.to_string() },
            },
        },
        _ => {
            let text = format!("note {number}-{}", dice.below(1 << 30));
            TeamCommand::AddNote { conversation, text, mentions: Vec::new() }
        }
    }
}

/// All that a device knows about some chats.
async fn known(actor: &Actor, chats: &[ConversationId]) -> Vec<String> {
    let mut all = Vec::new();
    for chat in chats.iter().copied() {
        let marks = row(actor, chat).await.marks;
        let mut notes = notes(&actor.messages(chat).await);
        notes.sort();
        all.push(format!("{:?} {:?} {notes:?}", marks.labels, fields(actor, chat).await));
    }
    all
}

#[test]
fn three_agents_online_and_offline_come_to_the_same() {
    run(async {
        let mut world = World::start().await;
        let (mut anna, link) = world.business("Korn").await;
        let mut chats = Vec::new();
        for name in ["Dana", "Emil"] {
            let (customer, chat) = world.customer(&link, name).await;
            customer.say(chat, "Hello").await;
            anna.hear("Hello").await;
            chats.push(chat);
        }
        for name in ["Regular", "Urgent", "Invoice"] {
            let label = LabelView { label: String::new(), name: name.to_owned(), colour: 1 };
            team(&anna, TeamCommand::PutLabel(label)).await;
        }
        let labels: Vec<String> =
            common(&anna).await.labels.into_iter().map(|label| label.label).collect();
        let mut ben = colleague(&mut world, &mut anna, Role::Agent, "Ben").await;
        let mut cem = colleague(&mut world, &mut anna, Role::Agent, "Cem").await;
        for actor in [&mut ben, &mut cem] {
            for chat in &chats {
                until_member(actor, *chat).await;
            }
            until_common(actor, |team| team.labels.len() == 3).await;
        }
        let mut dice = Dice(20_261_122);
        for is_online in [true, false, true] {
            if !is_online {
                world.stop_server().await;
            }
            for _ in 0..40 {
                let actor = [&anna, &ben, &cem][usize::try_from(dice.below(3)).expect("small")];
                team(actor, random_step(&mut dice, &chats, &labels)).await;
            }
            if !is_online {
                world.start_server().await;
            }
        }
        // What the own group orders after everything else: who has the marks of all has all.
        for (actor, name) in [(&anna, "Told by Anna"), (&ben, "Told by Ben"), (&cem, "Told by Cem")]
        {
            let label = LabelView { label: String::new(), name: name.to_owned(), colour: 2 };
            team(actor, TeamCommand::PutLabel(label)).await;
        }
        for actor in [&mut anna, &mut ben, &mut cem] {
            until_common(actor, |team| {
                team.labels.iter().filter(|label| label.name.starts_with("Told by")).count() == 3
            })
            .await;
        }
        let expected = known(&anna, &chats).await;
        for actor in [&ben, &cem] {
            assert_eq!(known(actor, &chats).await, expected);
        }
    });
}
