//! The order of commits, and which epochs a message may have.

use super::{
    Opener, wait,
    world::{World, conversation, device, sender, welcome},
};
use crate::delivery::{DeliveryEvent, EntryKind, Outcome};

pub(super) fn bound_what_messages_are_taken(opener: Opener) {
    let mut world = World::new(opener);
    let event = world.message(1, 1, 1, "to nobody");
    assert_eq!(world.ask(event), Outcome::UnknownConversation);
    world.create(1, &[1, 2, 4]);
    for epoch in 1..4 {
        let commit = world.commit(1, 1, epoch, &[1, 2, 4]);
        world.ask(DeliveryEvent::Commit(Box::new(commit)));
    }
    let event = world.message(1, 2, 5, "from the future");
    assert_eq!(world.ask(event), Outcome::EpochInFuture { current: 4 });
    world.send(1, 2, 2, "two epochs old");
    let event = world.message(1, 2, 1, "three epochs old");
    assert_eq!(world.ask(event), Outcome::EpochTooOld { current: 4 });
    let event = world.message(1, 7, 4, "from a stranger");
    assert_eq!(world.ask(event), Outcome::NotAMember);
    // After a removal, nothing of the epochs before it.
    let commit = world.commit(1, 1, 4, &[1, 2]);
    world.ask(DeliveryEvent::Commit(Box::new(commit)));
    world.reopen();
    let event = world.message(1, 2, 4, "before the removal");
    assert_eq!(world.ask(event), Outcome::EpochTooOld { current: 5 });
    let event = world.message(1, 4, 5, "from the removed");
    assert_eq!(world.ask(event), Outcome::NotAMember);
    world.send(1, 2, 5, "after the removal");
    assert_eq!(world.waiting(4).last().map(String::as_str), Some("commit of 1 in 4"));
    // After an addition neither: who has come couldn't read it.
    let mut commit = world.commit(1, 1, 5, &[1, 2, 6]);
    commit.welcomes = vec![welcome(6)];
    world.ask(DeliveryEvent::Commit(Box::new(commit)));
    let event = world.message(1, 2, 5, "before the addition");
    assert_eq!(world.ask(event), Outcome::EpochTooOld { current: 6 });
    world.send(1, 2, 6, "after the addition");
    assert_eq!(world.waiting(6).last().map(String::as_str), Some("after the addition"));
    // Nor after a device came in by itself, as who was a member all the time.
    let mut commit = world.commit(1, 2, 6, &[1, 2, 6]);
    commit.is_external = true;
    world.ask(DeliveryEvent::Commit(Box::new(commit)));
    let event = world.message(1, 1, 6, "before it came in");
    assert_eq!(world.ask(event), Outcome::EpochTooOld { current: 7 });
}

pub(super) fn never_fork(opener: Opener) {
    let mut world = World::new(opener);
    world.create(1, &[1, 2]);
    let first = world.commit(1, 1, 1, &[1, 2]);
    let mut second = world.commit(1, 2, 1, &[1, 2, 4]);
    second.welcomes = vec![welcome(4)];
    let events = [first, second.clone()].map(|commit| DeliveryEvent::Commit(Box::new(commit)));
    // Both wait at once, so that they share a batch if the store makes one.
    let waiting = events.clone().map(|event| world.store().submit(event));
    let outcomes = waiting.map(|outcome| wait(outcome).expect("the store answers"));
    assert!(matches!(&outcomes[0], Outcome::Accepted(accepted) if accepted.sequence == 1));
    assert_eq!(outcomes[1], Outcome::EpochConflict { current: 2 });
    assert!(world.waiting(4).is_empty(), "the slower one's welcome isn't delivered");
    assert_eq!(world.stored(1).group_info, "info 2");
    assert_eq!(world.stored(1).ratchet_tree, "tree 2");

    world.reopen();
    let [first, _second] = events;
    assert!(matches!(world.ask(first), Outcome::Duplicate(accepted) if accepted.sequence == 1));
    let mut again = world.commit(1, 2, 2, &[1, 2, 4]);
    again.welcomes = vec![welcome(4)];
    assert!(matches!(world.ask(DeliveryEvent::Commit(Box::new(again))), Outcome::Accepted(_)));
    assert_eq!(world.waiting(1), ["commit of 2 in 2"]);
    let entries = world.read(4, 0);
    assert_eq!(entries.len(), 1, "the new member gets its welcome alone");
    assert_eq!((entries[0].kind, entries[0].sequence), (EntryKind::Welcome, 2));
    assert_eq!(entries[0].sender, Some(sender(2)));
    let conversations = wait(world.store().conversations_of(device(4))).expect("it is read");
    assert_eq!(conversations, [conversation(1)]);
    let commit = world.commit(1, 7, 3, &[1, 2, 4, 7]);
    assert_eq!(world.ask(DeliveryEvent::Commit(Box::new(commit))), Outcome::NotAMember);
}

pub(super) fn let_a_device_come_back(opener: Opener) {
    let mut world = World::new(opener);
    world.create(1, &[1, 2]);
    world.acknowledge(2, u64::MAX);
    // The device lost its state: its new leaf replaces the old one.
    let mut commit = world.commit(1, 2, 1, &[1, 2]);
    commit.is_external = true;
    commit.members[1].leaf_index = 9;
    assert!(matches!(world.ask(DeliveryEvent::Commit(Box::new(commit))), Outcome::Accepted(_)));
    assert_eq!(world.stored(1).members[1].leaf_index, 9);
    assert_eq!(world.waiting(1), ["commit of 2 in 1"]);
    assert!(world.waiting(2).is_empty());
    // What was on its way is for a leaf that the device has lost.
    let event = world.message(1, 1, 1, "for the old leaf");
    assert_eq!(world.ask(event), Outcome::EpochTooOld { current: 2 });
    world.send(1, 1, 2, "for the new leaf");
    assert_eq!(world.waiting(2).len(), 1);
}
