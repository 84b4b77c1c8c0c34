//! Two nodes on one storage at the same time.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Barrier,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use super::{
    Opener, wait,
    world::{World, conversation, device},
};
use crate::{
    StoreError,
    delivery::{
        DeliveryEvent, DeliveryOptions, DeliveryStore, MailboxEntry, MailboxStats, Outcome,
        Submission,
    },
};

/// A world whose store is opened twice: the second one is returned beside it.
fn two_nodes(mut opener: Opener) -> (World, Box<dyn DeliveryStore>) {
    let other = opener(DeliveryOptions::new(Arc::new(|| {
        tresen_types::Timestamp::from_millis(super::world::START_MS)
    })));
    (World::new(opener), other)
}

/// Submits one event to each node at the same moment.
fn submit_to_both(
    nodes: [&dyn DeliveryStore; 2],
    events: [DeliveryEvent; 2],
) -> [Result<Outcome, StoreError>; 2] {
    let start = Barrier::new(2);
    let run = |node: &dyn DeliveryStore, event| {
        start.wait();
        let submission: Submission = node.submit(event);
        wait(submission)
    };
    let ([first_node, second_node], [first, second]) = (nodes, events);
    thread::scope(|scope| {
        let other = scope.spawn(|| run(second_node, second));
        let own = run(first_node, first);
        [own, other.join().expect("the other node answers")]
    })
}

pub(super) fn one_commit_wins(opener: Opener) {
    let (mut world, other) = two_nodes(opener);
    world.create(1, &[1, 2]);
    for epoch in 1..=40 {
        let events = [world.commit(1, 1, epoch, &[1, 2]), world.commit(1, 2, epoch, &[1, 2])]
            .map(|commit| DeliveryEvent::Commit(Box::new(commit)));
        let outcomes = submit_to_both([world.store(), &*other], events);
        let outcomes = outcomes.map(|outcome| outcome.expect("both nodes answer"));
        let winner = match &outcomes {
            [Outcome::Accepted(accepted), Outcome::EpochConflict { current }]
            | [Outcome::EpochConflict { current }, Outcome::Accepted(accepted)] => {
                assert_eq!(*current, epoch + 1);
                accepted.sequence
            }
            both => panic!("exactly one commit is taken, not {both:?}"),
        };
        assert_eq!(winner, epoch);
        assert_eq!(world.stored(1).epoch, epoch + 1);
    }
    let entries = [world.read(1, 0), world.read(2, 0)].concat();
    let commits = entries.iter().filter(|entry| entry.sequence > 0).count();
    assert_eq!(commits, 40, "each commit reached the one other device");
}

pub(super) fn a_nonce_is_answered_once(opener: Opener) {
    let (mut world, other) = two_nodes(opener);
    world.create(1, &[1, 2, 4, 6]);
    world.acknowledge(2, u64::MAX);
    for round in 1..=40_u64 {
        let event = world.message(1, 1, 1, &format!("{round}"));
        let outcomes = submit_to_both([world.store(), &*other], [event.clone(), event]);
        let outcomes = outcomes.map(|outcome| outcome.expect("both nodes answer"));
        match &outcomes {
            [Outcome::Accepted(first), Outcome::Duplicate(again)]
            | [Outcome::Duplicate(again), Outcome::Accepted(first)] => {
                assert_eq!((first.sequence, again.sequence), (round, round));
            }
            both => panic!("accepted once, not {both:?}"),
        }
    }
    // Also the creation of a conversation.
    for id in 10..30 {
        let event = world.creation(id, &[1, 2]);
        let outcomes = submit_to_both([world.store(), &*other], [event.clone(), event]);
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(Outcome::Created(_)))));
        let events = [world.creation(id + 50, &[1, 2]), world.creation(id + 50, &[2, 1])];
        let outcomes = submit_to_both([world.store(), &*other], events);
        let exists =
            outcomes.iter().filter(|outcome| matches!(outcome, Ok(Outcome::AlreadyExists)));
        assert_eq!(exists.count(), 1, "{outcomes:?}");
    }
    let texts: Vec<String> = world.waiting(4).into_iter().skip(1).collect();
    assert_eq!(texts, (1..=40).map(|round| format!("{round}")).collect::<Vec<_>>());
}

