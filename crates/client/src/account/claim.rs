//! A business's account is made by its one-time claim link, on the owner's device.

use std::rc::Rc;

use tresen_proto::{ClaimBusiness, PROTOCOL_VERSION, RequestBody};
use tresen_types::{AccountKind, crockford};
use tresen_view::{Answer, ProfileDraft};

use super::{
    NewAccount, account_view, publish_profile,
    register::{check_name, finish_registration},
};
use crate::{
    client::Inner,
    connection::Phase,
    conversation,
    error::{Error, Result},
};

/// Claims a business, publishes a first profile and makes the own group.
pub(crate) async fn claim_business(
    inner: &Rc<Inner>,
    token: &str,
    agent_name: &str,
    business_name: &str,
    language: &str,
) -> Result<Answer> {
    check_name(agent_name)?;
    check_name(business_name)?;
    let claim_token = claim_token(token)?;
    let _opening = inner.opening.lock().await;
    let own = match inner.own_or_none() {
        Some(own) if own.record.is_registered => return Err(Error::AccountExists),
        Some(own) if own.is_business() => own,
        Some(_) => return Err(Error::AccountExists),
        None => {
            inner.link.reach(Phase::Greeted).await?;
            let new = NewAccount::make(
                AccountKind::Business,
                agent_name,
                business_name,
                language,
                inner.now(),
            )?;
            inner.store.write(|tx| new.store(tx))?;
            inner.reload_own()?;
            inner.own()?
        }
    };
    inner.link.reach(Phase::Greeted).await?;
    let contact = inner.store.read(|tx| tx.contact(own.account))?;
    let contact = contact.ok_or(Error::Damaged("own account"))?;
    let request = ClaimBusiness {
        version: PROTOCOL_VERSION,
        claim_token,
        device_list: contact.device_list,
        certificate: own.certificate.clone(),
        proof: own.session_proof(&inner.link.hello()?)?,
    };
    let answer = inner.link.request(RequestBody::ClaimBusiness(request)).await;
    finish_registration(inner, answer)?;
    super::upload_first_key_packages(inner).await?;
    conversation::ensure_own_group(inner).await?;
    publish_profile(
        inner,
        ProfileDraft {
            name: business_name.to_owned(),
            sign_colour: "crust".to_owned(),
            ..ProfileDraft::default()
        },
    )
    .await?;
    Ok(Answer::Account(account_view(inner)))
}

/// The secret as it stands in the claim link's fragment: 52 characters.
fn claim_token(token: &str) -> Result<Vec<u8>> {
    let secret: [u8; 32] = crockford::decode(token.trim()).ok_or(Error::Invalid("claim link"))?;
    Ok(secret.to_vec())
}
