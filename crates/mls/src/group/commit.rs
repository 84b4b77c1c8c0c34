//! Commits of this device: made, sent to the server, then confirmed or discarded.
//!
//! The server accepts one commit per epoch. A commit therefore stays pending until the server's
//! answer: accepted → [`Group::confirm_commit`]; epoch conflict → [`Group::discard_commit`], drain
//! the mailbox, build it again.

use openmls::{
    prelude::{
        CommitMessageBundle, KeyPackage, LeafNodeIndex, LeafNodeParameters, MlsGroup,
        OpenMlsProvider as _, PastEpochDeletion, Proposal, QueuedProposal, Sender,
    },
    treesync::RatchetTree,
};

use super::{Group, check_identity, outdated_epochs};
use crate::{
    crypto::Crypto,
    error::{Error, Result},
    key_package::{capabilities, validated},
    keys::DeviceKeys,
    provider::Provider,
    store::GroupStore,
    wire,
};

/// What the server gets, as one atomic whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitBundle {
    /// The commit.
    pub commit: Vec<u8>,
    /// The welcome for the added members, without the tree.
    pub welcome: Option<Vec<u8>>,
    /// The group info of the new epoch, without the tree.
    pub group_info: Vec<u8>,
    /// The ratchet tree of the new epoch.
    pub ratchet_tree: Vec<u8>,
    /// The epoch that the commit ends: the server compares it with its own.
    pub epoch_before: u64,
}

/// What one commit of this device holds besides the pending proposals.
#[derive(Default)]
struct Contents {
    added: Vec<KeyPackage>,
    removed: Vec<LeafNodeIndex>,
    with_path: bool,
    leaf: Option<LeafNodeParameters>,
}

impl Group {
    /// Adds members. Without a path the commit is small, but brings no fresh keys: right for adding
    /// a device in the background (PROTOCOL D5). The caller has inspected the key packages and
    /// their certificates.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::Crypto`] or [`Error::Lifetime`] for a bad key package; those
    /// of [`Self::commit_pending_proposals`].
    pub fn commit_add(
        &mut self,
        store: &dyn GroupStore,
        keys: &DeviceKeys,
        key_packages: &[Vec<u8>],
        with_path: bool,
    ) -> Result<CommitBundle> {
        let crypto = Crypto;
        let mut added = Vec::with_capacity(key_packages.len());
        for package in key_packages {
            added.push(validated(package, &crypto)?);
        }
        self.commit(store, keys, Contents { added, with_path, ..Contents::default() })
    }

    /// Removes members by their leaf index.
    ///
    /// # Errors
    /// [`Error::NotAMember`] for an index without a member; those of
    /// [`Self::commit_pending_proposals`].
    pub fn commit_remove(
        &mut self,
        store: &dyn GroupStore,
        keys: &DeviceKeys,
        leaves: &[u32],
    ) -> Result<CommitBundle> {
        let mut removed = Vec::with_capacity(leaves.len());
        for leaf in leaves {
            let index = LeafNodeIndex::new(*leaf);
            if self.mls.member_at(index).is_none() {
                return Err(Error::NotAMember);
            }
            removed.push(index);
        }
        self.commit(store, keys, Contents { removed, with_path: true, ..Contents::default() })
    }

    /// Renews the own leaf's keys. With `identity`, the leaf gets a new certificate too.
    ///
    /// # Errors
    /// Those of [`Self::commit_pending_proposals`].
    pub fn commit_update(
        &mut self,
        store: &dyn GroupStore,
        keys: &DeviceKeys,
        identity: Option<&[u8]>,
    ) -> Result<CommitBundle> {
        let leaf = match identity {
            Some(identity) => {
                check_identity(identity)?;
                let parameters = LeafNodeParameters::builder()
                    .with_capabilities(capabilities())
                    .with_credential_with_key(keys.credential(identity))
                    .build();
                Some(parameters)
            }
            None => None,
        };
        self.commit(store, keys, Contents { with_path: true, leaf, ..Contents::default() })
    }

    /// Commits the proposals that were received, as every commit of this device does.
    ///
    /// # Errors
    /// [`Error::PendingCommit`] when another commit waits, [`Error::NothingPending`] when there is
    /// no proposal, [`Error::NotAMember`], [`Error::Crypto`], [`Error::Storage`].
    pub fn commit_pending_proposals(
        &mut self,
        store: &dyn GroupStore,
        keys: &DeviceKeys,
    ) -> Result<CommitBundle> {
        if !self.has_pending_proposals() {
            return Err(Error::NothingPending);
        }
        self.commit(store, keys, Contents::default())
    }

