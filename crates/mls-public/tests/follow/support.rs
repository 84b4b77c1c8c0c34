//! Devices and a server that follows their group.
#![expect(clippy::unwrap_used, reason = "a failing step ends the test")]
#![expect(clippy::disallowed_types, reason = "OpenMLS reads the system's clock")]

use std::time::{SystemTime, UNIX_EPOCH};

use tresen_mls::{
    CommitBundle, DeviceKeys, Group, GroupSnapshot, KeyPackageOptions, MembershipPolicy,
    MemoryGroupStore, NewGroup, Received, Refusal, Remover, Suite, generate_key_packages,
};
use tresen_mls_public::{Applied, Opened, PublicGroupState, Result, apply_commit, open_group};
use tresen_types::{GroupId, Timestamp};

pub(crate) const GROUP: GroupId = GroupId::new([9; 16]);
pub(crate) const SERVER_SEED: [u8; 32] = [0x5e; 32];

pub(crate) struct AdmitAll;

impl MembershipPolicy for AdmitAll {
    fn admits(&self, _: &[u8], _: &[u8; 32]) -> Result<(), Refusal> {
        Ok(())
    }

    fn may_remove(&self, _: &[u8], _: Remover<'_>) -> Result<(), Refusal> {
        Ok(())
    }
}

/// Lets nobody be removed.
pub(crate) struct KeepAll;

impl MembershipPolicy for KeepAll {
    fn admits(&self, _: &[u8], _: &[u8; 32]) -> Result<(), Refusal> {
        Ok(())
    }

    fn may_remove(&self, _: &[u8], _: Remover<'_>) -> Result<(), Refusal> {
        Err(Refusal("nobody goes"))
    }
}

pub(crate) struct Device {
    pub(crate) store: MemoryGroupStore,
    pub(crate) keys: DeviceKeys,
    pub(crate) identity: Vec<u8>,
}

pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

fn public_key() -> [u8; 32] {
    DeviceKeys::from_seed(&SERVER_SEED).public_key()
}

/// The server's key as this crate takes it.
pub(crate) fn server() -> tresen_mls_public::ServerKey {
    tresen_mls_public::ServerKey { public_key: public_key(), identity: b"server".to_vec() }
}

impl Device {
    pub(crate) fn new(name: &str) -> Self {
        let mut seed = [0x11; 32];
        for (slot, byte) in seed.iter_mut().zip(name.bytes()) {
            *slot = byte;
        }
        Self {
            store: MemoryGroupStore::new(),
            keys: DeviceKeys::from_seed(&seed),
            identity: format!("certificate of {name}").into_bytes(),
        }
    }

    pub(crate) fn key_package(&self, suite: Suite) -> Vec<u8> {
        let options = KeyPackageOptions {
            suite,
            count: 1,
            now: now(),
            lifetime_days: 84,
            last_resort: false,
        };
        let packages = generate_key_packages(&self.store, &self.keys, &self.identity, &options);
        packages.unwrap().pop().unwrap()
    }

    pub(crate) fn create(&self, suite: Suite) {
        let server =
            tresen_mls::ServerKey { public_key: public_key(), identity: b"server".to_vec() };
        let new = NewGroup { group_id: GROUP, suite, external_sender: Some(&server), now: now() };
        Group::create(&self.store, &self.keys, &self.identity, &new).unwrap();
    }

    pub(crate) fn group(&self) -> Group {
        Group::load(&self.store, GROUP).unwrap()
    }

    /// Adds a device; the commit stays pending.
    pub(crate) fn add(&self, device: &Self, with_path: bool) -> CommitBundle {
        let mut group = self.group();
        let package = device.key_package(group.suite().unwrap());
        group.commit_add(&self.store, &self.keys, &[package], with_path).unwrap()
    }

    pub(crate) fn update(&self) -> CommitBundle {
        self.group().commit_update(&self.store, &self.keys, None).unwrap()
    }

    pub(crate) fn remove(&self, device: &Self) -> CommitBundle {
        let leaf = device.group().own_leaf();
        self.group().commit_remove(&self.store, &self.keys, &[leaf]).unwrap()
    }

    pub(crate) fn commit_pending(&self) -> CommitBundle {
        self.group().commit_pending_proposals(&self.store, &self.keys).unwrap()
    }

    pub(crate) fn confirm(&self) {
        self.group().confirm_commit(&self.store).unwrap();
    }

    pub(crate) fn receive(&self, bytes: &[u8]) -> Received {
        self.group().process(&self.store, bytes, &AdmitAll).unwrap()
    }

    pub(crate) fn join(&self, bundle: &CommitBundle, state: &PublicGroupState) {
        let welcome = bundle.welcome.as_ref().unwrap();
        let tree = state.ratchet_tree().unwrap();
        Group::join(&self.store, welcome, &tree, &AdmitAll).unwrap();
    }

    pub(crate) fn come_back(&self, state: &PublicGroupState) -> CommitBundle {
        let tree = state.ratchet_tree().unwrap();
        let snapshot = GroupSnapshot { group_info: state.group_info(), ratchet_tree: &tree };
        let commit =
            Group::external_commit(&self.keys, &self.identity, snapshot, b"", &AdmitAll).unwrap();
        let bundle = commit.bundle().clone();
        commit.confirm(&self.store).unwrap();
        bundle
    }
}

/// Applies a commit to a state that goes through its stored form.
pub(crate) fn apply(state: &PublicGroupState, bundle: &CommitBundle) -> Result<Applied> {
    let stored = PublicGroupState::from_bytes(&state.to_bytes()).unwrap();
    assert_eq!(&stored, state);
    apply_commit(&stored, &bundle.commit, &bundle.group_info)
}

/// Two devices, and the server's view of their group.
pub(crate) fn pair(suite: Suite) -> (Device, Device, Opened) {
    let (alice, bob) = (Device::new("alice"), Device::new("bob"));
    alice.create(suite);
    let bundle = alice.add(&bob, true);
    let opened = open_group(&bundle.group_info, &bundle.ratchet_tree, &server()).unwrap();
    alice.confirm();
    bob.join(&bundle, &opened.state);
    (alice, bob, opened)
}
