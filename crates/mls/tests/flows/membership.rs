//! Who comes, who goes, and who decides it.

use tresen_mls::{
    DeviceKeys, Error, Group, GroupSnapshot, KeyPackageOptions, ProposalSummary, Received, Refusal,
    Suite, delete_key_package, generate_key_packages, inspect_key_package, inspect_welcome,
};

use crate::support::{Device, GROUP, Policy, now, pair, server_key, three};

#[test]
fn three_devices_see_the_same_members() {
    let ([alice, bob, carol], _) = three(Suite::XWing);
    let members = alice.group().members().unwrap();
    assert_eq!(members.len(), 3);
    assert_eq!(bob.group().members().unwrap(), members);
    assert_eq!(carol.group().members().unwrap(), members);
    assert!(carol.group().has_external_sender(Some(&server_key())));
    assert!(!carol.group().has_external_sender(None));
    let message = carol.send(b"hello");
    assert_eq!(alice.read(&message), b"hello");
    assert_eq!(bob.read(&message), b"hello");
}

#[test]
fn a_commit_says_what_it_changed() {
    let (alice, bob, _) = pair(Suite::XWing);
    let carol = Device::new("carol");
    let bundle = alice.add(&[carol.key_package(Suite::XWing)], true);
    assert_eq!(bundle.epoch_before, 1);
    alice.confirm();
    let Received::Commit(commit) = bob.receive(&bundle.commit).unwrap() else {
        panic!("not a commit")
    };
    assert_eq!(commit.sender.identity, alice.identity);
    assert_eq!(commit.added.len(), 1);
    assert_eq!(commit.added[0].identity, carol.identity);
    assert_eq!(commit.added[0].signature_key, carol.keys.public_key());
    assert_eq!(commit.updated[0].identity, alice.identity);
    assert!(commit.removed.is_empty() && !commit.self_removed && !commit.is_external);
    assert_eq!(commit.epoch, 2);
}

#[test]
fn adding_without_a_path_is_smaller_and_works() {
    let (alice, bob, with_path) = pair(Suite::XWing);
    let carol = Device::new("carol");
    let bundle = alice.add(&[carol.key_package(Suite::XWing)], false);
    alice.confirm();
    bob.receive(&bundle.commit).unwrap();
    carol.join(&bundle);
    assert!(bundle.commit.len() < with_path.commit.len());
    let update = carol.update();
    alice.receive(&update.commit).unwrap();
    bob.receive(&update.commit).unwrap();
    assert_eq!(bob.read(&carol.send(b"hello")), b"hello");
}

#[test]
fn a_refused_commit_changes_nothing() {
    let (alice, bob, _) = pair(Suite::XWing);
    let mallory = Device::new("mallory");
    let bundle = alice.add(&[mallory.key_package(Suite::XWing)], true);
    let policy = Policy { banned: vec![mallory.identity.clone()], ..Policy::default() };
    let rows = bob.store.rows();
    let refused = bob.receive_with(&bundle.commit, &policy);
    assert!(matches!(refused, Err(Error::Refused(Refusal("banned")))));
    assert_eq!(bob.store.rows(), rows);
    assert_eq!(bob.group().epoch(), 1);
    alice.group().discard_commit(&alice.store).unwrap();
    assert_eq!(bob.read(&alice.send(b"still here")), b"still here");
}

#[test]
fn a_committer_that_is_not_admitted_any_more_is_refused() {
    let (alice, bob, _) = pair(Suite::XWing);
    let policy = Policy { banned: vec![alice.identity.clone()], ..Policy::default() };
    let bundle = alice.update();
    assert!(matches!(bob.receive_with(&bundle.commit, &policy), Err(Error::Refused(_))));
}

