//! How conversations come, change and stop.

use bytes::Bytes;
use tresen_types::limits::MESSAGE_BYTES_MAX;

use super::{
    Opener, wait,
    world::{World, conversation, device, members, receipt_of, sender, welcome},
};
use crate::{
    ErrorKind,
    delivery::{DeliveryEvent, EntryKind, Message, Notice, Outcome},
};

pub(super) fn are_created_once(opener: Opener) {
    let mut world = World::new(opener);
    let mut event = world.creation(1, &[1, 2, 4]);
    let first = world.new_message("first");
    let second = world.new_message("second");
    if let DeliveryEvent::CreateConversation(create) = &mut event {
        create.messages = vec![first, second];
    }
    let Outcome::Created(answers) = world.ask(event.clone()) else { panic!("it is created") };
    let sequences: Vec<u64> = answers.iter().map(|answer| answer.sequence).collect();
    assert_eq!(sequences, [1, 2]);
    assert_eq!(answers[1].receipt, receipt_of(2));
    assert_eq!(world.waiting(4), ["welcome 4", "first", "second"]);
    let entries = world.read(2, 0);
    assert_eq!(entries[0].kind, EntryKind::Welcome);
    assert_eq!(entries[0].attachment, "tree for the welcome");
    assert_eq!(entries[1].receipt, receipt_of(1));

    world.reopen();
    assert_eq!(world.ask(event), Outcome::Created(answers), "the same request, the same answer");
    assert_eq!(world.waiting(4).len(), 3);
    assert_eq!(world.create(1, &[1, 2]), Outcome::AlreadyExists);
    let stored = world.stored(1);
    assert_eq!((stored.epoch, stored.sequence), (1, 2));
    assert_eq!(stored.group_info, "info 1");
    assert_eq!(stored.members, members(&[1, 2, 4], 1));
    let of_device = wait(world.store().conversations_of(device(4))).expect("it is read");
    assert_eq!(of_device, [conversation(1)]);
    for party in &stored.accounts {
        let of_account = wait(world.store().conversations_of_account(*party)).expect("it is read");
        assert_eq!(of_account, [conversation(1)]);
    }
    let unknown = wait(world.store().conversation(conversation(9))).expect("it is read");
    assert!(unknown.is_none());
}

pub(super) fn stop_for_who_leaves(opener: Opener) {
    let mut world = World::new(opener);
    world.create(1, &[1, 2, 4]);
    world.acknowledge(4, u64::MAX);
    let leave = DeliveryEvent::Leave { conversation: conversation(1), device: device(4) };
    assert_eq!(world.ask(leave.clone()), Outcome::Done);
    assert_eq!(world.ask(leave), Outcome::NotAMember);
    world.reopen();
    world.send(1, 1, 1, "without the fourth");
    assert!(world.waiting(4).is_empty());
    let event = world.message(1, 4, 1, "from outside");
    assert_eq!(world.ask(event), Outcome::NotAMember);
    let conversations = wait(world.store().conversations_of(device(4))).expect("it is read");
    assert!(conversations.is_empty());
    // A commit that still has the leaf doesn't bring it back; one of its own does.
    let commit = world.commit(1, 1, 1, &[1, 2, 4]);
    assert!(matches!(world.ask(DeliveryEvent::Commit(Box::new(commit))), Outcome::Accepted(_)));
    assert!(world.waiting(4).is_empty());
    assert!(world.stored(1).active_member(device(4)).is_none());
    let mut commit = world.commit(1, 4, 2, &[1, 2, 4]);
    commit.is_external = true;
    assert!(matches!(world.ask(DeliveryEvent::Commit(Box::new(commit))), Outcome::Accepted(_)));
    world.send(1, 1, 3, "welcome back");
    assert_eq!(world.waiting(4), ["welcome back"]);
}

pub(super) fn keep_proposals_until_a_commit(opener: Opener) {
    let mut world = World::new(opener);
    world.create(1, &[1, 2]);
    for text in ["remove 2", "remove 1"] {
        let body = Bytes::from(text);
        let event = DeliveryEvent::Proposal { conversation: conversation(1), body };
        assert!(matches!(world.ask(event), Outcome::Accepted(_)));
    }
    world.reopen();
    assert_eq!(world.stored(1).pending_proposals, ["remove 2", "remove 1"]);
    let entries = world.read(1, 0);
    assert_eq!(entries.len(), 2, "the server's proposals go to everybody");
    assert!(entries.iter().all(|entry| entry.kind == EntryKind::Proposal));
    assert!(entries.iter().all(|entry| entry.sender.is_none()));
    let commit = world.commit(1, 1, 1, &[1]);
    assert!(matches!(world.ask(DeliveryEvent::Commit(Box::new(commit))), Outcome::Accepted(_)));
    assert!(world.stored(1).pending_proposals.is_empty());
    let event = DeliveryEvent::Proposal { conversation: conversation(9), body: Bytes::new() };
    assert_eq!(world.ask(event), Outcome::UnknownConversation);
}

pub(super) fn refuse_what_is_over_a_limit(opener: Opener) {
    let mut world = World::new(opener);
    world.create(1, &[1, 2]);
    let mut message = world.new_message("");
    message.body = vec![0; MESSAGE_BYTES_MAX + 1].into();
    let event = DeliveryEvent::Message(Message {
        conversation: conversation(1),
        sender: sender(1),
        epoch: 1,
        message,
    });
    assert_eq!(world.fail(event), ErrorKind::LimitExceeded);
    let twice = world.creation(2, &[1, 2, 2]);
    assert_eq!(world.fail(twice), ErrorKind::Conflict);
    let mut stranger = world.commit(1, 1, 1, &[1, 2]);
    stranger.welcomes = vec![welcome(7)];
    assert_eq!(world.fail(DeliveryEvent::Commit(Box::new(stranger))), ErrorKind::Conflict);
    let crowd: Vec<u8> = (1..=65).collect();
    let event = world.creation(3, &crowd);
    assert_eq!(world.fail(event), ErrorKind::LimitExceeded);
    let notice = Notice {
        devices: vec![device(1); 2_000],
        conversation: None,
        sender: None,
        class: 1,
        body: Bytes::new(),
    };
    assert_eq!(world.fail(DeliveryEvent::Enqueue(notice)), ErrorKind::LimitExceeded);
    // Nothing of all this left a trace.
    assert_eq!(world.stored(1).sequence, 0);
    assert_eq!(world.send(1, 1, 1, "first").sequence, 1);
}
