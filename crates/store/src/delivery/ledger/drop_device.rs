//! A device is gone: so are its mailbox and its place in the fan-out.

use std::ops::ControlFlow;

use tresen_types::{AccountId, ConversationId, DeviceId};

use super::Ledger;
use crate::{
    StoreError,
    delivery::{
        codec,
        engine::{Engine, Table},
        event::Outcome,
        rules::{self, Applied},
    },
};

impl<E: Engine> Ledger<E> {
    /// Runs in a batch of its own, so that everything that it removes is committed already.
    pub(super) fn drop_device(&mut self, device: DeviceId) -> Result<Applied, StoreError> {
        let conversations = memberships(&*self.engine, device)?;
        let (entries, _is_whole) = self.stored_entries(device, 0, u64::MAX, 0)?;
        for conversation in conversations {
            rules::leave(self, conversation, device)?;
        }
        for (cursor, is_shared) in entries {
            self.remove_entry(device, cursor, is_shared)?;
        }
        self.settle(device, (0, u64::MAX), false)?;
        self.remove(Table::Meta, &codec::acknowledged_key(device));
        self.devices.pop(&device);
        self.needs_sync = true;
        Ok(Outcome::Done.into())
    }
}

/// The conversations in which an account takes part.
pub(in crate::delivery) fn parts<E: Engine>(
    engine: &E,
    account: AccountId,
) -> Result<Vec<ConversationId>, StoreError> {
    let mut conversations = Vec::new();
    let from = codec::party_key(account, ConversationId::new([0; 16]));
    let to = codec::party_key(account, ConversationId::new([0xff; 16]));
    engine.scan(Table::Party, &from, &to, &mut |key, _nothing| {
        conversations.push(codec::read_party_key(key)?.1);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(conversations)
}

/// The conversations that are delivered to a device.
pub(in crate::delivery) fn memberships<E: Engine>(
    engine: &E,
    device: DeviceId,
) -> Result<Vec<ConversationId>, StoreError> {
    let mut conversations = Vec::new();
    let from = codec::membership_key(device, ConversationId::new([0; 16]));
    let to = codec::membership_key(device, ConversationId::new([0xff; 16]));
    engine.scan(Table::Membership, &from, &to, &mut |key, _nothing| {
        conversations.push(codec::read_membership_key(key)?.1);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(conversations)
}
