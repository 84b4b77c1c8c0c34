//! A batch: what was read and locked for it, and what the rules have changed.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use tresen_types::{AccountId, ConversationId, DeviceId, Nonce, Timestamp};

use super::plan::nonce_key;
use crate::{
    StoreError,
    delivery::{
        codec::{self, ConversationHead, GroupPart, SeenNonce},
        event::Accepted,
        record::Sender,
        rules::{Gathered, NewCharge, Records},
    },
};

/// A batch.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) now: Timestamp,
    /// Mailboxes that are new begin after this cursor.
    pub(super) cursor_floor: u64,
    pub(super) conversations: BTreeMap<ConversationId, Conversation>,
    pub(super) mailboxes: BTreeMap<DeviceId, Mailbox>,
    /// What was answered before, with the receipts.
    pub(super) seen: BTreeMap<[u8; 24], (SeenNonce, Bytes)>,
    pub(super) nonces: BTreeMap<[u8; 24], SeenNonce>,
    pub(super) parts: BTreeMap<(ConversationId, u8), Bytes>,
    /// Which of the parts the batch has changed.
    pub(super) changed_parts: BTreeSet<(ConversationId, u8)>,
    pub(super) parties: BTreeSet<(AccountId, ConversationId)>,
    /// Device and conversation, and whether it is delivered from now on.
    pub(super) memberships: BTreeMap<(DeviceId, ConversationId), bool>,
    /// The purses, and whether the batch has changed them.
    pub(super) purses: BTreeMap<AccountId, (Bytes, bool)>,
    pub(super) charges: Vec<NewCharge>,
    pub(super) gathered: Gathered,
    /// Whether something was delivered to a mailbox that wasn't locked: then nothing may be written.
    pub(super) is_unlocked: bool,
}

/// A conversation that is there or comes with the batch.
pub(super) struct Conversation {
    pub(super) head: ConversationHead,
    pub(super) sequence: u64,
    pub(super) is_new: bool,
    pub(super) has_new_head: bool,
    pub(super) has_new_sequence: bool,
}

/// A locked mailbox, or one that comes with the batch.
#[derive(Default)]
pub(super) struct Mailbox {
    /// The last cursor that was given out.
    pub(super) last: u64,
    pub(super) is_stored: bool,
    pub(super) is_changed: bool,
}

impl Records for Batch {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn seen(&self, sender: Sender, nonce: Nonce) -> Result<Option<Accepted>, StoreError> {
        let key = nonce_key(sender, nonce);
        // In this very batch: the receipt isn't made yet, and goes to the first request.
        let (seen, receipt) = match (self.nonces.get(&key), self.seen.get(&key)) {
            (Some(seen), _) => (seen, Bytes::new()),
            (None, Some((seen, receipt))) => (seen, receipt.clone()),
            (None, None) => return Ok(None),
        };
        let SeenNonce { sequence, accepted_at, .. } = *seen;
        Ok(Some(Accepted { sequence, accepted_at, receipt }))
    }

    fn head(&mut self, id: ConversationId) -> Result<Option<&ConversationHead>, StoreError> {
        Ok(self.conversations.get(&id).map(|conversation| &conversation.head))
    }

    fn group_part(
        &mut self,
        id: ConversationId,
        part: GroupPart,
    ) -> Result<Option<Bytes>, StoreError> {
        Ok(self.parts.get(&(id, part as u8)).cloned())
    }

    fn put_head(&mut self, id: ConversationId, head: ConversationHead) {
        match self.conversations.get_mut(&id) {
            Some(conversation) => {
                conversation.head = head;
                conversation.has_new_head = true;
            }
            None => {
                let conversation = Conversation {
                    head,
                    sequence: 0,
                    is_new: true,
                    has_new_head: true,
                    has_new_sequence: true,
                };
                self.conversations.insert(id, conversation);
            }
        }
    }

    fn put_group_part(&mut self, id: ConversationId, part: GroupPart, epoch: u64, parts: &[Bytes]) {
        let key = (id, part as u8);
        self.parts.insert(key, codec::encode_parts(epoch, parts).into());
        self.changed_parts.insert(key);
    }

    fn put_party(&mut self, account: AccountId, id: ConversationId) {
        self.parties.insert((account, id));
    }

    fn put_membership(&mut self, device: DeviceId, id: ConversationId) {
        self.memberships.insert((device, id), true);
    }

    fn remove_membership(&mut self, device: DeviceId, id: ConversationId) {
        self.memberships.insert((device, id), false);
    }

    fn next_sequence(&mut self, id: ConversationId) -> u64 {
        let conversation =
            self.conversations.get_mut(&id).expect("the operation has read the conversation");
        conversation.sequence += 1;
        conversation.has_new_sequence = true;
        conversation.sequence
    }

    /// One more than the last cursor of any of them: so all of them have the entry in the same place.
    fn next_cursor(&mut self, devices: &[DeviceId]) -> u64 {
        let last = devices
            .iter()
            .filter_map(|device| self.mailboxes.get(device))
            .map(|mailbox| mailbox.last)
            .max();
        let cursor = last.unwrap_or(0) + 1;
        for device in devices {
            match self.mailboxes.get_mut(device) {
                Some(mailbox) => {
                    mailbox.last = cursor;
                    mailbox.is_changed = true;
                }
                None => self.is_unlocked = true,
            }
        }
        cursor
    }

    fn remember_nonce(&mut self, sender: Sender, nonce: Nonce, seen: SeenNonce) {
        self.nonces.insert(nonce_key(sender, nonce), seen);
    }

    fn purse(&mut self, account: AccountId) -> Result<Option<Bytes>, StoreError> {
        let unlocked = StoreError::corrupt("a purse wasn't locked");
        self.purses.get(&account).map(|(purse, _is_changed)| Some(purse.clone())).ok_or(unlocked)
    }

    fn put_purse(&mut self, account: AccountId, purse: Bytes) {
        self.purses.insert(account, (purse, true));
    }

    fn put_charge(&mut self, charge: NewCharge) {
        self.charges.push(charge);
    }

    fn gathered(&mut self) -> &mut Gathered {
        &mut self.gathered
    }
}
