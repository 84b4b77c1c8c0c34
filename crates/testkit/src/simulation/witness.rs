//! Sees every event that the store takes, and what must never be.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures::FutureExt as _;
use tresen_store::{
    ControlStore, DeliveryEvent, Outcome, StoreError,
    control::ConsentState,
    delivery::{Accepted, Commit, Message},
};
use tresen_types::{
    AccountId, AccountKind, Category, ConversationId, DeviceId, MessageClass, Nonce,
};

use super::trace::Trace;

/// What the store took.
pub(super) struct Witness {
    /// A look of its own at the consents that the server has.
    control: ControlStore,
    /// For how long a node may go by a consent that another one has replaced.
    slack_ms: u64,
    trace: Arc<Trace>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    accounts: BTreeMap<ConversationId, Vec<AccountId>>,
    /// The sequence number that was given out last.
    last: BTreeMap<ConversationId, u64>,
    messages: BTreeMap<(DeviceId, Nonce), u64>,
    commits: BTreeMap<(ConversationId, u64), Nonce>,
    /// Since when a business is seen to have no yes for a category.
    refused: BTreeMap<(AccountId, AccountId, Category), u64>,
    counts: Counts,
    wrong: Vec<String>,
}

/// How much there was.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    /// Messages that were accepted.
    pub(super) messages: u64,
    /// Messages and commits that came again, and were known.
    pub(super) duplicates: u64,
    /// Epochs that began.
    pub(super) commits: u64,
    /// Commits that came too late, and messages of an epoch that was over.
    pub(super) conflicts: u64,
    /// Messages that a customer's consent didn't allow.
    pub(super) refusals: u64,
    /// Events that failed with the disk.
    pub(super) failures: u64,
}

impl Witness {
    pub(super) const fn new(control: ControlStore, slack_ms: u64, trace: Arc<Trace>) -> Self {
        Self { control, slack_ms, trace, seen: Mutex::new(Seen::new()) }
    }

    /// What was seen, and what of it must never be.
    pub(super) fn result(&self) -> (Counts, Vec<String>) {
        let seen = self.seen();
        (seen.counts, seen.wrong.clone())
    }

    /// Whether the consent that the server has now doesn't allow a message that a node takes now.
    pub(super) fn is_refused(&self, event: &DeliveryEvent) -> bool {
        let DeliveryEvent::Message(message) = event else { return false };
        let business = message.sender.account;
        let is_shown = message.message.class != MessageClass::Control as u8;
        let mut seen = self.seen();
        let accounts = seen.accounts.get(&message.conversation);
        let customer = accounts.and_then(|all| all.iter().find(|one| **one != business)).copied();
        let Some(customer) = customer.filter(|_one| business.kind() == AccountKind::Business)
        else {
            return false;
        };
        let category = message.message.category;
        let known = self.control.consent(business, customer).now_or_never();
        let is_allowed = matches!(known, Some(Ok(Some(consent)))
            if consent.state == ConsentState::Given && consent.categories.contains(category));
        let key = (business, customer, category);
        if is_allowed {
            seen.refused.remove(&key);
            return false;
        }
        let now = self.trace.now_ms();
        let since = *seen.refused.entry(key).or_insert(now);
        is_shown && now.saturating_sub(since) >= self.slack_ms
    }

