//! Opening, commits, proposals.

use tresen_mls::{Group, NewGroup, ProposalSummary, Received, Refusal, Suite};
use tresen_mls_public::{
    Error, Member, ProposalKind, ServerKey, add_proposal, apply_commit, inspect_key_package,
    inspect_welcome, open_group, server_remove_proposal,
};

use crate::support::{Device, GROUP, KeepAll, SERVER_SEED, apply, now, pair, server};

fn identities(members: &[Member]) -> Vec<&[u8]> {
    members.iter().map(|member| &member.identity[..]).collect()
}

#[test]
fn the_server_sees_what_the_members_see() {
    for suite in Suite::ALL {
        let (alice, bob, opened) = pair(suite);
        assert_eq!((opened.group_id, opened.epoch), (GROUP, 1));
        assert_eq!(identities(&opened.members), [&alice.identity[..], &bob.identity[..]]);
        let carol = Device::new("carol");
        let bundle = alice.add(&carol, false);
        let applied = apply(&opened.state, &bundle).unwrap();
        assert_eq!(applied.epoch, 2);
        assert_eq!(applied.sender.identity, alice.identity);
        assert_eq!(identities(&applied.added), [&carol.identity[..]]);
        assert!(applied.removed.is_empty() && !applied.is_external);
        assert_eq!(applied.ratchet_tree, bundle.ratchet_tree);
        assert_eq!(applied.state.ratchet_tree().unwrap(), bundle.ratchet_tree);
        assert_eq!(applied.state.group_info(), bundle.group_info);
        assert_eq!(applied.state.epoch().unwrap(), 2);
        assert_eq!(applied.state.members().unwrap(), applied.members);
        alice.confirm();
        bob.receive(&bundle.commit);
        carol.join(&bundle, &applied.state);
        let removal = bob.remove(&carol);
        let applied = apply(&applied.state, &removal).unwrap();
        assert_eq!(identities(&applied.removed), [&carol.identity[..]]);
        assert_eq!(applied.members.len(), 2);
    }
}

#[test]
fn the_second_commit_of_an_epoch_is_a_conflict() {
    let (alice, bob, opened) = pair(Suite::XWing);
    let (first, second) = (alice.update(), bob.update());
    let applied = apply(&opened.state, &first).unwrap();
    assert_eq!(apply(&applied.state, &second), Err(Error::EpochConflict { current: 2 }));
}

#[test]
fn a_group_info_must_belong_to_the_commit() {
    let (alice, bob, opened) = pair(Suite::XWing);
    let (first, other) = (alice.update(), bob.update());
    let exchanged = apply_commit(&opened.state, &first.commit, &other.group_info);
    assert_eq!(exchanged, Err(Error::Invalid("group info of another state")));
    let old = apply_commit(&opened.state, &first.commit, opened.state.group_info());
    assert_eq!(old, Err(Error::Invalid("group info of another state")));
    let missing = apply_commit(&opened.state, &first.commit, b"");
    assert_eq!(missing, Err(Error::Malformed("group info")));
    let mut forged = first.group_info.clone();
    *forged.last_mut().unwrap() ^= 1;
    let forged = apply_commit(&opened.state, &first.commit, &forged);
    assert_eq!(forged, Err(Error::Invalid("group info signature")));
}

#[test]
fn a_commit_with_a_changed_byte_is_refused() {
    let (alice, _, opened) = pair(Suite::XWing);
    let bundle = alice.update();
    let mut commit = bundle.commit.clone();
    let middle = commit.len() / 2;
    commit[middle] ^= 1;
    let refused = apply_commit(&opened.state, &commit, &bundle.group_info);
    assert!(matches!(refused, Err(Error::Invalid(_) | Error::Malformed(_))), "{refused:?}");
}

