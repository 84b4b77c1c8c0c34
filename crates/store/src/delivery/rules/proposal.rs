//! A proposal of the server.

use bytes::Bytes;
use tresen_types::{ConversationId, DeviceId, limits::HANDSHAKE_BYTES_MAX};

use super::{Applied, Draft, Records, create_conversation::too_much, deliver};
use crate::{
    StoreError,
    delivery::{
        codec::{self, GroupPart},
        event::{Accepted, Outcome},
        record::EntryKind,
    },
    limits::PENDING_PROPOSALS_MAX,
};

pub(super) fn proposal<R: Records>(
    records: &mut R,
    id: ConversationId,
    body: Bytes,
) -> Result<Applied, StoreError> {
    if body.len() > HANDSHAKE_BYTES_MAX {
        return Err(too_much());
    }
    let Some(head) = records.head(id)? else {
        return Ok(Outcome::UnknownConversation.into());
    };
    let epoch = head.epoch;
    let devices: Vec<DeviceId> =
        head.members.iter().filter(|member| !member.has_left).map(|member| member.device).collect();
    let mut proposals = match records.group_part(id, GroupPart::Proposals)? {
        None => Vec::new(),
        Some(value) => current_proposals(epoch, &value)?,
    };
    if proposals.len() >= PENDING_PROPOSALS_MAX {
        return Err(too_much());
    }
    proposals.push(body.clone());
    records.put_group_part(id, GroupPart::Proposals, epoch, &proposals);
    let sequence = records.next_sequence(id);
    let draft = Draft::handshake(EntryKind::Proposal, id, sequence, None, body);
    deliver(records, draft, devices, None);
    let accepted_at = records.now();
    let receipt = Bytes::new();
    Ok(Outcome::Accepted(Accepted { sequence, accepted_at, receipt }).into())
}

/// The proposals that belong to the present epoch; those of an earlier one are over.
pub(in crate::delivery) fn current_proposals(
    epoch: u64,
    value: &Bytes,
) -> Result<Vec<Bytes>, StoreError> {
    let (proposed_in, proposals) = codec::decode_parts(value)?;
    Ok(if proposed_in == epoch { proposals } else { Vec::new() })
}
