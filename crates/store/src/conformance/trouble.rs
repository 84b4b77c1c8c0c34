//! Bad days.

use std::sync::atomic::Ordering;

use tresen_types::limits::{DAY_MS, MAILBOX_DAYS};

use super::{
    Opener, wait,
    world::{World, device},
};
use crate::{
    ErrorKind,
    delivery::{DeliveryEvent, Outcome},
};

pub(super) fn a_full_disk(opener: Opener) {
    let mut world = World::new(opener);
    world.create(1, &[1, 2]);
    world.send(1, 1, 1, "before");
    let room = world.free.swap(1_000, Ordering::Relaxed);
    drop(world.take_heard());
    let event = world.message(1, 1, 1, "while it is full");
    assert_eq!(world.fail(event.clone()), ErrorKind::Full);
    let commit = world.commit(1, 1, 1, &[1]);
    assert_eq!(world.fail(DeliveryEvent::Commit(Box::new(commit))), ErrorKind::Full);
    assert!(world.take_delivered().is_empty());
    assert_eq!(world.waiting(2), ["welcome 2", "before"]);
    assert_eq!(world.stored(1).epoch, 1);
    // Making room still works.
    world.acknowledge(2, u64::MAX);
    assert!(world.waiting(2).is_empty());
    world.free.store(room, Ordering::Relaxed);
    assert!(matches!(world.ask(event), Outcome::Accepted(accepted) if accepted.sequence == 2));
    assert_eq!(world.waiting(2), ["while it is full"]);
}

pub(super) fn old_nonces_go(opener: Opener) {
    let mut world = World::new(opener);
    world.create(1, &[1, 2]);
    let event = world.message(1, 1, 1, "again and again");
    let Outcome::Accepted(first) = world.ask(event.clone()) else { panic!("it is accepted") };
    // Kept for the mailboxes' time at least, across a crash.
    world.advance(MAILBOX_DAYS * DAY_MS - 1);
    world.reopen();
    let outcome = world.ask(event.clone());
    assert!(matches!(outcome, Outcome::Duplicate(again) if again.sequence == first.sequence));
    // And for twice that time at most.
    world.advance(MAILBOX_DAYS * DAY_MS + 1);
    assert!(matches!(world.ask(event.clone()), Outcome::Accepted(_)));
    world.reopen();
    // A clock that falls back makes no difference.
    world.advance(-2 * DAY_MS);
    assert!(matches!(world.ask(event), Outcome::Duplicate(_)));
}

pub(super) fn after_the_shutdown(opener: Opener) {
    let mut world = World::new(opener);
    world.create(1, &[1, 2]);
    drop(world.take_heard());
    let event = world.message(1, 1, 1, "with a tag");
    world.store().submit_tagged(event, 77).expect("the event is taken");
    let last = world.message(1, 1, 1, "the last");
    let last = world.store().submit(last);
    wait(world.store().shutdown()).expect("it shuts down");
    assert!(matches!(wait(last), Ok(Outcome::Accepted(_))), "what waited is done");
    let batches = world.take_heard();
    let answers: Vec<_> = batches.iter().flat_map(|batch| &batch.answers).collect();
    assert!(matches!(answers.as_slice(), [(77, Ok(Outcome::Accepted(_)))]));
    let event = DeliveryEvent::Acknowledge { device: device(2), through: 1 };
    assert_eq!(world.fail(event.clone()), ErrorKind::Closed);
    let refused = world.store().submit_tagged(event, 1).expect_err("nothing is taken");
    assert_eq!(refused.kind(), ErrorKind::Closed);
    wait(world.store().shutdown()).expect("twice is fine");
    world.reopen();
    assert_eq!(world.waiting(2), ["welcome 2", "with a tag", "the last"]);
}
