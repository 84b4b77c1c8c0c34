//! What isn't well-formed is refused, whatever it is.

use proptest::prelude::*;
use tresen_mls::{
    Error, Group, GroupSnapshot, GroupStore, Suite, inspect_key_package, inspect_message,
    inspect_welcome,
};

use crate::support::{Device, GROUP, Policy, now, pair};

#[test]
fn a_damaged_row_is_an_error_and_never_an_empty_state() {
    let (alice, _, _) = pair(Suite::X25519);
    for kind in 1..=12_u16 {
        let Some(row) = alice.store.get(kind, GROUP.as_bytes(), &[]).unwrap() else { continue };
        alice.store.put(kind, GROUP.as_bytes(), &[], b"damaged").unwrap();
        assert!(matches!(Group::load(&alice.store, GROUP), Err(Error::Storage(_))), "{kind}");
        alice.store.delete(kind, GROUP.as_bytes(), &[]).unwrap();
        let loaded = Group::load(&alice.store, GROUP);
        assert!(matches!(loaded, Err(Error::Storage(_))), "{kind}: {loaded:?}");
        alice.store.put(kind, GROUP.as_bytes(), &[], &row).unwrap();
    }
    assert_eq!(alice.group().epoch(), 1);
}

/// Feeds bytes to everything that reads bytes from outside.
fn feed(device: &Device, bytes: &[u8], tree: &[u8]) {
    let policy = Policy::default();
    let _ignored = inspect_message(bytes).is_ok();
    let _ignored = inspect_welcome(bytes).is_ok();
    let _ignored = inspect_key_package(bytes, now()).is_ok();
    let _ignored = device.group().process(&device.store.clone(), bytes, &policy).is_ok();
    let _ignored = Group::join(&device.store.clone(), bytes, tree, &policy).is_ok();
    let snapshot = GroupSnapshot { group_info: bytes, ratchet_tree: tree };
    let _ignored =
        Group::external_commit(&device.keys, &device.identity, snapshot, b"", &policy).is_ok();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn random_bytes_never_panic(bytes: Vec<u8>, tree: Vec<u8>) {
        let (_, bob, bundle) = pair(Suite::X25519);
        feed(&bob, &bytes, &tree);
        feed(&bob, &bytes, &bundle.ratchet_tree);
        feed(&bob, &bundle.group_info, &tree);
    }

    #[test]
    fn damaged_messages_never_panic(which in 0..7_usize, at: prop::sample::Index, bit in 0..8_u8) {
        let (alice, bob, bundle) = pair(Suite::X25519);
        let carol = Device::new("carol");
        let package = carol.key_package(Suite::X25519);
        let add = alice.add(std::slice::from_ref(&package), true);
        let message = alice.send(b"hello");
        let leave = Device::new("x").key_package(Suite::X25519);
        let samples = [
            message, add.commit, add.welcome.unwrap(), add.group_info, package, leave,
            bundle.ratchet_tree,
        ];
        let original = &samples[which];
        let at = at.index(original.len());
        let mut flipped = original.clone();
        flipped[at] ^= 1 << bit;
        let tree = if which == 6 { flipped.clone() } else { add.ratchet_tree.clone() };
        for device in [&bob, &carol] {
            if Group::load(&device.store, GROUP).is_err() {
                let policy = Policy::default();
                let _ignored =
                    Group::join(&device.store.clone(), &flipped, &tree, &policy).is_ok();
                continue;
            }
            feed(device, &flipped, &tree);
            feed(device, &original[..at], &tree);
        }
    }
}
