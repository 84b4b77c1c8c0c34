//! Coming back by an external commit, when the own state is lost (PROTOCOL D9).

use openmls::prelude::{LeafNodeParameters, MlsGroup, OpenMlsProvider as _};
use tresen_types::GroupId;

use super::{
    Group, check_identity,
    commit::{CommitBundle, bundle_of},
    join::group_id,
    join_config,
};
use crate::{
    error::{Error, Result},
    key_package::capabilities,
    keys::DeviceKeys,
    member::{Member, MembershipPolicy},
    provider::{Provider, Writes},
    store::{GroupStore, MemoryGroupStore},
    suite::Suite,
    wire,
};

/// An external commit that waits for the server's answer. Nothing of it is in the store yet: after
/// an epoch conflict it is dropped and made again from the newer group info.
pub struct ExternalCommit {
    bundle: CommitBundle,
    group: Group,
    writes: Writes,
}

/// What an external commit is made from.
#[derive(Clone, Copy, Debug)]
pub struct GroupSnapshot<'a> {
    /// The group info of the current epoch.
    pub group_info: &'a [u8],
    /// Its ratchet tree.
    pub ratchet_tree: &'a [u8],
}

impl Group {
    /// Makes an external commit. It removes the leaf that has the same signature key, if there is
    /// one. Every leaf of the group must be admitted by `policy`.
    ///
    /// # Errors
    /// [`Error::Refused`], [`Error::Malformed`], [`Error::Crypto`], [`Error::UnsupportedSuite`].
    pub fn external_commit(
        keys: &DeviceKeys,
        identity: &[u8],
        snapshot: GroupSnapshot<'_>,
        aad: &[u8],
        policy: &dyn MembershipPolicy,
    ) -> Result<ExternalCommit> {
        check_identity(identity)?;
        let group_info = wire::group_info(snapshot.group_info)?;
        Suite::from_ciphersuite(group_info.ciphersuite())?;
        let id = group_id(&group_info)?;
        let epoch_before = group_info.epoch().as_u64();
        let scratch = MemoryGroupStore::new();
        let provider = Provider::new(&scratch);
        let leaf = LeafNodeParameters::builder().with_capabilities(capabilities()).build();
        let (mls, bundle) = MlsGroup::external_commit_builder()
            .with_config(join_config())
            .with_ratchet_tree(wire::ratchet_tree(snapshot.ratchet_tree)?)
            .with_aad(aad.to_vec())
            .skip_lifetime_validation()
            .build_group(&provider, group_info, keys.credential(identity))
            .map_err(|_failed| Error::Crypto("group info"))?
            .leaf_node_parameters(leaf)
            .load_psks(provider.storage())
            .map_err(|_failed| Error::Crypto("external commit"))?
            .create_group_info(true)
            .build(provider.rand(), provider.crypto(), keys, |_| true)
            .map_err(|_failed| Error::Crypto("external commit"))?
            .finalize(&provider)
            .map_err(|_failed| Error::Crypto("external commit"))?;
        let group = Self { mls, id };
        for member in group.members()? {
            policy.admits(&member.identity, &member.signature_key).map_err(Error::Refused)?;
        }
        let bundle = bundle_of(bundle, &group.mls.export_ratchet_tree(), epoch_before)?;
        Ok(ExternalCommit { bundle, group, writes: provider.into_writes()? })
    }
}

impl ExternalCommit {
    /// What the server gets.
    #[must_use]
    pub const fn bundle(&self) -> &CommitBundle {
        &self.bundle
    }

    /// The group's id.
    #[must_use]
    pub const fn group_id(&self) -> GroupId {
        self.group.id
    }

    /// The members of the new epoch, this device included.
    ///
    /// # Errors
    /// [`Error::Malformed`], which can't happen for leaves that were admitted.
    pub fn members(&self) -> Result<Vec<Member>> {
        self.group.members()
    }

    /// Keeps the group: the server has accepted the commit. Replaces what the store has of it.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub fn confirm(self, store: &dyn GroupStore) -> Result<Group> {
        store.delete_group(self.group.id.as_bytes())?;
        self.writes.apply(store)?;
        Ok(self.group)
    }
}

impl std::fmt::Debug for ExternalCommit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExternalCommit").field("group", &self.group).finish_non_exhaustive()
    }
}
