//! Incoming messages.
//!
//! The order of checks: structure and group, epoch, cryptography (OpenMLS), the fixed rules of this
//! engine (which kinds of proposals exist at all), the caller's policy, and only then the change.

use openmls::{
    framing::errors::MessageDecryptionError,
    prelude::{
        LeafNodeIndex, MlsGroup, OpenMlsProvider as _, ProcessMessageError, ProcessedMessage,
        ProcessedMessageContent, Proposal, ProtocolMessage, QueuedProposal, Sender as MlsSender,
        StageCommitError, StagedCommit, ValidationError,
    },
};

use super::{
    Group,
    commit::{forget_epochs, is_removal, merge_pending},
};
use crate::{
    error::{Error, Result},
    member::{Member, MembershipPolicy, Refusal, Remover, identity, key},
    provider::{Failed, Provider},
    store::GroupStore,
    wire,
};

/// Who wrote an application message. The leaf may have changed since, so there is no key here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The sender's place in the tree of the message's epoch.
    pub leaf_index: u32,
    /// The sender's credential identity in that epoch.
    pub identity: Vec<u8>,
}

/// What a commit has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitSummary {
    /// Who committed; for an external commit, the one that came in.
    pub sender: Member,
    /// Whether the committer came in by this commit.
    pub is_external: bool,
    /// Who was added, the committer of an external commit included.
    pub added: Vec<Member>,
    /// Who was removed, as they were.
    pub removed: Vec<Member>,
    /// Whose leaf was renewed, as they are now.
    pub updated: Vec<Member>,
    /// Whether this device was removed.
    pub self_removed: bool,
    /// The new epoch.
    pub epoch: u64,
    /// The commit's authenticated data.
    pub aad: Vec<u8>,
}

/// A proposal that was kept for the next commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProposalSummary {
    /// A member shall be added.
    Add {
        /// Its credential identity.
        identity: Vec<u8>,
    },
    /// A member shall be removed, or leaves.
    Remove {
        /// Who.
        member: Member,
        /// Whether it proposed this itself.
        by_itself: bool,
        /// Whether the server proposed it.
        by_server: bool,
    },
    /// A member renews its leaf.
    Update {
        /// Its place in the tree.
        leaf_index: u32,
    },
}

/// What a message was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// Content.
    Application {
        /// Who wrote it.
        sender: Sender,
        /// The authenticated data.
        aad: Vec<u8>,
        /// The content.
        plaintext: Vec<u8>,
        /// The epoch it was written in.
        epoch: u64,
    },
    /// A commit of somebody else, applied.
    Commit(CommitSummary),
    /// A proposal, kept.
    Proposal(ProposalSummary),
    /// A proposal that the policy doesn't accept; it was not kept.
    ProposalRefused(Refusal),
    /// The own pending commit came back, so the server has accepted it: it was applied now. Or an
    /// own commit of an earlier epoch came back, and nothing happened.
    OwnCommitEcho {
        /// Whether the epoch changed by it.
        applied: bool,
    },
    /// An own message or proposal came back; nothing happened.
    OwnMessageEcho,
}

impl Group {
    /// Processes a message from the server.
    ///
    /// # Errors
    /// See [`Error`]; the group is unchanged then.
    pub fn process(
        &mut self,
        store: &dyn GroupStore,
        bytes: &[u8],
        policy: &dyn MembershipPolicy,
    ) -> Result<Received> {
        let message = wire::protocol_message(bytes)?;
        if message.group_id().as_slice() != self.id.as_bytes() {
            return Err(Error::UnknownGroup);
        }
        self.check_member()?;
        if let Some(echo) = self.check_epoch(&message)? {
            return Ok(echo);
        }
        let epoch = message.epoch().as_u64();
        let current = self.epoch();
        self.change(store, |mls, provider| {
            let processed = mls
                .process_message(provider, message)
                .map_err(|error| message_error(&error, epoch, current))?;
            apply(mls, provider, processed, policy)
        })
    }

