//! What mailboxes hold, and for how long.

use bytes::Bytes;
use tresen_types::limits::{DAY_MS, MAILBOX_DAYS};

use super::{
    Opener, wait,
    world::{World, conversation, device, receipt_of, sender},
};
use crate::{
    delivery::{DeliveryEvent, EntryKind, MailboxStats, Notice, Outcome},
    limits::{YOUNG_KEPT_MAX, YOUNG_MESSAGES_MAX},
};

pub(super) fn hold_messages_in_order(opener: Opener) {
    let mut world = World::new(opener);
    world.create(1, &[1, 2]);
    world.create(2, &[1, 2, 4, 6]);
    for number in [2, 4, 6] {
        world.acknowledge(number, u64::MAX);
    }
    drop(world.take_delivered());
    let mut texts = Vec::new();
    for round in 0..20_u64 {
        let text = format!("message {round}");
        let id = if round % 3 == 0 { 1 } else { 2 };
        let accepted = world.send(id, 1, 1, &text);
        assert_eq!(accepted.accepted_at, world.time());
        assert_eq!(accepted.receipt, receipt_of(accepted.sequence));
        world.advance(1);
        texts.push(text);
        if round == 10 {
            world.reopen();
        }
    }
    let entries = world.read(2, 0);
    assert_eq!(world.waiting(2), texts);
    assert!(entries.is_sorted_by(|a, b| a.cursor < b.cursor));
    assert_eq!(entries[1].conversation, Some(conversation(2)));
    assert_eq!(entries[1].sequence, 1);
    assert_eq!(entries[1].sender, Some(sender(1)));
    assert_eq!(entries[1].class, 3);
    assert_eq!(entries[1].receipt, receipt_of(1));
    assert!(world.waiting(1).is_empty(), "nobody gets their own messages");
    assert_eq!(world.waiting(4).len(), 13);
    // What the listener heard is what lies in the mailboxes.
    let heard = world.take_delivered();
    let of_second: Vec<_> = heard
        .iter()
        .filter(|delivered| delivered.devices.contains(&device(2)))
        .map(|delivered| (*delivered.entry).clone())
        .collect();
    assert_eq!(of_second, entries);
}

pub(super) fn answer_a_nonce_once(opener: Opener) {
    let mut world = World::new(opener);
    world.create(1, &[1, 2, 4, 6]);
    let event = world.message(1, 1, 1, "once");
    // Twice in one go, and again after a crash and a later time.
    let waiting = [event.clone(), event.clone()].map(|event| world.store().submit(event));
    let [first, second] = waiting.map(|outcome| wait(outcome).expect("the store answers"));
    let Outcome::Accepted(accepted) = first else { panic!("it is accepted") };
    assert!(matches!(second, Outcome::Duplicate(again) if again.sequence == accepted.sequence));
    world.advance(60_000);
    world.reopen();
    assert_eq!(world.ask(event.clone()), Outcome::Duplicate(accepted.clone()));
    assert_eq!(world.waiting(2), ["welcome 2", "once"]);
    for number in [2, 4, 6] {
        world.acknowledge(number, u64::MAX);
    }
    let Outcome::Duplicate(again) = world.ask(event.clone()) else { panic!("it was seen") };
    assert_eq!((again.sequence, again.accepted_at), (accepted.sequence, accepted.accepted_at));
    // A nonce is its device's own.
    let DeliveryEvent::Message(mut other) = event else { panic!("it is a message") };
    other.sender = sender(2);
    let outcome = world.ask(DeliveryEvent::Message(other));
    assert!(matches!(outcome, Outcome::Accepted(accepted) if accepted.sequence == 2));
}

pub(super) fn never_use_a_cursor_twice(opener: Opener) {
    let mut world = World::new(opener);
    world.create(1, &[1, 2]);
    let mut last = 0;
    for _round in 0..4 {
        world.send(1, 1, 1, "again");
        let entries = world.read(2, 0);
        assert!(entries.iter().all(|entry| entry.cursor > last));
        last = entries.last().expect("something waits").cursor;
        world.acknowledge(2, last);
        assert!(world.waiting(2).is_empty());
        world.reopen();
        assert!(world.waiting(2).is_empty());
    }
}

