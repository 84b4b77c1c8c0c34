//! Who may be in a conversation's group (PROTOCOL D7): devices of its two accounts that the newest
//! signed device lists name, with the keys that they certify. No ghost devices.

use std::cell::Cell;

use tresen_mls::{MembershipPolicy, Refusal, Remover};
use tresen_statement::{DeviceCertificate, Unverified};
use tresen_types::{AccountId, ConversationId, DeviceId};

use crate::{error::Result, store::Tx};

/// The rules for one conversation, on the state of one transaction.
pub(crate) struct Policy<'a> {
    tx: &'a Tx<'a>,
    conversation: ConversationId,
    own: AccountId,
    /// The other account. While a group is joined, the first other account in it.
    counterpart: Cell<Option<AccountId>>,
    is_joining: bool,
    /// An account whose keys or devices may be too old here: worth a look at the directory.
    outdated: Cell<Option<AccountId>>,
}

impl<'a> Policy<'a> {
    /// The rules for a conversation between the own account and another one.
    pub(crate) const fn new(
        tx: &'a Tx<'a>,
        conversation: ConversationId,
        own: AccountId,
        counterpart: Option<AccountId>,
    ) -> Self {
        Self {
            tx,
            conversation,
            own,
            counterpart: Cell::new(counterpart),
            is_joining: false,
            outdated: Cell::new(None),
        }
    }

    /// The rules for a group that is joined: its other account may not be known yet, and a removed
    /// device may not be out yet.
    pub(crate) const fn joining(
        tx: &'a Tx<'a>,
        conversation: ConversationId,
        own: AccountId,
        counterpart: Option<AccountId>,
    ) -> Self {
        let mut policy = Self::new(tx, conversation, own, counterpart);
        policy.is_joining = true;
        policy
    }

    /// The other account of the conversation.
    pub(crate) fn counterpart(&self) -> Option<AccountId> {
        self.counterpart.get()
    }

    /// The account to ask the directory about, when something was refused.
    pub(crate) fn outdated(&self) -> Option<AccountId> {
        self.outdated.get()
    }

    fn is_side(&self, account: AccountId) -> bool {
        if account == self.own {
            return true;
        }
        if self.is_joining && self.counterpart.get().is_none() {
            self.counterpart.set(Some(account));
        }
        Some(account) == self.counterpart.get()
    }

    fn is_listed(&self, account: AccountId, device: DeviceId) -> Result<bool, Refusal> {
        let known = self.tx.certificate(account, device).map_err(|_store| UNREADABLE)?;
        Ok(known.is_some_and(|known| known.is_listed))
    }
}

const UNREADABLE: Refusal = Refusal("the store can't be read");

impl MembershipPolicy for Policy<'_> {
    fn admits(&self, identity: &[u8], signature_key: &[u8; 32]) -> Result<(), Refusal> {
        let certificate = Unverified::<DeviceCertificate>::decode(identity)
            .map_err(|_malformed| Refusal("the identity isn't a certificate"))?;
        let account = certificate.claimed().account;
        if !self.is_side(account) {
            return Err(Refusal("a device of an account that isn't in this conversation"));
        }
        let contact = self.tx.contact(account).map_err(|_store| UNREADABLE)?;
        let Some(contact) = contact else {
            self.outdated.set(Some(account));
            return Err(Refusal("an account whose key isn't pinned"));
        };
        let certificate = certificate
            .verify(&contact.account_key)
            .map_err(|_signature| Refusal("the certificate isn't signed by the pinned key"))?;
        if certificate.value().signature_key != *signature_key {
            return Err(Refusal("the leaf has another key than its certificate"));
        }
        let listed = self
            .tx
            .certificate(account, certificate.value().device)
            .map_err(|_store| UNREADABLE)?
            .filter(|listed| listed.is_listed);
        match listed {
            // An older certificate of the same key counts: leaves keep it until their next update.
            Some(listed) if listed.signature_key == *signature_key => Ok(()),
            // A removed device may still be in the group that is joined: its removal is on its way.
            // Nothing is written there before it is gone.
            None if self.is_joining => {
                self.outdated.set(Some(account));
                Ok(())
            }
            _ => {
                self.outdated.set(Some(account));
                Err(Refusal("the device isn't in its account's newest list"))
            }
        }
    }

    fn may_remove(&self, removed: &[u8], by: Remover<'_>) -> Result<(), Refusal> {
        let (account, device) =
            claimed_identity(removed).ok_or(Refusal("the identity isn't a certificate"))?;
        let by_own_account = match by {
            Remover::Itself => return Ok(()),
            Remover::Member(remover) => {
                claimed_identity(remover).is_some_and(|(of, _device)| of == account)
            }
            Remover::Server => false,
        };
        if by_own_account || !self.is_listed(account, device)? {
            return Ok(());
        }
        let has_left = self.tx.has_left(self.conversation, device).map_err(|_store| UNREADABLE)?;
        if has_left {
            return Ok(());
        }
        self.outdated.set(Some(account));
        Err(Refusal("the device is still in its account's list"))
    }
}

/// Account and device of an identity whose signature was checked when it came into the group.
pub(crate) fn claimed_identity(identity: &[u8]) -> Option<(AccountId, DeviceId)> {
    let certificate = Unverified::<DeviceCertificate>::decode(identity).ok()?;
    Some((certificate.claimed().account, certificate.claimed().device))
}