    /// Refuses what belongs to another epoch, as far as that can be seen from outside.
    fn check_epoch(&self, message: &ProtocolMessage) -> Result<Option<Received>> {
        let current = self.epoch();
        let epoch = message.epoch().as_u64();
        if epoch > current {
            return Err(Error::EpochInFuture { current, message: epoch });
        }
        if epoch == current || !message.is_handshake_message() {
            return Ok(None);
        }
        // An own commit that was confirmed before its echo came. It has no effect, so it doesn't
        // matter that nobody verifies the sender here.
        let own = MlsSender::Member(self.mls.own_leaf_index());
        match message {
            ProtocolMessage::PublicMessage(public) if *public.sender() == own => {
                Ok(Some(Received::OwnCommitEcho { applied: false }))
            }
            _ => Err(Error::EpochTooOld { current }),
        }
    }
}

fn apply(
    mls: &mut MlsGroup,
    provider: &Provider<'_>,
    processed: ProcessedMessage,
    policy: &dyn MembershipPolicy,
) -> Result<Received> {
    let sender = processed.sender().clone();
    let credential = processed.credential().clone();
    let epoch = processed.epoch().as_u64();
    let aad = processed.aad().to_vec();
    match processed.into_content() {
        ProcessedMessageContent::ApplicationMessage(content) => {
            let MlsSender::Member(leaf) = sender else {
                return Err(Error::Crypto("sender"));
            };
            let sender =
                Sender { leaf_index: leaf.u32(), identity: identity(&credential)?.to_vec() };
            Ok(Received::Application { sender, aad, plaintext: content.into_bytes(), epoch })
        }
        ProcessedMessageContent::StagedCommitMessage(commit) => {
            apply_commit(mls, provider, *commit, &sender, aad, policy).map(Received::Commit)
        }
        ProcessedMessageContent::ProposalMessage(proposal) => {
            keep_proposal(mls, provider, *proposal, policy)
        }
        ProcessedMessageContent::ExternalJoinProposalMessage(_) => {
            Ok(Received::ProposalRefused(Refusal("a proposal from outside to join")))
        }
        ProcessedMessageContent::OwnPendingCommit => {
            merge_pending(mls, provider)?;
            Ok(Received::OwnCommitEcho { applied: true })
        }
        ProcessedMessageContent::OwnPrivateMessage => Ok(Received::OwnMessageEcho),
    }
}

fn keep_proposal(
    mls: &mut MlsGroup,
    provider: &Provider<'_>,
    proposal: QueuedProposal,
    policy: &dyn MembershipPolicy,
) -> Result<Received> {
    if *proposal.sender() == MlsSender::Member(mls.own_leaf_index()) {
        return Ok(Received::OwnMessageEcho);
    }
    let summary = match summarise(mls, &proposal) {
        Ok(summary) => summary,
        Err(Error::Refused(refusal)) => return Ok(Received::ProposalRefused(refusal)),
        Err(error) => return Err(error),
    };
    match check_proposal(mls, &proposal, policy) {
        Ok(()) => {}
        Err(Error::Refused(refusal)) => return Ok(Received::ProposalRefused(refusal)),
        Err(error) => return Err(error),
    }
    mls.store_pending_proposal(provider.storage(), proposal)
        .map_err(|_failed| Error::Crypto("kept proposal"))?;
    Ok(Received::Proposal(summary))
}

