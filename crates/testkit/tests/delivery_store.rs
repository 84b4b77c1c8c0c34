//! Conversations and mailboxes on PostgreSQL: the suite, the model, several nodes, and a database that
//! is killed in the middle of batches.
#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    net::{Ipv4Addr, Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicI64, Ordering},
        mpsc,
    },
    thread,
};

use bytes::Bytes;
use tresen_store::{
    DeliveryEvent, DeliveryOptions, DeliveryStore, EmbeddedDelivery, ErrorKind, Outcome,
    PostgresDelivery, StoreError,
    conformance::{self, Opener, wait},
    delivery::{
        ConversationKind, ConversationRecord, CreateConversation, DeliveryPlace, MailboxEntry,
        MemberRecord, Message, NewMessage, Notice, Sender, transfer_delivery,
    },
};
use tresen_testkit::postgres::{Postgres, PostgresOptions};
use tresen_types::{AccountId, Category, ConversationId, DeviceId, GroupId, Nonce, Timestamp};

/// A server that is never killed needs no sync.
fn hasty() -> Postgres {
    Postgres::start_with(PostgresOptions { fsync: false, ..PostgresOptions::default() }).unwrap()
}

fn opener(url: String) -> Opener {
    Box::new(move |options| Box::new(PostgresDelivery::open(&url, options).unwrap()))
}

#[test]
fn postgresql_conforms() {
    let postgres = hasty();
    conformance::delivery(&mut || opener(postgres.fresh_database().unwrap()));
}

#[test]
fn postgresql_follows_the_model() {
    let postgres = hasty();
    conformance::delivery_model(&mut || opener(postgres.fresh_database().unwrap()), 16);
}

#[test]
fn two_nodes_are_one_store() {
    let postgres = hasty();
    let mut last = String::new();
    conformance::delivery_nodes(&mut || {
        last = postgres.fresh_database().unwrap();
        opener(last.clone())
    });
    // Of the group messages that everybody has acknowledged, nothing is left.
    let database = last.rsplit('/').next().unwrap();
    for table in ["entry", "payload", "share"] {
        let count = postgres.execute(database, &format!("SELECT count(*) FROM delivery.{table}"));
        assert_eq!(count.unwrap(), "0", "{table}");
    }
}

fn options() -> DeliveryOptions {
    let now = AtomicI64::new(1_760_000_000_000);
    DeliveryOptions::new(Arc::new(move || {
        Timestamp::from_millis(now.fetch_add(1, Ordering::Relaxed))
    }))
}

const ID: ConversationId = ConversationId::new([1; 16]);

fn device(number: u8) -> DeviceId {
    DeviceId::new([number; 8])
}

fn sender() -> Sender {
    Sender { account: AccountId::new([1; 16]), device: device(1) }
}

fn creation() -> DeliveryEvent {
    let member = |number| MemberRecord {
        account: AccountId::new([number; 16]),
        device: device(number),
        leaf_index: u32::from(number),
        joined_epoch: 1,
        has_left: false,
    };
    DeliveryEvent::CreateConversation(Box::new(CreateConversation {
        conversation: ConversationRecord {
            id: ID,
            kind: ConversationKind::Business,
            accounts: Vec::new(),
            group_id: GroupId::new([1; 16]),
            epoch: 1,
            epoch_floor: 0,
            suite: 1,
            members: vec![member(1), member(2), member(3), member(4)],
            sequence: 0,
            group_info: Bytes::new(),
            ratchet_tree: Bytes::new(),
            pending_proposals: Vec::new(),
        },
        sender: sender(),
        nonce: Nonce::new([0xff; 16]),
        welcomes: Vec::new(),
        messages: Vec::new(),
    }))
}

fn message(number: u64) -> DeliveryEvent {
    DeliveryEvent::Message(Message {
        conversation: ID,
        sender: sender(),
        epoch: 1,
        message: NewMessage {
            nonce: Nonce::new(u128::from(number).to_be_bytes()),
            class: 0,
            category: Category::Service,
            body: Bytes::from(number.to_string()),
            franking_tag: Bytes::new(),
            time_to_live_s: 0,
            template: None,
            opens_window: false,
            gate: None,
        },
    })
}

/// What a device has, in order.
fn mailbox(store: &dyn DeliveryStore, number: u8) -> Vec<(u64, u64)> {
    let mut found = Vec::new();
    let mut cursor = 0;
    loop {
        let page = wait(store.read_after(device(number), cursor, usize::MAX, usize::MAX)).unwrap();
        let Some(last) = page.last() else { return found };
        cursor = last.cursor;
        found.extend(page.iter().map(|entry| {
            (String::from_utf8_lossy(&entry.body).parse::<u64>().unwrap(), entry.sequence)
        }));
    }
}

