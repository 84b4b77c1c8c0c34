//! Joining a group by a welcome.

use openmls::prelude::{
    JoinBuilder, MlsGroup, ProcessedWelcome, WelcomeError, group_info::VerifiableGroupInfo,
};
use tresen_types::GroupId;

use super::{Group, join_config};
use crate::{
    error::{Error, Result},
    member::{Member, MembershipPolicy},
    provider::{Failed, Provider},
    store::GroupStore,
    suite::Suite,
    wire,
};

impl Group {
    /// Joins the group that a welcome is for. Uses up the key package that it names.
    ///
    /// `ratchet_tree` is the tree of the welcome's epoch, which the server keeps. Every leaf of the
    /// group must be admitted by `policy`.
    ///
    /// # Errors
    /// [`Error::NoKeyPackage`], [`Error::GroupExists`], [`Error::Refused`], [`Error::Malformed`],
    /// [`Error::Crypto`], [`Error::Storage`].
    pub fn join(
        store: &dyn GroupStore,
        welcome: &[u8],
        ratchet_tree: &[u8],
        policy: &dyn MembershipPolicy,
    ) -> Result<Self> {
        let provider = Provider::new(store);
        let joined = join(&provider, welcome, ratchet_tree, policy);
        let (mls, id) = joined.map_err(|error| provider.failure_or(error))?;
        provider.write_back()?;
        Ok(Self { mls, id })
    }
}

fn join(
    provider: &Provider<'_>,
    welcome: &[u8],
    ratchet_tree: &[u8],
    policy: &dyn MembershipPolicy,
) -> Result<(MlsGroup, GroupId)> {
    let welcome = wire::welcome(welcome)?;
    Suite::from_ciphersuite(welcome.ciphersuite())?;
    let tree = wire::ratchet_tree(ratchet_tree)?;
    let processed = ProcessedWelcome::new_from_welcome(provider, &join_config(), welcome)
        .map_err(|error| refused(&error))?;
    let id = group_id(processed.unverified_group_info())?;
    // A leaf that was never updated keeps the lifetime of its key package. It was checked when the
    // leaf was added, and a group lives longer than that.
    let staged = JoinBuilder::new(provider, processed)
        .with_ratchet_tree(tree)
        .skip_lifetime_validation()
        .build()
        .map_err(|error| refused(&error))?;
    for member in staged.members() {
        let member = Member::from_openmls(&member)?;
        policy.admits(&member.identity, &member.signature_key).map_err(Error::Refused)?;
    }
    let mls = staged.into_group(provider).map_err(|error| refused(&error))?;
    Ok((mls, id))
}

/// The id that a group info names; ours have 16 bytes.
pub(super) fn group_id(group_info: &VerifiableGroupInfo) -> Result<GroupId> {
    GroupId::try_from(group_info.group_id().as_slice())
        .map_err(|_wrong_length| Error::Malformed("group id"))
}

fn refused(error: &WelcomeError<Failed>) -> Error {
    match error {
        WelcomeError::NoMatchingKeyPackage | WelcomeError::JoinerSecretNotFound => {
            Error::NoKeyPackage
        }
        WelcomeError::GroupAlreadyExists => Error::GroupExists,
        _ => Error::Crypto("welcome"),
    }
}
