//! An application message.

use tresen_types::{
    AccountId, ConversationId, DeviceId,
    limits::{MESSAGE_BYTES_MAX, PAST_EPOCHS_ACCEPTED},
};

use super::{Applied, Draft, Records, SeenNonce, deliver, others};
use crate::{
    ErrorKind, StoreError,
    delivery::{
        codec::{ConversationHead, GroupPart},
        event::{Accepted, AcceptedMessage, Message, NewMessage, Outcome},
        record::{EntryKind, Sender},
        standing::{Passed, Standing},
    },
};

pub(super) fn message<R: Records>(
    records: &mut R,
    message: Message,
) -> Result<Applied, StoreError> {
    let Message { conversation: id, sender, epoch, message } = message;
    check_message(&message)?;
    if let Some(accepted) = records.seen(sender, message.nonce)? {
        return Ok(Outcome::Duplicate(accepted).into());
    }
    let Some(head) = records.head(id)? else {
        return Ok(Outcome::UnknownConversation.into());
    };
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
    let to = Recipients::of(head, sender);
    if let Some(gate) = &message.gate {
        let now = records.now();
        let mut standing = standing_of(records, id)?;
        match gate.admit(now, &standing) {
            Ok(Passed { is_counted: false }) => {}
            Ok(Passed { is_counted: true }) => {
                standing.count(message.category, now);
                put_standing(records, id, &standing);
            }
            Err(refusal) => return Ok(Outcome::Refused(refusal).into()),
        }
    }
    note_opening(records, id, std::slice::from_ref(&message))?;
    let (accepted, receipt) = accept(records, id, sender, message, to);
    Ok(Applied { outcome: Outcome::Accepted(accepted), receipts: receipt..receipt + 1 })
}

/// Sets the customer's clock where one of the messages is what it says.
pub(super) fn note_opening<R: Records>(
    records: &mut R,
    id: ConversationId,
    messages: &[NewMessage],
) -> Result<(), StoreError> {
    if messages.iter().any(|message| message.opens_window) {
        let now = records.now();
        let mut standing = standing_of(records, id)?;
        if standing.open(now) {
            put_standing(records, id, &standing);
        }
    }
    Ok(())
}

fn standing_of<R: Records>(records: &mut R, id: ConversationId) -> Result<Standing, StoreError> {
    let stored = records.group_part(id, GroupPart::Standing)?;
    stored.as_ref().map_or_else(|| Ok(Standing::default()), Standing::read)
}

fn put_standing<R: Records>(records: &mut R, id: ConversationId, standing: &Standing) {
    let (opened_at, counted) = standing.to_parts();
    records.put_group_part(id, GroupPart::Standing, opened_at, &counted);
}

/// Who gets a message.
#[derive(Clone)]
pub(super) struct Recipients {
    devices: Vec<DeviceId>,
    /// The account of the conversation that isn't the sender's.
    counterpart: Option<AccountId>,
}

impl Recipients {
    pub(super) fn of(head: &ConversationHead, sender: Sender) -> Self {
        let devices = others(head, sender.device);
        let counterpart = head.accounts.iter().copied().find(|account| *account != sender.account);
        Self { devices, counterpart }
    }
}

/// Delivers a message that was found in order, in a conversation whose head was read or put before; returns
/// what to answer and which receipt of the batch belongs to it.
pub(super) fn accept<R: Records>(
    records: &mut R,
    id: ConversationId,
    sender: Sender,
    message: NewMessage,
    to: Recipients,
) -> (Accepted, usize) {
    let sequence = records.next_sequence(id);
    let receipt = records.gathered().accepted.len();
    let recipient = to.devices.first().copied().unwrap_or(DeviceId::new([0; 8]));
    let draft = Draft {
        kind: EntryKind::Application,
        conversation: Some(id),
        sequence,
        sender: Some(sender),
        class: message.class,
        category: message.category,
        time_to_live_s: message.time_to_live_s,
        body: message.body.clone(),
        attachment: bytes::Bytes::new(),
    };
    let cursor = deliver(records, draft, to.devices, Some(receipt));
    let accepted_at = records.now();
    let seen = SeenNonce { sequence, accepted_at, cursor, recipient };
    records.remember_nonce(sender, message.nonce, seen);
    records.gathered().accepted.push(AcceptedMessage {
        conversation: id,
        counterpart: to.counterpart,
        sender,
        sequence,
        accepted_at,
        message,
    });
    (Accepted { sequence, accepted_at, receipt: bytes::Bytes::new() }, receipt)
}

/// Refuses a message over its limit.
pub(super) fn check_message(message: &NewMessage) -> Result<(), StoreError> {
    if message.body.len() > MESSAGE_BYTES_MAX || message.franking_tag.len() > MESSAGE_BYTES_MAX {
        return Err(StoreError::new(ErrorKind::LimitExceeded, "a message is too large"));
    }
    Ok(())
}