/// Two nodes send without a pause while the database is killed again and again. Every answer must be
/// the truth: what was accepted is there once; what was refused as unavailable isn't there, until it is
/// sent again.
#[test]
fn a_database_that_is_killed_loses_nothing() {
    const ROUNDS: u64 = 6;
    const WINDOW: u64 = 96;
    let mut postgres = Postgres::start().unwrap();
    let url = postgres.fresh_database().unwrap();
    let stores = [(); 2].map(|()| Arc::new(PostgresDelivery::open(&url, options()).unwrap()));
    wait(stores[0].submit(creation())).unwrap();
    let accepted: Mutex<BTreeMap<u64, u64>> = Mutex::default();
    let mut next = 0;
    for round in 0..ROUNDS {
        let (tell, told) = mpsc::channel();
        let is_back = (Mutex::new(false), Condvar::new());
        let refused = thread::scope(|scope| {
            let senders = [0, 1].map(|node| {
                let (store, accepted, tell) = (&stores[node], &accepted, tell.clone());
                let is_back = &is_back;
                let first = next + u64::try_from(node).unwrap() * 1_000_000;
                scope.spawn(move || {
                    let mut refused = Vec::new();
                    let mut number = first;
                    let mut is_last = false;
                    while !is_last {
                        // One window more when the database is back; none while it is away.
                        is_last = *is_back.0.lock().unwrap();
                        let waiting: Vec<_> = (number..number + WINDOW)
                            .map(|number| (number, store.submit(message(number))))
                            .collect();
                        number += WINDOW;
                        for (number, outcome) in waiting {
                            match wait(outcome) {
                                Ok(Outcome::Accepted(answer)) => {
                                    let before =
                                        accepted.lock().unwrap().insert(number, answer.sequence);
                                    assert_eq!(before, None);
                                }
                                Ok(other) => panic!("accepted or an error, not {other:?}"),
                                Err(error) => refused.push((number, error)),
                            }
                        }
                        // Nobody listens after the kill.
                        let _nobody = tell.send(());
                        if !refused.is_empty() {
                            let back = is_back.0.lock().unwrap();
                            drop(is_back.1.wait_while(back, |is_back| !*is_back).unwrap());
                        }
                    }
                    refused
                })
            });
            // Not in the first window, and in another place each time.
            for _window in 0..=round * 3 {
                told.recv().unwrap();
            }
            postgres.kill().unwrap();
            postgres.restart().unwrap();
            *is_back.0.lock().unwrap() = true;
            is_back.1.notify_all();
            senders.map(|sender| sender.join().unwrap()).concat()
        });
        check_refused(&*stores[0], &refused);
        for (number, _error) in refused {
            let answer = resend(&*stores[usize::from(number % 2 == 0)], number);
            assert_eq!(accepted.lock().unwrap().insert(number, answer), None);
        }
        next += 10_000_000;
    }
    let mut expected: Vec<(u64, u64)> = accepted.into_inner().unwrap().into_iter().collect();
    expected.sort_by_key(|(_number, sequence)| *sequence);
    let sequences: Vec<u64> = expected.iter().map(|(_number, sequence)| *sequence).collect();
    let count = u64::try_from(expected.len()).unwrap();
    assert_eq!(sequences, (1..=count).collect::<Vec<_>>(), "no sequence number is missing");
    for number in 2..=4 {
        assert!(mailbox(&*stores[1], number) == expected, "the mailbox of device {number}");
    }
}

/// What was refused with "nothing was written" isn't there.
fn check_refused(store: &dyn DeliveryStore, refused: &[(u64, StoreError)]) {
    let there: BTreeMap<u64, u64> = loop {
        // The first read may still meet the broken connection.
        if wait(store.stats(device(2))).is_ok() {
            break mailbox(store, 2).into_iter().collect();
        }
    };
    for (number, error) in refused {
        assert!(
            matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::Overloaded),
            "{number}: {error:?}"
        );
        assert!(!there.contains_key(number), "{number} was refused, and is there");
    }
}

/// Sends until it is accepted; returns the sequence number.
fn resend(store: &dyn DeliveryStore, number: u64) -> u64 {
    loop {
        match wait(store.submit(message(number))) {
            Ok(Outcome::Accepted(answer)) => return answer.sequence,
            Err(error) if error.kind() == ErrorKind::Unavailable => {}
            other => panic!("accepted, not {other:?}"),
        }
    }
}

/// Where a connection breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Break {
    Nowhere,
    /// What is written doesn't arrive.
    BeforeTheWrite,
    /// What was committed isn't answered.
    AfterTheCommit,
}