    /// Applies the pending commit: the server has accepted it.
    ///
    /// # Errors
    /// [`Error::NothingPending`], [`Error::Storage`].
    pub fn confirm_commit(&mut self, store: &dyn GroupStore) -> Result<()> {
        if !self.has_pending_commit() {
            return Err(Error::NothingPending);
        }
        self.change(store, merge_pending)
    }

    /// Forgets the pending commit: the server has refused it, or another one came first. The
    /// pending proposals stay.
    ///
    /// # Errors
    /// [`Error::NothingPending`], [`Error::Storage`].
    pub fn discard_commit(&mut self, store: &dyn GroupStore) -> Result<()> {
        if !self.has_pending_commit() {
            return Err(Error::NothingPending);
        }
        self.change(store, |mls, provider| {
            mls.clear_pending_commit(provider.storage())
                .map_err(|_failed| Error::Crypto("discarded commit"))
        })
    }

    fn commit(
        &mut self,
        store: &dyn GroupStore,
        keys: &DeviceKeys,
        contents: Contents,
    ) -> Result<CommitBundle> {
        self.check_member()?;
        if self.has_pending_commit() {
            return Err(Error::PendingCommit);
        }
        self.change(store, |mls, provider| build(mls, provider, keys, contents))
    }
}

/// Merges the pending commit and forgets the secrets that must not outlive it.
pub(super) fn merge_pending(mls: &mut MlsGroup, provider: &Provider<'_>) -> Result<()> {
    let removes = mls.pending_commit().is_some_and(|commit| {
        commit.queued_proposals().any(|proposal| is_removal(proposal.proposal()))
    });
    mls.merge_pending_commit(provider).map_err(|_failed| Error::Crypto("own commit"))?;
    forget_epochs(mls, provider, removes)
}

/// After a removal nothing of an earlier epoch is accepted any more (PROTOCOL D4); otherwise only
/// what is too old goes.
pub(super) fn forget_epochs(
    mls: &mut MlsGroup,
    provider: &Provider<'_>,
    removes: bool,
) -> Result<()> {
    let outdated = if removes { PastEpochDeletion::delete_all() } else { outdated_epochs() };
    mls.delete_past_epoch_secrets(provider, outdated)
        .map_err(|_failed| Error::Crypto("deletion of old epochs"))
}

pub(super) fn is_removal(proposal: &Proposal) -> bool {
    matches!(proposal, Proposal::Remove(_) | Proposal::SelfRemove)
}

fn build(
    mls: &mut MlsGroup,
    provider: &Provider<'_>,
    keys: &DeviceKeys,
    contents: Contents,
) -> Result<CommitBundle> {
    let epoch_before = mls.epoch().as_u64();
    let own_leaf = mls.own_leaf_index();
    // A member can't commit its own removal; another one will.
    let keep = |queued: &QueuedProposal| match queued.proposal() {
        Proposal::Remove(remove) => remove.removed() != own_leaf,
        Proposal::SelfRemove => {
            !matches!(queued.sender(), Sender::Member(leaf) if *leaf == own_leaf)
        }
        _ => true,
    };
    let mut builder = mls
        .commit_builder()
        .consume_proposal_store(true)
        .propose_adds(contents.added)
        .propose_removals(contents.removed)
        .force_self_update(contents.with_path);
    if let Some(leaf) = contents.leaf {
        builder = builder.leaf_node_parameters(leaf);
    }
    let bundle = builder
        .load_psks(provider.storage())
        .map_err(|_failed| Error::Crypto("commit"))?
        .create_group_info(true)
        .build(provider.rand(), provider.crypto(), keys, keep)
        .map_err(|_failed| Error::Crypto("commit"))?
        .stage_commit(provider)
        .map_err(|_failed| Error::Crypto("commit"))?;
    let staged = mls.pending_commit().ok_or(Error::Crypto("commit"))?;
    let ratchet_tree = staged
        .export_ratchet_tree(provider.crypto(), mls.export_ratchet_tree())
        .map_err(|_failed| Error::Crypto("ratchet tree"))?
        .ok_or(Error::Crypto("ratchet tree"))?;
    bundle_of(bundle, &ratchet_tree, epoch_before)
}

/// The bytes of a commit's parts.
pub(super) fn bundle_of(
    bundle: CommitMessageBundle,
    ratchet_tree: &RatchetTree,
    epoch_before: u64,
) -> Result<CommitBundle> {
    let (commit, welcome, group_info) = bundle.into_messages();
    let group_info = group_info.ok_or(Error::Crypto("group info"))?;
    Ok(CommitBundle {
        commit: wire::write(&commit)?,
        welcome: welcome.as_ref().map(wire::write).transpose()?,
        group_info: wire::write(&group_info)?,
        ratchet_tree: wire::write_tree(ratchet_tree)?,
        epoch_before,
    })
}
