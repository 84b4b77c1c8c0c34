//! Conversations between real clients on a real server, in good weather and bad.

use tresen_client::{Client, ClientConfig, Error, StoreLocation};
use tresen_testkit::world::{Actor, World, run, text_of};
use tresen_types::{Categories, Category, ConversationId, EntryId};
use tresen_view::{
    Answer, Call, Command, Connection, ConversationHeader, Event, FailureKind, MessageBody,
    MessageState, Settings, SystemLine,
};

async fn header(actor: &Actor, conversation: ConversationId) -> ConversationHeader {
    match actor.call(Command::Header { conversation }).await {
        Answer::Header(header) => *header,
        other => panic!("no header: {other:?}"),
    }
}

async fn until_line(actor: &mut Actor, expected: SystemLine) {
    actor
        .until(&format!("{expected:?}"), |event| match event {
            Event::Message { message, .. }
                if message.body == MessageBody::System(expected.clone()) =>
            {
                Some(())
            }
            _ => None,
        })
        .await;
}

fn texts(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{prefix} {number}")).collect()
}

#[test]
fn what_is_written_without_a_connection_arrives_in_order() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        world.stop_server().await;
        priya.until_connection(Connection::Offline).await;
        let expected = texts("message", 20);
        for text in &expected {
            let queued = priya.say(conversation, text).await;
            assert_eq!(queued.state, Some(MessageState::Queued));
        }
        let mut priya = priya.restart().await;
        world.start_server().await;
        priya.client.hurry();
        korn.client.hurry();
        korn.hear("message 19").await;
        assert_eq!(korn.texts(conversation).await, expected);
        priya.until_connection(Connection::Live).await;
    });
}

#[test]
fn a_lost_answer_makes_nothing_twice() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        // The server accepts, but nobody hears of it.
        world.wire.swallow_answers();
        let sent = priya.say(conversation, "only once").await;
        let more = priya.say(conversation, "and this").await;
        tokio::task::yield_now().await;
        world.wire.cut();
        priya.client.hurry();
        korn.client.hurry();
        priya.until_state(more.message, MessageState::Delivered).await;
        priya.until_state(sent.message, MessageState::Sent).await;
        korn.hear("and this").await;
        assert_eq!(korn.texts(conversation).await, ["only once", "and this"]);
    });
}

#[test]
fn clients_that_were_closed_go_on_where_they_were() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        for round in 0..3 {
            let question = format!("question {round}");
            let answer = format!("answer {round}");
            priya.say(conversation, &question).await;
            korn.hear(&question).await;
            korn.say(conversation, &answer).await;
            priya.hear(&answer).await;
            korn = korn.restart().await;
            priya = priya.restart().await;
        }
        priya.say(conversation, "thanks").await;
        korn.hear("thanks").await;
        assert_eq!(korn.texts(conversation).await.len(), 7);
        assert_eq!(priya.texts(conversation).await.len(), 7);
    });
}

#[test]
fn a_conversation_whose_creation_was_not_answered_is_there_once() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, first) = world.customer(&link, "Priya").await;
        // The same customer comes through the same link again: it's the same conversation.
        assert_eq!(priya.open_conversation(&link, "Priya").await, Ok(first));
        priya.say(first, "hello").await;
        korn.hear("hello").await;
        assert_eq!(korn.conversations().await.len(), 1);
        priya.until_connection(Connection::Live).await;
    });
}

#[test]
fn a_wrong_fingerprint_makes_nothing() {
    run(async {
        let mut world = World::start().await;
        let (_korn, link) = world.business("Korn").await;
        let (_other, other_link) = world.business("Other").await;
        let priya = world.device().await;
        let wrong = other_link.url.split_once('#').expect("a fragment").1.to_owned();
        let failure = priya.open_entry(link.entry, wrong.clone(), "Priya").await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::FingerprintMismatch);
        assert_eq!(priya.call(Command::Account).await, Answer::Account(None));
        let unknown = EntryId::new([9; 8]);
        let failure = priya.open_entry(unknown, wrong, "Priya").await.unwrap_err();
        assert!(
            matches!(failure.kind, FailureKind::NotFound | FailureKind::LinkRevoked),
            "{failure:?}"
        );
        assert!(priya.conversations().await.is_empty());
    });
}

#[test]
fn a_revoked_link_opens_nothing() {
    run(async {
        let mut world = World::start().await;
        let (korn, link) = world.business("Korn").await;
        korn.call(Command::RevokeEntryLink { entry: link.entry }).await;
        let Answer::EntryLinks(links) = korn.call(Command::EntryLinks).await else {
            panic!("links")
        };
        assert!(links[0].is_revoked);
        assert_eq!(links[0].label, "poster");
        let priya = world.device().await;
        let failure = priya.open_conversation(&link, "Priya").await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::LinkRevoked);
    });
}

