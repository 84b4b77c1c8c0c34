//! Link mailboxes: where a new device and an old one exchange the steps of PROTOCOL 6.2. They stand
//! in memory alone, belong to one account, hold eight slots that are written once, and vanish two
//! minutes after the last write.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use tokio::sync::Notify;
use tresen_proto::ErrorCode;
use tresen_types::{AccountId, Timestamp};

use crate::{
    ServerError,
    error::refused,
    limits::{LINK_LIFETIME_MS, LINK_PAYLOAD_BYTES_MAX, LINK_SLOTS, LINKS_MAX},
};

/// Link mailboxes of one account at a time.
const LINKS_PER_ACCOUNT_MAX: usize = 16;

/// The name of a link mailbox.
pub(crate) type LinkId = [u8; 16];

/// All link mailboxes of a node.
#[derive(Debug, Default)]
pub(crate) struct LinkMailboxes(Mutex<BTreeMap<LinkId, LinkMailbox>>);

#[derive(Debug)]
struct LinkMailbox {
    account: AccountId,
    expires_at: Timestamp,
    slots: BTreeMap<u32, Bytes>,
    /// Wakes those who wait for a slot.
    written: Arc<Notify>,
}

/// What a look into a slot finds.
#[derive(Debug)]
pub(crate) enum Slot {
    /// Its payload.
    Written(Bytes),
    /// Nothing yet; this tells when something was written to the mailbox.
    Empty(Arc<Notify>),
}

impl LinkMailboxes {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<LinkId, LinkMailbox>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a slot of the account's mailbox, once.
    pub(crate) fn post(
        &self,
        id: LinkId,
        account: AccountId,
        slot: u32,
        payload: Bytes,
        now: Timestamp,
    ) -> Result<(), ServerError> {
        check_slot(slot)?;
        if payload.is_empty() || payload.len() > LINK_PAYLOAD_BYTES_MAX {
            return Err(refused(ErrorCode::LimitExceeded, "a link payload has 1 to 16,384 bytes"));
        }
        let mut mailboxes = self.lock();
        let mailbox = open(&mut mailboxes, id, account, now)?;
        if mailbox.slots.contains_key(&slot) {
            return Err(refused(ErrorCode::Conflict, "the slot is written already"));
        }
        mailbox.slots.insert(slot, payload);
        mailbox.expires_at = now.plus_millis(LINK_LIFETIME_MS);
        mailbox.written.notify_waiters();
        Ok(())
    }

    /// Looks into a slot of the account's mailbox.
    pub(crate) fn look(
        &self,
        id: LinkId,
        account: AccountId,
        slot: u32,
        now: Timestamp,
    ) -> Result<Slot, ServerError> {
        check_slot(slot)?;
        let mut mailboxes = self.lock();
        let mailbox = open(&mut mailboxes, id, account, now)?;
        Ok(match mailbox.slots.get(&slot) {
            Some(payload) => Slot::Written(payload.clone()),
            None => Slot::Empty(Arc::clone(&mailbox.written)),
        })
    }

    /// Forgets the mailboxes whose time is over.
    pub(crate) fn sweep(&self, now: Timestamp) {
        self.lock().retain(|_id, mailbox| mailbox.expires_at > now);
    }
}

fn check_slot(slot: u32) -> Result<(), ServerError> {
    if slot < LINK_SLOTS {
        Ok(())
    } else {
        Err(refused(ErrorCode::Malformed, "a link mailbox has the slots 0 to 7"))
    }
}

/// The account's mailbox of this name; it is made when there is none, as either side may come first.
fn open(
    mailboxes: &mut BTreeMap<LinkId, LinkMailbox>,
    id: LinkId,
    account: AccountId,
    now: Timestamp,
) -> Result<&mut LinkMailbox, ServerError> {
    let is_known = match mailboxes.get_mut(&id) {
        None => false,
        // Nothing was written: an owner's device waits for as long as its invitation lasts.
        Some(mailbox) if mailbox.slots.is_empty() && mailbox.account == account => {
            mailbox.expires_at = now.plus_millis(LINK_LIFETIME_MS);
            true
        }
        Some(mailbox) if mailbox.expires_at <= now => {
            return Err(refused(ErrorCode::LinkUnavailable, "the link mailbox has expired"));
        }
        // Another account's mailbox doesn't exist for this one.
        Some(mailbox) if mailbox.account != account => {
            return Err(refused(ErrorCode::LinkUnavailable, "no such link mailbox"));
        }
        Some(_mailbox) => true,
    };
    if !is_known {
        mailboxes.retain(|_id, mailbox| mailbox.expires_at > now);
        let own = mailboxes.values().filter(|mailbox| mailbox.account == account).count();
        if own >= LINKS_PER_ACCOUNT_MAX || mailboxes.len() >= LINKS_MAX {
            return Err(refused(ErrorCode::LimitExceeded, "too many link mailboxes"));
        }
    }
    Ok(mailboxes.entry(id).or_insert_with(|| LinkMailbox {
        account,
        expires_at: now.plus_millis(LINK_LIFETIME_MS),
        slots: BTreeMap::new(),
        written: Arc::new(Notify::new()),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: AccountId = AccountId::new([1; 16]);
    const STRANGER: AccountId = AccountId::new([2; 16]);
    const ID: LinkId = [3; 16];
    const START: Timestamp = Timestamp::from_millis(1_000_000);

    #[test]
    fn a_slot_is_written_once_and_read_by_the_account_alone() {
        let links = LinkMailboxes::default();
        assert!(matches!(links.look(ID, OWNER, 0, START), Ok(Slot::Empty(_))));
        links.post(ID, OWNER, 0, Bytes::from_static(b"step"), START).unwrap();
        let again = links.post(ID, OWNER, 0, Bytes::from_static(b"other"), START).unwrap_err();
        assert_eq!(again.code(), ErrorCode::Conflict);
        assert!(matches!(links.look(ID, OWNER, 0, START), Ok(Slot::Written(it)) if it == "step"));
        let foreign = links.look(ID, STRANGER, 0, START).unwrap_err();
        assert_eq!(foreign.code(), ErrorCode::LinkUnavailable);
    }

    #[test]
    fn a_mailbox_expires_two_minutes_after_the_last_write() {
        let links = LinkMailboxes::default();
        links.post(ID, OWNER, 0, Bytes::from_static(b"a"), START).unwrap();
        let later = START.plus_millis(LINK_LIFETIME_MS - 1);
        links.post(ID, OWNER, 1, Bytes::from_static(b"b"), later).unwrap();
        let end = later.plus_millis(LINK_LIFETIME_MS);
        let expired = links.look(ID, OWNER, 0, end).unwrap_err();
        assert_eq!(expired.code(), ErrorCode::LinkUnavailable);
        links.sweep(end);
        assert!(links.lock().is_empty());
    }

    #[test]
    fn slots_payloads_and_mailboxes_are_limited() {
        let links = LinkMailboxes::default();
        let payload = Bytes::from_static(b"x");
        assert!(links.post(ID, OWNER, LINK_SLOTS, payload.clone(), START).is_err());
        assert!(links.post(ID, OWNER, 0, Bytes::new(), START).is_err());
        let long = Bytes::from(vec![0; LINK_PAYLOAD_BYTES_MAX + 1]);
        assert!(links.post(ID, OWNER, 0, long, START).is_err());
        for number in 0..16 {
            links.post([number; 16], OWNER, 1, payload.clone(), START).unwrap();
        }
        let over = links.post([99; 16], OWNER, 0, payload, START).unwrap_err();
        assert_eq!(over.code(), ErrorCode::LimitExceeded);
    }
}