pub(super) fn forget_what_was_acknowledged(opener: Opener) {
    let mut world = World::new(opener);
    world.create(1, &[1, 2, 4, 6]);
    for number in [2, 4, 6] {
        world.acknowledge(number, u64::MAX);
    }
    // More than is remembered in memory, so that acknowledging scans too.
    for round in 0..150 {
        world.send(1, 1, 1, &format!("{round}"));
    }
    let cursors: Vec<u64> = world.read(2, 0).iter().map(|entry| entry.cursor).collect();
    world.acknowledge(2, cursors[9]);
    world.acknowledge(2, cursors[9]);
    world.acknowledge(2, cursors[3]);
    assert_eq!(world.waiting(2).len(), 140);
    world.reopen();
    world.acknowledge(2, cursors[99]);
    assert_eq!(world.waiting(2).first().map(String::as_str), Some("100"));
    assert_eq!(world.read(2, cursors[119]).len(), 30);
    // The payload stays as long as one mailbox refers to it.
    assert_eq!(world.waiting(4).len(), 150);
    world.acknowledge(2, u64::MAX);
    world.acknowledge(4, u64::MAX);
    assert_eq!(world.waiting(6).len(), 150);
    world.acknowledge(6, cursors[148]);
    assert_eq!(world.waiting(6), ["149"]);
    world.acknowledge(6, u64::MAX);
    // An acknowledgement beyond the end doesn't swallow what comes later.
    world.send(1, 1, 1, "later");
    for number in [2, 4, 6] {
        assert_eq!(world.waiting(number), ["later"]);
    }
}

/// Before and after a checkpoint, and until the device is dropped.
pub(super) fn remember_how_far_a_device_is(opener: Opener) {
    let mut world = World::new(opener);
    world.create(1, &[1, 2]);
    let acknowledged = |world: &World, number| {
        wait(world.store().acknowledged(device(number))).expect("it is read")
    };
    assert_eq!(acknowledged(&world, 2), 0);
    for _round in 0..3 {
        world.send(1, 1, 1, "text");
    }
    let cursors: Vec<u64> = world.read(2, 0).iter().map(|entry| entry.cursor).collect();
    world.acknowledge(2, cursors[1]);
    assert_eq!(acknowledged(&world, 2), cursors[1]);
    world.reopen();
    assert_eq!(acknowledged(&world, 2), cursors[1]);
    // An expiry stands alone: what was young moves into the tables.
    let event = DeliveryEvent::Expire { before: world.time() };
    assert!(matches!(world.ask(event), Outcome::Expired { .. }));
    world.reopen();
    assert_eq!(acknowledged(&world, 2), cursors[1]);
    world.acknowledge(2, cursors[2]);
    assert_eq!(acknowledged(&world, 2), cursors[2]);
    assert_eq!(acknowledged(&world, 1), 0);
    assert_eq!(world.ask(DeliveryEvent::DropDevice { device: device(2) }), Outcome::Done);
    assert_eq!(acknowledged(&world, 2), 0);
}

/// A message's own time to live, for one recipient and for many.
pub(super) fn lose_what_nobody_wants_any_more(opener: Opener) {
    let mut world = World::new(opener);
    world.create(1, &[1, 2]);
    world.create(2, &[1, 2, 4, 6, 8, 10]);
    for number in [2, 4, 6, 8, 10] {
        world.acknowledge(number, u64::MAX);
    }
    for id in [1, 2] {
        let DeliveryEvent::Message(mut short) = world.message(id, 1, 1, "short") else {
            panic!("it is a message")
        };
        short.message.time_to_live_s = 60;
        assert!(matches!(world.ask(DeliveryEvent::Message(short)), Outcome::Accepted(_)));
        world.send(id, 1, 1, "long");
    }
    let entry = world.read(2, 0).remove(0);
    assert_eq!(entry.time_to_live_s, 60);
    world.advance(59_999);
    assert!(!entry.is_over(world.time()));
    let before = world.time().plus_millis(-DAY_MS);
    let event = DeliveryEvent::Expire { before };
    assert_eq!(world.ask(event.clone()), Outcome::Expired { removed: 0, is_done: true });
    world.advance(1);
    assert!(entry.is_over(world.time()));
    assert_eq!(world.ask(event), Outcome::Expired { removed: 6, is_done: true });
    assert_eq!(world.waiting(2), ["long", "long"]);
    assert_eq!(world.waiting(10), ["long"]);
}

pub(super) fn expire_and_drop(opener: Opener) {
    let mut world = World::new(opener);
    world.create(1, &[1, 2, 4, 6]);
    world.create(2, &[1, 2]);
    world.send(1, 1, 1, "old");
    world.acknowledge(4, u64::MAX);
    world.advance(MAILBOX_DAYS * DAY_MS);
    world.send(1, 1, 1, "new");
    let notice = Notice {
        devices: vec![device(2), device(8), device(2)],
        conversation: None,
        sender: None,
        class: 9,
        body: Bytes::from_static(b"notice"),
    };
    assert_eq!(world.ask(DeliveryEvent::Enqueue(notice)), Outcome::Done);
    let event = DeliveryEvent::Expire { before: world.time() };
    // Three welcomes of the first conversation (one acknowledged), one of the second, two of "old".
    assert_eq!(world.ask(event), Outcome::Expired { removed: 5, is_done: true });
    assert_eq!(world.waiting(2), ["new", "notice"]);
    assert_eq!(world.waiting(4), ["new"]);
    assert_eq!(world.waiting(8), ["notice"]);
    let entry = world.read(8, 0).remove(0);
    assert_eq!((entry.kind, entry.class, entry.conversation), (EntryKind::Notice, 9, None));

    drop(world.take_heard());
    assert_eq!(world.ask(DeliveryEvent::DropDevice { device: device(2) }), Outcome::Done);
    let dropped: Vec<_> = world.take_heard().into_iter().flat_map(|batch| batch.dropped).collect();
    assert_eq!(dropped, [device(2)]);
    world.reopen();
    assert!(world.waiting(2).is_empty());
    world.send(1, 1, 1, "without it");
    world.send(2, 1, 1, "to nobody");
    assert!(world.waiting(2).is_empty());
    assert_eq!(world.waiting(6), ["new", "without it"]);
    let conversations = wait(world.store().conversations_of(device(2))).expect("it is read");
    assert!(conversations.is_empty());
}

