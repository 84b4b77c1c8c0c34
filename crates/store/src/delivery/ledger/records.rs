//! What the rules see and change.

use bytes::Bytes;
use tresen_types::{AccountId, ConversationId, DeviceId, Nonce, Timestamp};

use super::{Conversation, Ledger};
use crate::{
    StoreError,
    delivery::{
        codec::{self, ConversationHead, GroupPart, SeenNonce},
        engine::{Engine, Table, shared},
        event::Accepted,
        record::Sender,
        rules::{Gathered, NewCharge, Records},
    },
};

impl<E: Engine> Records for Ledger<E> {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn seen(&self, sender: Sender, nonce: Nonce) -> Result<Option<Accepted>, StoreError> {
        self.seen_before(sender, nonce)
    }

    fn head(&mut self, id: ConversationId) -> Result<Option<&ConversationHead>, StoreError> {
        Ok(self.conversation(id)?.map(|conversation| &conversation.head))
    }

    fn group_part(
        &mut self,
        id: ConversationId,
        part: GroupPart,
    ) -> Result<Option<Bytes>, StoreError> {
        let of_standing = |known: &Conversation| known.standing.clone();
        if part == GroupPart::Standing
            && let Some(standing) = self.conversations.peek(&id).and_then(of_standing)
        {
            return Ok(standing);
        }
        let value = self.get(Table::GroupState, &codec::group_key(id, part))?.map(shared);
        if part == GroupPart::Standing
            && let Some(known) = self.conversations.peek_mut(&id)
        {
            known.standing = Some(value.clone());
        }
        Ok(value)
    }

    fn put_head(&mut self, id: ConversationId, head: ConversationHead) {
        self.needs_sync = true;
        self.put(Table::Conversation, id.as_bytes(), &codec::encode_head(&head));
        let before = self.conversations.peek(&id);
        let sequence = before.map_or(0, |before| before.sequence);
        let standing = before.and_then(|before| before.standing.clone());
        self.conversations.put(id, Conversation { head, sequence, standing });
    }

    fn put_group_part(&mut self, id: ConversationId, part: GroupPart, epoch: u64, parts: &[Bytes]) {
        let value = codec::encode_parts(epoch, parts);
        self.put(Table::GroupState, &codec::group_key(id, part), &value);
        if part == GroupPart::Standing
            && let Some(known) = self.conversations.peek_mut(&id)
        {
            known.standing = Some(Some(value.into()));
        }
    }

    fn put_party(&mut self, account: AccountId, id: ConversationId) {
        self.put(Table::Party, &codec::party_key(account, id), &[]);
    }

    fn put_membership(&mut self, device: DeviceId, id: ConversationId) {
        self.put(Table::Membership, &codec::membership_key(device, id), &[]);
    }

    fn remove_membership(&mut self, device: DeviceId, id: ConversationId) {
        self.remove(Table::Membership, &codec::membership_key(device, id));
    }

    fn next_sequence(&mut self, id: ConversationId) -> u64 {
        let conversation =
            self.conversations.get_mut(&id).expect("the operation has loaded the conversation");
        conversation.sequence += 1;
        let sequence = conversation.sequence;
        self.sequences.insert(id, sequence);
        sequence
    }

    fn next_cursor(&mut self, _devices: &[DeviceId]) -> u64 {
        self.needs_sync = true;
        self.take_cursor()
    }

    fn remember_nonce(&mut self, sender: Sender, nonce: Nonce, seen: SeenNonce) {
        let key = codec::nonce_key(sender.device, nonce);
        // Before the commit: a filter that knows too much is right in any case.
        if let Some(filter) = &mut self.filter {
            filter.insert(&key);
        }
        self.nonces.insert(key, seen);
        self.needs_sync = true;
    }

    fn purse(&mut self, account: AccountId) -> Result<Option<Bytes>, StoreError> {
        Ok(self.get(Table::GroupState, &codec::purse_key(account))?.map(shared))
    }

    fn put_purse(&mut self, account: AccountId, purse: Bytes) {
        self.put(Table::GroupState, &codec::purse_key(account), &purse);
    }

    fn put_charge(&mut self, charge: NewCharge) {
        self.open_charge(charge);
    }

    fn gathered(&mut self) -> &mut Gathered {
        &mut self.gathered
    }
}
