//! Commits: checked against the state, applied, and compared with the new group info.

use openmls::prelude::{
    LeafNodeIndex, ProcessedMessageContent, Proposal, PublicGroup, PublicMessageIn,
    PublicProcessMessageError, Sender, StageCommitError, StagedCommit, Verifiable as _,
    group_info::VerifiableGroupInfo,
};
use openmls_rust_crypto::RustCrypto;
use tresen_types::limits::CONVERSATION_MEMBERS_MAX;

use crate::{
    error::{Error, Result},
    member::{Member, identity, key},
    proposal::check_kind,
    state::{PublicGroupState, members},
    wire,
};

/// A commit that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The state of the new epoch; its pending proposals are gone.
    pub state: PublicGroupState,
    /// The new epoch.
    pub epoch: u64,
    /// Who committed; for an external commit, the one that came in.
    pub sender: Member,
    /// Whether the committer came in by this commit.
    pub is_external: bool,
    /// Who was added, the committer of an external commit included.
    pub added: Vec<Member>,
    /// Who was removed, as they were.
    pub removed: Vec<Member>,
    /// All members of the new epoch.
    pub members: Vec<Member>,
    /// The ratchet tree of the new epoch.
    pub ratchet_tree: Vec<u8>,
}

/// Checks a commit, applies it, and checks that `new_group_info` belongs to exactly the new state:
/// same context (group, epoch, tree hash, transcript), same confirmation tag, signed by the
/// committer, with a key for external commits.
///
/// # Errors
/// [`Error::EpochConflict`] when another commit was first; [`Error::MissingProposal`];
/// [`Error::Malformed`], [`Error::Invalid`], [`Error::NotAllowed`]; [`Error::DamagedState`].
pub fn apply_commit(
    state: &PublicGroupState,
    commit: &[u8],
    new_group_info: &[u8],
) -> Result<Applied> {
    let message = wire::handshake(commit)?;
    let new_info = wire::group_info(new_group_info)?;
    let (rows, mut group) = state.load()?;
    check_addressed(&group, &message)?;
    let crypto = RustCrypto::default();
    let is_external = *message.sender() == Sender::NewMemberCommit;
    let processed = group.process_message(&crypto, message).map_err(|error| refused(&error))?;
    let sender = processed.sender().clone();
    let ProcessedMessageContent::StagedCommitMessage(staged) = processed.into_content() else {
        return Err(Error::Malformed("commit"));
    };
    let committer = match sender {
        Sender::Member(leaf) => leaf,
        Sender::NewMemberCommit => group
            .ext_commit_sender_index(&staged)
            .map_err(|_failed| Error::Invalid("external commit"))?,
        Sender::External(_) | Sender::NewMemberProposal => {
            return Err(Error::NotAllowed("a commit from outside"));
        }
    };
    let before = members(&group)?;
    let changes = Changes::of(&staged, &before, is_external)?;
    group.merge_commit(&rows, *staged).map_err(|_failed| Error::Invalid("commit"))?;
    let after = members(&group)?;
    if after.len() > CONVERSATION_MEMBERS_MAX {
        return Err(Error::NotAllowed("too many members"));
    }
    check_group_info(&group, &new_info, committer, &crypto)?;
    let find = |leaf: u32| after.iter().find(|member| member.leaf_index == leaf).cloned();
    let is_added = |member: &&Member| changes.added.contains(&member.signature_key);
    Ok(Applied {
        epoch: group.group_context().epoch().as_u64(),
        sender: find(committer.u32()).ok_or(Error::Invalid("committer"))?,
        is_external,
        added: after.iter().filter(is_added).cloned().collect(),
        removed: changes.removed,
        ratchet_tree: wire::write_tree(&group.export_ratchet_tree())?,
        members: after,
        state: PublicGroupState::new(state.group_id(), new_group_info.to_vec(), rows),
    })
}

/// Whether the message is for this group and epoch.
pub(crate) fn check_addressed(group: &PublicGroup, message: &PublicMessageIn) -> Result<()> {
    if message.group_id() != group.group_id() {
        return Err(Error::WrongGroup);
    }
    let current = group.group_context().epoch();
    if message.epoch() != current {
        return Err(Error::EpochConflict { current: current.as_u64() });
    }
    Ok(())
}

pub(crate) fn refused(error: &PublicProcessMessageError) -> Error {
    match error {
        PublicProcessMessageError::InvalidCommit(StageCommitError::MissingProposal) => {
            Error::MissingProposal
        }
        _ => Error::Invalid("handshake message"),
    }
}

/// The leaves that come and go.
struct Changes {
    added: Vec<[u8; 32]>,
    removed: Vec<Member>,
}

impl Changes {
    fn of(commit: &StagedCommit, before: &[Member], is_external: bool) -> Result<Self> {
        let mut changes = Self { added: Vec::new(), removed: Vec::new() };
        let leaver = |leaf: LeafNodeIndex| {
            let member = before.iter().find(|member| member.leaf_index == leaf.u32());
            member.cloned().ok_or(Error::Invalid("removal"))
        };
        for queued in commit.queued_proposals() {
            check_kind(queued.proposal(), queued.sender())?;
            match (queued.proposal(), queued.sender()) {
                (Proposal::Add(add), _) => {
                    let leaf = add.key_package().leaf_node();
                    identity(leaf.credential())?;
                    changes.added.push(key(leaf.signature_key().as_slice())?);
                }
                (Proposal::Remove(remove), _) => changes.removed.push(leaver(remove.removed())?),
                (Proposal::SelfRemove, Sender::Member(leaf)) => {
                    changes.removed.push(leaver(*leaf)?);
                }
                _ => {}
            }
        }
        if let Some(leaf) = commit.update_path_leaf_node() {
            identity(leaf.credential())?;
            if is_external {
                let joiner = key(leaf.signature_key().as_slice())?;
                changes.check_resync(commit, &joiner)?;
                changes.added.push(joiner);
            }
        }
        Ok(changes)
    }
}

impl Changes {
    /// An external commit removes nobody but the former leaf of the same device.
    fn check_resync(&self, commit: &StagedCommit, joiner: &[u8; 32]) -> Result<()> {
        for queued in commit.queued_proposals() {
            let Proposal::Remove(remove) = queued.proposal() else { continue };
            let leaf = remove.removed().u32();
            let is_former =
                |member: &Member| member.leaf_index == leaf && member.signature_key == *joiner;
            if !self.removed.iter().any(is_former) {
                return Err(Error::NotAllowed("an external commit that removes another device"));
            }
        }
        Ok(())
    }
}

fn check_group_info(
    group: &PublicGroup,
    info: &VerifiableGroupInfo,
    committer: LeafNodeIndex,
    crypto: &RustCrypto,
) -> Result<()> {
    if info.extensions().external_pub().is_none() || info.extensions().ratchet_tree().is_some() {
        return Err(Error::NotAllowed("the extensions of the group info"));
    }
    let expected = VerifiableGroupInfo::new(
        group.group_context().clone(),
        info.extensions().clone(),
        group.confirmation_tag().clone(),
        committer,
        info.signature().clone(),
    );
    if *info != expected {
        return Err(Error::Invalid("group info of another state"));
    }
    let signer = group.leaf(committer).ok_or(Error::Invalid("committer"))?;
    let signer = signer
        .signature_key()
        .clone()
        .into_signature_public_key_enriched(group.ciphersuite().signature_algorithm());
    info.verify_no_out(crypto, &signer).map_err(|_wrong| Error::Invalid("group info signature"))
}
