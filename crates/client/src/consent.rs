//! What the customer allows, and whom one blocks.

mod fetch;

use std::rc::Rc;

pub(crate) use fetch::fetch_missing;
use tresen_proto::{PublishConsent, ReplyBody, RequestBody, SetBlock};
use tresen_statement::{
    Consent, ConsentState, Signed, Terms, Unverified, WayIn, key_hash, wording_hash,
};
use tresen_types::{Categories, ConversationId};
use tresen_view::{Answer, ConsentView, Event, SystemLine};

use crate::{
    client::Inner,
    connection::Phase,
    error::{Error, Result},
    lines::{self, Place},
    timeline,
};

/// The consent that holds in a conversation.
pub(crate) fn consent(inner: &Inner, conversation: ConversationId) -> Result<Answer> {
    let own = inner.own()?;
    inner.store.read(|tx| {
        let record = tx.known_conversation(conversation)?;
        let other = record.counterpart.ok_or(Error::NotFound("consent"))?;
        let (business, customer) =
            if own.is_business() { (own.account, other) } else { (other, own.account) };
        let consent = tx.consent(business, customer)?;
        let view = consent
            .map(|bytes| Unverified::<Consent>::decode(&bytes))
            .transpose()?
            .map(|consent| view(consent.claimed(), !own.is_business()));
        Ok(Answer::Consent(view))
    })
}

fn view(consent: &Consent, is_own: bool) -> ConsentView {
    ConsentView {
        categories: consent.categories,
        at: consent.at,
        language: consent.language.clone(),
        is_own,
    }
}

/// The customer changes or takes back the consent.
pub(crate) async fn set_consent(
    inner: &Rc<Inner>,
    conversation: ConversationId,
    categories: Categories,
    wording: &str,
    language: &str,
) -> Result<Answer> {
    let own = inner.own()?;
    if own.is_business() {
        return Err(Error::Forbidden);
    }
    inner.link.reach(Phase::Authenticated).await?;
    let now = inner.now();
    let consent = inner.store.read(|tx| {
        let record = tx.known_conversation(conversation)?;
        let business = record.counterpart.ok_or(Error::NotFound("consent"))?;
        let contact = tx.contact(business)?.ok_or(Error::NotFound("account"))?;
        let known = tx.consent(business, own.account)?.ok_or(Error::NotFound("consent"))?;
        let known = Unverified::<Consent>::decode(&known)?;
        let is_given = !categories.is_empty();
        Ok(Consent {
            origin: inner.origin.as_str().to_owned(),
            business,
            business_key_hash: key_hash(&contact.account_key),
            customer: own.account,
            device: own.device,
            sequence: known.claimed().sequence.saturating_add(1),
            categories,
            monthly_max: known.claimed().monthly_max,
            wording_hash: wording_hash(wording),
            language: language.to_owned(),
            at: now,
            entry: known.claimed().entry,
            state: if is_given { ConsentState::Given } else { ConsentState::Revoked },
            terms: Terms { way_in: WayIn::Chat, ..known.claimed().terms.clone() },
        })
    })?;
    let signed = Signed::sign(consent, &own.signer)?;
    let request = PublishConsent { consent: signed.encode() };
    let ReplyBody::Done(_) = inner.link.request(RequestBody::PublishConsent(request)).await? else {
        return Err(Error::Answer("consent"));
    };
    let value = signed.value();
    let events = inner.store.write(|tx| {
        tx.put_consent(value.business, value.customer, value.sequence, &signed.encode())?;
        let place = Place {
            conversation,
            at: now,
            cause: value.sequence,
            account: own.account,
            device: own.device,
        };
        let line = SystemLine::ConsentChanged { is_given: !categories.is_empty() };
        let lines: Vec<_> = lines::add(tx, place, &line)?.into_iter().collect();
        timeline::events_of(inner, tx, &lines)
    })?;
    inner.emit_all(events);
    inner.emit(Event::HeaderChanged { conversation });
    Ok(Answer::Consent(Some(view(value, true))))
}

/// Blocks or unblocks the other side.
pub(crate) async fn set_blocked(
    inner: &Rc<Inner>,
    conversation: ConversationId,
    is_blocked: bool,
) -> Result<Answer> {
    inner.link.reach(Phase::Authenticated).await?;
    let record = inner.store.read(|tx| tx.known_conversation(conversation))?;
    let other = record.counterpart.ok_or(Error::Invalid("nobody to block"))?;
    let request = SetBlock { account: other.as_bytes().to_vec(), is_blocked };
    let ReplyBody::Done(_) = inner.link.request(RequestBody::SetBlock(request)).await? else {
        return Err(Error::Answer("block"));
    };
    inner.store.write(|tx| {
        let mut contact = tx.contact(other)?.ok_or(Error::NotFound("account"))?;
        contact.is_blocked = is_blocked;
        tx.put_contact(&contact)
    })?;
    inner.emit(Event::HeaderChanged { conversation });
    inner.emit(Event::ConversationsChanged);
    Ok(Answer::Done)
}
