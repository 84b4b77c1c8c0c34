//! A decrypted message: checked as PROTOCOL 5.2 says, then kept.

use tresen_admission::Window;
use tresen_content::{
    Content, Message, Scope,
    message::{Mark, Receipt, ReceiptKind, ReceiptMessages},
    search_text,
};
use tresen_proto::{
    Entry,
    aad::{AuthenticatedData, FLAG_OPENS_WINDOW, MessageClass},
    read_id,
};
use tresen_screening::{Arrival, Facts, TemplateFacts, Verdict, screen};
use tresen_statement::{
    Approval, Consent, TemplateDoc, Unverified,
    receipt::{Acceptance, UnverifiedReceipt},
};
use tresen_types::{AccountId, AccountKind, Category, DeviceId, MessageId, Timestamp};
use tresen_view::Event;

use super::step::{Step, sender_of};
use crate::{
    consent,
    error::Result,
    inbox, lines, private, shop,
    store::{
        ConversationKind, ConversationRecord, MessageKind, MessageRecord, ReactionRecord,
        StoredState, TemplateRecord,
    },
    team, template, timeline,
};

/// A message whose checks have passed.
struct Checked {
    data: AuthenticatedData,
    received: tresen_content::Received,
    bytes: Vec<u8>,
    at: Timestamp,
    /// The template that it is a message of.
    template: Option<TemplateDoc>,
    /// Whether the customer didn't ask for it.
    is_shelved: bool,
    /// Until when it waits for the customer's weekly digest.
    held_until: Option<Timestamp>,
    /// Whether the receipt proves that the server accepted exactly this message.
    is_reportable: bool,
}

