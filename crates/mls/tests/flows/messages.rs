//! Application messages: order, epochs, tampering, replays.

use tresen_mls::{Error, MessageKind, Received, Suite, inspect_message};

use crate::support::{Device, GROUP, pair, three};

#[test]
fn two_devices_talk_in_both_suites() {
    for suite in Suite::ALL {
        let (alice, bob, _) = pair(suite);
        assert_eq!(bob.read(&alice.send(b"hello")), b"hello");
        assert_eq!(alice.read(&bob.send(b"hi")), b"hi");
        assert_eq!(alice.group().suite().unwrap(), suite);
        assert_eq!(alice.group().epoch_authenticator(), bob.group().epoch_authenticator());
        let secret = |device: &Device| device.group().export_secret("x", b"y", 32).unwrap();
        assert_eq!(secret(&alice), secret(&bob));
    }
}

#[test]
fn a_message_says_who_wrote_it_and_what_was_authenticated() {
    let (alice, bob, _) = pair(Suite::XWing);
    let message = alice.send(b"hello");
    let header = inspect_message(&message).unwrap();
    assert_eq!(header.group_id, GROUP.as_bytes());
    assert_eq!((header.epoch, header.kind), (1, MessageKind::Application));
    assert_eq!(header.aad, b"aad");
    let Received::Application { sender, aad, plaintext, epoch } = bob.receive(&message).unwrap()
    else {
        panic!("not an application message")
    };
    assert_eq!(sender.identity, alice.identity);
    assert_eq!(sender.leaf_index, alice.group().own_leaf());
    assert_eq!((aad, plaintext, epoch), (b"aad".to_vec(), b"hello".to_vec(), 1));
}

#[test]
fn a_changed_byte_of_the_authenticated_data_is_noticed() {
    let (alice, bob, _) = pair(Suite::XWing);
    let message = alice.send(b"hello");
    let at = message.windows(3).position(|window| window == b"aad").unwrap();
    let mut changed = message.clone();
    changed[at] ^= 1;
    assert!(matches!(bob.receive(&changed), Err(Error::Crypto(_))));
    assert_eq!(bob.read(&message), b"hello", "the refused one didn't use up the key");
}

#[test]
fn the_length_of_a_few_words_does_not_show() {
    let (alice, _bob, _) = pair(Suite::XWing);
    let length = |content: usize| alice.send(&vec![7; content]).len();
    let short = length(1);
    assert!((2..60).all(|content| length(content) == short));
    assert!(length(400) >= short + 256);
}

#[test]
fn messages_may_overtake_one_another_but_not_repeat() {
    let (alice, bob, _) = pair(Suite::XWing);
    let messages: Vec<_> = (0_u8..5).map(|number| alice.send(&[number])).collect();
    for number in [4_u8, 0, 2, 1, 3] {
        assert_eq!(bob.read(&messages[usize::from(number)]), [number]);
    }
    for message in &messages {
        assert!(matches!(bob.receive(message), Err(Error::AlreadyProcessed)));
    }
    assert_eq!(bob.read(&alice.send(b"next")), b"next");
}

#[test]
fn a_generation_that_is_too_late_is_told_apart_from_damage() {
    let (alice, bob, _) = pair(Suite::XWing);
    let late = alice.send(b"late");
    for _ in 0..40 {
        bob.read(&alice.send(b"x"));
    }
    assert!(matches!(bob.receive(&late), Err(Error::AlreadyProcessed)));
}

#[test]
fn a_sender_may_be_thousands_of_messages_ahead() {
    let (alice, bob, _) = pair(Suite::X25519);
    let mut group = alice.group();
    for _ in 0..5_000 {
        group.encrypt(&alice.store, &alice.keys, b"", b"lost").unwrap();
    }
    assert_eq!(bob.read(&alice.send(b"after the gap")), b"after the gap");
}

#[test]
fn three_epochs_back_can_be_read_and_four_can_not() {
    let (alice, bob, _) = pair(Suite::XWing);
    let mut messages = Vec::new();
    for _ in 0..4 {
        messages.push(alice.send(b"old"));
        bob.receive(&alice.update().commit).unwrap();
    }
    assert!(matches!(bob.receive(&messages[0]), Err(Error::EpochTooOld { current: 5 })));
    for message in &messages[1..] {
        assert_eq!(bob.read(message), b"old");
        assert!(matches!(bob.receive(message), Err(Error::AlreadyProcessed)));
    }
}

#[test]
fn a_message_from_an_epoch_ahead_waits_for_the_commit() {
    let (alice, bob, _) = pair(Suite::XWing);
    let bundle = alice.update();
    let message = alice.send(b"new epoch");
    let ahead = bob.receive(&message);
    assert!(matches!(ahead, Err(Error::EpochInFuture { current: 1, message: 2 })));
    bob.receive(&bundle.commit).unwrap();
    assert_eq!(bob.read(&message), b"new epoch");
}

#[test]
fn after_a_removal_no_earlier_epoch_is_accepted() {
    let ([alice, bob, carol], _) = three(Suite::XWing);
    let from_carol = carol.send(b"before");
    let leaf = carol.group().own_leaf();
    let bundle = alice.group().commit_remove(&alice.store, &alice.keys, &[leaf]).unwrap();
    alice.confirm();
    bob.receive(&bundle.commit).unwrap();
    for device in [&alice, &bob] {
        assert!(matches!(device.receive(&from_carol), Err(Error::EpochTooOld { current: 3 })));
    }
}

#[test]
fn own_messages_that_come_back_are_recognised() {
    let (alice, _, _) = pair(Suite::XWing);
    let message = alice.send(b"hello");
    assert_eq!(alice.receive(&message).unwrap(), Received::OwnMessageEcho);
}

#[test]
fn a_message_of_another_group_is_refused() {
    let (alice, _, _) = pair(Suite::XWing);
    let other = Device::new("other");
    let new = tresen_mls::NewGroup {
        group_id: tresen_types::GroupId::new([1; 16]),
        suite: Suite::XWing,
        external_sender: None,
        now: crate::support::now(),
    };
    let mut group =
        tresen_mls::Group::create(&other.store, &other.keys, &other.identity, &new).unwrap();
    let message = group.encrypt(&other.store, &other.keys, b"", b"x").unwrap();
    assert!(matches!(alice.receive(&message), Err(Error::UnknownGroup)));
}

#[test]
fn an_event_that_is_rolled_back_leaves_no_trace() {
    let (alice, bob, _) = pair(Suite::XWing);
    let before = bob.store.clone();
    let message = alice.send(b"hello");
    assert_eq!(bob.read(&message), b"hello");
    let restored = Device { store: before, keys: bob.keys.clone(), identity: bob.identity.clone() };
    assert_eq!(restored.read(&message), b"hello");
}
