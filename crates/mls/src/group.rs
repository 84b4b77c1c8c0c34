//! The handle of one group.
//!
//! A [`Group`] is loaded, changed by one call, and kept or dropped. Every changing call works on an
//! overlay of the store and writes its rows at the end; when it fails, the group in memory is read
//! back, so that memory and rows never differ.

mod commit;
mod external_commit;
mod join;
mod leave;
mod process;

pub use commit::CommitBundle;
pub use external_commit::{ExternalCommit, GroupSnapshot};
use openmls::prelude::{
    Extension, Extensions, GroupId as MlsGroupId, MlsGroup, MlsGroupCreateConfig,
    MlsGroupJoinConfig, OpenMlsProvider as _, PURE_PLAINTEXT_WIRE_FORMAT_POLICY, PastEpochDeletion,
    PastEpochDeletionPolicy, SenderRatchetConfiguration,
};
pub use process::{CommitSummary, ProposalSummary, Received, Sender};
use tresen_types::{GroupId, Timestamp, limits::MESSAGE_BYTES_MAX};
use zeroize::Zeroizing;

use crate::{
    crypto::Crypto,
    error::{Error, Result},
    key_package::{capabilities, lifetime},
    keys::DeviceKeys,
    limits::{
        EXPORTED_SECRET_BYTES_MAX, FORWARD_DISTANCE_MAX, IDENTITY_BYTES_MAX, OUT_OF_ORDER_MAX,
        PADDING_BYTES, PAST_EPOCH_SECONDS_MAX, PAST_EPOCHS_KEPT,
    },
    member::{Member, ServerKey},
    provider::{Kind, Provider},
    store::{GroupStore, StoreError},
    suite::Suite,
    wire,
};

/// A group that this device is, or was, a member of.
pub struct Group {
    mls: MlsGroup,
    id: GroupId,
}

/// How a group is created.
#[derive(Clone, Debug)]
pub struct NewGroup<'a> {
    /// A fresh random id.
    pub group_id: GroupId,
    /// The ciphersuite.
    pub suite: Suite,
    /// The server's key, when the server may propose removals.
    pub external_sender: Option<&'a ServerKey>,
    /// The current time.
    pub now: Timestamp,
}

impl Group {
    /// Creates a group with this device as its only member.
    ///
    /// # Errors
    /// [`Error::GroupExists`], [`Error::Storage`].
    pub fn create(
        store: &dyn GroupStore,
        keys: &DeviceKeys,
        identity: &[u8],
        new: &NewGroup<'_>,
    ) -> Result<Self> {
        check_identity(identity)?;
        let provider = Provider::new(store);
        if exists(store, new.group_id)? {
            return Err(Error::GroupExists);
        }
        let mut extensions = Vec::new();
        if let Some(server) = new.external_sender {
            extensions.push(Extension::ExternalSenders(vec![server.external_sender()]));
        }
        let extensions = Extensions::from_vec(extensions)
            .map_err(|_invalid| Error::Malformed("group context extensions"))?;
        let config = MlsGroupCreateConfig::builder()
            .ciphersuite(new.suite.ciphersuite())
            .capabilities(capabilities())
            .lifetime(lifetime(new.now, crate::limits::CREATOR_LEAF_DAYS)?)
            .with_group_context_extensions(extensions)
            .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
            .padding_size(PADDING_BYTES)
            .use_ratchet_tree_extension(false)
            .sender_ratchet_configuration(ratchets())
            .set_past_epoch_deletion_policy(PastEpochDeletionPolicy::MaxEpochs(PAST_EPOCHS_KEPT))
            .build();
        let mls = MlsGroup::new_with_group_id(
            &provider,
            keys,
            &config,
            MlsGroupId::from_slice(new.group_id.as_bytes()),
            keys.credential(identity),
        )
        .map_err(|_failed| provider.failure_or(Error::Crypto("group creation")))?;
        provider.write_back()?;
        Ok(Self { mls, id: new.group_id })
    }