pub(super) fn bound_a_read(opener: Opener) {
    let mut world = World::new(opener);
    world.create(1, &[1, 2]);
    world.acknowledge(2, u64::MAX);
    let started = world.time();
    for _round in 0..10 {
        world.send(1, 1, 1, &"x".repeat(1_000));
        world.advance(1);
    }
    let read = |limit, bytes_max| {
        wait(world.store().read_after(device(2), 0, limit, bytes_max)).expect("it is read").len()
    };
    assert_eq!(read(3, usize::MAX), 3);
    assert_eq!(read(0, usize::MAX), 0);
    assert_eq!(read(usize::MAX, 2_500), 3, "at most one entry over the limit");
    assert_eq!(read(usize::MAX, 1), 1, "at least one, so that the device gets on");
    let stats = wait(world.store().stats(device(2))).expect("it is read");
    assert_eq!((stats.entries, stats.oldest), (10, Some(started)));
    assert!((10_000..13_000).contains(&stats.bytes), "{stats:?}");
    let nothing = wait(world.store().stats(device(9))).expect("it is read");
    assert_eq!(nothing, MailboxStats::default());
}

/// More messages than the store keeps beside its tables, some acknowledged on the way.
pub(super) fn survive_a_checkpoint(opener: Opener) {
    let mut world = World::new(opener);
    world.create(1, &[1, 2]);
    world.create(2, &[1, 2, 4, 6]);
    let first = world.message(2, 1, 1, "0");
    world.ask(first.clone());
    for number in [2, 4, 6] {
        world.acknowledge(number, u64::MAX);
    }
    let count = YOUNG_MESSAGES_MAX + 500;
    let mut last = None;
    for number in 0..count {
        let event = world.message(if number % 2 == 0 { 1 } else { 2 }, 1, 1, &number.to_string());
        last = Some(world.store().submit(event));
        if number == count / 2 {
            wait(last.take().expect("it was submitted")).expect("the store answers");
            world.acknowledge(2, world.read(2, 0)[99].cursor);
        }
    }
    wait(last.expect("it was submitted")).expect("the store answers");
    let newest = YOUNG_KEPT_MAX / 4;
    let mut seen = 0;
    for _crash in 0..3 {
        let texts = |number| {
            let mut texts = Vec::new();
            let mut cursor = 0;
            loop {
                let page = world.read(number, cursor);
                let Some(end) = page.last() else { return texts };
                cursor = end.cursor;
                texts.extend(page.iter().map(|entry| {
                    String::from_utf8_lossy(&entry.body).parse::<usize>().expect("it is a number")
                }));
            }
        };
        assert_eq!(texts(2), (100..count).collect::<Vec<_>>());
        let odd: Vec<_> = (0..count).filter(|number| number % 2 == 1).collect();
        assert_eq!(texts(4), odd);
        assert_eq!(texts(6), odd.get(seen..).expect("so many"));
        let stats = wait(world.store().stats(device(4))).expect("it is read");
        assert_eq!(usize::try_from(stats.entries).ok(), Some(odd.len()));
        assert!(matches!(world.ask(first.clone()), Outcome::Duplicate(seen) if seen.sequence == 1));
        // One reads on among those that the checkpoint has left young.
        let unread = odd.len() - seen;
        if unread > newest {
            let through = cursor_at(&world, 6, unread - newest - 1);
            world.acknowledge(6, through);
            seen = odd.len() - newest;
        }
        world.reopen();
    }
}

/// The cursor of an entry by its place in a mailbox.
fn cursor_at(world: &World, device: u8, place: usize) -> u64 {
    let mut cursors = Vec::new();
    loop {
        let page = world.read(device, cursors.last().copied().unwrap_or(0));
        if page.is_empty() {
            return *cursors.get(place).expect("so many entries");
        }
        cursors.extend(page.iter().map(|entry| entry.cursor));
    }
}