#[test]
fn joining_asks_for_every_leaf_and_keeps_the_key_package_when_refused() {
    let (alice, bob, _) = pair(Suite::XWing);
    let carol = Device::new("carol");
    let bundle = alice.add(&[carol.key_package(Suite::XWing)], true);
    let welcome = bundle.welcome.as_ref().unwrap();
    let rows = carol.store.rows();
    let policy = Policy { banned: vec![bob.identity], ..Policy::default() };
    let refused = Group::join(&carol.store, welcome, &bundle.ratchet_tree, &policy);
    assert!(matches!(refused, Err(Error::Refused(_))));
    assert_eq!(carol.store.rows(), rows);
    carol.join(&bundle);
    let again = Group::join(&carol.store, welcome, &bundle.ratchet_tree, &Policy::default());
    assert!(matches!(again, Err(Error::NoKeyPackage)), "the key package is used up");
}

#[test]
fn a_welcome_names_the_key_packages_it_is_for() {
    let (alice, _, _) = pair(Suite::XWing);
    let carol = Device::new("carol");
    let package = carol.key_package(Suite::XWing);
    let summary = inspect_key_package(&package, now()).unwrap();
    assert_eq!(summary.identity, carol.identity);
    assert_eq!(summary.signature_key, carol.keys.public_key());
    assert_eq!(summary.suite, Suite::XWing);
    assert!(!summary.is_last_resort);
    let bundle = alice.add(&[package], true);
    assert_eq!(inspect_welcome(bundle.welcome.as_ref().unwrap()).unwrap(), [summary.hash_ref]);
}

#[test]
fn a_lost_race_is_discarded_and_built_again() {
    let (alice, bob, _) = pair(Suite::XWing);
    let winner = alice.group().commit_update(&alice.store, &alice.keys, None).unwrap();
    let loser = bob.group().commit_update(&bob.store, &bob.keys, None).unwrap();
    assert_eq!(winner.epoch_before, loser.epoch_before);
    let second = bob.group().commit_update(&bob.store, &bob.keys, None);
    assert!(matches!(second, Err(Error::PendingCommit)));
    alice.confirm();
    bob.group().discard_commit(&bob.store).unwrap();
    bob.receive(&winner.commit).unwrap();
    assert!(matches!(alice.receive(&loser.commit), Err(Error::EpochTooOld { current: 2 })));
    let rebuilt = bob.update();
    alice.receive(&rebuilt.commit).unwrap();
    assert_eq!(alice.read(&bob.send(b"hello")), b"hello");
}

#[test]
fn a_commit_of_somebody_else_replaces_the_pending_one() {
    let (alice, bob, _) = pair(Suite::XWing);
    bob.group().commit_update(&bob.store, &bob.keys, None).unwrap();
    bob.receive(&alice.update().commit).unwrap();
    assert!(!bob.group().has_pending_commit());
    assert!(matches!(bob.group().confirm_commit(&bob.store), Err(Error::NothingPending)));
}

#[test]
fn the_own_commit_is_recognised_before_and_after_its_confirmation() {
    let (alice, bob, _) = pair(Suite::XWing);
    let bundle = alice.group().commit_update(&alice.store, &alice.keys, None).unwrap();
    let echo = alice.receive(&bundle.commit).unwrap();
    assert_eq!(echo, Received::OwnCommitEcho { applied: true });
    let echo = alice.receive(&bundle.commit).unwrap();
    assert_eq!(echo, Received::OwnCommitEcho { applied: false });
    bob.receive(&bundle.commit).unwrap();
    assert!(matches!(bob.receive(&bundle.commit), Err(Error::EpochTooOld { current: 2 })));
    assert_eq!(alice.group().epoch_authenticator(), bob.group().epoch_authenticator());
}

