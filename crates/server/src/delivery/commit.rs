//! Moves a conversation to its next epoch: compare-and-swap on the epoch, one bundle (PROTOCOL D3).

use std::collections::BTreeSet;

use bytes::Bytes;
use tresen_mls_public::{Applied, Error as GroupError, Member, add_proposal, apply_commit};
use tresen_proto::{
    Accepted, Commit, ErrorCode,
    mls_header::{self, MlsContent},
    read_id,
};
use tresen_store::{
    DeliveryEvent,
    delivery::{Commit as NewCommit, ConversationRecord, MemberRecord},
};
use tresen_types::{ConversationId, DeviceId, Nonce};

use super::{
    group::{self, Eligible},
    outcome, parties, remove_device, welcomes,
};
use crate::{ServerError, app::App, error::refused, limits::Subject, session::DeviceSession};

/// Checks a commit against the group's public state and stores it, if nobody was faster.
pub(crate) async fn commit(
    app: &App,
    session: &DeviceSession,
    request: Commit,
) -> Result<Accepted, ServerError> {
    app.rates.take(Subject::CommitDevice(session.device), app.now())?;
    let conversation: ConversationId = read_id(&request.conversation)?;
    let nonce: Nonce = read_id(&request.nonce)?;
    let header = mls_header::read(&request.commit)?;
    let (epoch, is_external) = (header.epoch, header.is_external);
    if header.content != MlsContent::Commit {
        return Err(refused(ErrorCode::Malformed, "not a commit"));
    }
    let record = parties::require(app, conversation).await?;
    parties::Parties::of(&record).check_part(session.account)?;
    if header.group != record.group_id {
        return Err(refused(ErrorCode::InvalidGroup, "the commit is for another group"));
    }
    if epoch != record.epoch {
        return repeat_or_conflict(app, session, &record, &request, nonce, epoch).await;
    }
    if !is_external && record.active_member(session.device).is_none() {
        return Err(refused(ErrorCode::NotMember, "the device is no member"));
    }
    let external = Subject::ExternalCommit(session.device, conversation);
    if is_external {
        app.rates.take(external, app.now())?;
    }
    let stored = store(app, session, &record, request, nonce).await;
    if is_external && stored.is_err() {
        // What changed nothing doesn't count against the limit.
        app.rates.give_back(external);
    }
    stored
}

async fn store(
    app: &App,
    session: &DeviceSession,
    record: &ConversationRecord,
    request: Commit,
    nonce: Nonce,
) -> Result<Accepted, ServerError> {
    let applied = apply(record, &request)?;
    let eligible = Eligible::load(app, record.accounts.iter().copied()).await?;
    let (account, device) = eligible.device_of(&applied.sender)?;
    if (account, device) != (session.account, session.device) {
        return Err(refused(ErrorCode::Forbidden, "the commit is another device's"));
    }
    check_removed(session, record, &eligible, &applied)?;
    let added = added(&eligible, &applied)?;
    let members = members(record, &applied, &added)?;
    let remaining: Vec<_> = members.iter().map(|member| (member.account, member.device)).collect();
    let ratchet_tree = Bytes::from(applied.ratchet_tree);
    welcomes::check_one_piece(&request.group_info, &ratchet_tree)?;
    let newcomers =
        added.into_iter().filter(|it| !applied.is_external || *it != session.device).collect();
    let welcomes = welcomes::check(&request.welcomes, &newcomers, &ratchet_tree)?;
    let event = DeliveryEvent::Commit(Box::new(NewCommit {
        conversation: record.id,
        sender: session.sender(),
        nonce,
        expected_epoch: record.epoch,
        epoch: applied.epoch,
        is_external: applied.is_external,
        members,
        group_info: Bytes::from(applied.state.to_bytes()),
        ratchet_tree,
        body: request.commit,
        welcomes,
    }));
    let accepted = outcome::accepted(app.delivery.submit(event).await?, applied.epoch)?;
    // A removal that this commit didn't take up has to be proposed again in the new epoch.
    for (account, device) in remaining {
        if !eligible.is_listed(account, device) {
            remove_device::propose(app, record.id, device).await?;
        }
    }
    Ok(accepted)
}

