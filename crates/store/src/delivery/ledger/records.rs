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
        rules::{Gathered, Records},
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

    fn proposals(&self, id: ConversationId) -> Result<Option<Bytes>, StoreError> {
        let key = codec::group_key(id, GroupPart::Proposals);
        Ok(self.get(Table::GroupState, &key)?.map(shared))
    }

    fn put_head(&mut self, id: ConversationId, head: ConversationHead) {
        self.needs_sync = true;
        self.put(Table::Conversation, id.as_bytes(), &codec::encode_head(&head));
        let sequence = self.conversations.peek(&id).map_or(0, |before| before.sequence);
        self.conversations.put(id, Conversation { head, sequence });
    }

    fn put_group_part(&mut self, id: ConversationId, part: GroupPart, epoch: u64, parts: &[Bytes]) {
        let value = codec::encode_parts(epoch, parts);
        self.put(Table::GroupState, &codec::group_key(id, part), &value);
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

    fn gathered(&mut self) -> &mut Gathered {
        &mut self.gathered
    }
}