#[test]
fn a_removed_device_knows_it_and_can_be_deleted_without_a_trace() {
    let ([alice, bob, carol], _) = three(Suite::XWing);
    let leaf = carol.group().own_leaf();
    let bundle = alice.group().commit_remove(&alice.store, &alice.keys, &[leaf]).unwrap();
    alice.confirm();
    let Received::Commit(commit) = carol.receive(&bundle.commit).unwrap() else {
        panic!("not a commit")
    };
    assert!(commit.self_removed);
    assert_eq!(commit.removed[0].identity, carol.identity);
    bob.receive(&bundle.commit).unwrap();
    let mut group = carol.group();
    assert!(!group.is_member());
    let encrypted = group.encrypt(&carol.store, &carol.keys, b"", b"x");
    assert!(matches!(encrypted, Err(Error::NotAMember)));
    assert!(matches!(carol.receive(&alice.send(b"x")), Err(Error::NotAMember)));
    Group::delete(&carol.store, GROUP).unwrap();
    assert_eq!(carol.store.rows_of(GROUP.as_bytes()), 0);
    assert!(matches!(Group::load(&carol.store, GROUP), Err(Error::UnknownGroup)));
}

#[test]
fn leaving_is_proposed_by_the_one_and_committed_by_another() {
    let ([alice, bob, carol], _) = three(Suite::XWing);
    let proposal = carol.group().leave_proposal(&carol.store, &carol.keys).unwrap();
    for device in [&alice, &bob] {
        let Received::Proposal(ProposalSummary::Remove { member, by_itself, by_server }) =
            device.receive(&proposal).unwrap()
        else {
            panic!("not a removal")
        };
        assert_eq!(member.identity, carol.identity);
        assert!(by_itself && !by_server);
    }
    assert_eq!(carol.receive(&proposal).unwrap(), Received::OwnMessageEcho);
    let early = bob.group().encrypt(&bob.store, &bob.keys, b"", b"x");
    assert!(matches!(early, Err(Error::PendingProposals)));
    let bundle = bob.group().commit_pending_proposals(&bob.store, &bob.keys).unwrap();
    bob.confirm();
    let Received::Commit(commit) = alice.receive(&bundle.commit).unwrap() else {
        panic!("not a commit")
    };
    assert_eq!(commit.removed[0].identity, carol.identity);
    let Received::Commit(commit) = carol.receive(&bundle.commit).unwrap() else {
        panic!("not a commit")
    };
    assert!(commit.self_removed);
    assert_eq!(alice.read(&bob.send(b"hello")), b"hello");
}

#[test]
fn a_lost_device_comes_back_by_an_external_commit() {
    let ([alice, bob, carol], _) = three(Suite::XWing);
    let (group_info, ratchet_tree) = alice.group().export_group_info(&alice.keys).unwrap();
    let lost = Device::new("carol");
    let snapshot = GroupSnapshot { group_info: &group_info, ratchet_tree: &ratchet_tree };
    let commit =
        Group::external_commit(&lost.keys, &lost.identity, snapshot, b"resync", &Policy::default())
            .unwrap();
    assert_eq!(commit.bundle().epoch_before, 2);
    assert_eq!(lost.store.rows(), 0, "nothing is kept before the server's answer");
    let bundle = commit.bundle().clone();
    commit.confirm(&lost.store).unwrap();
    for device in [&alice, &bob] {
        let Received::Commit(summary) = device.receive(&bundle.commit).unwrap() else {
            panic!("not a commit")
        };
        assert!(summary.is_external);
        assert_eq!(summary.sender.identity, lost.identity);
        assert_eq!(summary.removed[0].identity, carol.identity);
        assert_eq!(summary.added[0].identity, lost.identity);
        assert_eq!(summary.aad, b"resync");
        assert_eq!(device.group().members().unwrap().len(), 3);
    }
    assert_eq!(alice.read(&lost.send(b"back")), b"back");
    assert_eq!(lost.read(&bob.send(b"welcome")), b"welcome");
}

#[test]
fn an_external_commit_of_a_refused_device_is_refused() {
    let (alice, bob, bundle) = pair(Suite::XWing);
    let mallory = Device::new("mallory");
    let external = mallory.external_commit(&bundle);
    let policy = Policy { banned: vec![mallory.identity], ..Policy::default() };
    for device in [&alice, &bob] {
        let refused = device.receive_with(&external.commit, &policy);
        assert!(matches!(refused, Err(Error::Refused(_))));
        assert_eq!(device.group().epoch(), 1);
    }
}

