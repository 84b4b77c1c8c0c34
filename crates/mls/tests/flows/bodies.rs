//! The bodies of the fuzz targets: whatever comes in, the engine refuses it and stays usable.
//!
//! The group of a run has fresh keys, so nothing that a fuzzer finds is ever accepted.

use std::sync::LazyLock;

use tresen_mls::{
    Group, GroupSnapshot, Suite, inspect_key_package, inspect_message, inspect_welcome,
};

use crate::support::{Device, Policy, now, pair};

/// A device in a group.
static MEMBER: LazyLock<Device> = LazyLock::new(|| pair(Suite::XWing).1);

/// A message to a member: nothing changes by it.
pub(crate) fn mls_message(bytes: &[u8]) {
    let header = inspect_message(bytes);
    let before = MEMBER.group();
    let mut group = MEMBER.group();
    let processed = group.process(&MEMBER.store, bytes, &Policy::default());
    assert!(processed.is_err() || header.is_ok(), "what is processed can be looked at");
    assert_eq!(group.epoch(), before.epoch());
    assert_eq!(group.epoch_authenticator(), before.epoch_authenticator());
}

/// A welcome and a ratchet tree; the first two bytes say where the tree begins.
pub(crate) fn mls_welcome(bytes: &[u8]) {
    let Some((welcome, tree)) = two_parts(bytes) else { return };
    let _names = inspect_welcome(welcome);
    let device = Device::new("newcomer");
    assert!(Group::join(&device.store, welcome, tree, &Policy::default()).is_err());
    assert_eq!(device.store.rows(), 0);
}

/// A key package: one that is accepted by the look at it can be added.
pub(crate) fn mls_key_package(bytes: &[u8]) {
    let Ok(summary) = inspect_key_package(bytes, now()) else { return };
    let mut group = MEMBER.group();
    let store = MEMBER.store.clone();
    let added = group.commit_add(&store, &MEMBER.keys, &[bytes.to_vec()], false);
    assert!(added.is_ok() || summary.suite != Suite::XWing);
}

/// A group info and a ratchet tree; the first two bytes say where the tree begins.
pub(crate) fn mls_group_info(bytes: &[u8]) {
    let Some((group_info, ratchet_tree)) = two_parts(bytes) else { return };
    let device = Device::new("returning");
    let snapshot = GroupSnapshot { group_info, ratchet_tree };
    let policy = Policy::default();
    if let Ok(commit) =
        Group::external_commit(&device.keys, &device.identity, snapshot, b"", &policy)
    {
        assert!(commit.members().expect("they were admitted").len() > 1);
    }
}

fn two_parts(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (at, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*at)))
}
