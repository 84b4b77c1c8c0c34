//! What the store promises: all or nothing, once, and in one place.

use futures::executor::block_on;
use tresen_types::{AccountId, ConversationId, DeviceId, GroupId, MessageId, Nonce, Timestamp};

use super::*;

fn open() -> Store {
    block_on(Store::open(StoreLocation::Memory)).unwrap()
}

fn message(number: u8) -> MessageRecord {
    MessageRecord {
        position: 0,
        id: MessageId::new([number; 32]),
        conversation: ConversationId::new([1; 16]),
        kind: MessageKind::Content,
        sequence: u64::from(number),
        at: Timestamp::from_millis(i64::from(number)),
        sender_account: AccountId::new([2; 16]),
        sender_device: DeviceId::new([3; 8]),
        is_own: false,
        state: None,
        content: vec![number],
        nonce: Nonce::new([number; 16]),
        receipt: Vec::new(),
        is_reportable: false,
    }
}

#[test]
fn what_fails_leaves_nothing_behind() {
    let store = open();
    let failed: Result<()> = store.write(|tx| {
        tx.set_cursor(7)?;
        Err(Error::Internal("on purpose"))
    });
    assert!(failed.is_err());
    assert_eq!(store.read(|tx| tx.cursor()).unwrap(), 0);
}

#[test]
fn a_savepoint_undoes_its_part_alone() {
    let store = open();
    store
        .write(|tx| {
            tx.add_message(&message(1), "kept")?;
            let savepoint = tx.savepoint()?;
            tx.add_message(&message(2), "undone")?;
            savepoint.undo()?;
            tx.set_cursor(3)
        })
        .unwrap();
    let read = |id: u8| store.read(|tx| tx.message(MessageId::new([id; 32]))).unwrap();
    assert!(read(1).is_some());
    assert!(read(2).is_none());
    assert_eq!(store.read(|tx| tx.cursor()).unwrap(), 3);
}

#[test]
fn the_same_message_is_kept_once() {
    let store = open();
    store
        .write(|tx| {
            let first = tx.add_message(&message(1), "one")?;
            assert!(first.is_some());
            assert_eq!(tx.add_message(&message(1), "one")?, None);
            assert!(tx.add_message(&message(2), "two")? > first);
            Ok(())
        })
        .unwrap();
}

#[test]
fn search_takes_words_as_they_are_typed() {
    let store = open();
    store
        .write(|tx| {
            let group = GroupId::new([9; 16]);
            let conversation = ConversationId::new([1; 16]);
            tx.put_conversation(&ConversationRecord::new(
                conversation,
                group,
                ConversationKind::Business,
                None,
                Timestamp::default(),
            ))?;
            tx.add_message(&message(1), "Zwei Croissants, bitte")?;
            tx.add_message(&message(2), "Ein Bröt\"chen")?;
            Ok(())
        })
        .unwrap();
    let hits = |words: &str| store.read(|tx| tx.search(words, None, 10)).unwrap().len();
    assert_eq!(hits("croiss"), 1);
    assert_eq!(hits("zwei bit"), 1);
    assert_eq!(hits("brot"), 1);
    assert_eq!(hits("OR \" ( *"), 0);
    assert_eq!(hits("kuchen"), 0);
}

