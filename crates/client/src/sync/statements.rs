//! Signed statements in the mailbox: device lists, consents, leave notices.

use tresen_proto::{Entry, read_id};
use tresen_statement::{Consent, ConsentState, DeviceList, LeaveNotice, Unverified, key_hash};
use tresen_types::{AccountId, ConversationId, Timestamp};
use tresen_view::{Event, SystemLine};

use super::step::Step;
use crate::{
    account::{has_ended, pin_device_list},
    error::{Error, Result},
    lines::Place,
    names,
    store::{ConversationRecord, EntryLinkRecord},
};

impl Step<'_> {
    /// A newer device list of an account that this device knows.
    pub(super) fn device_list(&mut self, entry: &Entry) -> Result<()> {
        let list = Unverified::<DeviceList>::decode(&entry.body)?;
        let account = list.claimed().account;
        let devices: Vec<_> = list.claimed().devices.iter().map(|listed| listed.device).collect();
        let is_news = pin_device_list(self.tx, &entry.body)?;
        if devices.is_empty() && account != self.own.account {
            return self.account_ended(account, entry);
        }
        if !is_news {
            return Ok(());
        }
        let known = self.tx.certificates(account)?;
        let is_complete = devices
            .iter()
            .all(|device| known.iter().any(|known| known.device == *device && known.is_listed));
        if !is_complete {
            self.ask_about(account)?;
        }
        if account == self.own.account {
            self.duties.devices = true;
            self.events.push(Event::DevicesChanged);
        }
        Ok(())
    }

    /// The last list of an account names nobody: its person is gone from every chat.
    fn account_ended(&mut self, account: AccountId, entry: &Entry) -> Result<()> {
        let Some(record) = self.tx.conversation_with(account)? else { return Ok(()) };
        // What is pinned was verified; the entry's own words weren't, where nobody is pinned.
        let Some(contact) = self.tx.contact(account)?.filter(has_ended) else { return Ok(()) };
        for member in self.tx.members(record.id)? {
            if member.account == account {
                self.tx.put_left(record.id, member.device)?;
            }
        }
        // The signed sequence, not the entry's: however often the list comes, it is told once.
        let cause = contact.device_list_sequence;
        let place = Place { account, cause, ..self.place(entry, record.id) };
        self.add_line(place, &SystemLine::AccountEnded { name: contact.name })?;
        self.headers.insert(record.id);
        self.duties.proposals = true;
        Ok(())
    }

    /// A newer consent between this account and another one.
    pub(super) fn consent(&mut self, entry: &Entry) -> Result<()> {
        let unverified = Unverified::<Consent>::decode(&entry.body)?;
        let (business, customer) = (unverified.claimed().business, unverified.claimed().customer);
        if self.own.account != business && self.own.account != customer {
            return Err(Error::Untrusted("a consent between others"));
        }
        let device = unverified.claimed().device;
        let Some(certificate) = self.tx.certificate(customer, device)? else {
            self.ask_about(customer)?;
            return Err(Error::Untrusted("a consent of an unknown device"));
        };
        let consent = unverified.verify(&certificate.signature_key)?;
        let value = consent.value();
        if value.origin != self.inner.origin.as_str() {
            return Err(Error::Untrusted("a consent for another server"));
        }
        let business_key = self.tx.contact(business)?.map(|contact| contact.account_key);
        if business_key.is_none_or(|key| key_hash(&key) != value.business_key_hash) {
            return Err(Error::Untrusted("a consent for another key"));
        }
        let is_news = self.tx.put_consent(business, customer, value.sequence, &consent.encode())?;
        let other = if self.own.account == business { customer } else { business };
        if !is_news {
            return Ok(());
        }
        if let Some(mut record) = self.tx.conversation_with(other)? {
            self.label_of_consent(&mut record)?;
            self.headers.insert(record.id);
            if value.sequence > 1 {
                let place = Place { cause: value.sequence, ..self.place(entry, record.id) };
                let is_given = value.state == ConsentState::Given && !value.categories.is_empty();
                self.add_line(place, &SystemLine::ConsentChanged { is_given })?;
            }
        }
        Ok(())
    }

    /// Notes through which link a customer came, with its private label.
    pub(super) fn label_of_consent(&self, record: &mut ConversationRecord) -> Result<()> {
        let Some(counterpart) = record.counterpart.filter(|_other| self.own.is_business()) else {
            return Ok(());
        };
        let Some(consent) = self.tx.consent(self.own.account, counterpart)? else {
            return Ok(());
        };
        let consent = Unverified::<Consent>::decode(&consent)?;
        let Some(entry) = consent.claimed().entry else { return Ok(()) };
        let link: Option<EntryLinkRecord> = self.tx.entry_link(entry)?;
        record.entry = Some(entry);
        record.label = link.map(|link| link.label).filter(|label| !label.is_empty());
        self.tx.put_conversation(record)
    }

    /// A device has left: its removal is to be accepted.
    pub(super) fn leave(&mut self, entry: &Entry) -> Result<()> {
        let unverified = Unverified::<LeaveNotice>::decode(&entry.body)?;
        let notice = *unverified.claimed();
        let Some(certificate) = self.tx.certificate(notice.account, notice.device)? else {
            return Err(Error::Untrusted("a leave notice of an unknown device"));
        };
        let _verified = unverified.verify(&certificate.signature_key)?;
        let conversation: ConversationId = notice.conversation;
        let is_for: Option<ConversationId> = read_id(&entry.conversation).ok();
        if is_for.is_some_and(|is_for| is_for != conversation) {
            return Err(Error::Untrusted("a leave notice for another conversation"));
        }
        self.tx.put_left(conversation, notice.device)?;
        self.left(conversation, notice.account, notice)
    }

    fn left(
        &mut self,
        conversation: ConversationId,
        account: AccountId,
        notice: LeaveNotice,
    ) -> Result<()> {
        let name = names::of_sender(self.tx, account, notice.device)?;
        let at: Timestamp = notice.at;
        let place = Place {
            conversation,
            at,
            cause: u64::try_from(at.as_millis()).unwrap_or(0),
            account,
            device: notice.device,
        };
        self.add_line(place, &SystemLine::Left { name })?;
        self.headers.insert(conversation);
        self.duties.proposals = true;
        Ok(())
    }
}
