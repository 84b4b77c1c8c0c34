//! One transaction of the mailbox: each entry in a savepoint, in order.

use std::collections::{BTreeMap, BTreeSet};

use tresen_mls::{CommitSummary, Group, Received, StoreError};
use tresen_proto::{
    Entry, EntryKind,
    aad::{AuthenticatedData, MessageClass},
    read_id,
};
use tresen_types::{AccountId, ConversationId, DeviceId, MessageId, Timestamp};
use tresen_view::{Event, SystemLine};

use super::{Asked, duties::Due};
use crate::{
    account::{Own, Policy, claimed_identity},
    booking,
    client::Inner,
    conversation::sync_members,
    error::{Error, Result},
    lines::{self, Place},
    private, receipts,
    store::{ConversationKind, ConversationRecord, ConversationState, Tx},
    team, timeline,
};

/// What a transaction of the mailbox came to.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// The last entry, to be acknowledged.
    pub(super) cursor: Option<u64>,
    pub(super) events: Vec<Event>,
    pub(super) duties: Due,
    /// Whether the outbox has something new.
    pub(super) has_outgoing: bool,
}

/// The work on one transaction.
pub(super) struct Step<'a> {
    pub(super) inner: &'a Inner,
    pub(super) tx: &'a Tx<'a>,
    pub(super) own: &'a Own,
    /// What the server was asked for already.
    asked: &'a Asked,
    groups: BTreeMap<ConversationId, Group>,
    cursor: Option<u64>,
    /// Messages that are new or changed.
    pub(super) touched: Vec<MessageId>,
    /// Conversations whose header changed.
    pub(super) headers: BTreeSet<ConversationId>,
    pub(super) events: Vec<Event>,
    pub(super) duties: Due,
    /// Whether this device claims to do something without a person.
    pub(super) has_claimed: bool,
}

impl<'a> Step<'a> {
    pub(super) fn new(inner: &'a Inner, tx: &'a Tx<'a>, own: &'a Own, asked: &'a Asked) -> Self {
        Self {
            inner,
            tx,
            own,
            asked,
            groups: BTreeMap::new(),
            cursor: None,
            touched: Vec::new(),
            headers: BTreeSet::new(),
            events: Vec::new(),
            duties: Due::default(),
            has_claimed: false,
        }
    }

    /// Takes in one entry. An entry that can't be understood changes nothing but the cursor.
    pub(super) fn take(&mut self, entry: &Entry) -> Result<()> {
        if entry.cursor <= self.tx.cursor()? {
            return Ok(());
        }
        let savepoint = self.tx.savepoint()?;
        match self.dispatch(entry) {
            Ok(()) => savepoint.keep()?,
            Err(error) if concerns_all(&error) => return Err(error),
            Err(error) => {
                tracing::warn!(%error, kind = entry.kind, "a mailbox entry is refused");
                savepoint.undo()?;
                self.groups.clear();
            }
        }
        self.tx.set_cursor(entry.cursor)?;
        self.cursor = Some(entry.cursor);
        Ok(())
    }

    /// Closes the transaction's work: receipts are queued, events made.
    pub(super) fn finish(mut self) -> Result<Taken> {
        let acts = team::settle(self.inner, self.tx, self.own)?;
        let has_receipts = receipts::queue_owed_if_live(self.inner, self.tx, self.own)?;
        let has_outgoing = has_receipts || self.has_claimed || !acts.is_empty();
        self.events.extend(acts);
        self.touched.dedup();
        let mut events = timeline::events_of(self.inner, self.tx, &self.touched)?;
        events.append(&mut self.events);
        let has_changed = !events.is_empty() || !self.headers.is_empty();
        events.extend(
            self.headers
                .iter()
                .map(|conversation| Event::HeaderChanged { conversation: *conversation }),
        );
        if has_changed {
            events.push(Event::ConversationsChanged);
        }
        Ok(Taken { cursor: self.cursor, events, duties: self.duties, has_outgoing })
    }

    fn dispatch(&mut self, entry: &Entry) -> Result<()> {
        match EntryKind::try_from(entry.kind) {
            Ok(EntryKind::Application | EntryKind::Commit | EntryKind::Proposal) => {
                self.handshake_or_message(entry)
            }
            Ok(EntryKind::Welcome) => self.welcome(entry),
            Ok(EntryKind::DeviceList) => self.device_list(entry),
            Ok(EntryKind::Consent) => self.consent(entry),
            Ok(EntryKind::Leave) => self.leave(entry),
            // A kind of a later version: this one has no use for it.
            Ok(EntryKind::Unspecified) | Err(_) => Ok(()),
        }
    }

    /// Gives up on this round to ask the directory, unless it was asked already.
    pub(super) fn ask_about(&self, account: AccountId) -> Result<()> {
        if self.asked.accounts.contains(&account) { Ok(()) } else { Err(Error::Outdated(account)) }
    }

