//! A device leaves a conversation: delivery stops before the leaf is removed.

use tresen_types::{ConversationId, DeviceId};

use super::{Applied, Ledger};
use crate::{
    StoreError,
    delivery::{
        codec,
        engine::{Engine, Table},
        event::Outcome,
    },
};

impl<E: Engine> Ledger<E> {
    pub(super) fn leave(
        &mut self,
        id: ConversationId,
        device: DeviceId,
    ) -> Result<Applied, StoreError> {
        let Some(conversation) = self.conversation(id)? else {
            return Ok(Outcome::UnknownConversation.into());
        };
        let mut head = conversation.head.clone();
        let sequence = conversation.sequence;
        let Some(member) =
            head.members.iter_mut().find(|member| member.device == device && !member.has_left)
        else {
            return Ok(Outcome::NotAMember.into());
        };
        member.has_left = true;
        self.put_head(id, head, sequence);
        self.remove(Table::Membership, &codec::membership_key(device, id));
        self.needs_sync = true;
        Ok(Outcome::Done.into())
    }
}
