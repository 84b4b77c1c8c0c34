//! Broadcasts: one template to many customers, one after the other.
//!
//! ```text
//! preview   who gets it, who doesn't and why, what it costs
//! start     the recipients are written, as they are at this moment
//! pump      a few at a time: the message and the recipient's turn in one transaction
//! control   pause, resume, cancel; results
//! ```
//!
//! A recipient's turn is written with its message, so that a crash at any moment lets nobody have it
//! twice and nobody go without. The server decides about each message as about any other. A broadcast
//! is of the device that made it.

mod control;
mod preview;
mod pump;
mod start;

pub(crate) use control::{broadcasts, cancel, pause, resume};
pub(crate) use preview::preview;
pub(crate) use pump::{pump, run};
pub(crate) use start::start;
use tresen_content::template::{CampaignSize, TemplateMessage};
use tresen_statement::{Consent, TemplateDoc, Unverified};
use tresen_types::{AccountId, Category};
use tresen_view::{BroadcastDraft, ValueDraft};

use crate::{
    client::Inner,
    error::{Error, Result},
    store::{ConversationKind, ConversationRecord, ConversationState, Tx},
    team, template,
};

/// Why somebody doesn't get a broadcast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    NoConsent,
    Blocked,
    NotOpen,
    OtherLabel,
}

impl Reason {
    const fn word(self) -> &'static str {
        match self {
            Self::NoConsent => "no_consent",
            Self::Blocked => "blocked",
            Self::NotOpen => "not_open",
            Self::OtherLabel => "other_label",
        }
    }
}

/// The template of a broadcast and what is said with it, checked as each message will be.
fn instance(
    tx: &Tx<'_>,
    business: AccountId,
    hash: [u8; 32],
    values: Vec<ValueDraft>,
    recipients: Option<u64>,
) -> Result<(TemplateDoc, TemplateMessage)> {
    let record = tx.template(business, hash)?.ok_or(Error::NotFound("template"))?;
    let template = TemplateDoc::decode(&record.document)?;
    let values = template::values(values)?;
    let campaign = recipients.map(CampaignSize::of);
    let instance = TemplateMessage { template: hash, version: template.version, values, campaign };
    instance.check(&template).map_err(|violation| Error::Mismatch(violation.mismatch))?;
    Ok((template, instance))
}

/// The newest consent of a customer, if it allows the category.
fn consent(
    tx: &Tx<'_>,
    business: AccountId,
    customer: AccountId,
    category: Category,
) -> Result<Option<Consent>> {
    let Some(bytes) = tx.consent(business, customer)? else { return Ok(None) };
    // It was verified before it was kept.
    let consent = Unverified::<Consent>::decode(&bytes)?.claimed().clone();
    Ok(Some(consent).filter(|consent| consent.allows(category)))
}

/// Whether the customer is still there.
fn is_open(tx: &Tx<'_>, record: &ConversationRecord) -> Result<bool> {
    let Some(customer) = record.counterpart else { return Ok(false) };
    Ok(record.state == ConversationState::Open && tx.is_there(record.id, customer)?)
}

/// Whether a conversation belongs to the audience; otherwise why not.
fn screen(
    inner: &Inner,
    tx: &Tx<'_>,
    draft: &BroadcastDraft,
    category: Category,
    record: &ConversationRecord,
) -> Result<core::result::Result<Consent, Reason>> {
    let own = inner.own()?;
    let Some(customer) = record.counterpart else { return Ok(Err(Reason::NotOpen)) };
    let is_labelled = draft.labels.is_empty()
        || record.label.as_ref().is_some_and(|label| draft.labels.contains(label));
    if !is_labelled || !team::has_label(tx, record.id, &draft.team_labels)? {
        return Ok(Err(Reason::OtherLabel));
    }
    if !is_open(tx, record)? {
        return Ok(Err(Reason::NotOpen));
    }
    if tx.contact(customer)?.is_some_and(|contact| contact.is_blocked) {
        return Ok(Err(Reason::Blocked));
    }
    Ok(consent(tx, own.account, customer, category)?.ok_or(Reason::NoConsent))
}

/// The conversations that a draft speaks of.
fn audience(tx: &Tx<'_>, draft: &BroadcastDraft) -> Result<Vec<ConversationRecord>> {
    let mut all = tx.conversations()?;
    all.retain(|record| {
        record.kind == ConversationKind::Business
            && (draft.conversations.is_empty() || draft.conversations.contains(&record.id))
    });
    Ok(all)
}