#[test]
fn taking_back_consent_stops_the_business_and_nothing_else() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "hello").await;
        korn.hear("hello").await;
        let set = |categories: Categories| Command::SetConsent {
            conversation,
            categories,
            wording: "They may write to me.".to_owned(),
            language: "en".to_owned(),
        };
        priya.call(set(Categories::NONE)).await;
        until_line(&mut korn, SystemLine::ConsentChanged { is_given: false }).await;
        assert_eq!(header(&korn, conversation).await.consent, None);
        assert!(!header(&korn, conversation).await.can_write);
        let refused = korn.say(conversation, "offer").await;
        korn.until_state(refused.message, MessageState::Failed).await;

        priya.call(set([Category::Service].into_iter().collect())).await;
        until_line(&mut korn, SystemLine::ConsentChanged { is_given: true }).await;
        korn.call(Command::Retry { message: refused.message }).await;
        priya.hear("offer").await;
    });
}

#[test]
fn who_is_blocked_is_not_heard() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "hello").await;
        korn.hear("hello").await;
        priya.call(Command::SetBlocked { conversation, is_blocked: true }).await;
        assert!(header(&priya, conversation).await.row.is_blocked);
        let refused = korn.say(conversation, "are you there?").await;
        korn.until_state(refused.message, MessageState::Failed).await;
        priya.call(Command::SetBlocked { conversation, is_blocked: false }).await;
        korn.call(Command::Retry { message: refused.message }).await;
        priya.hear("are you there?").await;
    });
}

#[test]
fn who_leaves_is_out_of_the_group() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "bye").await;
        korn.hear("bye").await;
        priya.call(Command::Leave { conversation }).await;
        until_line(&mut korn, SystemLine::Left { name: "Priya".to_owned() }).await;
        // The business's device commits the server's proposal: one reader is left.
        loop {
            if header(&korn, conversation).await.readers == 1 {
                break;
            }
            korn.until("the header", |event| {
                matches!(event, Event::HeaderChanged { .. }).then_some(())
            })
            .await;
        }
        assert_eq!(priya.texts(conversation).await, ["bye"]);
        assert!(!header(&priya, conversation).await.can_write);
    });
}

#[test]
fn who_deletes_the_account_is_gone_and_the_business_knows() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "my last order").await;
        korn.hear("my last order").await;
        // Without a connection nothing is changed, and a business can't do it at all.
        world.stop_all().await;
        priya.until_connection(Connection::Offline).await;
        let failure = priya.try_call(Command::DeleteAccount).await.expect_err("offline");
        assert_eq!(failure.kind, FailureKind::Offline);
        world.start_server().await;
        for actor in [&mut priya, &mut korn] {
            actor.client.hurry();
            actor.until_connection(Connection::Live).await;
        }
        korn.try_call(Command::DeleteAccount).await.expect_err("a business");
        let first = priya.account().await;

        priya.call(Command::DeleteAccount).await;
        assert_eq!(priya.call(Command::Account).await, Answer::Account(None));
        assert!(priya.conversations().await.is_empty());
        until_line(&mut korn, SystemLine::AccountEnded { name: "Priya".to_owned() }).await;
        loop {
            let header = header(&korn, conversation).await;
            if header.readers == 1 {
                assert!(header.has_ended && !header.can_write && header.consent.is_none());
                break;
            }
            korn.until("the header", |event| {
                matches!(event, Event::HeaderChanged { .. }).then_some(())
            })
            .await;
        }
        assert_eq!(korn.texts(conversation).await, ["my last order"]);
        let unsent = korn.say(conversation, "hello?").await;
        korn.until_state(unsent.message, MessageState::Failed).await;

        // The device begins anew, as somebody else; also after a restart it knows nothing of before.
        let mut priya = priya.restart().await;
        assert_eq!(priya.call(Command::Account).await, Answer::Account(None));
        let again = priya.open_conversation(&link, "Somebody").await.expect("a conversation");
        priya.until_connection(Connection::Live).await;
        assert!(again != conversation && priya.account().await != first);
        priya.say(again, "good morning").await;
        korn.hear("good morning").await;
    });
}

#[test]
fn read_receipts_can_be_switched_off() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (mut priya, conversation) = world.customer(&link, "Priya").await;
        korn.call(Command::SetSettings(Settings { read_receipts: false, typing: false })).await;
        let first = priya.say(conversation, "seen?").await;
        let (_, heard) = korn.hear("seen?").await;
        korn.read(conversation, &heard).await;
        assert_eq!(korn.conversations().await[0].unread, 0);
        korn.say(conversation, "yes").await;
        priya.hear("yes").await;
        let messages = priya.messages(conversation).await;
        let first = messages.iter().find(|message| message.message == first.message).unwrap();
        assert_eq!(first.state, Some(MessageState::Delivered));
    });
}

