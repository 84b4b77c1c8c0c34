//! What may happen to conversations and mailboxes, the same for every back end.
//!
//! A back end shows its [`Records`] as they are with the batch so far, and takes the changes. Every
//! operation reads first and changes afterwards, so that one that is refused has changed nothing.
//! Where entries lie and how they are removed (acknowledgement, expiry, the end of a device) is each
//! back end's own.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
pub(super) use proposal::current_proposals;
use tresen_types::{AccountId, Category, ConversationId, DeviceId, Nonce, Timestamp};

use super::{
    BatchSealer, ChargeId, Delivered,
    codec::{ConversationHead, GroupPart, SeenNonce},
    event::{Accepted, AcceptedMessage, DeliveryEvent, Outcome},
    record::{EntryKind, MailboxEntry, Sender},
};
use crate::{ErrorKind, StoreError};

mod commit;
mod create_conversation;
mod leave;
mod message;
mod notice;
mod proposal;

pub(super) use leave::leave;

/// What the rules read and change, within one batch.
pub(super) trait Records {
    /// The time of the batch.
    fn now(&self) -> Timestamp;

    /// What was answered to a nonce before, with the receipt if a mailbox still holds the message.
    fn seen(&self, sender: Sender, nonce: Nonce) -> Result<Option<Accepted>, StoreError>;

    /// The conversation's head, if there is one.
    fn head(&mut self, id: ConversationId) -> Result<Option<&ConversationHead>, StoreError>;

    /// A part of a conversation's state as it is stored: its proposals, of whatever epoch, or its
    /// standing.
    fn group_part(
        &mut self,
        id: ConversationId,
        part: GroupPart,
    ) -> Result<Option<Bytes>, StoreError>;

    /// Takes over a conversation's new or changed head.
    fn put_head(&mut self, id: ConversationId, head: ConversationHead);

    /// Takes over a part of the public group state.
    fn put_group_part(&mut self, id: ConversationId, part: GroupPart, epoch: u64, parts: &[Bytes]);

    /// Notes that an account takes part in a conversation.
    fn put_party(&mut self, account: AccountId, id: ConversationId);

    /// Notes that a conversation is delivered to a device.
    fn put_membership(&mut self, device: DeviceId, id: ConversationId);

    /// Notes that a conversation isn't delivered to a device any more.
    fn remove_membership(&mut self, device: DeviceId, id: ConversationId);

    /// Gives out the next sequence number of a conversation whose head was read or put before.
    fn next_sequence(&mut self, id: ConversationId) -> u64;

    /// Gives out the cursor for an entry of these devices, later than all that they have.
    fn next_cursor(&mut self, devices: &[DeviceId]) -> u64;

    /// Remembers what was answered to a nonce.
    fn remember_nonce(&mut self, sender: Sender, nonce: Nonce, seen: SeenNonce);

    /// A business's purse; none before its first charge.
    fn purse(&mut self, account: AccountId) -> Result<Option<Bytes>, StoreError>;

    /// Takes over a business's purse.
    fn put_purse(&mut self, account: AccountId, purse: Bytes);

    /// Keeps what a message is charged with until one of its receivers has it.
    fn put_charge(&mut self, charge: NewCharge);

    /// What the batch delivers so far.
    fn gathered(&mut self) -> &mut Gathered;
}

/// A charge that begins.
#[derive(Debug)]
pub(super) struct NewCharge {
    pub(super) id: ChargeId,
    /// The receivers' devices.
    pub(super) devices: Vec<DeviceId>,
    /// Where the message lies in their mailboxes.
    pub(super) cursor: u64,
    pub(super) usage: Bytes,
}

/// Applies an event that is about conversations or adds entries.
pub(super) fn apply<R: Records>(
    records: &mut R,
    event: DeliveryEvent,
) -> Result<Applied, StoreError> {
    match event {
        DeliveryEvent::CreateConversation(create) => {
            create_conversation::create_conversation(records, *create)
        }
        DeliveryEvent::Commit(commit) => commit::commit_epoch(records, *commit),
        DeliveryEvent::Message(message) => message::message(records, message),
        DeliveryEvent::Proposal { conversation, body } => {
            proposal::proposal(records, conversation, body)
        }
        DeliveryEvent::Leave { conversation, device } => leave(records, conversation, device),
        DeliveryEvent::Enqueue(notice) => notice::notice(records, notice),
        DeliveryEvent::Acknowledge { .. }
        | DeliveryEvent::DropDevice { .. }
        | DeliveryEvent::Expire { .. }
        | DeliveryEvent::Booked { .. } => {
            Err(StoreError::new(ErrorKind::Conflict, "the back end removes entries itself"))
        }
    }
}

