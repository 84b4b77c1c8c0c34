//! What a batch will need to read and lock, as far as its events tell.

use std::collections::{BTreeMap, BTreeSet};

use tresen_types::{AccountId, ConversationId, DeviceId, Nonce, Timestamp};

use crate::{
    delivery::{ChargeId, codec::ConversationHead, event::DeliveryEvent, record::Sender},
    limits::{FIRST_MESSAGES_MAX, NOTICE_DEVICES_MAX},
};

/// What a batch needs.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) conversations: BTreeSet<ConversationId>,
    /// Those whose pending proposals or standing are needed.
    pub(super) parts: BTreeSet<ConversationId>,
    /// Businesses whose purse is needed.
    pub(super) purses: BTreeSet<AccountId>,
    /// Settled charges that are in the books.
    pub(super) booked: BTreeSet<ChargeId>,
    pub(super) nonces: BTreeSet<[u8; 24]>,
    /// Devices and the cursor up to which their entries go.
    pub(super) acknowledged: BTreeMap<DeviceId, u64>,
    /// The device that is dropped; then the batch has nothing else.
    pub(super) dropped: Option<DeviceId>,
    /// What expires; then the batch has nothing else.
    pub(super) expires: Option<Timestamp>,
}

impl Plan {
    pub(super) fn of(events: &[&DeliveryEvent]) -> Self {
        let mut plan = Self::default();
        for event in events {
            plan.add(event);
        }
        plan
    }

    /// Whether nothing but acknowledgements is in the batch: losing it does no harm.
    pub(super) fn only_acknowledges(&self, events: &[&DeliveryEvent]) -> bool {
        events.iter().all(|event| matches!(event, DeliveryEvent::Acknowledge { .. }))
    }

    fn add(&mut self, event: &DeliveryEvent) {
        match event {
            DeliveryEvent::CreateConversation(create) => {
                self.conversations.insert(create.conversation.id);
                self.nonces.insert(nonce_key(create.sender, create.nonce));
                for message in create.messages.iter().take(FIRST_MESSAGES_MAX) {
                    self.nonces.insert(nonce_key(create.sender, message.nonce));
                }
            }
            DeliveryEvent::Commit(commit) => {
                self.conversations.insert(commit.conversation);
                self.nonces.insert(nonce_key(commit.sender, commit.nonce));
            }
            DeliveryEvent::Message(message) => {
                self.conversations.insert(message.conversation);
                self.nonces.insert(nonce_key(message.sender, message.message.nonce));
                if message.message.opens_window || message.message.gate.is_some() {
                    self.parts.insert(message.conversation);
                }
                self.purses.extend(message.message.gate.as_ref().and_then(|gate| gate.purse()));
            }
            DeliveryEvent::Proposal { conversation, .. } => {
                self.conversations.insert(*conversation);
                self.parts.insert(*conversation);
            }
            DeliveryEvent::Leave { conversation, .. } => {
                self.conversations.insert(*conversation);
            }
            DeliveryEvent::Acknowledge { device, through } => {
                let known = self.acknowledged.entry(*device).or_default();
                *known = (*known).max(*through);
            }
            DeliveryEvent::DropDevice { device } => self.dropped = Some(*device),
            DeliveryEvent::Expire { before } => self.expires = Some(*before),
            DeliveryEvent::Booked { charges } => self.booked.extend(charges),
            DeliveryEvent::Enqueue(_) => {}
        }
    }
}

/// The devices that may get something, once the heads of the conversations are known.
pub(super) fn recipients(
    events: &[&DeliveryEvent],
    heads: &BTreeMap<ConversationId, ConversationHead>,
) -> BTreeSet<DeviceId> {
    // Who may be a member at some moment of the batch.
    let mut members: BTreeMap<ConversationId, BTreeSet<DeviceId>> = heads
        .iter()
        .map(|(id, head)| (*id, head.members.iter().map(|member| member.device).collect()))
        .collect();
    for event in events {
        let (id, added) = match event {
            DeliveryEvent::CreateConversation(create) => {
                (create.conversation.id, &create.conversation.members)
            }
            DeliveryEvent::Commit(commit) => (commit.conversation, &commit.members),
            _ => continue,
        };
        members.entry(id).or_default().extend(added.iter().map(|member| member.device));
    }
    let mut recipients = BTreeSet::new();
    for event in events {
        let (id, but) = match event {
            DeliveryEvent::Message(message) => (message.conversation, Some(message.sender.device)),
            DeliveryEvent::CreateConversation(create) => (create.conversation.id, None),
            DeliveryEvent::Commit(commit) => (commit.conversation, None),
            DeliveryEvent::Proposal { conversation, .. } => (*conversation, None),
            DeliveryEvent::Enqueue(notice) if notice.devices.len() <= NOTICE_DEVICES_MAX => {
                recipients.extend(notice.devices.iter().copied());
                continue;
            }
            _ => continue,
        };
        let of_conversation = members.get(&id).into_iter().flatten().copied();
        recipients.extend(of_conversation.filter(|device| Some(*device) != but));
    }
    recipients
}

/// The key of a nonce: the device first, as with everything that is a device's.
pub(super) fn nonce_key(sender: Sender, nonce: Nonce) -> [u8; 24] {
    let mut key = [0; 24];
    let (head, tail) = key.split_at_mut(DeviceId::LENGTH);
    head.copy_from_slice(sender.device.as_bytes());
    tail.copy_from_slice(nonce.as_bytes());
    key
}