#[test]
fn the_server_removes_a_member_through_the_others() {
    let (alice, bob, opened) = pair(Suite::XWing);
    let carol = Device::new("carol");
    let bundle = alice.add(&carol, true);
    let applied = apply(&opened.state, &bundle).unwrap();
    alice.confirm();
    bob.receive(&bundle.commit);
    carol.join(&bundle, &applied.state);
    let leaf = carol.group().own_leaf();
    let proposal = server_remove_proposal(&SERVER_SEED, GROUP, applied.epoch, leaf).unwrap();
    let kept = add_proposal(&applied.state, &proposal).unwrap();
    assert_eq!(kept.sender, None);
    let ProposalKind::Remove(removed) = &kept.kind else { panic!("{:?}", kept.kind) };
    assert_eq!(removed.identity, carol.identity);
    assert_eq!(kept.state.pending_proposals(), 1);
    for device in [&alice, &bob] {
        let received = device.receive(&proposal);
        assert!(matches!(
            received,
            Received::Proposal(ProposalSummary::Remove { by_server: true, by_itself: false, .. })
        ));
    }
    let bundle = bob.commit_pending();
    assert_eq!(apply(&applied.state, &bundle), Err(Error::MissingProposal));
    let applied = apply(&kept.state, &bundle).unwrap();
    assert_eq!(identities(&applied.removed), [&carol.identity[..]]);
    assert_eq!(applied.state.pending_proposals(), 0);
    bob.confirm();
    let Received::Commit(commit) = alice.receive(&bundle.commit) else { panic!("not a commit") };
    assert_eq!(commit.removed[0].identity, carol.identity);
}

#[test]
fn members_refuse_a_removal_that_their_policy_does_not_know_of() {
    let (alice, bob, opened) = pair(Suite::XWing);
    let carol = Device::new("carol");
    let bundle = alice.add(&carol, true);
    let applied = apply(&opened.state, &bundle).unwrap();
    alice.confirm();
    bob.receive(&bundle.commit);
    let leaf = applied.added[0].leaf_index;
    let proposal = server_remove_proposal(&SERVER_SEED, GROUP, 2, leaf).unwrap();
    let refused = bob.group().process(&bob.store, &proposal, &KeepAll).unwrap();
    assert_eq!(refused, Received::ProposalRefused(Refusal("nobody goes")));
    assert!(!bob.group().has_pending_proposals());
    alice.receive(&proposal);
    let removal = alice.commit_pending();
    let refused = bob.group().process(&bob.store, &removal.commit, &KeepAll);
    assert!(matches!(refused, Err(tresen_mls::Error::MissingProposal)), "{refused:?}");
    assert_eq!(bob.group().epoch(), 2);
}

#[test]
fn a_group_of_one_is_opened_in_its_first_epoch() {
    let alice = Device::new("alice");
    alice.create(Suite::XWing);
    let (group_info, tree) = alice.group().export_group_info(&alice.keys).unwrap();
    let opened = open_group(&group_info, &tree, &server()).unwrap();
    assert_eq!((opened.epoch, opened.members.len()), (0, 1));
    let bob = Device::new("bob");
    let bundle = alice.add(&bob, true);
    assert_eq!(apply(&opened.state, &bundle).unwrap().epoch, 1);
}

#[test]
fn the_stored_state_stays_small() {
    let (alice, _, opened) = pair(Suite::XWing);
    let mut state = opened.state;
    let mut sizes = vec![state.to_bytes().len()];
    for number in 0..12 {
        let bundle = alice.add(&Device::new(&format!("{number}")), true);
        state = apply(&state, &bundle).unwrap().state;
        alice.confirm();
        sizes.push(state.to_bytes().len());
    }
    assert!(sizes[0] < 16 << 10 && sizes[12] < 96 << 10, "{sizes:?}");
}

