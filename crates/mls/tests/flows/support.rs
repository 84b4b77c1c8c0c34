//! Devices for the tests: each has a store of its own, and its group is loaded anew for every step,
//! as after a restart.
#![expect(clippy::unwrap_used, reason = "a failing step ends the test")]
#![expect(clippy::disallowed_types, reason = "OpenMLS reads the system's clock too")]

use std::time::{SystemTime, UNIX_EPOCH};

use tresen_mls::{
    CommitBundle, DeviceKeys, Group, GroupSnapshot, KeyPackageOptions, MembershipPolicy,
    MemoryGroupStore, NewGroup, Received, Refusal, Remover, Result, ServerKey, Suite,
    generate_key_packages,
};
use tresen_types::{GroupId, Timestamp};

/// The group of all tests.
pub(crate) const GROUP: GroupId = GroupId::new([9; 16]);
/// The server's signature seed.
pub(crate) const SERVER_SEED: [u8; 32] = [0x5e; 32];

/// One device.
pub(crate) struct Device {
    /// Its store.
    pub(crate) store: MemoryGroupStore,
    /// Its key.
    pub(crate) keys: DeviceKeys,
    /// Its identity.
    pub(crate) identity: Vec<u8>,
}

/// Admits everybody but the named identities, and refuses removals of protected ones.
#[derive(Default)]
pub(crate) struct Policy {
    /// Identities that may not be members.
    pub(crate) banned: Vec<Vec<u8>>,
    /// Identities that nobody may remove.
    pub(crate) protected: Vec<Vec<u8>>,
}

impl MembershipPolicy for Policy {
    fn admits(&self, identity: &[u8], _signature_key: &[u8; 32]) -> Result<(), Refusal> {
        if self.banned.iter().any(|banned| banned == identity) {
            return Err(Refusal("banned"));
        }
        Ok(())
    }

    fn may_remove(&self, removed: &[u8], _by: Remover<'_>) -> Result<(), Refusal> {
        if self.protected.iter().any(|protected| protected == removed) {
            return Err(Refusal("protected"));
        }
        Ok(())
    }
}

/// The current time: OpenMLS checks key packages against the system's clock.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

pub(crate) fn server_key() -> ServerKey {
    ServerKey {
        public_key: DeviceKeys::from_seed(&SERVER_SEED).public_key(),
        identity: b"server".to_vec(),
    }
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
        let mut packages =
            generate_key_packages(&self.store, &self.keys, &self.identity, &options).unwrap();
        packages.pop().unwrap()
    }

    pub(crate) fn create(&self, suite: Suite) -> Group {
        let server = server_key();
        let new = NewGroup { group_id: GROUP, suite, external_sender: Some(&server), now: now() };
        Group::create(&self.store, &self.keys, &self.identity, &new).unwrap()
    }

    pub(crate) fn group(&self) -> Group {
        Group::load(&self.store, GROUP).unwrap()
    }

    pub(crate) fn add(&self, packages: &[Vec<u8>], with_path: bool) -> CommitBundle {
        self.group().commit_add(&self.store, &self.keys, packages, with_path).unwrap()
    }

    pub(crate) fn confirm(&self) {
        self.group().confirm_commit(&self.store).unwrap();
    }

    pub(crate) fn join(&self, bundle: &CommitBundle) {
        let welcome = bundle.welcome.as_ref().unwrap();
        Group::join(&self.store, welcome, &bundle.ratchet_tree, &Policy::default()).unwrap();
    }

    pub(crate) fn send(&self, text: &[u8]) -> Vec<u8> {
        self.group().encrypt(&self.store, &self.keys, b"aad", text).unwrap()
    }

    pub(crate) fn receive(&self, bytes: &[u8]) -> Result<Received> {
        self.receive_with(bytes, &Policy::default())
    }

    pub(crate) fn receive_with(&self, bytes: &[u8], policy: &Policy) -> Result<Received> {
        self.group().process(&self.store, bytes, policy)
    }

    /// Receives a message and returns its text.
    pub(crate) fn read(&self, bytes: &[u8]) -> Vec<u8> {
        match self.receive(bytes).unwrap() {
            Received::Application { plaintext, .. } => plaintext,
            other => panic!("not an application message: {other:?}"),
        }
    }

    /// Commits an update of the own leaf, applied on this side.
    pub(crate) fn update(&self) -> CommitBundle {
        let bundle = self.group().commit_update(&self.store, &self.keys, None).unwrap();
        self.confirm();
        bundle
    }

    pub(crate) fn external_commit(&self, bundle: &CommitBundle) -> CommitBundle {
        let snapshot =
            GroupSnapshot { group_info: &bundle.group_info, ratchet_tree: &bundle.ratchet_tree };
        let commit = Group::external_commit(
            &self.keys,
            &self.identity,
            snapshot,
            b"resync",
            &Policy::default(),
        )
        .unwrap();
        let bundle = commit.bundle().clone();
        commit.confirm(&self.store).unwrap();
        bundle
    }
}

/// Two devices in one group.
pub(crate) fn pair(suite: Suite) -> (Device, Device, CommitBundle) {
    let (alice, bob) = (Device::new("alice"), Device::new("bob"));
    alice.create(suite);
    let bundle = alice.add(&[bob.key_package(suite)], true);
    alice.confirm();
    bob.join(&bundle);
    (alice, bob, bundle)
}

/// Three devices in one group.
pub(crate) fn three(suite: Suite) -> ([Device; 3], CommitBundle) {
    let (alice, bob, _) = pair(suite);
    let carol = Device::new("carol");
    let bundle = alice.add(&[carol.key_package(suite)], true);
    alice.confirm();
    bob.receive(&bundle.commit).unwrap();
    carol.join(&bundle);
    ([alice, bob, carol], bundle)
}