#[test]
fn lists_find_what_reading_finds() {
    let store = open();
    let text = |number: u32| match number {
        7 => "ein seltenes Wort".to_owned(),
        _ => format!("Brot und Brötchen {number}"),
    };
    let conversation = ConversationId::new([1; 16]);
    store
        .write(|tx| {
            for number in 0..3_000_u32 {
                let mut id = [0; 32];
                id[..4].copy_from_slice(&number.to_be_bytes());
                let record = MessageRecord { id: MessageId::new(id), ..message(1) };
                tx.add_message(&record, &text(number))?;
            }
            Ok(())
        })
        .unwrap();
    let hits = |words: &str, within| {
        let found = store.read(|tx| tx.search(words, within, 5_000)).unwrap();
        found.into_iter().map(|found| found.message).collect::<Vec<_>>()
    };
    let queries = ["selt", "brot", "brotchen 1", "wort ein", "und 2999", "kuchen", "brot selt"];
    let read: Vec<_> = queries.iter().map(|words| hits(words, None)).collect();
    assert_eq!(read.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2_999, 1_111, 1, 1, 0, 0]);
    while store.write(|tx| tx.index_block()).unwrap() {}
    assert!(read.iter().zip(queries).all(|(read, words)| *read == hits(words, None)));
    assert!(read.iter().zip(queries).all(|(read, words)| *read == hits(words, Some(conversation))));

    // Nothing of what is taken back stays in a list.
    let rare = read[0][0];
    store.write(|tx| tx.delete_message(rare)).unwrap();
    assert!(hits("selt", None).is_empty());
    let lists = |tx: &Tx<'_>| {
        let sql = "SELECT count(*) AS count FROM searched_word WHERE word = 'seltenes'";
        tx.one(sql, [], |row| Ok(row.get::<_, i64>("count")?))
    };
    assert_eq!(store.read(lists).unwrap(), Some(0));
    assert!(store.write(|tx| tx.index_block()).unwrap());
    assert_eq!(hits("brot", None).len(), 2_999);
}

#[test]
fn texts_of_an_older_store_are_found() {
    let connection = Connection::open_in_memory().unwrap();
    schema::migrate_to_11(&connection);
    connection
        .execute_batch("INSERT INTO message_fts (rowid, text) VALUES (65536, 'Zwei Brötchen')")
        .unwrap();
    schema::migrate(&connection).unwrap();
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM searched WHERE text = 'Zwei Brötchen'"), 1);
    assert_eq!(count("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'message_fts%'"), 0);
}

#[test]
fn what_is_unread_is_counted_without_a_look_at_own_messages() {
    let store = open();
    let unread = store.write(|tx| {
        for number in 1..=6 {
            let is_own = number % 2 == 0;
            tx.add_message(&MessageRecord { is_own, ..message(number) }, "")?;
        }
        let conversation = ConversationId::new([1; 16]);
        let position = |number| Ok::<_, Error>(tx.known_message(message(number).id)?.position);
        let seen = position(1)?;
        let first = tx.first_unread(conversation, seen)?;
        Ok((tx.unread(conversation, seen)?, first == Some(position(3)?)))
    });
    assert_eq!(unread.unwrap(), (2, true));
    for question in [message::UNREAD_COUNT, message::UNREAD_FIRST] {
        let plan = store.read(|tx| {
            let question = format!("EXPLAIN QUERY PLAN {question}");
            tx.one(&question, (&[1_u8; 16][..], 1_i64), |row| Ok(row.get::<_, String>("detail")?))
        });
        let plan = plan.unwrap().unwrap();
        assert!(plan.contains("INDEX message_that_came"), "{plan}");
    }
}

#[test]
fn receipts_are_owed_once() {
    let store = open();
    let conversation = ConversationId::new([1; 16]);
    store
        .write(|tx| {
            for number in 1..=3 {
                tx.add_message(&message(number), "")?;
                tx.owe_delivered(MessageId::new([number; 32]))?;
            }
            let second = tx.known_message(MessageId::new([2; 32]))?.position;
            tx.owe_read(conversation, 0, second)?;
            assert_eq!(tx.conversations_that_owe()?, [conversation]);
            assert_eq!(tx.take_owed(conversation, true, 10)?.len(), 2);
            assert_eq!(tx.take_owed(conversation, false, 10)?, [MessageId::new([3; 32])]);
            assert!(tx.conversations_that_owe()?.is_empty());
            Ok(())
        })
        .unwrap();
}

#[test]
#[cfg(not(target_arch = "wasm32"))]
fn a_file_has_one_owner_and_survives() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("account/store.db");
    let location = || StoreLocation::File(path.clone());
    let store = block_on(Store::open(location())).unwrap();
    store.write(|tx| tx.set_cursor(9)).unwrap();
    assert!(matches!(block_on(Store::open(location())), Err(Error::StoreLocked)));
    drop(store);
    let store = block_on(Store::open(location())).unwrap();
    assert_eq!(store.read(|tx| tx.cursor()).unwrap(), 9);
}