#[test]
fn only_the_server_proposes_from_outside_and_only_in_this_epoch() {
    let (_, bob, opened) = pair(Suite::XWing);
    let leaf = bob.group().own_leaf();
    let forged = server_remove_proposal(&[7; 32], GROUP, opened.epoch, leaf).unwrap();
    assert_eq!(add_proposal(&opened.state, &forged), Err(Error::Invalid("handshake message")));
    let late = server_remove_proposal(&SERVER_SEED, GROUP, 0, leaf).unwrap();
    assert_eq!(add_proposal(&opened.state, &late), Err(Error::EpochConflict { current: 1 }));
    let nobody = server_remove_proposal(&SERVER_SEED, GROUP, 1, 77).unwrap();
    assert!(add_proposal(&opened.state, &nobody).is_err());
}

#[test]
fn a_member_leaves() {
    let (alice, bob, opened) = pair(Suite::XWing);
    let proposal = bob.group().leave_proposal(&bob.store, &bob.keys).unwrap();
    let kept = add_proposal(&opened.state, &proposal).unwrap();
    assert_eq!(kept.kind, ProposalKind::Leave);
    assert_eq!(kept.sender.unwrap().identity, bob.identity);
    alice.receive(&proposal);
    let bundle = alice.commit_pending();
    let applied = apply(&kept.state, &bundle).unwrap();
    assert_eq!(identities(&applied.removed), [&bob.identity[..]]);
    assert_eq!(identities(&applied.members), [&alice.identity[..]]);
}

#[test]
fn a_device_comes_back_in_place_of_its_former_leaf() {
    let (alice, bob, opened) = pair(Suite::XWing);
    let lost = Device::new("bob");
    let bundle = lost.come_back(&opened.state);
    let applied = apply(&opened.state, &bundle).unwrap();
    assert!(applied.is_external);
    assert_eq!(applied.sender.identity, bob.identity);
    assert_eq!(identities(&applied.removed), [&bob.identity[..]]);
    assert_eq!(identities(&applied.added), [&bob.identity[..]]);
    assert_eq!(applied.members.len(), 2);
    alice.receive(&bundle.commit);
    assert_eq!(alice.group().epoch_authenticator(), lost.group().epoch_authenticator());
    let next = alice.update();
    assert_eq!(apply(&applied.state, &next).unwrap().epoch, 3);
}

#[test]
fn only_groups_with_the_servers_key_are_opened() {
    let (alice, _, opened) = pair(Suite::XWing);
    let tree = opened.state.ratchet_tree().unwrap();
    let other = ServerKey { public_key: [1; 32], ..server() };
    let refused = open_group(opened.state.group_info(), &tree, &other);
    assert!(matches!(refused, Err(Error::NotAllowed(_))));
    let new = NewGroup {
        group_id: tresen_types::GroupId::new([1; 16]),
        suite: Suite::XWing,
        external_sender: None,
        now: now(),
    };
    let group = Group::create(&alice.store, &alice.keys, &alice.identity, &new).unwrap();
    let (group_info, tree) = group.export_group_info(&alice.keys).unwrap();
    let refused = open_group(&group_info, &tree, &server());
    assert!(matches!(refused, Err(Error::NotAllowed(_))));
    let refused = open_group(&group_info, &opened.state.ratchet_tree().unwrap(), &server());
    assert!(matches!(refused, Err(Error::Invalid(_))));
}

#[test]
fn key_packages_and_welcomes_match() {
    let (alice, carol) = (Device::new("alice"), Device::new("carol"));
    alice.create(Suite::XWing);
    let package = carol.key_package(Suite::XWing);
    let summary = inspect_key_package(&package, now()).unwrap();
    assert_eq!(summary.identity, carol.identity);
    assert_eq!(summary.signature_key, carol.keys.public_key());
    assert_eq!(summary.suite, Suite::XWing.code());
    let mut group = alice.group();
    let bundle = group.commit_add(&alice.store, &alice.keys, &[package], true).unwrap();
    assert_eq!(inspect_welcome(bundle.welcome.as_ref().unwrap()).unwrap(), [summary.hash_ref]);
}