#[test]
fn an_external_commit_into_a_group_with_a_refused_leaf_is_not_made() {
    let (_, bob, bundle) = pair(Suite::XWing);
    let carol = Device::new("carol");
    let policy = Policy { banned: vec![bob.identity], ..Policy::default() };
    let snapshot =
        GroupSnapshot { group_info: &bundle.group_info, ratchet_tree: &bundle.ratchet_tree };
    let refused =
        Group::external_commit(&carol.keys, &carol.identity, snapshot, b"", &policy).map(drop);
    assert!(matches!(refused, Err(Error::Refused(_))));
}

#[test]
fn an_existing_group_is_never_replaced() {
    let (alice, _, _) = pair(Suite::XWing);
    let new = tresen_mls::NewGroup {
        group_id: GROUP,
        suite: Suite::XWing,
        external_sender: None,
        now: now(),
    };
    let created = Group::create(&alice.store, &alice.keys, &alice.identity, &new).map(drop);
    assert!(matches!(created, Err(Error::GroupExists)));
    assert_eq!(alice.group().epoch(), 1);
}

#[test]
fn a_key_package_is_refused_when_its_time_is_over() {
    let bob = Device::new("bob");
    let package = bob.key_package(Suite::X25519);
    let later = now().plus_millis(85 * tresen_types::limits::DAY_MS);
    assert!(matches!(inspect_key_package(&package, later), Err(Error::Lifetime)));
    let earlier = now().plus_millis(-tresen_types::limits::DAY_MS);
    assert!(matches!(inspect_key_package(&package, earlier), Err(Error::Lifetime)));
}

#[test]
fn a_foreign_welcome_is_told_apart() {
    let (alice, _, _) = pair(Suite::XWing);
    let (carol, dave) = (Device::new("carol"), Device::new("dave"));
    let bundle = alice.add(&[carol.key_package(Suite::XWing)], true);
    let welcome = bundle.welcome.as_ref().unwrap();
    let joined =
        Group::join(&dave.store, welcome, &bundle.ratchet_tree, &Policy::default()).map(drop);
    assert!(matches!(joined, Err(Error::NoKeyPackage)));
}

#[test]
fn keys_are_used_for_statements_too() {
    let keys = DeviceKeys::from_seed(&[1; 32]);
    assert_ne!(keys.sign(b"one"), keys.sign(b"two"));
}

#[test]
fn a_last_resort_key_package_can_be_used_twice() {
    let bob = Device::new("bob");
    let options = KeyPackageOptions {
        suite: Suite::XWing,
        count: 1,
        now: now(),
        lifetime_days: 30,
        last_resort: true,
    };
    let packages = generate_key_packages(&bob.store, &bob.keys, &bob.identity, &options).unwrap();
    let summary = inspect_key_package(&packages[0], now()).unwrap();
    assert!(summary.is_last_resort);
    for name in ["alice", "carol"] {
        let device = Device::new(name);
        device.create(Suite::XWing);
        bob.join(&device.add(&packages, true));
        device.confirm();
        assert_eq!(bob.read(&device.send(b"hello")), b"hello");
        Group::delete(&bob.store, GROUP).unwrap();
    }
    delete_key_package(&bob.store, &summary.hash_ref).unwrap();
    assert_eq!(bob.store.rows(), 0);
}

#[test]
fn a_group_can_be_moved_between_threads() {
    fn check<T: Send>() {}
    check::<Group>();
    check::<tresen_mls::ExternalCommit>();
}

#[test]
fn a_new_certificate_is_put_into_the_own_leaf() {
    let (alice, bob, _) = pair(Suite::XWing);
    let mut group = alice.group();
    let bundle =
        group.commit_update(&alice.store, &alice.keys, Some(b"renewed certificate")).unwrap();
    alice.confirm();
    let Received::Commit(commit) = bob.receive(&bundle.commit).unwrap() else {
        panic!("not a commit")
    };
    assert_eq!(commit.updated[0].identity, b"renewed certificate");
    assert_eq!(bob.group().members().unwrap(), alice.group().members().unwrap());
}