    /// Gives up on this round to ask for a template, unless it was asked for already.
    pub(super) fn ask_for_template(&self, business: AccountId, hash: [u8; 32]) -> Result<()> {
        if self.asked.templates.contains(&hash) {
            Ok(())
        } else {
            Err(Error::TemplateMissing(business, hash))
        }
    }

    pub(super) fn place(&self, entry: &Entry, conversation: ConversationId) -> Place {
        Place {
            conversation,
            at: Timestamp::from_millis(entry.accepted_at_ms),
            cause: entry.sequence,
            account: read_id(&entry.sender_account).unwrap_or(self.own.account),
            device: read_id(&entry.sender_device).unwrap_or(self.own.device),
        }
    }

    pub(super) fn add_line(&mut self, place: Place, line: &SystemLine) -> Result<()> {
        self.touched.extend(lines::add(self.tx, place, line)?);
        Ok(())
    }

    fn handshake_or_message(&mut self, entry: &Entry) -> Result<()> {
        let conversation: ConversationId = read_id(&entry.conversation)?;
        let Some(mut record) = self.tx.conversation(conversation)? else {
            return Err(Error::NotFound("conversation"));
        };
        if record.state == ConversationState::Left {
            return Ok(());
        }
        note_delivered_sequence(&mut record, entry.sequence);
        self.tx.put_conversation(&record)?;
        let mut group = match self.groups.remove(&conversation) {
            Some(group) => group,
            None => match Group::load(self.tx, record.group) {
                Ok(group) => group,
                Err(error) => return self.unreadable(entry, &record, error),
            },
        };
        let policy = Policy::new(self.tx, conversation, self.own.account, record.counterpart);
        let received = group.process(self.tx, &entry.body, &policy);
        let outdated = policy.outdated();
        if let Some(account) = outdated {
            self.ask_about(account)?;
        }
        let received = match received {
            Ok(received) => received,
            Err(error) => return self.unreadable(entry, &record, error),
        };
        match received {
            Received::Application { sender, aad, plaintext, .. } => {
                self.message(entry, &record, &sender.identity, &aad, &plaintext)?;
            }
            Received::Commit(summary) => self.committed(entry, &record, &group, &summary)?,
            Received::Proposal(_summary) => self.duties.proposals = true,
            Received::ProposalRefused(refusal) => {
                tracing::warn!(%refusal, "a proposal is refused");
            }
            Received::OwnCommitEcho { .. } | Received::OwnMessageEcho => {}
        }
        self.groups.insert(conversation, group);
        Ok(())
    }

    fn committed(
        &mut self,
        entry: &Entry,
        record: &ConversationRecord,
        group: &Group,
        summary: &CommitSummary,
    ) -> Result<()> {
        let place = self.place(entry, record.id);
        let mut record = record.clone();
        record.epoch = summary.epoch;
        if summary.self_removed {
            record.state = ConversationState::Left;
        }
        self.tx.put_conversation(&record)?;
        let lines = sync_members(self.tx, &record, group, place.at, Some(place))?;
        self.touched.extend(lines);
        self.headers.insert(record.id);
        // Somebody else's commit may have left a proposal open.
        self.duties.proposals |= group.is_member() && group.has_pending_proposals();
        Ok(())
    }

    /// What couldn't be processed is told, and decides whether the group is lost.
    fn unreadable(
        &mut self,
        entry: &Entry,
        record: &ConversationRecord,
        error: tresen_mls::Error,
    ) -> Result<()> {
        use tresen_mls::Error as Group;
        let is_message = entry.kind == EntryKind::Application as i32;
        let is_lost = match &error {
            // A replay: it has been shown already. Or the sender's store was set back, and it used a
            // key a second time: then somebody has to hear of it.
            Group::AlreadyProcessed if self.is_known(entry)? => return Ok(()),
            Group::Storage(StoreError::Failed(_)) => return Err(error.into()),
            Group::EpochTooOld { .. } => {
                if !is_message {
                    return Ok(());
                }
                false
            }
            Group::EpochInFuture { .. }
            | Group::MissingProposal
            | Group::UnknownGroup
            | Group::Storage(StoreError::Damaged { .. }) => true,
            // A commit that the server took and this device refuses, a ghost device for one.
            _ => entry.kind == EntryKind::Commit as i32,
        };
        tracing::warn!(%error, "a message between members can't be processed");
        if is_lost && record.state == ConversationState::Open {
            self.tx.change_conversation(record.id, |record| {
                record.state = ConversationState::Lost;
            })?;
            self.duties.lost = true;
            self.headers.insert(record.id);
        }
        // Nothing of the group was changed, but the value in memory isn't worth keeping.
        self.groups.remove(&record.id);
        if is_message && record.kind == ConversationKind::Own && self.own.is_business() {
            // An operation of the calendar may be lost with it: another device tells all of it.
            booking::lose(self.tx)?;
            private::tell_ready(self.inner, self.tx, self.own)?;
        }
        if is_message && record.kind == ConversationKind::Business {
            let place = self.place(entry, record.id);
            self.add_line(place, &SystemLine::Unreadable)?;
        }
        Ok(())
    }

