//! The customer changes what a business may send: it counts on this device at once, also without a
//! connection, and goes to the server as soon as there is one.
//!
//! ```text
//! change ──sign, keep, tell──▶ due ──publish──▶ published
//!                               ▲        │
//!                               └─resign─┘   another device was faster, or it was signed long ago
//! ```

use std::rc::Rc;

use tresen_proto::{ErrorCode, FetchConsents, PublishConsent, ReplyBody, RequestBody};
use tresen_statement::{
    Consent, ConsentState, Signed, Terms, Unverified, WayIn, key_hash, wording_hash,
};
use tresen_types::{AccountId, Categories, ConversationId};
use tresen_view::{Event, SystemLine};

use crate::{
    client::Inner,
    connection::Phase,
    error::{Error, Result},
    limits::CONSENT_TRIES_MAX,
    lines::{self, Place},
    store::Tx,
    timeline,
};

/// What the customer was shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown<'a> {
    pub(super) wording: &'a str,
    pub(super) language: &'a str,
    pub(super) way_in: WayIn,
}

/// Signs and keeps a changed consent; gives it.
pub(super) fn change(
    inner: &Inner,
    conversation: ConversationId,
    shown: Shown<'_>,
    change: impl FnOnce(&mut Consent),
) -> Result<Consent> {
    let own = inner.own()?;
    if own.is_business() {
        return Err(Error::Forbidden);
    }
    let (consent, events) = inner.store.write(|tx| {
        let record = tx.known_conversation(conversation)?;
        let business = record.counterpart.ok_or(Error::NotFound("consent"))?;
        let contact = tx.contact(business)?.ok_or(Error::NotFound("account"))?;
        let known = tx.consent(business, own.account)?.ok_or(Error::NotFound("consent"))?;
        let known = Unverified::<Consent>::decode(&known)?.claimed().clone();
        let mut consent = Consent {
            origin: inner.origin.as_str().to_owned(),
            business_key_hash: key_hash(&contact.account_key),
            device: own.device,
            sequence: known.sequence.saturating_add(1),
            wording_hash: wording_hash(shown.wording),
            language: shown.language.to_owned(),
            at: inner.now(),
            terms: Terms { way_in: shown.way_in, ..known.terms.clone() },
            ..known
        };
        change(&mut consent);
        let is_given = !consent.categories.is_empty();
        consent.state = if is_given { ConsentState::Given } else { ConsentState::Revoked };
        let signed = Signed::sign(consent, &own.signer)?;
        // What can't be read back isn't a consent: a limit was out of bounds.
        Unverified::<Consent>::decode(&signed.encode())?;
        let consent = signed.value();
        tx.put_consent(business, own.account, consent.sequence, &signed.encode())?;
        tx.put_wording(consent.wording_hash, shown.wording)?;
        tx.set_consent_due(business, own.account, true)?;
        let place = Place {
            conversation,
            at: consent.at,
            cause: consent.sequence,
            account: own.account,
            device: own.device,
        };
        let line = SystemLine::ConsentChanged { is_given };
        let lines: Vec<_> = lines::add(tx, place, &line)?.into_iter().collect();
        Ok((signed.into_value(), timeline::events_of(inner, tx, &lines)?))
    })?;
    inner.emit_all(events);
    inner.emit(Event::HeaderChanged { conversation });
    Ok(consent)
}

/// Publishes what is due with a business, if there is a connection; a duty does it later otherwise.
pub(super) async fn publish_soon(inner: &Rc<Inner>, business: AccountId) -> Result<()> {
    if inner.link.phase() < Phase::Authenticated {
        return Ok(());
    }
    match publish(inner, business).await {
        Err(Error::Offline) => Ok(()),
        outcome => outcome,
    }
}

/// Publishes all that is due.
pub(crate) async fn publish_due(inner: &Rc<Inner>) -> Result<()> {
    let own = inner.own()?;
    if own.is_business() {
        return Ok(());
    }
    for business in inner.store.read(|tx| tx.consents_due(own.account))? {
        publish(inner, business).await?;
    }
    Ok(())
}

async fn publish(inner: &Rc<Inner>, business: AccountId) -> Result<()> {
    let own = inner.own()?;
    for _try in 0..CONSENT_TRIES_MAX {
        let due = inner.store.read(|tx| {
            if !tx.consents_due(own.account)?.contains(&business) {
                return Ok(None);
            }
            tx.consent(business, own.account)
        })?;
        let Some(consent) = due else { return Ok(()) };
        let request = PublishConsent { consent: consent.clone() };
        match inner.link.request(RequestBody::PublishConsent(request)).await {
            Ok(ReplyBody::Done(_)) => {
                let conversation = inner.store.write(|tx| {
                    if tx.consent(business, own.account)?.as_ref() == Some(&consent) {
                        tx.set_consent_due(business, own.account, false)?;
                    }
                    tx.conversation_with(business)
                })?;
                if let Some(record) = conversation {
                    inner.emit(Event::HeaderChanged { conversation: record.id });
                }
                return Ok(());
            }
            Ok(_) => return Err(Error::Answer("consent")),
            // The person's last word counts, in whatever order the devices came.
            Err(error)
                if error.is_refused_with(ErrorCode::Conflict)
                    || error.is_refused_with(ErrorCode::ClockSkew) =>
            {
                let newest = newest_sequence(inner, business).await?;
                inner.store.write(|tx| sign_again(inner, tx, business, newest))?;
            }
            Err(error) => return Err(error),
        }
    }
    Err(Error::Internal("other devices were always faster"))
}

fn sign_again(inner: &Inner, tx: &Tx<'_>, business: AccountId, newest: u64) -> Result<()> {
    let own = inner.own()?;
    let known = tx.consent(business, own.account)?.ok_or(Error::NotFound("consent"))?;
    let known = Unverified::<Consent>::decode(&known)?.claimed().clone();
    let sequence = known.sequence.max(newest).saturating_add(1);
    let consent = Consent { sequence, device: own.device, at: inner.now(), ..known };
    let signed = Signed::sign(consent, &own.signer)?;
    tx.put_consent(business, own.account, sequence, &signed.encode())?;
    Ok(())
}

async fn newest_sequence(inner: &Rc<Inner>, business: AccountId) -> Result<u64> {
    let request = FetchConsents { other: business.as_bytes().to_vec() };
    let reply = inner.link.request(RequestBody::FetchConsents(request)).await?;
    let ReplyBody::Consents(consents) = reply else { return Err(Error::Answer("consents")) };
    let sequence = |bytes: &Vec<u8>| {
        Unverified::<Consent>::decode(bytes).map_or(0, |consent| consent.claimed().sequence)
    };
    Ok(consents.consents.iter().map(sequence).max().unwrap_or(0))
}

/// Takes categories out of a set.
pub(super) fn without(from: Categories, taken: Categories) -> Categories {
    Categories::from_bits(from.bits() & !taken.bits()).unwrap_or(Categories::NONE)
}
