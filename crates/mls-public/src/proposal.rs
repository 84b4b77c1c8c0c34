//! Proposals: of members, kept until the next commit; and the server's own, to remove somebody.

use ed25519_dalek::{Signer as _, SigningKey};
use openmls::prelude::{
    ExternalProposal, GroupEpoch, GroupId as MlsGroupId, LeafNodeIndex, ProcessedMessageContent,
    Proposal, Sender, SenderExtensionIndex, SignatureScheme,
};
use openmls_rust_crypto::{OpenMlsRustCrypto, RustCrypto};
use openmls_traits::signatures::{Signer, SignerError};
use tresen_types::GroupId;

use crate::{
    commit::{check_addressed, refused},
    error::{Error, Result},
    member::{Member, identity},
    state::{PublicGroupState, members},
    wire,
};

/// Proposals that may wait for one commit.
const PENDING_PROPOSALS_MAX: usize = 128;

/// A proposal that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The state to store.
    pub state: PublicGroupState,
    /// Who proposed; `None` is the server.
    pub sender: Option<Member>,
    /// What is proposed.
    pub kind: ProposalKind,
}

/// What a proposal is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProposalKind {
    /// Somebody shall be added: the credential identity.
    Add(Vec<u8>),
    /// A member shall be removed.
    Remove(Member),
    /// The sender leaves.
    Leave,
    /// The sender renews its leaf.
    Update,
}

/// Checks a proposal and keeps it for the next commit.
///
/// # Errors
/// [`Error::EpochConflict`], [`Error::Malformed`], [`Error::Invalid`], [`Error::NotAllowed`].
pub fn add_proposal(state: &PublicGroupState, proposal: &[u8]) -> Result<Kept> {
    let message = wire::handshake(proposal)?;
    if state.pending_proposals() >= PENDING_PROPOSALS_MAX {
        return Err(Error::NotAllowed("too many pending proposals"));
    }
    let (rows, mut group) = state.load()?;
    check_addressed(&group, &message)?;
    let processed =
        group.process_message(&RustCrypto::default(), message).map_err(|error| refused(&error))?;
    let ProcessedMessageContent::ProposalMessage(queued) = processed.into_content() else {
        return Err(Error::Malformed("proposal"));
    };
    check_kind(queued.proposal(), queued.sender())?;
    let members = members(&group)?;
    let member = |leaf: LeafNodeIndex| {
        let found = members.iter().find(|member| member.leaf_index == leaf.u32());
        found.cloned().ok_or(Error::Invalid("no such member"))
    };
    let kind = match queued.proposal() {
        Proposal::Add(add) => {
            let leaf = add.key_package().leaf_node();
            ProposalKind::Add(identity(leaf.credential())?.to_vec())
        }
        Proposal::Remove(remove) => ProposalKind::Remove(member(remove.removed())?),
        Proposal::SelfRemove => ProposalKind::Leave,
        _ => ProposalKind::Update,
    };
    let sender = match queued.sender() {
        Sender::Member(leaf) => Some(member(*leaf)?),
        _ => None,
    };
    group.add_proposal(&rows, *queued).map_err(|_damaged| Error::DamagedState)?;
    let state = PublicGroupState::new(state.group_id(), state.group_info().to_vec(), rows);
    Ok(Kept { state, sender, kind })
}

/// Makes the server's proposal to remove a member. It is valid for this epoch only: after a commit
/// without it, it has to be made again.
///
/// # Errors
/// [`Error::Invalid`], which a well-formed key doesn't cause.
pub fn server_remove_proposal(
    server_signing_seed: &[u8; 32],
    group_id: GroupId,
    epoch: u64,
    leaf_index: u32,
) -> Result<Vec<u8>> {
    let message = ExternalProposal::new_remove::<OpenMlsRustCrypto>(
        LeafNodeIndex::new(leaf_index),
        MlsGroupId::from_slice(group_id.as_bytes()),
        GroupEpoch::from(epoch),
        &ServerSigner(SigningKey::from_bytes(server_signing_seed)),
        SenderExtensionIndex::new(0),
    )
    .map_err(|_failed| Error::Invalid("removal"))?;
    message.to_bytes().map_err(|_too_long| Error::Invalid("removal"))
}

/// The kinds of proposals that exist here, and who may send them.
pub(crate) fn check_kind(proposal: &Proposal, sender: &Sender) -> Result<()> {
    let is_allowed = matches!(
        (proposal, sender),
        (
            Proposal::Add(_) | Proposal::Update(_) | Proposal::Remove(_) | Proposal::SelfRemove,
            Sender::Member(_),
        ) | (Proposal::Remove(_), Sender::External(_) | Sender::NewMemberCommit)
            | (Proposal::ExternalInit(_), Sender::NewMemberCommit)
    );
    if is_allowed { Ok(()) } else { Err(Error::NotAllowed("this kind of proposal")) }
}

struct ServerSigner(SigningKey);

impl Signer for ServerSigner {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.0.sign(payload).to_bytes().to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}