#[test]
fn quotes_pages_and_search_find_what_was_written() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (priya, conversation) = world.customer(&link, "Priya").await;
        for text in texts("order", 30) {
            priya.say(conversation, &text).await;
        }
        let (_, last) = korn.hear("order 29").await;
        let reply = Command::SendText {
            conversation,
            text: "The Käsekuchen is ready".to_owned(),
            reply_to: Some(last.message),
        };
        let Answer::Message(reply) = korn.call(reply).await else { panic!("a message") };
        let quote = reply.quote.as_ref().expect("a quote");
        assert_eq!((quote.preview.as_str(), quote.sender_name.as_str()), ("order 29", "Priya"));

        let page = |before: Option<i64>| Command::Messages { conversation, before, limit: 10 };
        let Answer::Messages(newest) = korn.call(page(None)).await else { panic!("a page") };
        assert_eq!((newest.messages.len(), newest.has_older, newest.has_newer), (10, true, false));
        let before = Some(newest.messages[0].position);
        let Answer::Messages(older) = korn.call(page(before)).await else { panic!("a page") };
        assert_eq!(text_of(&older.messages[9]), Some("order 20"));
        let around = Command::MessagesAround { conversation, message: last.message, limit: 4 };
        let Answer::Messages(around) = korn.call(around).await else { panic!("a page") };
        assert!(around.messages.iter().any(|message| message.message == last.message));

        let search = Command::Search { query: "kasek".to_owned(), conversation: None, limit: 10 };
        let Answer::Hits(hits) = korn.call(search).await else { panic!("hits") };
        assert_eq!(hits.len(), 1);
        assert_eq!(hits[0].message, reply.message);
        assert!(hits[0].snippet.contains(&("Käsekuchen".to_owned(), true)));
    });
}

#[test]
fn a_message_under_a_used_up_key_is_told() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (priya, conversation) = world.customer(&link, "Priya").await;
        let sent = priya.say(conversation, "one").await;
        let (_, heard) = korn.hear("one").await;
        assert_eq!(heard.message, sent.message);
        korn.client.settled().await.unwrap();
        let (mut korn, copy) = korn.copy_store().await;
        korn.until_connection(Connection::Live).await;
        // Nobody answers, so that the server's cursor tells nothing.
        let (origin, store) = priya.close().await;
        let sent = korn.say(conversation, "two").await;
        korn.until_state(sent.message, MessageState::Sent).await;

        // Its first words use up a key a second time: they can't be read, but not in silence.
        let mut korn = korn.set_back(&copy).await;
        let sent = korn.say(conversation, "four").await;
        korn.until_state(sent.message, MessageState::Sent).await;
        let mut priya = Actor::open(&origin, store).await;
        until_line(&mut priya, SystemLine::Unreadable).await;
        assert_eq!(priya.texts(conversation).await, ["one", "two"]);
    });
}

#[test]
fn a_repeated_call_writes_once() {
    run(async {
        let mut world = World::start().await;
        let (mut korn, link) = world.business("Korn").await;
        let (priya, conversation) = world.customer(&link, "Priya").await;
        let call = Call {
            id: 7,
            command: Command::SendText { conversation, text: "once".to_owned(), reply_to: None },
        };
        let Ok(Answer::Message(first)) = priya.client.answer(call.clone()).await else {
            panic!("a message")
        };
        let priya = priya.restart().await;
        let Ok(Answer::Message(again)) = priya.client.answer(call).await else {
            panic!("the message")
        };
        assert_eq!(first.message, again.message);
        korn.hear("once").await;
        priya.say(conversation, "twice").await;
        korn.hear("twice").await;
        assert_eq!(korn.texts(conversation).await, ["once", "twice"]);
    });
}

/// Its account, keys and cursor mean nothing to another server.
#[test]
fn a_store_is_opened_against_its_own_server_alone() {
    run(async {
        let mut world = World::start().await;
        let other = World::start().await;
        let (_korn, link) = world.business("Korn").await;
        let (priya, conversation) = world.customer(&link, "Priya").await;
        priya.say(conversation, "Hello").await;
        let (origin, store) = priya.close().await;
        let location = StoreLocation::File(store.clone());
        let refused = Client::open(ClientConfig::new(other.origin(), location)).await.unwrap_err();
        assert!(matches!(refused, Error::OtherOrigin), "{refused}");
        let mut priya = Actor::open(&origin, store).await;
        priya.until_connection(Connection::Live).await;
        assert_eq!(priya.texts(conversation).await, ["Hello"]);
    });
}
