//! A commit: compare-and-swap on the epoch.

use tresen_types::{ConversationId, DeviceId, limits::HANDSHAKE_BYTES_MAX};

use super::{
    Applied, Draft, Records, SeenNonce,
    create_conversation::{check_members, deliver_welcomes, too_much},
    deliver, others,
};
use crate::{
    ErrorKind, StoreError,
    delivery::{
        codec::{ConversationHead, GroupPart},
        event::{Accepted, Commit, Outcome},
        record::{EntryKind, MemberRecord, Sender},
    },
};

pub(super) fn commit_epoch<R: Records>(
    records: &mut R,
    commit: Commit,
) -> Result<Applied, StoreError> {
    check(&commit)?;
    if let Some(accepted) = records.seen(commit.sender, commit.nonce)? {
        return Ok(Outcome::Duplicate(accepted).into());
    }
    let id = commit.conversation;
    let Some(before) = records.head(id)?.cloned() else {
        return Ok(Outcome::UnknownConversation.into());
    };
    let is_member = before
        .members
        .iter()
        .any(|member| member.device == commit.sender.device && !member.has_left);
    if !is_member && !commit.is_external {
        return Ok(Outcome::NotAMember.into());
    }
    if commit.expected_epoch != before.epoch {
        return Ok(Outcome::EpochConflict { current: before.epoch }.into());
    }
    let sequence = records.next_sequence(id);
    let head =
        next_head(&before, commit.sender.device, commit.is_external, commit.epoch, commit.members);
    put_memberships(records, id, &before, &head);
    records.put_head(id, head);
    let state = [commit.group_info, commit.ratchet_tree];
    records.put_group_part(id, GroupPart::State, commit.epoch, &state);
    // To everybody who was there, so that the removed learn it; the new ones get a welcome.
    let devices = others(&before, commit.sender.device);
    let draft = Draft::handshake(EntryKind::Commit, id, sequence, Some(commit.sender), commit.body);
    let recipient = devices.first().copied().unwrap_or(DeviceId::new([0; 8]));
    let cursor = deliver(records, draft, devices, None);
    deliver_welcomes(records, id, sequence, commit.sender, commit.welcomes);
    let accepted_at = records.now();
    let seen = SeenNonce { sequence, accepted_at, cursor, recipient };
    records.remember_nonce(commit.sender, commit.nonce, seen);
    let receipt = bytes::Bytes::new();
    Ok(Outcome::Accepted(Accepted { sequence, accepted_at, receipt }).into())
}

fn put_memberships<R: Records>(
    records: &mut R,
    id: ConversationId,
    before: &ConversationHead,
    after: &ConversationHead,
) {
    for member in &before.members {
        if !after.members.iter().any(|kept| kept.device == member.device) {
            records.remove_membership(member.device, id);
        }
    }
    for member in after.members.iter().filter(|member| !member.has_left) {
        let was_there =
            before.members.iter().any(|known| known.device == member.device && !known.has_left);
        if !was_there {
            records.put_membership(member.device, id);
        }
    }
}

/// The head after the commit. Who had left stays so, unless it comes back by this commit. A device that
/// goes or comes raises the floor: what is encrypted for an epoch before is for others
/// than are there now, and who has come could never read it.
fn next_head(
    before: &ConversationHead,
    sender: DeviceId,
    is_external: bool,
    epoch: u64,
    mut members: Vec<MemberRecord>,
) -> ConversationHead {
    for member in &mut members {
        let known = before.members.iter().find(|known| known.device == member.device);
        member.has_left = known.is_some_and(|known| {
            known.has_left && known.leaf_index == member.leaf_index && member.device != sender
        });
    }
    let is_among = |member: &MemberRecord, all: &[MemberRecord]| {
        all.iter().any(|other| other.device == member.device)
    };
    let removes = before.members.iter().any(|member| !is_among(member, &members));
    let adds = is_external || members.iter().any(|new| !is_among(new, &before.members));
    ConversationHead {
        epoch,
        epoch_floor: if removes || adds { epoch } else { before.epoch_floor },
        members,
        ..before.clone()
    }
}

fn check(commit: &Commit) -> Result<(), StoreError> {
    if [&commit.group_info, &commit.ratchet_tree, &commit.body]
        .into_iter()
        .any(|bytes| bytes.len() > HANDSHAKE_BYTES_MAX)
    {
        return Err(too_much());
    }
    if commit.epoch <= commit.expected_epoch {
        return Err(StoreError::new(ErrorKind::Conflict, "a commit doesn't lead to a later epoch"));
    }
    check_members(&commit.members, &commit.welcomes)?;
    let Sender { account, device } = commit.sender;
    let stays =
        commit.members.iter().any(|member| member.device == device && member.account == account);
    if !stays {
        return Err(StoreError::new(ErrorKind::Conflict, "the committer is no member afterwards"));
    }
    Ok(())
}
