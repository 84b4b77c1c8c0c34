//! An application message.

use bytes::Bytes;
use tresen_types::{
    AccountId, ConversationId, DeviceId,
    limits::{MESSAGE_BYTES_MAX, PAST_EPOCHS_ACCEPTED},
};

use super::{Applied, Draft, NewCharge, Records, SeenNonce, deliver, others};
use crate::{
    ErrorKind, StoreError,
    delivery::{
        codec::{ConversationHead, GroupPart, nonce_key},
        event::{Accepted, AcceptedMessage, Message, NewMessage, Outcome},
        record::{EntryKind, MemberRecord, Sender},
        standing::{Charge, SharedGate, Standing},
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
    let mut to = Recipients::of(head, sender);
    // Free messages, which are most, ask for nothing of this.
    let is_charging = message.gate.as_ref().is_some_and(|gate| gate.purse().is_some());
    let charged = if is_charging { theirs(head, to.counterpart) } else { Vec::new() };
    if let Some(gate) = &message.gate {
        match pass(records, id, gate, &message)? {
            // What no device can get is lost already, and costs nothing.
            Ok(charge) => to.charge = charge.filter(|_charge| !charged.is_empty()),
            Err(refusal) => return Ok(Outcome::Refused(refusal).into()),
        }
        if let Some((business, charge)) = gate.purse().zip(to.charge.as_ref()) {
            records.put_purse(business, charge.purse.clone());
        }
        to.charged = charged;
    }
    note_opening(records, id, std::slice::from_ref(&message))?;
    let (accepted, receipt) = accept(records, id, sender, message, to);
    Ok(Applied { outcome: Outcome::Accepted(accepted), receipts: receipt..receipt + 1 })
}

/// Asks a message's gate, and notes what counts; returns what is charged, or the refusal.
fn pass<R: Records>(
    records: &mut R,
    id: ConversationId,
    gate: &SharedGate,
    message: &NewMessage,
) -> Result<Result<Option<Charge>, Bytes>, StoreError> {
    let now = records.now();
    let mut standing = standing_of(records, id)?;
    let purse = match gate.purse() {
        Some(business) => records.purse(business)?.unwrap_or_default(),
        None => Bytes::new(),
    };
    let passed = match gate.admit(now, &standing, &purse) {
        Ok(passed) => passed,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if passed.is_counted {
        standing.count(message.category, now);
    }
    if passed.is_contact {
        standing.contacted_at = Some(now);
    }
    if passed.is_counted || passed.is_contact {
        put_standing(records, id, &standing);
    }
    Ok(Ok(passed.charge))
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
    /// What is charged for it.
    charge: Option<Charge>,
    /// Whose acknowledgement settles that.
    charged: Vec<DeviceId>,
}

impl Recipients {
    pub(super) fn of(head: &ConversationHead, sender: Sender) -> Self {
        let devices = others(head, sender.device);
        let counterpart = head.accounts.iter().copied().find(|account| *account != sender.account);
        Self { devices, counterpart, charge: None, charged: Vec::new() }
    }
}

/// The devices of the other account.
fn theirs(head: &ConversationHead, counterpart: Option<AccountId>) -> Vec<DeviceId> {
    let is_theirs =
        |member: &&MemberRecord| Some(member.account) == counterpart && !member.has_left;
    head.members.iter().filter(is_theirs).map(|member| member.device).collect()
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
        is_charged: to.charge.is_some(),
        time_to_live_s: message.time_to_live_s,
        body: message.body.clone(),
        attachment: Bytes::new(),
    };
    let cursor = deliver(records, draft, to.devices, Some(receipt));
    if let Some(charge) = to.charge {
        let charge_id = nonce_key(sender.device, message.nonce);
        let devices = to.charged;
        records.put_charge(NewCharge { id: charge_id, devices, cursor, usage: charge.usage });
    }
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
    (Accepted { sequence, accepted_at, receipt: Bytes::new() }, receipt)
}

/// Refuses a message over its limit.
pub(super) fn check_message(message: &NewMessage) -> Result<(), StoreError> {
    if message.body.len() > MESSAGE_BYTES_MAX || message.franking_tag.len() > MESSAGE_BYTES_MAX {
        return Err(StoreError::new(ErrorKind::LimitExceeded, "a message is too large"));
    }
    Ok(())
}