fn apply_commit(
    mls: &mut MlsGroup,
    provider: &Provider<'_>,
    commit: StagedCommit,
    sender: &MlsSender,
    aad: Vec<u8>,
    policy: &dyn MembershipPolicy,
) -> Result<CommitSummary> {
    let is_external = *sender == MlsSender::NewMemberCommit;
    for proposal in commit.queued_proposals() {
        if is_external {
            check_external(mls, &commit, proposal, policy)?;
        } else {
            check_proposal(mls, proposal, policy)?;
        }
    }
    if let Some(leaf) = commit.update_path_leaf_node() {
        admit(policy, identity(leaf.credential())?, leaf.signature_key().as_slice())?;
    }
    let committer = match sender {
        MlsSender::Member(leaf) => *leaf,
        MlsSender::NewMemberCommit => mls
            .ext_commit_sender_index(&commit)
            .map_err(|_failed| Error::Crypto("external commit"))?,
        MlsSender::External(_) | MlsSender::NewMemberProposal => {
            return Err(Error::Refused(Refusal("a commit from outside")));
        }
    };
    let before: Vec<Member> = members(mls)?;
    let changes = Changes::of(&commit, committer, is_external);
    let self_removed = commit.self_removed();
    let removes = commit.queued_proposals().any(|queued| is_removal(queued.proposal()));
    let removed: Vec<Member> = before
        .iter()
        .filter(|member| changes.removed.contains(&member.leaf_index))
        .cloned()
        .collect();
    mls.merge_staged_commit(provider, commit).map_err(|_failed| Error::Crypto("commit"))?;
    forget_epochs(mls, provider, removes)?;
    let after = members(mls)?;
    let find = |leaf: u32| after.iter().find(|member| member.leaf_index == leaf).cloned();
    let added_keys = changes.added;
    let added =
        after.iter().filter(|member| added_keys.contains(&member.signature_key)).cloned().collect();
    let updated = changes.updated.iter().filter_map(|leaf| find(*leaf)).collect();
    let sender = find(committer.u32())
        .or_else(|| before.into_iter().find(|member| member.leaf_index == committer.u32()))
        .ok_or(Error::Crypto("committer"))?;
    let epoch = mls.epoch().as_u64();
    Ok(CommitSummary { sender, is_external, added, removed, updated, self_removed, epoch, aad })
}

/// Which leaves a commit touches.
struct Changes {
    added: Vec<[u8; 32]>,
    removed: Vec<u32>,
    updated: Vec<u32>,
}

impl Changes {
    fn of(commit: &StagedCommit, committer: LeafNodeIndex, is_external: bool) -> Self {
        let mut changes = Self { added: Vec::new(), removed: Vec::new(), updated: Vec::new() };
        for queued in commit.queued_proposals() {
            match (queued.proposal(), queued.sender()) {
                (Proposal::Add(add), _) => {
                    let leaf = add.key_package().leaf_node();
                    changes.added.extend(key(leaf.signature_key().as_slice()).ok());
                }
                (Proposal::Remove(remove), _) => changes.removed.push(remove.removed().u32()),
                (Proposal::SelfRemove, MlsSender::Member(leaf)) => changes.removed.push(leaf.u32()),
                (Proposal::Update(_), MlsSender::Member(leaf)) => changes.updated.push(leaf.u32()),
                _ => {}
            }
        }
        if let Some(leaf) = commit.update_path_leaf_node() {
            if is_external {
                changes.added.extend(key(leaf.signature_key().as_slice()).ok());
            } else {
                changes.updated.push(committer.u32());
            }
        }
        changes
    }
}

fn members(mls: &MlsGroup) -> Result<Vec<Member>> {
    mls.members().map(|member| Member::from_openmls(&member)).collect()
}

/// The kinds of proposals that exist here, and the policy's word on each.
fn check_proposal(
    mls: &MlsGroup,
    queued: &QueuedProposal,
    policy: &dyn MembershipPolicy,
) -> Result<()> {
    match (queued.proposal(), queued.sender()) {
        (Proposal::Add(add), MlsSender::Member(_)) => {
            let leaf = add.key_package().leaf_node();
            admit(policy, identity(leaf.credential())?, leaf.signature_key().as_slice())
        }
        (Proposal::Update(update), MlsSender::Member(_)) => {
            let leaf = update.leaf_node();
            admit(policy, identity(leaf.credential())?, leaf.signature_key().as_slice())
        }
        (Proposal::Remove(remove), MlsSender::Member(leaf)) => {
            let removed = member_at(mls, remove.removed())?;
            let remover = member_at(mls, *leaf)?;
            let by = if leaf == &remove.removed() {
                Remover::Itself
            } else {
                Remover::Member(&remover.identity)
            };
            policy.may_remove(&removed.identity, by).map_err(Error::Refused)
        }
        (Proposal::Remove(remove), MlsSender::External(_)) => {
            let removed = member_at(mls, remove.removed())?;
            policy.may_remove(&removed.identity, Remover::Server).map_err(Error::Refused)
        }
        (Proposal::SelfRemove, MlsSender::Member(leaf)) => {
            let removed = member_at(mls, *leaf)?;
            policy.may_remove(&removed.identity, Remover::Itself).map_err(Error::Refused)
        }
        _ => Err(Error::Refused(Refusal("a kind of proposal that isn't used here"))),
    }
}

