//! The person's account ends: at the server for good, then on this device.
//!
//! ```text
//! note    that it is to end, in the store: an answer that is lost is known by the next refusal
//! ask     with the last device list and a revocation of every consent
//! wipe    everything that the store holds
//! ```

use std::rc::Rc;

use tresen_proto::{DeleteAccount, FetchConsents, ReplyBody, RequestBody};
use tresen_statement::{Consent, ConsentState, DeviceList, Signed, Unverified};
use tresen_types::Categories;
use tresen_view::{Answer, Event};

use super::Own;
use crate::{
    client::Inner,
    connection::Phase,
    error::{Error, Result},
    store::ContactRecord,
};

/// Ends the account; nothing is changed when the server can't be reached or refuses.
pub(crate) async fn delete_account(inner: &Rc<Inner>) -> Result<Answer> {
    let own = inner.own()?;
    if own.is_business() {
        return Err(Error::Forbidden);
    }
    let account_key = own.account_key()?;
    let _opening = inner.opening.lock().await;
    inner.link.reach(Phase::Live).await?;
    let consents = revocations(inner, &own).await?;
    let contact = inner.store.read(|tx| tx.contact(own.account))?;
    let list = last_list(inner, &contact.ok_or(Error::Damaged("own account"))?)?;
    let device_list = Signed::sign(list, account_key)?.encode();
    inner.store.write(|tx| tx.set_ending(true))?;
    // Nothing is taken in while the answer is awaited: it would be wiped as well.
    let _gate = inner.gate.lock().await;
    let request = RequestBody::DeleteAccount(DeleteAccount { device_list, consents });
    match inner.link.request(request).await {
        Ok(ReplyBody::Done(_)) => {}
        Ok(_) => return Err(Error::Answer("end of the account")),
        // Whether it was done is unknown: if so, the server refuses this device from now on.
        Err(Error::Offline) => return Err(Error::Offline),
        Err(error) => {
            inner.store.write(|tx| tx.set_ending(false))?;
            return Err(error);
        }
    }
    forget(inner)?;
    Ok(Answer::Done)
}

/// Empties the store when the account was to end, and the server has refused the device since: so the
/// answer was lost. Tells whether it did.
pub(crate) fn forget_ended(inner: &Inner) -> Result<bool> {
    if !inner.store.read(|tx| tx.is_ending())? {
        return Ok(false);
    }
    forget(inner)?;
    Ok(true)
}

fn forget(inner: &Inner) -> Result<()> {
    inner.store.wipe(inner.origin.as_str())?;
    inner.reload_own()?;
    inner.emit(Event::ConversationsChanged);
    Ok(())
}

/// The account's list without any device.
fn last_list(inner: &Inner, contact: &ContactRecord) -> Result<DeviceList> {
    let known = Unverified::<DeviceList>::decode(&contact.device_list)?
        .verify(&contact.account_key)?
        .into_value();
    Ok(DeviceList {
        account: known.account,
        sequence: known.sequence.saturating_add(1),
        issued_at: inner.now(),
        devices: Vec::new(),
    })
}

/// Takes back every consent that the server knows.
async fn revocations(inner: &Rc<Inner>, own: &Own) -> Result<Vec<Vec<u8>>> {
    let request = RequestBody::FetchConsents(FetchConsents { other: Vec::new() });
    let ReplyBody::Consents(known) = inner.link.request(request).await? else {
        return Err(Error::Answer("consents"));
    };
    let mut revoked = Vec::new();
    for bytes in known.consents {
        let consent = Unverified::<Consent>::decode(&bytes)?.claimed().clone();
        if consent.customer != own.account || consent.state == ConsentState::Revoked {
            continue;
        }
        let revocation = Consent {
            device: own.device,
            sequence: consent.sequence.saturating_add(1),
            categories: Categories::NONE,
            at: inner.now(),
            state: ConsentState::Revoked,
            ..consent
        };
        revoked.push(Signed::sign(revocation, &own.signer)?.encode());
    }
    Ok(revoked)
}
