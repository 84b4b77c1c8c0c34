//! Asks the server for the consents of conversations that came to this device without: it was linked
//! or recovered after the customer had said yes.

use std::rc::Rc;

use tresen_proto::{FetchConsents, ReplyBody, RequestBody};
use tresen_statement::{Consent, Signed, Unverified, key_hash};
use tresen_view::Event;

use crate::{
    account::fetch_directory,
    client::Inner,
    error::{Error, Result},
    store::Tx,
};

/// Fetches and verifies what is missing.
pub(crate) async fn fetch_missing(inner: &Rc<Inner>) -> Result<()> {
    let own = inner.own()?;
    let missing = inner.store.read(|tx| tx.without_consent(own.account, own.is_business()))?;
    for other in missing {
        let request = FetchConsents { other: other.as_bytes().to_vec() };
        let reply = inner.link.request(RequestBody::FetchConsents(request)).await?;
        let ReplyBody::Consents(consents) = reply else { return Err(Error::Answer("consents")) };
        if inner
            .store
            .read(|tx| tx.contact(other))?
            .is_none_or(|known| known.device_list.is_empty())
        {
            fetch_directory(inner, other).await?;
        }
        for bytes in &consents.consents {
            match inner.store.read(|tx| verify(inner, tx, bytes)) {
                Ok(consent) => {
                    let value = consent.value();
                    inner.store.write(|tx| {
                        tx.put_consent(value.business, value.customer, value.sequence, bytes)
                    })?;
                }
                // It was signed by a device that is gone: what colleagues have seen counts.
                Err(error) => tracing::debug!(%error, "a consent can't be verified"),
            }
        }
        let conversation = inner.store.read(|tx| tx.conversation_with(other))?;
        if let Some(record) = conversation {
            inner.emit(Event::HeaderChanged { conversation: record.id });
        }
    }
    Ok(())
}

fn verify(inner: &Inner, tx: &Tx<'_>, bytes: &[u8]) -> Result<Signed<Consent>> {
    let unverified = Unverified::<Consent>::decode(bytes)?;
    let (business, customer) = (unverified.claimed().business, unverified.claimed().customer);
    let certificate = tx
        .certificate(customer, unverified.claimed().device)?
        .ok_or(Error::Untrusted("a consent of an unknown device"))?;
    let consent = unverified.verify(&certificate.signature_key)?;
    if consent.value().origin != inner.origin.as_str() {
        return Err(Error::Untrusted("a consent for another server"));
    }
    let key = tx.contact(business)?.map(|contact| contact.account_key);
    if key.is_none_or(|key| key_hash(&key) != consent.value().business_key_hash) {
        return Err(Error::Untrusted("a consent for another key"));
    }
    Ok(consent)
}
