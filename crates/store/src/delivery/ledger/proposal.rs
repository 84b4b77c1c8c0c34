//! A proposal of the server.

use bytes::Bytes;
use tresen_types::{ConversationId, DeviceId, limits::HANDSHAKE_BYTES_MAX};

use super::{Applied, Draft, Ledger, create_conversation::too_much};
use crate::{
    StoreError,
    delivery::{
        codec::{self, GroupPart},
        engine::{Engine, Table, shared},
        event::{Accepted, Outcome},
        record::EntryKind,
    },
    limits::PENDING_PROPOSALS_MAX,
};

impl<E: Engine> Ledger<E> {
    pub(super) fn proposal(
        &mut self,
        id: ConversationId,
        body: Bytes,
    ) -> Result<Applied, StoreError> {
        if body.len() > HANDSHAKE_BYTES_MAX {
            return Err(too_much());
        }
        let Some(conversation) = self.conversation(id)? else {
            return Ok(Outcome::UnknownConversation.into());
        };
        let epoch = conversation.head.epoch;
        let devices: Vec<DeviceId> = conversation
            .head
            .members
            .iter()
            .filter(|member| !member.has_left)
            .map(|member| member.device)
            .collect();
        let key = codec::group_key(id, GroupPart::Proposals);
        let mut proposals = match self.get(Table::GroupState, &key)? {
            None => Vec::new(),
            Some(value) => current_proposals(epoch, &shared(value))?,
        };
        if proposals.len() >= PENDING_PROPOSALS_MAX {
            return Err(too_much());
        }
        proposals.push(body.clone());
        self.put_group_part(id, GroupPart::Proposals, epoch, &proposals);
        let sequence = self.next_sequence(id);
        let draft = Draft::handshake(EntryKind::Proposal, id, sequence, None, body);
        self.deliver(draft, devices, None);
        let accepted_at = self.now;
        let receipt = Bytes::new();
        Ok(Outcome::Accepted(Accepted { sequence, accepted_at, receipt }).into())
    }
}

/// The proposals that belong to the present epoch; those of an earlier one are over.
pub(in crate::delivery) fn current_proposals(
    epoch: u64,
    value: &Bytes,
) -> Result<Vec<Bytes>, StoreError> {
    let (proposed_in, proposals) = codec::decode_parts(value)?;
    Ok(if proposed_in == epoch { proposals } else { Vec::new() })
}
