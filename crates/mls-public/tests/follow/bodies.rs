//! The bodies of the fuzz targets: whatever comes in, the server refuses it or has a usable state.
//!
//! The group of a run has fresh keys, so nothing that a fuzzer finds is accepted for it.

use std::sync::LazyLock;

use tresen_mls::Suite;
use tresen_mls_public::{
    Opened, PublicGroupState, add_proposal, apply_commit, inspect_key_package, inspect_welcome,
    open_group,
};

use crate::support::{now, pair, server};

static GROUP: LazyLock<Opened> = LazyLock::new(|| pair(Suite::XWing).2);

/// A handshake message for a group that the server follows.
pub(crate) fn mls_public_handshake(bytes: &[u8]) {
    // The server's own proposal names group and epoch alone, so that of the corpus fits every run.
    if let Ok(kept) = add_proposal(&GROUP.state, bytes) {
        assert_eq!((kept.sender, kept.state.pending_proposals()), (None, 1));
    }
    assert!(apply_commit(&GROUP.state, bytes, GROUP.state.group_info()).is_err());
    let _package = inspect_key_package(bytes, now());
    let _names = inspect_welcome(bytes);
}

/// A new group: a group info and a ratchet tree; the first two bytes say where the tree begins.
pub(crate) fn mls_public_group(bytes: &[u8]) {
    let Some((at, rest)) = bytes.split_first_chunk::<2>() else { return };
    let at = usize::from(u16::from_be_bytes(*at));
    let Some((group_info, tree)) = rest.split_at_checked(at) else { return };
    let Ok(opened) = open_group(group_info, tree, &server()) else { return };
    assert_eq!(opened.state.ratchet_tree().as_deref(), Ok(tree));
    assert_eq!(opened.state.members(), Ok(opened.members));
    assert_eq!(opened.state.epoch(), Ok(opened.epoch));
}

/// A stored state: what is read is written the same.
pub(crate) fn mls_public_state(bytes: &[u8]) {
    let Ok(state) = PublicGroupState::from_bytes(bytes) else { return };
    let again = PublicGroupState::from_bytes(&state.to_bytes()).expect("we read what we write");
    assert_eq!(again, state);
    let _members = state.members();
    let _tree = state.ratchet_tree();
    assert!(apply_commit(&state, bytes, bytes).is_err());
}