/// An external commit may hold its own initialisation, the removal of the same device's former leaf,
/// and departures that were proposed before.
fn check_external(
    mls: &MlsGroup,
    commit: &StagedCommit,
    queued: &QueuedProposal,
    policy: &dyn MembershipPolicy,
) -> Result<()> {
    match (queued.proposal(), queued.sender()) {
        (Proposal::ExternalInit(_), MlsSender::NewMemberCommit) => Ok(()),
        (Proposal::Remove(remove), MlsSender::NewMemberCommit) => {
            let joiner = commit.update_path_leaf_node().ok_or(Error::Crypto("external commit"))?;
            let removed = member_at(mls, remove.removed())?;
            if joiner.signature_key().as_slice() != removed.signature_key {
                return Err(Error::Refused(Refusal("an external commit removes another device")));
            }
            policy.may_remove(&removed.identity, Remover::Itself).map_err(Error::Refused)
        }
        (Proposal::SelfRemove, MlsSender::Member(_)) => check_proposal(mls, queued, policy),
        _ => Err(Error::Refused(Refusal("a kind of proposal that isn't used here"))),
    }
}

fn summarise(mls: &MlsGroup, queued: &QueuedProposal) -> Result<ProposalSummary> {
    match (queued.proposal(), queued.sender()) {
        (Proposal::Add(add), _) => {
            let leaf = add.key_package().leaf_node();
            Ok(ProposalSummary::Add { identity: identity(leaf.credential())?.to_vec() })
        }
        (Proposal::Update(_), MlsSender::Member(leaf)) => {
            Ok(ProposalSummary::Update { leaf_index: leaf.u32() })
        }
        (Proposal::Remove(remove), sender) => Ok(ProposalSummary::Remove {
            member: member_at(mls, remove.removed())?,
            by_itself: *sender == MlsSender::Member(remove.removed()),
            by_server: matches!(sender, MlsSender::External(_)),
        }),
        (Proposal::SelfRemove, MlsSender::Member(leaf)) => Ok(ProposalSummary::Remove {
            member: member_at(mls, *leaf)?,
            by_itself: true,
            by_server: false,
        }),
        _ => Err(Error::Refused(Refusal("a kind of proposal that isn't used here"))),
    }
}

fn admit(policy: &dyn MembershipPolicy, identity: &[u8], signature_key: &[u8]) -> Result<()> {
    policy.admits(identity, &key(signature_key)?).map_err(Error::Refused)
}

fn member_at(mls: &MlsGroup, leaf: LeafNodeIndex) -> Result<Member> {
    let member = mls.member_at(leaf).ok_or(Error::Refused(Refusal("no such member")))?;
    Member::from_openmls(&member)
}

fn message_error(error: &ProcessMessageError<Failed>, epoch: u64, current: u64) -> Error {
    match error {
        ProcessMessageError::ValidationError(ValidationError::NoPastEpochData) => {
            Error::EpochTooOld { current }
        }
        ProcessMessageError::ValidationError(ValidationError::UnableToDecrypt(
            MessageDecryptionError::SecretTreeError(secret),
        )) => secret_error(&format!("{secret:?}"), epoch < current, current),
        ProcessMessageError::ValidationError(ValidationError::UnableToDecrypt(_)) => {
            Error::Crypto("message")
        }
        ProcessMessageError::ValidationError(ValidationError::WrongEpoch) => {
            Error::EpochTooOld { current }
        }
        ProcessMessageError::InvalidCommit(StageCommitError::MissingProposal) => {
            Error::MissingProposal
        }
        ProcessMessageError::InvalidCommit(_) => Error::Crypto("commit"),
        _ => Error::Crypto("message"),
    }
}

/// OpenMLS keeps this enum private, so only its variants' names can be told apart; the exact version
/// is pinned, and the tests on replays notice a renaming.
fn secret_error(variant: &str, is_past_epoch: bool, current: u64) -> Error {
    match variant {
        // Of an earlier epoch: its secrets are gone. Of this one: the generation is.
        "TooDistantInThePast" if is_past_epoch => Error::EpochTooOld { current },
        "SecretReuseError" | "TooDistantInThePast" => Error::AlreadyProcessed,
        _ => Error::Crypto("message"),
    }
}
