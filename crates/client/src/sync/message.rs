//! A decrypted message: checked as PROTOCOL 5.2 says, then kept.

use tresen_content::{
    Content, Message, Scope,
    message::{Receipt, ReceiptKind, ReceiptMessages},
    search_text,
};
use tresen_proto::{
    Entry,
    aad::{AuthenticatedData, MessageClass},
    read_id,
};
use tresen_statement::{Consent, Unverified, receipt::UnverifiedReceipt};
use tresen_types::{AccountId, AccountKind, Category, DeviceId, MessageId, Timestamp};
use tresen_view::Event;

use super::step::{Step, sender_of};
use crate::{
    error::Result,
    inbox, lines, private,
    store::{
        ConversationKind, ConversationRecord, MessageKind, MessageRecord, ReactionRecord,
        StoredState,
    },
};

/// A message whose checks have passed.
struct Checked {
    data: AuthenticatedData,
    received: tresen_content::Received,
    bytes: Vec<u8>,
    at: Timestamp,
}

impl Step<'_> {
    /// Checks and keeps a message. A failed check leaves a warning in the conversation.
    pub(super) fn message(
        &mut self,
        entry: &Entry,
        record: &ConversationRecord,
        identity: &[u8],
        aad: &[u8],
        plaintext: &[u8],
    ) -> Result<()> {
        let place = self.place(entry, record.id);
        match self.check(entry, record, identity, aad, plaintext) {
            Ok(checked) => self.keep(entry, record, &checked),
            Err(reason) => {
                tracing::warn!(reason, "a message is refused");
                self.touched.extend(lines::add_refused(self.tx, place, reason)?);
                Ok(())
            }
        }
    }

    /// The recipient's checks; the error is a stable word.
    fn check(
        &self,
        entry: &Entry,
        record: &ConversationRecord,
        identity: &[u8],
        aad: &[u8],
        plaintext: &[u8],
    ) -> Result<Checked, &'static str> {
        let data = AuthenticatedData::decode(aad).map_err(|_malformed| "authenticated_data")?;
        // (1) The sender that the server saw is the leaf that signed.
        let leaf = sender_of(identity).ok_or("sender")?;
        let session: Option<(AccountId, DeviceId)> =
            read_id(&entry.sender_account).ok().zip(read_id(&entry.sender_device).ok());
        if leaf != (data.account, data.device) || session != Some(leaf) {
            return Err("sender");
        }
        let scope =
            Scope { host: self.inner.host(), sender: data.account, conversation: record.id };
        let received = Content::decode(plaintext, &scope).map_err(|_refused| "content")?;
        // (2) The commitment opens to exactly this content.
        if received.franking_tag != data.franking_tag {
            return Err("franking");
        }
        // (6) The control class never shows text, and nothing else passes as control.
        let is_control = received.content.message.is_control();
        if is_control != (data.class == MessageClass::Control) {
            return Err("class");
        }
        // Templates aren't fetched yet: none is shown, with its tag or without.
        let is_template = matches!(received.content.message, Message::Template(_));
        if data.class == MessageClass::Template || is_template {
            return Err("template");
        }
        // (5) What the customer didn't ask for.
        if !self.is_requested(record, &data).map_err(|_store| "consent")? {
            return Err("not_requested");
        }
        if matches!(received.content.message, Message::Private(_))
            && record.kind != ConversationKind::Own
        {
            return Err("private");
        }
        let at = Timestamp::from_millis(entry.accepted_at_ms);
        Ok(Checked { data, received, bytes: plaintext.to_vec(), at })
    }

    /// Whether this customer's own consent record allows what a business sends. Answers need none
    /// here: the server stops them after a revocation.
    fn is_requested(&self, record: &ConversationRecord, data: &AuthenticatedData) -> Result<bool> {
        let is_from_business = Some(data.account) == record.counterpart && !self.own.is_business();
        if !is_from_business || data.category == Category::Service {
            return Ok(true);
        }
        let Some(consent) = self.tx.consent(data.account, self.own.account)? else {
            return Ok(false);
        };
        // It was verified before it was kept.
        Ok(Unverified::<Consent>::decode(&consent)?.claimed().allows(data.category))
    }

    fn keep(
        &mut self,
        entry: &Entry,
        record: &ConversationRecord,
        checked: &Checked,
    ) -> Result<()> {
        self.inner.typing.stop(record.id, checked.data.device);
        match &checked.received.content.message {
            Message::Text { .. }
            | Message::Attachment(_)
            | Message::Unsupported { .. }
            | Message::Edit { .. }
            | Message::System(_) => self.keep_message(entry, record, checked),
            Message::Reaction { to, emoji } => self.keep_reaction(record, checked, *to, emoji),
            Message::Unreact { to, reaction } => {
                self.take_reaction_back(record, checked, *to, *reaction)
            }
            Message::Receipt(receipt) => self.keep_receipt(record, checked, receipt),
            Message::ProfileName { name } => self.keep_name(record, checked, name),
            Message::Private(private) => {
                let from = checked.data.device;
                let events = private::take_in(
                    self.inner,
                    self.tx,
                    self.own,
                    private,
                    from,
                    entry.sequence,
                    checked.at,
                )?;
                self.events.extend(events);
                Ok(())
            }
            // Taking back comes with a later version of the interface; typing travels as a signal;
            // messages of templates were refused.
            Message::Delete { .. } | Message::Typing { .. } | Message::Template(_) => Ok(()),
        }
    }

    fn keep_message(
        &mut self,
        entry: &Entry,
        record: &ConversationRecord,
        checked: &Checked,
    ) -> Result<()> {
        let is_own = checked.data.account == self.own.account;
        let id = checked.received.id;
        let message = MessageRecord {
            position: 0,
            id,
            conversation: record.id,
            kind: MessageKind::Content,
            sequence: entry.sequence,
            at: checked.at,
            sender_account: checked.data.account,
            sender_device: checked.data.device,
            is_own,
            state: is_own.then_some(StoredState::Sent),
            content: checked.bytes.clone(),
            nonce: checked.data.nonce,
            receipt: entry.receipt.to_vec(),
            is_reportable: is_reportable(self, entry, record, checked),
        };
        let text = search_text(&checked.received.content.message).unwrap_or_default();
        if self.tx.add_message(&message, &text)?.is_none() {
            // The same message again, encrypted anew by its sender: shown once.
            return Ok(());
        }
        if !is_own {
            self.tx.owe_delivered(id)?;
        }
        let is_from_customer = checked.data.account.kind() == AccountKind::Person;
        let is_opened = is_from_customer
            && record.is_closed
            && inbox::is_opened_by(self.tx, record.id, checked.at)?;
        self.duties.devices |= is_opened;
        self.tx.change_conversation(record.id, |record| {
            record.updated_at = record.updated_at.max(checked.at);
            if is_from_customer {
                record.waiting_since = record.waiting_since.or(Some(checked.at));
                record.is_closed &= !is_opened;
            } else {
                record.waiting_since = None;
            }
        })?;
        self.touched.push(id);
        Ok(())
    }

    fn keep_reaction(
        &mut self,
        record: &ConversationRecord,
        checked: &Checked,
        to: MessageId,
        emoji: &str,
    ) -> Result<()> {
        if !self.is_here(record, to)? {
            return Ok(());
        }
        self.tx.put_reaction(&ReactionRecord {
            message: to,
            reactor: reactor(checked.data.account, checked.data.device),
            is_own: self.is_own_reaction(checked),
            emoji: emoji.to_owned(),
            id: checked.received.id,
            at: checked.at,
        })?;
        self.touched.push(to);
        Ok(())
    }

    fn take_reaction_back(
        &mut self,
        record: &ConversationRecord,
        checked: &Checked,
        to: MessageId,
        reaction: MessageId,
    ) -> Result<()> {
        let reactor = reactor(checked.data.account, checked.data.device);
        let known = self.tx.reaction_of(to, &reactor)?.filter(|known| known.id == reaction);
        if let Some(known) = known
            && self.is_here(record, to)?
        {
            let (id, at) = (checked.received.id, checked.at);
            self.tx.put_reaction(&ReactionRecord { emoji: String::new(), id, at, ..known })?;
            self.touched.push(to);
        }
        Ok(())
    }

    /// Whether this device's person reacted, on another device.
    fn is_own_reaction(&self, checked: &Checked) -> bool {
        checked.data.account == self.own.account
            && (!self.own.is_business() || checked.data.device == self.own.device)
    }

    fn is_here(&self, record: &ConversationRecord, message: MessageId) -> Result<bool> {
        let message = self.tx.message(message)?;
        Ok(message.is_some_and(|message| message.conversation == record.id))
    }

    /// Any device of the other side counts.
    fn keep_receipt(
        &mut self,
        record: &ConversationRecord,
        checked: &Checked,
        receipt: &Receipt,
    ) -> Result<()> {
        if checked.data.account == self.own.account {
            return Ok(());
        }
        let state = match receipt.kind {
            ReceiptKind::Delivered => StoredState::Delivered,
            ReceiptKind::Read => StoredState::Read,
        };
        let ids = match &receipt.messages {
            ReceiptMessages::Each(ids) => ids.clone(),
            ReceiptMessages::UpTo(last) => self.tx.own_messages_up_to(record.id, *last, state)?,
        };
        for id in ids {
            if self.tx.set_message_state_from_receipt(record.id, id, state)? {
                self.touched.push(id);
            }
        }
        Ok(())
    }

    /// A customer says what it wants to be called.
    fn keep_name(
        &mut self,
        record: &ConversationRecord,
        checked: &Checked,
        name: &str,
    ) -> Result<()> {
        if checked.data.account.kind() != AccountKind::Person || name.trim().is_empty() {
            return Ok(());
        }
        if let Some(mut contact) = self.tx.contact(checked.data.account)? {
            name.trim().clone_into(&mut contact.name);
            self.tx.put_contact(&contact)?;
            self.headers.insert(record.id);
            if checked.data.account == self.own.account {
                self.events.push(Event::AccountChanged);
            }
        }
        Ok(())
    }
}

/// Who reacts: a customer by the account, an agent by the device.
pub(crate) fn reactor(account: AccountId, device: DeviceId) -> Vec<u8> {
    match account.kind() {
        AccountKind::Person => account.as_bytes().to_vec(),
        AccountKind::Business => device.as_bytes().to_vec(),
    }
}

/// Whether the server's receipt proves that it accepted exactly this message.
fn is_reportable(
    step: &Step<'_>,
    entry: &Entry,
    record: &ConversationRecord,
    checked: &Checked,
) -> bool {
    let Ok(server_key) = step.inner.link.server_key() else { return false };
    let verified =
        UnverifiedReceipt::decode(&entry.receipt).and_then(|receipt| receipt.verify(&server_key));
    verified.is_ok_and(|receipt| {
        let acceptance = receipt.acceptance();
        acceptance.franking_tag == checked.data.franking_tag
            && acceptance.conversation == record.id
            && acceptance.sender_account == checked.data.account
            && acceptance.sender_device == checked.data.device
            && acceptance.accepted_at == checked.at
            && acceptance.sequence == entry.sequence
            && acceptance.nonce == checked.data.nonce
    })
}
