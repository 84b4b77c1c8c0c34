//! What isn't well-formed is refused, whatever it is.

use proptest::prelude::*;
use tresen_mls::Suite;
use tresen_mls_public::{
    Error, PublicGroupState, add_proposal, apply_commit, inspect_key_package, inspect_welcome,
    open_group,
};

use crate::support::{Device, now, pair, server};

/// Feeds bytes to everything that reads bytes from outside.
fn feed(state: &PublicGroupState, bytes: &[u8], other: &[u8]) {
    let _ignored = inspect_key_package(bytes, now()).is_ok();
    let _ignored = inspect_welcome(bytes).is_ok();
    let _ignored = add_proposal(state, bytes).is_ok();
    let _ignored = apply_commit(state, bytes, other).is_ok();
    let _ignored = apply_commit(state, other, bytes).is_ok();
    let _ignored = open_group(bytes, other, &server()).is_ok();
    let _ignored = open_group(other, bytes, &server()).is_ok();
}

/// Uses a state that may be damaged.
fn use_state(bytes: &[u8], commit: &[u8], group_info: &[u8]) {
    if let Ok(state) = PublicGroupState::from_bytes(bytes) {
        let _ignored = state.members().is_ok();
        let _ignored = state.ratchet_tree().is_ok();
        let _ignored = apply_commit(&state, commit, group_info).is_ok();
    }
}

#[test]
fn a_state_of_another_version_is_not_read() {
    let (_, _, opened) = pair(Suite::X25519);
    let mut bytes = opened.state.to_bytes();
    bytes[0] = 2;
    assert_eq!(PublicGroupState::from_bytes(&bytes), Err(Error::DamagedState));
    assert_eq!(PublicGroupState::from_bytes(&[]), Err(Error::DamagedState));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn random_bytes_never_panic(bytes: Vec<u8>, other: Vec<u8>) {
        let (alice, _, opened) = pair(Suite::X25519);
        let bundle = alice.update();
        feed(&opened.state, &bytes, &other);
        feed(&opened.state, &bytes, &bundle.group_info);
        feed(&opened.state, &bytes, &bundle.commit);
        use_state(&bytes, &bundle.commit, &bundle.group_info);
    }

    #[test]
    fn damaged_messages_never_panic(which in 0..6_usize, at: prop::sample::Index, bit in 0..8_u8) {
        let (alice, bob, opened) = pair(Suite::X25519);
        let carol = Device::new("carol");
        let package = carol.key_package(Suite::X25519);
        let add = alice.add(&carol, true);
        let leave = bob.group().leave_proposal(&bob.store, &bob.keys).unwrap();
        let samples =
            [add.commit.clone(), add.group_info.clone(), add.welcome.unwrap(), package, leave,
             opened.state.to_bytes()];
        let original = &samples[which];
        let at = at.index(original.len());
        let mut flipped = original.clone();
        flipped[at] ^= 1 << bit;
        for damaged in [&flipped[..], &original[..at]] {
            feed(&opened.state, damaged, &add.group_info);
            feed(&opened.state, damaged, &add.commit);
            feed(&opened.state, damaged, &add.ratchet_tree);
            use_state(damaged, &add.commit, &add.group_info);
        }
    }
}