#[test]
fn what_comes_in_late_finds_its_place() {
    let store = open();
    let conversation = ConversationId::new([1; 16]);
    // The two ends live, then the rest in any order, as segments of the archive bring it.
    for number in [20, 30, 10, 1, 25, 5, 29, 40, 21, 2] {
        store
            .write(|tx| {
                let mut late = message(number);
                late.position = tx.place_of(conversation, late.sequence)?;
                tx.add_message(&late, "")
            })
            .unwrap()
            .unwrap();
    }
    let messages = store.read(|tx| tx.messages_from(conversation, i64::MIN, 100)).unwrap();
    let order: Vec<u64> = messages.iter().map(|message| message.sequence).collect();
    assert_eq!(order, [1, 2, 5, 10, 20, 21, 25, 29, 30, 40]);
}

#[test]
fn the_later_operation_counts_whenever_it_comes() {
    let store = open();
    let conversation = ConversationId::new([1; 16]);
    let take = |sequence| {
        let at = Timestamp::from_millis(1);
        store.write(|tx| tx.take_order(conversation, OrderedField::Assignee, sequence, at)).unwrap()
    };
    assert!(take(5));
    assert!(!take(4), "it was overtaken");
    assert!(!take(5), "it is the same");
    assert!(take(6));
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

/// A device of the own group: what it keeps, what it has told and the group hasn't ordered, and how much
/// of the group's order has come to it.
struct Sim {
    store: Store,
    told: std::collections::VecDeque<RecordRow>,
    seen: usize,
}

const CLAIM: u8 = 15;

/// A label, a field, or a claim that is made once.
fn random_row(dice: &mut Dice, device: usize, number: u64) -> RecordRow {
    let kind = [1, 3, 4, CLAIM][usize::try_from(dice.below(4)).unwrap()];
    let value = match kind {
        CLAIM => device.to_string(),
        _ if dice.below(4) == 0 => String::new(),
        _ => format!("{device}/{number}"),
    };
    RecordRow {
        kind,
        subject: vec![u8::try_from(dice.below(5)).unwrap(); 16],
        name: dice.below(4).to_string(),
        value,
        sequence: 0,
        at: Timestamp::from_millis(0),
    }
}

fn take(store: &Store, row: &RecordRow) {
    store.write(|tx| tx.take_record(row, row.kind == CLAIM)).unwrap();
}

/// Three devices, online and offline at random: what each does, what comes when, is the dice's.
fn devices_agree(seed: u64, operations: u64) {
    let mut dice = Dice(seed);
    let mut devices: Vec<Sim> = (0..3)
        .map(|_| Sim { store: open(), told: std::collections::VecDeque::new(), seen: 0 })
        .collect();
    // The order that the server gives: who told it, and what.
    let mut order: Vec<(usize, RecordRow)> = Vec::new();
    let mut number = 0;
    while number < operations || devices.iter().any(|device| !device.told.is_empty()) {
        let at = usize::try_from(dice.below(3)).unwrap();
        let device = &mut devices[at];
        match dice.below(3) {
            0 if number < operations => {
                let row = random_row(&mut dice, at, number);
                number += 1;
                let read = |tx: &Tx<'_>| tx.record(row.kind, &row.subject, &row.name);
                // Nobody claims what is claimed already, as far as it knows.
                if row.kind != CLAIM || device.store.read(read).unwrap().is_none() {
                    device.store.write(|tx| tx.set_record(&row)).unwrap();
                    device.told.push_back(row);
                }
            }
            // The group orders it; the device hears so before it has taken in what came before.
            1 => {
                if let Some(row) = device.told.pop_front() {
                    let sequence = u64::try_from(order.len()).unwrap() + 1;
                    let row = RecordRow { sequence, ..row };
                    take(&device.store, &row);
                    order.push((at, row));
                }
            }
            _ => {
                let until = order.len().min(device.seen + 7);
                for (from, row) in &order[device.seen..until] {
                    if *from != at {
                        take(&device.store, row);
                    }
                }
                device.seen = until;
            }
        }
    }
    for (at, device) in devices.iter().enumerate() {
        for (from, row) in &order[device.seen..] {
            if *from != at {
                take(&device.store, row);
            }
        }
    }
    // A newcomer that is told everything again by each of them, in any order, comes to the same.
    let newcomer = open();
    let all: Vec<_> =
        devices.iter().map(|device| device.store.read(|tx| tx.records()).unwrap()).collect();
    for rows in all.iter().rev() {
        rows.iter().rev().for_each(|row| take(&newcomer, row));
    }
    assert!(all[0] == all[1], "seed {seed}");
    assert!(all[0] == all[2], "seed {seed}");
    assert!(all[0] == newcomer.read(|tx| tx.records()).unwrap(), "seed {seed}");
    assert!(all[0].iter().all(|row| row.sequence > 0));
}

#[test]
fn whatever_three_devices_do_offline_their_records_agree() {
    devices_agree(1, 10_000);
    for seed in 2..12 {
        devices_agree(seed, 300);
    }
}

/// Found by counting: an eighth of a gateway's time went into preparing the same questions again.
#[test]
fn a_question_is_prepared_once() {
    let store = open();
    let question = "SELECT position FROM message WHERE conversation = ?1 AND is_own = ?2";
    store
        .read(|tx| {
            let mut statement = tx.0.prepare_cached(question)?;
            for number in 0..3_u8 {
                assert!(statement.query(([number; 16], number))?.next()?.is_none());
            }
            assert_eq!(statement.get_status(rusqlite::StatementStatus::RePrepare), 0);
            Ok(())
        })
        .unwrap();
}

#[test]
fn duties_find_the_conversations_that_they_are_about() {
    let store = open();
    let (own, customer) = (AccountId::new([1; 16]), AccountId::new([2; 16]));
    let (here, other, gone, theirs) = (
        DeviceId::new([1; 8]),
        DeviceId::new([2; 8]),
        DeviceId::new([3; 8]),
        DeviceId::new([4; 8]),
    );
    let id = |number: u8| ConversationId::new([number; 16]);
    let found = store.write(|tx| {
        for (account, device, is_listed) in
            [(own, here, true), (own, other, true), (own, gone, false), (customer, theirs, true)]
        {
            tx.put_certificate(&CertificateRecord {
                account,
                device,
                certificate: Vec::new(),
                name: String::new(),
                signature_key: [0; 32],
                is_listed,
            })?;
        }
        // Who is in: everybody; without the other device; with one that isn't listed any more.
        let members = [
            vec![(own, here), (own, other), (customer, theirs)],
            vec![(own, here), (customer, theirs)],
            vec![(own, here), (own, other), (own, gone), (customer, theirs)],
            vec![(own, here), (own, other), (customer, theirs)],
            vec![(own, here), (own, other), (customer, theirs)],
        ];
        for (number, members) in (1_u8..).zip(members) {
            let group = GroupId::new([number; 16]);
            let at = Timestamp::from_millis(i64::from(number));
            let kind = ConversationKind::Business;
            let mut record = ConversationRecord::new(id(number), group, kind, Some(customer), at);
            record.state =
                if number == 5 { ConversationState::Lost } else { ConversationState::Open };
            tx.put_conversation(&record)?;
            for (account, device) in members {
                tx.add_member(id(number), &MemberRecord { account, device, since: at })?;
            }
        }
        tx.put_left(id(1), theirs)?;
        tresen_mls::GroupStore::put(tx, tresen_mls::PROPOSAL_ROWS, &[4; 16], b"key", b"proposal")
            .unwrap();
        assert_eq!(tx.lacking_devices(own)?, [(id(2), other)]);
        assert!(tx.lacks_device(id(2), own)? && !tx.lacks_device(id(1), own)?);
        assert_eq!(tx.with_unlisted_devices(own)?, [id(3)]);
        assert_eq!(tx.owing_commits()?, [id(4), id(3), id(1)]);
        assert_eq!(tx.with_leaf_before(Timestamp::from_millis(3))?, [id(2), id(1)]);
        assert_eq!(tx.without_consent(own, true)?, [customer; 4]);
        tx.put_consent(own, customer, 1, b"consent")?;
        assert!(tx.without_consent(own, true)?.is_empty());
        assert_eq!(tx.without_consent(own, false)?.len(), 4);
        assert!(tx.has_lost()?);
        assert_eq!(tx.lost_before(Timestamp::from_millis(1))?, [id(5)]);
        Ok(())
    });
    found.unwrap();
    let plan = store.read(|tx| {
        let question = format!("EXPLAIN QUERY PLAN SELECT id {}", conversation::WITH);
        tx.one(&question, (&[1_u8; 16][..],), |row| Ok(row.get::<_, String>("detail")?))
    });
    let plan = plan.unwrap().unwrap();
    assert!(plan.contains("INDEX conversation_by_counterpart"), "{plan}");
    let plan = store.read(|tx| {
        let question = format!("EXPLAIN QUERY PLAN {}", due::OWING);
        tx.all(&question, [], |row| Ok(row.get::<_, String>("detail")?))
    });
    assert!(plan.unwrap().concat().contains("INDEX mls_that_proposes"));
}

#[test]
fn a_page_of_the_list_is_read_along_an_index() {
    use tresen_view::InboxFilter;
    let store = open();
    let plan = |question: &str, parameters: &[&dyn rusqlite::ToSql]| {
        let question = format!("EXPLAIN QUERY PLAN {question}");
        let plan = store
            .read(|tx| tx.all(&question, parameters, |row| Ok(row.get::<_, String>("detail")?)));
        plan.unwrap().join("\n")
    };
    let all = [
        (InboxFilter::Queue, "conversation_that_waits"),
        (InboxFilter::Mine, "conversation_by_agent"),
        (InboxFilter::Unassigned, "conversation_by_agent"),
        (InboxFilter::All, "conversation_in_list"),
        (InboxFilter::Snoozed, "conversation_in_list"),
        (InboxFilter::Closed, "conversation_in_list"),
    ];
    for (filter, index) in all {
        for label in ["", "regular"] {
            let (device, now) = (DeviceId::new([1; 8]), Timestamp::default());
            let listing = Listing { filter, label, device, now, put_away_last: false };
            let found = plan(&listing.question(), &[&0, &[1_u8; 8], &label, &50, &100]);
            // Nothing is sorted, and no conversation is read for those that are passed over.
            assert!(
                found.contains(&format!("conversation USING COVERING INDEX {index}")),
                "{found}"
            );
            assert!(!found.contains("TEMP B-TREE FOR ORDER BY"), "{found}");
        }
    }
    let unread = plan(list::UNREAD_IN_ALL, &[&200]);
    assert!(unread.contains("COVERING INDEX conversation_with_news"), "{unread}");
    assert!(unread.contains("INDEX message_that_came"), "{unread}");
    assert!(plan(list::NAMES, &[]).contains("COVERING INDEX contact_by_name"));
}

#[test]
fn what_was_heard_before_version_15_is_still_unread() {
    let connection = Connection::open_in_memory().unwrap();
    schema::migrate_to_11(&connection);
    connection
        .execute_batch(
            "INSERT INTO conversation (id, grp, kind, state, since, updated_at, needs_leaf_update,
                leaf_updated_at, resynced_at, epoch, sequence, gaps, read_position, is_closed, draft)
             VALUES (x'01', x'02', 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, '');
             INSERT INTO message (position, id, conversation, kind, sequence, at, sender_account,
                sender_device, is_own, content, nonce, receipt, is_reportable, owes)
             VALUES (5, x'05', x'01', 0, 1, 0, x'', x'', 0, x'', x'', x'', 0, 0),
                (9, x'09', x'01', 0, 2, 0, x'', x'', 1, x'', x'', x'', 0, 0);",
        )
        .unwrap();
    schema::migrate(&connection).unwrap();
    let heard = "SELECT heard_position FROM conversation";
    assert_eq!(connection.query_row(heard, [], |row| row.get::<_, i64>(0)).unwrap(), 5);
}
