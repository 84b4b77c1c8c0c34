//! An application message.

use tresen_types::{
    ConversationId, DeviceId,
    limits::{MESSAGE_BYTES_MAX, PAST_EPOCHS_ACCEPTED},
};

use super::{Applied, Draft, Ledger, SeenNonce, others};
use crate::{
    ErrorKind, StoreError,
    delivery::{
        engine::Engine,
        event::{Accepted, AcceptedMessage, Message, NewMessage, Outcome},
        record::{EntryKind, Sender},
    },
};

impl<E: Engine> Ledger<E> {
    pub(super) fn message(&mut self, message: Message) -> Result<Applied, StoreError> {
        let Message { conversation: id, sender, epoch, message } = message;
        check_message(&message)?;
        if let Some(accepted) = self.seen(sender, message.nonce)? {
            return Ok(Outcome::Duplicate(accepted).into());
        }
        let Some(conversation) = self.conversation(id)? else {
            return Ok(Outcome::UnknownConversation.into());
        };
        let head = &conversation.head;
        let is_member = head.members.iter().any(|member| {
            member.device == sender.device && member.account == sender.account && !member.has_left
        });
        if !is_member {
            return Ok(Outcome::NotAMember.into());
        }
        let current = head.epoch;
        if epoch > current {
            return Ok(Outcome::EpochInFuture { current }.into());
        }
        if epoch < head.epoch_floor || epoch.saturating_add(PAST_EPOCHS_ACCEPTED) < current {
            return Ok(Outcome::EpochTooOld { current }.into());
        }
        let devices = others(head, sender.device);
        let (accepted, receipt) = self.accept(id, sender, message, devices);
        Ok(Applied { outcome: Outcome::Accepted(accepted), receipts: receipt..receipt + 1 })
    }

    /// Delivers a message that was found in order, in a conversation that was loaded before; returns
    /// what to answer and which receipt of the batch belongs to it.
    pub(super) fn accept(
        &mut self,
        id: ConversationId,
        sender: Sender,
        message: NewMessage,
        devices: Vec<DeviceId>,
    ) -> (Accepted, usize) {
        let sequence = self.next_sequence(id);
        let receipt = self.accepted.len();
        let recipient = devices.first().copied().unwrap_or(DeviceId::new([0; 8]));
        let draft = Draft {
            kind: EntryKind::Application,
            conversation: Some(id),
            sequence,
            sender: Some(sender),
            class: message.class,
            category: message.category,
            body: message.body.clone(),
            attachment: bytes::Bytes::new(),
        };
        let cursor = self.deliver(draft, devices, Some(receipt));
        let accepted_at = self.now;
        let seen = SeenNonce { sequence, accepted_at, cursor, recipient };
        self.remember_nonce(sender, message.nonce, seen);
        let counterpart = self.conversations.peek(&id).and_then(|conversation| {
            conversation.head.accounts.iter().copied().find(|account| *account != sender.account)
        });
        self.accepted.push(AcceptedMessage {
            conversation: id,
            counterpart,
            sender,
            sequence,
            accepted_at,
            message,
        });
        (Accepted { sequence, accepted_at, receipt: bytes::Bytes::new() }, receipt)
    }
}

/// Refuses a message over its limit.
pub(super) fn check_message(message: &NewMessage) -> Result<(), StoreError> {
    if message.body.len() > MESSAGE_BYTES_MAX || message.franking_tag.len() > MESSAGE_BYTES_MAX {
        return Err(StoreError::new(ErrorKind::LimitExceeded, "a message is too large"));
    }
    Ok(())
}