    /// Loads a group.
    ///
    /// # Errors
    /// [`Error::UnknownGroup`] when the store has no row of it; [`Error::Storage`] when it has, but
    /// they can't be read or aren't complete.
    pub fn load(store: &dyn GroupStore, id: GroupId) -> Result<Self> {
        let provider = Provider::new(store);
        let mls = MlsGroup::load(provider.storage(), &MlsGroupId::from_slice(id.as_bytes()))
            .map_err(|_failed| provider.failure_or(Error::UnknownGroup))?;
        match mls {
            Some(mls) => Ok(Self { mls, id }),
            None if exists(store, id)? => {
                Err(StoreError::Damaged { kind: Kind::GroupState.number() }.into())
            }
            None => Err(Error::UnknownGroup),
        }
    }

    /// Deletes all rows of a group, also those that leaving left behind.
    ///
    /// # Errors
    /// [`Error::Storage`].
    pub fn delete(store: &dyn GroupStore, id: GroupId) -> Result<()> {
        Ok(store.delete_group(id.as_bytes())?)
    }

    /// The group's id.
    #[must_use]
    pub const fn group_id(&self) -> GroupId {
        self.id
    }

    /// The current epoch.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.mls.epoch().as_u64()
    }

    /// The group's suite.
    ///
    /// # Errors
    /// [`Error::UnsupportedSuite`], which can't happen for a group that was joined.
    pub fn suite(&self) -> Result<Suite> {
        Suite::from_ciphersuite(self.mls.ciphersuite())
    }

    /// Whether this device is still a member.
    #[must_use]
    pub fn is_member(&self) -> bool {
        self.mls.is_active()
    }

    /// This device's place in the tree.
    #[must_use]
    pub fn own_leaf(&self) -> u32 {
        self.mls.own_leaf_index().u32()
    }

    /// All members, by their leaf index.
    ///
    /// # Errors
    /// [`Error::Malformed`], which can't happen for a group that was joined.
    pub fn members(&self) -> Result<Vec<Member>> {
        self.mls.members().map(|member| Member::from_openmls(&member)).collect()
    }

    /// Whether exactly this key (or none) may propose removals from outside.
    #[must_use]
    pub fn has_external_sender(&self, server: Option<&ServerKey>) -> bool {
        let expected: Vec<_> = server.into_iter().map(ServerKey::external_sender).collect();
        match self.mls.extensions().external_senders() {
            Some(senders) => *senders == expected,
            None => expected.is_empty(),
        }
    }

    /// Whether a commit of this device waits for [`Self::confirm_commit`].
    #[must_use]
    pub fn has_pending_commit(&self) -> bool {
        self.mls.pending_commit().is_some()
    }

    /// Whether proposals wait for a commit; nothing can be encrypted before.
    #[must_use]
    pub fn has_pending_proposals(&self) -> bool {
        self.mls.has_pending_proposals()
    }

    /// Derives a secret that all members of this epoch can derive, and nobody else.
    ///
    /// # Errors
    /// [`Error::NotAMember`], [`Error::Malformed`] for a length over the limit.
    pub fn export_secret(
        &self,
        label: &str,
        context: &[u8],
        length: usize,
    ) -> Result<Zeroizing<Vec<u8>>> {
        if length > EXPORTED_SECRET_BYTES_MAX {
            return Err(Error::Malformed("length of an exported secret"));
        }
        self.check_member()?;
        let crypto = Crypto;
        self.mls
            .export_secret(&crypto, label, context, length)
            .map(Zeroizing::new)
            .map_err(|_failed| Error::Crypto("exported secret"))
    }

    /// A value that is the same for two members only when they see the same history.
    #[must_use]
    pub fn epoch_authenticator(&self) -> Vec<u8> {
        self.mls.epoch_authenticator().as_slice().to_vec()
    }

    /// The group info and the ratchet tree of this epoch, as the server keeps them. A new group's
    /// creator hands them over once; afterwards each commit carries its own.
    ///
    /// # Errors
    /// [`Error::NotAMember`], [`Error::Crypto`].
    pub fn export_group_info(&self, keys: &DeviceKeys) -> Result<(Vec<u8>, Vec<u8>)> {
        self.check_member()?;
        let crypto = Crypto;
        let group_info = self
            .mls
            .export_group_info(&crypto, keys, false)
            .map_err(|_failed| Error::Crypto("group info"))?;
        Ok((wire::write(&group_info)?, wire::write_tree(&self.mls.export_ratchet_tree())?))
    }

    /// Encrypts an application message. `aad` stays readable, but can't be changed.
    ///
    /// # Errors
    /// [`Error::NotAMember`], [`Error::PendingProposals`], [`Error::Storage`].
    pub fn encrypt(
        &mut self,
        store: &dyn GroupStore,
        keys: &DeviceKeys,
        aad: &[u8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>> {
        self.check_member()?;
        if plaintext.len().saturating_add(aad.len()) > MESSAGE_BYTES_MAX {
            return Err(Error::Malformed("message to send: too long"));
        }
        if self.has_pending_proposals() {
            return Err(Error::PendingProposals);
        }
        self.change(store, |mls, provider| {
            mls.set_aad(aad.to_vec());
            let message = mls
                .create_message(provider, keys, plaintext)
                .map_err(|_failed| Error::Crypto("encryption"))?;
            wire::write(&message)
        })
    }

    fn check_member(&self) -> Result<()> {
        if self.is_member() { Ok(()) } else { Err(Error::NotAMember) }
    }

    /// Runs one change: its rows are written only when it succeeds, and when it doesn't, the value
    /// in memory is read back.
    fn change<T>(
        &mut self,
        store: &dyn GroupStore,
        change: impl FnOnce(&mut MlsGroup, &Provider<'_>) -> Result<T>,
    ) -> Result<T> {
        let provider = Provider::new(store);
        let changed = change(&mut self.mls, &provider)
            .map_err(|error| provider.failure_or(error))
            .and_then(|value| provider.write_back().map(|()| value));
        if changed.is_err() {
            *self = Self::load(store, self.id)?;
        }
        changed
    }
}

impl std::fmt::Debug for Group {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Group").field("id", &self.id).field("epoch", &self.epoch()).finish()
    }
}

/// The configuration of a group that was joined; the same as that of a created one.
fn join_config() -> MlsGroupJoinConfig {
    MlsGroupJoinConfig::builder()
        .wire_format_policy(PURE_PLAINTEXT_WIRE_FORMAT_POLICY)
        .padding_size(PADDING_BYTES)
        .use_ratchet_tree_extension(false)
        .sender_ratchet_configuration(ratchets())
        .set_past_epoch_deletion_policy(PastEpochDeletionPolicy::MaxEpochs(PAST_EPOCHS_KEPT))
        .build()
}

fn ratchets() -> SenderRatchetConfiguration {
    SenderRatchetConfiguration::new(OUT_OF_ORDER_MAX, FORWARD_DISTANCE_MAX)
}

fn exists(store: &dyn GroupStore, id: GroupId) -> Result<bool> {
    for kind in [Kind::GroupState, Kind::Tree, Kind::Context, Kind::MessageSecrets] {
        if store.get(kind.number(), id.as_bytes(), &[])?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn check_identity(identity: &[u8]) -> Result<()> {
    if identity.is_empty() || identity.len() > IDENTITY_BYTES_MAX {
        return Err(Error::Malformed("credential identity"));
    }
    Ok(())
}

/// Secrets of epochs that are over for too long.
fn outdated_epochs() -> PastEpochDeletion {
    PastEpochDeletion::older_than_duration(std::time::Duration::from_secs(PAST_EPOCH_SECONDS_MAX))
}