/// What an operation answers, before the receipts are made.
#[derive(Debug)]
pub(super) struct Applied {
    pub(super) outcome: Outcome,
    /// Which receipts of the batch belong to it.
    pub(super) receipts: Range<usize>,
}

impl From<Outcome> for Applied {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, receipts: 0..0 }
    }
}

impl Applied {
    /// The outcome with its receipts.
    pub(super) fn fill(self, receipts: &[Bytes]) -> Outcome {
        let mut outcome = self.outcome;
        let own = receipts.get(self.receipts).unwrap_or_default();
        let accepted = match &mut outcome {
            Outcome::Accepted(accepted) => std::slice::from_mut(accepted),
            Outcome::Created(accepted) => accepted.as_mut_slice(),
            _ => return outcome,
        };
        for (accepted, receipt) in accepted.iter_mut().zip(own) {
            accepted.receipt = receipt.clone();
        }
        outcome
    }
}

/// What a batch delivers.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    entries: Vec<NewEntry>,
    accepted: Vec<AcceptedMessage>,
}

/// An entry that the batch adds.
#[derive(Debug)]
struct NewEntry {
    entry: MailboxEntry,
    devices: Vec<DeviceId>,
    /// Which of the accepted messages it is.
    receipt: Option<usize>,
}

/// What a batch added, once its receipts are made.
#[derive(Debug)]
pub(super) struct Sealed {
    pub(super) receipts: Vec<Bytes>,
    pub(super) delivered: Vec<Delivered>,
}

impl Gathered {
    /// Makes the receipts and puts them into the entries.
    pub(super) fn seal(&mut self, sealer: &dyn BatchSealer) -> Sealed {
        let count = self.accepted.len();
        let receipts = if count == 0 { Vec::new() } else { sealer.seal(&self.accepted) };
        assert_eq!(receipts.len(), count, "the sealer makes one receipt for each message");
        self.accepted.clear();
        let mut delivered = Vec::with_capacity(self.entries.len());
        // The room stays for the next batch.
        for mut new in self.entries.drain(..) {
            if let Some(receipt) = new.receipt.and_then(|at| receipts.get(at)) {
                new.entry.receipt = receipt.clone();
            }
            if !new.devices.is_empty() {
                let entry = Arc::new(new.entry);
                delivered.push(Delivered { entry, devices: new.devices });
            }
        }
        Sealed { receipts, delivered }
    }

    /// Forgets the batch.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.accepted.clear();
    }
}

/// The content of an entry, before it has a cursor.
struct Draft {
    kind: EntryKind,
    conversation: Option<ConversationId>,
    sequence: u64,
    sender: Option<Sender>,
    class: u8,
    category: Category,
    is_charged: bool,
    time_to_live_s: u32,
    body: Bytes,
    attachment: Bytes,
}

impl Draft {
    /// An MLS handshake message.
    const fn handshake(
        kind: EntryKind,
        conversation: ConversationId,
        sequence: u64,
        sender: Option<Sender>,
        body: Bytes,
    ) -> Self {
        Self {
            kind,
            conversation: Some(conversation),
            sequence,
            sender,
            class: 0,
            category: Category::Service,
            is_charged: false,
            time_to_live_s: 0,
            body,
            attachment: Bytes::new(),
        }
    }
}

/// Adds an entry for some devices; returns its cursor.
fn deliver<R: Records>(
    records: &mut R,
    draft: Draft,
    devices: Vec<DeviceId>,
    receipt: Option<usize>,
) -> u64 {
    let cursor = records.next_cursor(&devices);
    let entry = MailboxEntry {
        cursor,
        kind: draft.kind,
        conversation: draft.conversation,
        sequence: draft.sequence,
        accepted_at: records.now(),
        time_to_live_s: draft.time_to_live_s,
        sender: draft.sender,
        class: draft.class,
        category: draft.category,
        is_charged: draft.is_charged,
        body: draft.body,
        attachment: draft.attachment,
        receipt: Bytes::new(),
    };
    records.gathered().entries.push(NewEntry { entry, devices, receipt });
    cursor
}

/// The active members but one.
pub(super) fn others(head: &ConversationHead, but: DeviceId) -> Vec<DeviceId> {
    head.members
        .iter()
        .filter(|member| member.device != but && !member.has_left)
        .map(|member| member.device)
        .collect()
}