/// Forwards connections to the database, and breaks the one that carries `MARK` once.
fn breaking_proxy(to: u16, plan: &Arc<Mutex<Break>>) -> u16 {
    const MARK: &[u8] = b"the line breaks";
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let plan = Arc::clone(plan);
    thread::spawn(move || {
        for client in listener.incoming() {
            let client = client.unwrap();
            let server = TcpStream::connect((Ipv4Addr::LOCALHOST, to)).unwrap();
            let is_marked = Arc::new(AtomicBool::new(false));
            for is_request in [true, false] {
                let (client, server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let (plan, is_marked) = (Arc::clone(&plan), Arc::clone(&is_marked));
                thread::spawn(move || {
                    let (mut from, mut to) =
                        if is_request { (&client, &server) } else { (&server, &client) };
                    let mut buffer = vec![0; 1 << 16];
                    while let Ok(length @ 1..) = from.read(&mut buffer) {
                        let bytes = &buffer[..length];
                        let holds = |text: &[u8]| bytes.windows(text.len()).any(|at| at == text);
                        let mut plan = plan.lock().unwrap();
                        let breaks = match *plan {
                            Break::BeforeTheWrite => is_request && holds(MARK),
                            Break::AfterTheCommit if is_request => {
                                is_marked.fetch_or(holds(MARK), Ordering::AcqRel);
                                false
                            }
                            Break::AfterTheCommit => {
                                is_marked.load(Ordering::Acquire) && holds(b"COMMIT\0")
                            }
                            Break::Nowhere => false,
                        };
                        if breaks {
                            *plan = Break::Nowhere;
                            break;
                        }
                        drop(plan);
                        if to.write_all(bytes).is_err() {
                            break;
                        }
                    }
                    for socket in [&client, &server] {
                        // The other direction may have closed it.
                        let _closed = socket.shutdown(Shutdown::Both);
                    }
                });
            }
        }
    });
    port
}

#[test]
fn a_commit_without_an_answer_is_found_out() {
    let postgres = hasty();
    let url = postgres.fresh_database().unwrap();
    let plan = Arc::new(Mutex::new(Break::Nowhere));
    let port = breaking_proxy(postgres.port(), &plan);
    let through_proxy = url.replace(&postgres.port().to_string(), &port.to_string());
    let store = PostgresDelivery::open(&through_proxy, options()).unwrap();
    wait(store.submit(creation())).unwrap();
    for (sequence, place) in (1..).zip([Break::BeforeTheWrite, Break::AfterTheCommit]) {
        *plan.lock().unwrap() = place;
        let DeliveryEvent::Message(mut event) = message(sequence) else { unreachable!() };
        event.message.body = Bytes::from_static(b"the line breaks");
        let event = DeliveryEvent::Message(event);
        match wait(store.submit(event.clone())) {
            Ok(Outcome::Accepted(answer)) => assert_eq!(answer.sequence, sequence, "{place:?}"),
            other => panic!("{place:?}: {other:?}"),
        }
        assert_eq!(*plan.lock().unwrap(), Break::Nowhere, "it did break");
        assert!(matches!(wait(store.submit(event)), Ok(Outcome::Duplicate(_))));
        let entries = wait(store.read_after(device(2), 0, usize::MAX, usize::MAX)).unwrap();
        assert_eq!(u64::try_from(entries.len()).unwrap(), sequence);
    }
}

#[test]
fn a_database_that_is_away_is_told_and_found_again() {
    let mut postgres = Postgres::start().unwrap();
    let url = postgres.fresh_database().unwrap();
    let store = PostgresDelivery::open(&url, options()).unwrap();
    wait(store.submit(creation())).unwrap();
    postgres.stop().unwrap();
    let away = wait(store.submit(message(1))).unwrap_err();
    assert_eq!(away.kind(), ErrorKind::Unavailable);
    let away = wait(store.conversation(ID)).unwrap_err();
    assert_eq!(away.kind(), ErrorKind::Unavailable);
    let nowhere = PostgresDelivery::open(&url, options()).unwrap_err();
    assert_eq!(nowhere.kind(), ErrorKind::Unavailable);
    postgres.restart().unwrap();
    assert_eq!(resend(&store, 1), 1);
    assert_eq!(wait(store.conversation(ID)).unwrap().unwrap().sequence, 1);
    assert_eq!(mailbox(&store, 2), [(1, 1)]);
}

#[test]
fn nodes_may_start_at_once() {
    let postgres = hasty();
    for _round in 0..4 {
        let url = postgres.fresh_database().unwrap();
        thread::scope(|scope| {
            for _node in 0..4 {
                scope.spawn(|| PostgresDelivery::open(&url, options()).unwrap());
            }
        });
    }
}

/// The entries of all devices, the conversation, and what the store says to what it has seen.
fn content(store: &dyn DeliveryStore) -> (Vec<Vec<MailboxEntry>>, ConversationRecord, Outcome) {
    let entries = (1..=4).map(|number| {
        let mut found: Vec<MailboxEntry> = Vec::new();
        loop {
            let cursor = found.last().map_or(0, |entry| entry.cursor);
            let read = store.read_after(device(number), cursor, usize::MAX, usize::MAX);
            let page = wait(read).unwrap();
            if page.is_empty() {
                break found;
            }
            found.extend(page);
        }
    });
    let entries = entries.collect();
    let conversation = wait(store.conversation(ID)).unwrap().unwrap();
    (entries, conversation, wait(store.submit(message(1))).unwrap())
}

/// A device that has acknowledged everything gets the next entry under a later cursor.
fn next_cursor(store: &dyn DeliveryStore, number: u8) -> u64 {
    let notice = DeliveryEvent::Enqueue(Notice {
        devices: vec![device(number)],
        conversation: None,
        sender: None,
        class: 1,
        body: Bytes::from_static(b"0"),
    });
    assert_eq!(wait(store.submit(notice)), Ok(Outcome::Done));
    let entries = wait(store.read_after(device(number), 0, usize::MAX, usize::MAX)).unwrap();
    let cursor = entries.last().unwrap().cursor;
    let acknowledge = DeliveryEvent::Acknowledge { device: device(number), through: cursor };
    assert_eq!(wait(store.submit(acknowledge)), Ok(Outcome::Done));
    cursor
}

#[test]
fn mailboxes_move_to_postgresql_and_back() {
    let mut postgres = Postgres::start().unwrap();
    let url = postgres.fresh_database().unwrap();
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let directory = |folder: &tempfile::TempDir| DeliveryPlace::Directory(folder.path().to_owned());
    let database = DeliveryPlace::Postgres(url.clone());
    let now = Timestamp::from_millis(1_760_000_100_000);

    let store = EmbeddedDelivery::open(first.path(), options()).unwrap();
    wait(store.submit(creation())).unwrap();
    let waiting: Vec<_> = (1..=1_500).map(|number| store.submit(message(number))).collect();
    for outcome in waiting {
        assert!(matches!(wait(outcome), Ok(Outcome::Accepted(_))));
    }
    let middle = wait(store.read_after(device(3), 0, 700, usize::MAX)).unwrap();
    let through = middle.last().unwrap().cursor;
    let acknowledge = DeliveryEvent::Acknowledge { device: device(3), through };
    wait(store.submit(acknowledge)).unwrap();
    // A device that belongs to no conversation and has nothing waiting.
    let before = next_cursor(&store, 9);
    let expected = content(&store);
    assert!(matches!(expected.2, Outcome::Duplicate(_)));
    drop(store);

    // The database goes away in the middle; nobody can use what is half there.
    let broken = transfer_delivery(&directory(&first), &database, now, &mut |rows| {
        if rows > 2_000 {
            drop(postgres.stop());
        }
    });
    assert_eq!(broken.unwrap_err().kind(), ErrorKind::Unavailable);
    postgres.restart().unwrap();
    let unfinished = PostgresDelivery::open(&url, options()).unwrap_err();
    assert_eq!(unfinished.kind(), ErrorKind::Conflict);
    let moved = transfer_delivery(&directory(&first), &database, now, &mut |_rows| {}).unwrap();
    assert_eq!((moved.conversations, moved.entries, moved.nonces), (1, 3_800, 1_501));
    let twice = transfer_delivery(&directory(&first), &database, now, &mut |_rows| {});
    assert_eq!(twice.unwrap_err().kind(), ErrorKind::Conflict, "the target isn't empty");

    let store = PostgresDelivery::open(&url, options()).unwrap();
    assert!(content(&store) == expected);
    let later = next_cursor(&store, 9);
    assert!(later > before);
    wait(store.submit(message(2_000))).unwrap();
    let all = DeliveryEvent::Acknowledge { device: device(2), through: u64::MAX };
    wait(store.submit(all)).unwrap();
    let expected = content(&store);
    drop(store);

    transfer_delivery(&database, &directory(&second), now, &mut |_rows| {}).unwrap();
    let store = EmbeddedDelivery::open(second.path(), options()).unwrap();
    assert!(content(&store) == expected);
    assert!(next_cursor(&store, 9) > later);
    assert_eq!(resend(&store, 2_001), 1_502);
}