    /// Whether the message was taken in before, by its sender's nonce.
    fn is_known(&self, entry: &Entry) -> Result<bool> {
        let Ok(header) = tresen_proto::mls_header::read(&entry.body) else { return Ok(true) };
        match AuthenticatedData::decode(header.authenticated_data) {
            Ok(data) if matches!(data.class, MessageClass::Chat | MessageClass::Template) => {
                self.tx.has_nonce(data.account, data.nonce)
            }
            Ok(_) | Err(_) => Ok(true),
        }
    }

    /// Joins a group.
    fn welcome(&mut self, entry: &Entry) -> Result<()> {
        let conversation: ConversationId = read_id(&entry.conversation)?;
        let sender: AccountId = read_id(&entry.sender_account)?;
        let known = self.tx.conversation(conversation)?;
        if let Some(known) = &known {
            if known.state == ConversationState::Open {
                // A second welcome into a group that works can't make it better.
                return Ok(());
            }
            Group::delete(self.tx, known.group)?;
        }
        let counterpart = known
            .as_ref()
            .and_then(|known| known.counterpart)
            .or_else(|| (sender != self.own.account).then_some(sender));
        let policy = Policy::joining(self.tx, conversation, self.own.account, counterpart);
        let joined = Group::join(self.tx, &entry.body, &entry.ratchet_tree, &policy);
        if let Some(account) = policy.outdated() {
            self.ask_about(account)?;
        }
        let counterpart = policy.counterpart();
        let group = match joined {
            // The store was set back to before its key package was made: it is joined by an external
            // commit, once the server has said what it is.
            Err(tresen_mls::Error::NoKeyPackage) => {
                self.tx.set_conversations_unknown(true)?;
                self.duties.lost = true;
                return Ok(());
            }
            joined => joined?,
        };
        let at = Timestamp::from_millis(entry.accepted_at_ms);
        let kind =
            if counterpart.is_some() { ConversationKind::Business } else { ConversationKind::Own };
        let fresh = ConversationRecord::new(conversation, group.group_id(), kind, counterpart, at);
        let mut record = known.unwrap_or(fresh);
        record.group = group.group_id();
        record.state = ConversationState::Open;
        record.epoch = group.epoch();
        record.sequence = entry.sequence;
        record.needs_leaf_update = sender == self.own.account;
        if !self.own.is_business() {
            // What the person wrote before isn't known here: nothing is refused for that.
            record.open_window(at);
        }
        self.tx.put_conversation(&record)?;
        sync_members(self.tx, &record, &group, at, None)?;
        if kind == ConversationKind::Own {
            self.join_own_group(conversation)?;
        } else {
            self.label_of_consent(&mut record)?;
            self.duties.consents |= sender == self.own.account;
            let place = Place { cause: 0, ..self.place(entry, conversation) };
            self.add_line(place, &SystemLine::Began { label: None })?;
        }
        self.headers.insert(conversation);
        self.duties.stock = true;
        // Who begins a conversation takes all listed devices in; the own group tells of more.
        self.duties.devices |= kind == ConversationKind::Own
            || self.tx.lacks_device(conversation, self.own.account)?;
        self.groups.insert(conversation, group);
        Ok(())
    }

    fn join_own_group(&mut self, conversation: ConversationId) -> Result<()> {
        let mut account = self.tx.account()?.ok_or(Error::NoAccount)?;
        account.own_group = Some(conversation);
        self.tx.put_account(&account)?;
        self.events.push(Event::DevicesChanged);
        private::come_in(self.inner, self.tx, self.own)
    }
}

/// Whether an error is no fault of the entry: then the whole transaction waits for better times.
fn concerns_all(error: &Error) -> bool {
    matches!(
        error,
        Error::Outdated(_)
            | Error::TemplateMissing(..)
            | Error::Offline
            | Error::Store(_)
            | Error::Damaged(_)
            | Error::Group(tresen_mls::Error::Storage(StoreError::Failed(_)))
    )
}

/// Counts what is missing between two delivered entries. Own messages and commits are among it until
/// their acceptance comes; what stays was kept back by the server.
fn note_delivered_sequence(record: &mut ConversationRecord, sequence: u64) {
    crate::conversation::note_accepted_sequence(record, sequence);
}

/// Account and device that an identity proves.
pub(super) fn sender_of(identity: &[u8]) -> Option<(AccountId, DeviceId)> {
    claimed_identity(identity)
}