fn apply(record: &ConversationRecord, request: &Commit) -> Result<Applied, ServerError> {
    let mut state = group::state_of(record)?;
    for proposal in &record.pending_proposals {
        // A proposal that lost the race with a commit is of an epoch that is over: it counts no more.
        if let Ok(kept) = add_proposal(&state, proposal) {
            state = kept.state;
        }
    }
    apply_commit(&state, &request.commit, &request.group_info).map_err(|error| match error {
        GroupError::EpochConflict { current } => {
            ServerError::Epoch { code: ErrorCode::EpochConflict, current }
        }
        other => other.into(),
    })
}

/// A commit of another epoch: either one whose answer was lost, which the store knows by its nonce, or
/// one that came too late. The store compares the epoch before it takes anything of the event.
async fn repeat_or_conflict(
    app: &App,
    session: &DeviceSession,
    record: &ConversationRecord,
    request: &Commit,
    nonce: Nonce,
    epoch: u64,
) -> Result<Accepted, ServerError> {
    if epoch > record.epoch || record.active_member(session.device).is_none() {
        return Err(ServerError::Epoch { code: ErrorCode::EpochConflict, current: record.epoch });
    }
    let event = DeliveryEvent::Commit(Box::new(NewCommit {
        conversation: record.id,
        sender: session.sender(),
        nonce,
        expected_epoch: epoch,
        epoch: epoch.saturating_add(1),
        is_external: true,
        members: record.members.clone(),
        group_info: record.group_info.clone(),
        ratchet_tree: record.ratchet_tree.clone(),
        body: request.commit.clone(),
        welcomes: Vec::new(),
    }));
    outcome::accepted(app.delivery.submit(event).await?, record.epoch)
}

/// Nobody throws out the other side: a commit removes devices of its own account, or such as left or
/// aren't listed any more.
fn check_removed(
    session: &DeviceSession,
    record: &ConversationRecord,
    eligible: &Eligible,
    applied: &Applied,
) -> Result<(), ServerError> {
    for leaf in &applied.removed {
        let (account, device) = group::claimed(leaf)?;
        let may_go = account == session.account
            || !eligible.is_listed(account, device)
            || record.active_member(device).is_none();
        if !may_go {
            return Err(refused(
                ErrorCode::Forbidden,
                "the commit removes the other side's device",
            ));
        }
    }
    Ok(())
}

/// The devices that come in, each listed.
fn added(eligible: &Eligible, applied: &Applied) -> Result<BTreeSet<DeviceId>, ServerError> {
    let mut added = BTreeSet::new();
    for leaf in &applied.added {
        if !added.insert(eligible.device_of(leaf)?.1) {
            return Err(refused(ErrorCode::InvalidGroup, "a device is added twice"));
        }
    }
    Ok(added)
}

/// The members afterwards. A leaf that stays keeps the epoch in which it came.
fn members(
    record: &ConversationRecord,
    applied: &Applied,
    added: &BTreeSet<DeviceId>,
) -> Result<Vec<MemberRecord>, ServerError> {
    let mut members: Vec<MemberRecord> = Vec::with_capacity(applied.members.len());
    for leaf in &applied.members {
        let (account, device) = group::claimed(leaf)?;
        if members.iter().any(|member| member.device == device) {
            return Err(refused(ErrorCode::InvalidGroup, "a device has two leaves"));
        }
        members.push(match known(record, leaf, device).filter(|_it| !added.contains(&device)) {
            Some(known) => *known,
            None => MemberRecord {
                account,
                device,
                leaf_index: leaf.leaf_index,
                joined_epoch: applied.epoch,
                has_left: false,
            },
        });
    }
    Ok(members)
}

fn known<'a>(
    record: &'a ConversationRecord,
    leaf: &Member,
    device: DeviceId,
) -> Option<&'a MemberRecord> {
    record
        .members
        .iter()
        .find(|member| member.device == device && member.leaf_index == leaf.leaf_index)
}
