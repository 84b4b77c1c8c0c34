//! A customer's account is made when the customer says yes, and not before.

use std::rc::Rc;

use tresen_proto::{PROTOCOL_VERSION, RegisterPerson, ReplyBody, RequestBody};
use tresen_types::{AccountKind, EntryId, limits::DISPLAY_NAME_BYTES_MAX};

use super::{NewAccount, Own};
use crate::{
    client::Inner,
    connection::Phase,
    error::{Error, Result},
};

/// Makes and registers the customer's account, or gives the one that is there.
pub(crate) async fn register_person(
    inner: &Rc<Inner>,
    entry: EntryId,
    name: &str,
    language: &str,
) -> Result<Rc<Own>> {
    check_name(name)?;
    let own = match inner.own_or_none() {
        Some(own) if own.kind() != AccountKind::Person => return Err(Error::AccountExists),
        Some(own) if own.record.is_registered => {
            inner.link.reach(Phase::Authenticated).await?;
            return Ok(own);
        }
        // An attempt whose answer never came: the same keys again.
        Some(own) => own,
        None => {
            let new = NewAccount::make(AccountKind::Person, name, "", language, inner.now())?;
            inner.store.write(|tx| new.store(tx))?;
            inner.reload_own()?;
            inner.own()?
        }
    };
    let contact = inner.store.read(|tx| tx.contact(own.account))?;
    let contact = contact.ok_or(Error::Damaged("own account"))?;
    let request = RegisterPerson {
        version: PROTOCOL_VERSION,
        entry: entry.as_bytes().to_vec(),
        device_list: contact.device_list,
        certificate: own.certificate.clone(),
        proof: own.session_proof(&inner.link.hello()?)?,
    };
    let answer = inner.link.request(RequestBody::RegisterPerson(request)).await;
    finish_registration(inner, answer)
}

/// Takes in the answer to a registration: on success the account counts, on refusal it is forgotten.
pub(super) fn finish_registration(inner: &Rc<Inner>, answer: Result<ReplyBody>) -> Result<Rc<Own>> {
    match answer {
        Ok(ReplyBody::Session(session)) => {
            inner.store.write(|tx| {
                let mut record = tx.account()?.ok_or(Error::NoAccount)?;
                record.is_registered = true;
                tx.put_account(&record)
            })?;
            inner.link.set_session(session);
            inner.reload_own()?;
            inner.own()
        }
        Ok(_) => Err(Error::Answer("registration")),
        Err(error @ Error::Refused { .. }) => {
            inner.store.write(|tx| tx.delete_account())?;
            inner.reload_own()?;
            Err(error)
        }
        Err(error) => Err(error),
    }
}

/// Checks a name that a person chose.
pub(super) fn check_name(name: &str) -> Result<()> {
    if name.trim().is_empty() {
        return Err(Error::Invalid("an empty name"));
    }
    if name.len() > DISPLAY_NAME_BYTES_MAX {
        return Err(Error::TooLarge("name"));
    }
    Ok(())
}
