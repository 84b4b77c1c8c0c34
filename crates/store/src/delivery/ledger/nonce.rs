//! What was answered before.

use bytes::Bytes;
use tresen_types::Nonce;

use super::{Ledger, read};
use crate::{
    StoreError,
    delivery::{
        codec::{self, SeenNonce, Stored},
        engine::{Engine, Table, shared},
        event::Accepted,
        record::Sender,
    },
};

impl<E: Engine> Ledger<E> {
    /// What was answered to a nonce before, with the receipt if a mailbox still holds the message.
    pub(super) fn seen_before(
        &self,
        sender: Sender,
        nonce: Nonce,
    ) -> Result<Option<Accepted>, StoreError> {
        let key = codec::nonce_key(sender.device, nonce);
        if self.filter.as_ref().is_some_and(|filter| !filter.may_contain(&key)) {
            return Ok(None);
        }
        if let Some(seen) = self.nonces.get(&key) {
            // Accepted in this very batch: the receipt isn't made yet, and goes to the first request.
            return Ok(Some(answer(seen, Bytes::new())));
        }
        let young = read(&self.young).nonces.get(&key).copied();
        let seen = match young {
            Some(seen) => seen,
            None => {
                let stored = match self.engine.get(Table::Nonce, &key)? {
                    None => self.engine.get(Table::NonceBefore, &key)?,
                    found => found,
                };
                let Some(stored) = stored else { return Ok(None) };
                codec::decode_nonce(&stored)?
            }
        };
        let receipt = self.stored_receipt(&seen)?;
        Ok(Some(answer(&seen, receipt)))
    }

    fn stored_receipt(&self, seen: &SeenNonce) -> Result<Bytes, StoreError> {
        let young = read(&self.young).entries.get(&seen.cursor).map(|entry| entry.value.clone());
        if let Some(value) = young {
            return receipt(seen.cursor, &value);
        }
        let key = codec::mailbox_key(seen.recipient, seen.cursor);
        let entry = match self.engine.get(Table::Mailbox, &key)? {
            Some(value) if codec::is_reference(&value) => {
                self.engine.get(Table::Payload, &seen.cursor.to_be_bytes())?
            }
            found => found,
        };
        entry.map_or_else(|| Ok(Bytes::new()), |entry| receipt(seen.cursor, &shared(entry)))
    }
}

fn answer(seen: &SeenNonce, receipt: Bytes) -> Accepted {
    Accepted { sequence: seen.sequence, accepted_at: seen.accepted_at, receipt }
}

/// The receipt of an encoded entry.
fn receipt(cursor: u64, value: &Bytes) -> Result<Bytes, StoreError> {
    match codec::decode_entry(cursor, value)? {
        Stored::Inline(entry) => Ok(entry.receipt),
        Stored::Reference { .. } => Ok(Bytes::new()),
    }
}