/// The stable word for a check that failed.
type Reason = &'static str;

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
        match self.check(entry, record, identity, aad, plaintext)? {
            Ok(checked) => self.keep(entry, record, &checked),
            Err(reason) => {
                tracing::warn!(reason, "a message is refused");
                self.touched.extend(lines::add_refused(self.tx, place, reason)?);
                Ok(())
            }
        }
    }

    /// The recipient's checks (crate `screening`), with what this device knows by itself.
    fn check(
        &self,
        entry: &Entry,
        record: &ConversationRecord,
        identity: &[u8],
        aad: &[u8],
        plaintext: &[u8],
    ) -> Result<Result<Checked, Reason>> {
        let Ok(data) = AuthenticatedData::decode(aad) else { return Ok(Err("authenticated_data")) };
        let session: Option<(AccountId, DeviceId)> =
            read_id(&entry.sender_account).ok().zip(read_id(&entry.sender_device).ok());
        let Some(leaf) = sender_of(identity).filter(|leaf| session == Some(*leaf)) else {
            return Ok(Err("sender"));
        };
        let scope = Scope { host: self.inner.host(), sender: leaf.0, conversation: record.id };
        let Ok(received) = Content::decode(plaintext, &scope) else { return Ok(Err("content")) };
        if matches!(received.content.message, Message::Private(_))
            && record.kind != ConversationKind::Own
        {
            return Ok(Err("private"));
        }
        let at = Timestamp::from_millis(entry.accepted_at_ms);
        let acceptance = self.acceptance(entry, record)?;
        let is_reportable = acceptance.as_ref().is_some_and(|acceptance| is_of(acceptance, &data));
        let own_consent = self.own_consent(&data)?;
        let stored = self.template(&data, at)?;
        let business_key = self.tx.contact(data.account)?.map(|contact| contact.account_key);
        let operator_key = self.inner.link.server_key()?;
        let facts = Facts {
            own: self.own.account,
            consent: own_consent.as_ref(),
            window: self.window(record)?,
            goes_on: match &received.content.message {
                Message::Shop(said) if data.class == MessageClass::Step => {
                    shop::goes_on(self.inner, self.tx, record.id, said)?
                }
                _other => false,
            },
            template: stored.as_ref().zip(business_key.as_ref()).map(|(stored, business_key)| {
                TemplateFacts {
                    document: &stored.document,
                    approval: &stored.approval,
                    operator_key: &operator_key,
                    business_key,
                    self_signed_counts: stored.counts_self_signed,
                }
            }),
        };
        let live_since = self.inner.link.live_since();
        let arrival = Arrival {
            data: &data,
            leaf,
            received: &received,
            acceptance: acceptance.as_ref(),
            received_at: live_since.filter(|since| *since <= at).map(|_live| self.inner.now()),
        };
        let is_shelved = match screen(&arrival, &facts) {
            Ok(Verdict::Show { .. } | Verdict::Control) => false,
            // Nothing is kept of a step that belongs to nothing.
            Ok(Verdict::Aside) => true,
            // An answer needs no record that this device doesn't have yet: it was written to, or the
            // window would be closed.
            Ok(Verdict::Shelve { .. }) => {
                own_consent.is_some() || data.category != Category::Service
            }
            Err(refusal) => return Ok(Err(refusal.as_str())),
        };
        let template = match stored {
            Some(stored) => Some(TemplateDoc::decode(&stored.document)?),
            None if matches!(received.content.message, Message::Template(_)) => {
                return Ok(Err("template_unknown"));
            }
            None => None,
        };
        let bytes = plaintext.to_vec();
        let held_until = own_consent
            .filter(|_| !is_shelved && data.class == MessageClass::Template)
            .and_then(|given| consent::held_until(&given, data.category, at))
            .filter(|until| *until > self.inner.now());
        Ok(Ok(Checked {
            data,
            received,
            bytes,
            at,
            template,
            is_shelved,
            held_until,
            is_reportable,
        }))
    }

    /// What the server's receipt says, if its signature is good and it is for this entry.
    fn acceptance(&self, entry: &Entry, record: &ConversationRecord) -> Result<Option<Acceptance>> {
        let server_key = self.inner.link.server_key()?;
        let receipt = UnverifiedReceipt::decode(&entry.receipt)
            .and_then(|receipt| receipt.verify(&server_key));
        let acceptance = receipt.ok().map(|receipt| *receipt.acceptance());
        Ok(acceptance.filter(|acceptance| {
            acceptance.conversation == record.id
                && acceptance.sequence == entry.sequence
                && acceptance.accepted_at.as_millis() == entry.accepted_at_ms
        }))
    }

    /// The customer's own newest consent for the sender, verified before it was kept.
    fn own_consent(&self, data: &AuthenticatedData) -> Result<Option<Consent>> {
        if self.own.is_business() || data.account.kind() != AccountKind::Business {
            return Ok(None);
        }
        let consent = self.tx.consent(data.account, self.own.account)?;
        let consent = consent.map(|bytes| Unverified::<Consent>::decode(&bytes)).transpose()?;
        Ok(consent.map(|consent| consent.claimed().clone()))
    }

    /// The template that a message names. One that isn't here, or whose approval doesn't hold, is
    /// asked for once.
    fn template(&self, data: &AuthenticatedData, at: Timestamp) -> Result<Option<TemplateRecord>> {
        let Some(hash) = data.template else { return Ok(None) };
        let stored = self.tx.template(data.account, hash)?;
        let holds = stored.as_ref().is_some_and(|stored| {
            Unverified::<Approval>::decode(&stored.approval)
                .is_ok_and(|approval| approval.claimed().allows_at(at))
        });
        if !holds {
            self.ask_for_template(data.account, hash)?;
        }
        Ok(stored)
    }

    /// The window by the own devices' last message, also one that the server may have accepted
    /// without this device having heard so.
    fn window(&self, record: &ConversationRecord) -> Result<Window> {
        let under_way = self.tx.opening_under_way(record.id)?;
        Ok(Window { opened_at: record.window_at.max(under_way) })
    }

    fn keep(
        &mut self,
        entry: &Entry,
        record: &ConversationRecord,
        checked: &Checked,
    ) -> Result<()> {
        self.inner.typing.stop(record.id, checked.data.device);
        let message = &checked.received.content.message;
        if checked.is_shelved
            && !matches!(
                message,
                Message::Text { .. }
                    | Message::Attachment(_)
                    | Message::Card(_)
                    | Message::Template(_)
            )
        {
            return Ok(());
        }
        match &checked.received.content.message {
            Message::Text { .. }
            | Message::Attachment(_)
            | Message::Card(_)
            | Message::Choice(_)
            | Message::Unsupported { .. }
            | Message::Template(_)
            | Message::Shop(_)
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
            Message::Edit { message: target, .. } | Message::Delete { message: target } => {
                self.keep_amendment(entry, record, checked, *target)
            }
            // It travels as a signal.
            Message::Typing { .. } => Ok(()),
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
        let kind = match checked.held_until {
            _ if checked.is_shelved => MessageKind::Shelved,
            Some(_) => MessageKind::Held,
            None => MessageKind::Content,
        };
        let message = self.row(entry, record, checked, kind);
        let said = &checked.received.content.message;
        let text = match (said, &checked.template) {
            // Nobody finds what nobody asked for.
            _ if checked.is_shelved || checked.held_until.is_some() => String::new(),
            (Message::Template(instance), Some(known)) => template::search_text(known, instance),
            _said => search_text(said).unwrap_or_default(),
        };
        if self.tx.add_message(&message, &text)?.is_none() {
            // The same message again, encrypted anew by its sender: shown once.
            return Ok(());
        }
        timeline::settle(self.inner, self.tx, id)?;
        shop::index(self.tx, &message, said)?;
        if matches!(said, Message::Shop(_)) {
            self.touched.extend(shop::roots_of(self.inner, self.tx, said)?);
            self.duties.bookings |= self.own.is_business();
            self.events.push(Event::DealsChanged);
        }
        if !is_own {
            self.tx.owe_delivered(id)?;
        }
        if let Some(until) = checked.held_until {
            self.tx.hold(id, until)?;
            self.headers.insert(record.id);
            return Ok(());
        }
        if checked.is_shelved {
            self.touched.push(id);
            return Ok(());
        }
        let is_from_customer = checked.data.account.kind() == AccountKind::Person;
        let is_opened = is_from_customer
            && record.is_closed
            && inbox::is_opened_by(self.tx, record.id, checked.at)?;
        self.duties.devices |= is_opened;
        let opens_window = checked.data.flags & FLAG_OPENS_WINDOW != 0;
        if is_from_customer && opens_window {
            team::consider(self.inner, self.tx, self.own, record, checked.at)?;
            self.has_claimed = true;
        }
        let is_automatic = checked.received.content.mark == Mark::Automatic;
        self.tx.change_conversation(record.id, |record| {
            record.updated_at = record.updated_at.max(checked.at);
            if is_from_customer {
                if opens_window {
                    record.open_window(checked.at);
                }
                record.waiting_since = record.waiting_since.or(Some(checked.at));
                record.is_closed &= !is_opened;
            } else if !is_automatic {
                record.waiting_since = None;
            }
        })?;
        self.touched.push(id);
        Ok(())
    }

    /// The row of a message.
    fn row(
        &self,
        entry: &Entry,
        record: &ConversationRecord,
        checked: &Checked,
        kind: MessageKind,
    ) -> MessageRecord {
        let is_own = checked.data.account == self.own.account;
        MessageRecord {
            position: 0,
            id: checked.received.id,
            conversation: record.id,
            kind,
            sequence: entry.sequence,
            at: checked.at,
            sender_account: checked.data.account,
            sender_device: checked.data.device,
            is_own,
            state: is_own.then_some(StoredState::Sent),
            content: checked.bytes.clone(),
            nonce: checked.data.nonce,
            receipt: entry.receipt.to_vec(),
            is_reportable: checked.is_reportable,
        }
    }

    /// Keeps an edit or a deletion, also of a message that isn't here yet.
    fn keep_amendment(
        &mut self,
        entry: &Entry,
        record: &ConversationRecord,
        checked: &Checked,
        target: MessageId,
    ) -> Result<()> {
        let row = self.row(entry, record, checked, MessageKind::Amendment);
        if self.tx.add_message(&row, "")?.is_some() {
            self.tx.put_amendment(target, row.id)?;
            timeline::settle(self.inner, self.tx, target)?;
            self.touched.push(target);
        }
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
            ReceiptKind::Played => StoredState::Played,
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

/// Whether an acceptance is of exactly this message.
fn is_of(acceptance: &Acceptance, data: &AuthenticatedData) -> bool {
    acceptance.franking_tag == data.franking_tag
        && acceptance.sender_account == data.account
        && acceptance.sender_device == data.device
        && acceptance.nonce == data.nonce
}