/// Two nodes deliver to one device while it reads: what it finds after the last cursor that it has seen
/// is everything, in order, without a gap that is filled later.
pub(super) fn a_reader_misses_nothing(opener: Opener) {
    const EACH: u64 = 400;
    let (mut world, other) = two_nodes(opener);
    world.create(1, &[1, 2]);
    world.create(2, &[3, 2, 4, 6]);
    world.acknowledge(2, u64::MAX);
    let first: Vec<_> = (0..EACH).map(|text| world.message(1, 1, 1, &format!("a{text}"))).collect();
    let second: Vec<_> =
        (0..EACH).map(|text| world.message(2, 3, 1, &format!("b{text}"))).collect();
    let nodes: [&dyn DeliveryStore; 2] = [world.store(), &*other];
    let is_over = AtomicBool::new(false);
    let seen = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen: Vec<MailboxEntry> = Vec::new();
            loop {
                // Asked before the read: what was written before is found by it.
                let is_last = is_over.load(Ordering::Acquire);
                let cursor = seen.last().map_or(0, |entry| entry.cursor);
                let read = nodes[1].read_after(device(2), cursor, 7, usize::MAX);
                let page = wait(read).expect("the mailbox is read");
                if page.is_empty() && is_last {
                    return seen;
                }
                seen.extend(page);
            }
        });
        let writers = [(nodes[0], first), (nodes[1], second)].map(|(node, events)| {
            scope.spawn(move || {
                let waiting: Vec<Submission> =
                    events.into_iter().map(|event| node.submit(event)).collect();
                for outcome in waiting {
                    let outcome = wait(outcome).expect("the store answers");
                    assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
                }
            })
        });
        for writer in writers {
            writer.join().expect("everything is accepted");
        }
        is_over.store(true, Ordering::Release);
        reader.join().expect("the reader ends")
    });
    assert!(seen.is_sorted_by(|a, b| a.cursor < b.cursor));
    for (letter, id) in [("a", 1), ("b", 2)] {
        let own = seen.iter().filter(|entry| entry.conversation == Some(conversation(id)));
        let texts: Vec<String> =
            own.map(|entry| String::from_utf8_lossy(&entry.body).into_owned()).collect();
        assert_eq!(texts, (0..EACH).map(|text| format!("{letter}{text}")).collect::<Vec<_>>());
    }
}

/// The members of a group acknowledge on both nodes while messages come: payloads stay as long as one
/// needs them.
pub(super) fn groups_share_payloads(opener: Opener) {
    const MEMBERS: [u8; 6] = [2, 4, 6, 8, 10, 12];
    let (mut world, other) = two_nodes(opener);
    let devices: Vec<u8> = [1].into_iter().chain(MEMBERS).collect();
    world.create(1, &devices);
    for round in 0..30 {
        let event = world.message(1, 1, 1, &format!("{round}"));
        world.ask(event);
        let start = Barrier::new(MEMBERS.len());
        let nodes: [&dyn DeliveryStore; 2] = [world.store(), &*other];
        thread::scope(|scope| {
            for (member, node) in MEMBERS.into_iter().zip(nodes.into_iter().cycle()) {
                let start = &start;
                scope.spawn(move || {
                    let read = node.read_after(device(member), 0, usize::MAX, usize::MAX);
                    let entries = wait(read).expect("the mailbox is read");
                    let last = entries.last().expect("the message is there");
                    assert_eq!(last.body, format!("{round}"));
                    let event =
                        DeliveryEvent::Acknowledge { device: device(member), through: last.cursor };
                    start.wait();
                    assert_eq!(wait(node.submit(event)), Ok(Outcome::Done));
                });
            }
        });
        for member in MEMBERS {
            let stats = wait(world.store().stats(device(member))).expect("it is read");
            assert_eq!(stats, MailboxStats::default());
        }
    }
    let distinct: BTreeSet<_> =
        MEMBERS.into_iter().flat_map(|member| world.waiting(member)).collect();
    assert!(distinct.is_empty());
}