    /// Takes note of what the store did; gives it in one line.
    pub(super) fn saw(
        &self,
        event: &DeliveryEvent,
        outcome: &Result<Outcome, StoreError>,
        was_refused: bool,
    ) -> String {
        let mut seen = self.seen();
        let said = match outcome {
            Ok(outcome) => outcome,
            Err(error) => {
                seen.counts.failures += 1;
                return format!("{}: {error}", name(event));
            }
        };
        match event {
            DeliveryEvent::CreateConversation(create) => {
                let accounts = create.conversation.accounts.clone();
                seen.accounts.insert(create.conversation.id, accounts);
            }
            DeliveryEvent::Message(message) => seen.message(message, said, was_refused),
            DeliveryEvent::Commit(commit) => seen.commit(commit, said),
            _ => {}
        }
        format!("{}: {}", name(event), short(said))
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    const fn new() -> Self {
        Self {
            accounts: BTreeMap::new(),
            last: BTreeMap::new(),
            messages: BTreeMap::new(),
            commits: BTreeMap::new(),
            refused: BTreeMap::new(),
            counts: Counts {
                messages: 0,
                duplicates: 0,
                commits: 0,
                conflicts: 0,
                refusals: 0,
                failures: 0,
            },
            wrong: Vec::new(),
        }
    }

    fn message(&mut self, message: &Message, outcome: &Outcome, was_refused: bool) {
        let key = (message.sender.device, message.message.nonce);
        match outcome {
            Outcome::Accepted(accepted) => {
                self.counts.messages += 1;
                if was_refused {
                    let (device, sequence) = (key.0, accepted.sequence);
                    let conversation = message.conversation;
                    self.wrong.push(format!(
                        "without consent: {conversation} {sequence} of {device} was accepted"
                    ));
                }
                self.given(message.conversation, accepted);
                if let Some(before) = self.messages.insert(key, accepted.sequence) {
                    self.wrong.push(format!(
                        "accepted twice: {} as {before} and as {}",
                        message.conversation, accepted.sequence
                    ));
                }
            }
            Outcome::Duplicate(accepted) => {
                self.counts.duplicates += 1;
                let before = *self.messages.entry(key).or_insert(accepted.sequence);
                if before != accepted.sequence {
                    self.wrong.push(format!(
                        "answered anew: {} as {before} and as {}",
                        message.conversation, accepted.sequence
                    ));
                }
            }
            Outcome::Refused(_) => self.counts.refusals += 1,
            Outcome::EpochTooOld { .. } | Outcome::EpochInFuture { .. } => {
                self.counts.conflicts += 1;
            }
            _ => {}
        }
    }

    fn commit(&mut self, commit: &Commit, outcome: &Outcome) {
        match outcome {
            Outcome::Accepted(accepted) => {
                self.counts.commits += 1;
                self.given(commit.conversation, accepted);
                let key = (commit.conversation, commit.expected_epoch);
                if self.commits.insert(key, commit.nonce).is_some() {
                    self.wrong.push(format!("forked: {} after epoch {}", key.0, key.1));
                }
            }
            Outcome::Duplicate(_) => self.counts.duplicates += 1,
            Outcome::EpochConflict { .. } => self.counts.conflicts += 1,
            _ => {}
        }
    }

    /// A sequence number was given out.
    fn given(&mut self, conversation: ConversationId, accepted: &Accepted) {
        let last = self.last.insert(conversation, accepted.sequence).unwrap_or_default();
        if accepted.sequence <= last {
            let sequence = accepted.sequence;
            self.wrong.push(format!("out of order: {conversation} {sequence} after {last}"));
        }
    }
}

fn name(event: &DeliveryEvent) -> String {
    match event {
        DeliveryEvent::CreateConversation(create) => {
            format!("create {} by {}", create.conversation.id, create.sender.device)
        }
        DeliveryEvent::Commit(commit) => format!(
            "commit {} {} by {}",
            commit.conversation, commit.expected_epoch, commit.sender.device
        ),
        DeliveryEvent::Message(message) => format!(
            "message {} {} class {} by {}",
            message.conversation, message.epoch, message.message.class, message.sender.device
        ),
        DeliveryEvent::Proposal { conversation, .. } => format!("proposal {conversation}"),
        DeliveryEvent::Leave { conversation, device } => format!("leave {conversation} {device}"),
        DeliveryEvent::Enqueue(notice) => format!("notice {}", notice.class),
        DeliveryEvent::Acknowledge { device, through } => format!("acknowledge {device} {through}"),
        DeliveryEvent::DropDevice { device } => format!("drop {device}"),
        DeliveryEvent::Expire { .. } => "expire".to_owned(),
        DeliveryEvent::Booked { charges } => format!("booked {}", charges.len()),
    }
}

fn short(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Accepted(accepted) => format!("accepted as {}", accepted.sequence),
        Outcome::Duplicate(accepted) => format!("known as {}", accepted.sequence),
        Outcome::Created(accepted) => format!("created with {}", accepted.len()),
        Outcome::Refused(_) => "refused".to_owned(),
        other => format!("{other:?}"),
    }
}
