//! A device with the account key makes a one-time invitation.

use std::rc::Rc;

use tresen_proto::{CreateInvitation, ReplyBody, RequestBody};
use tresen_statement::{LinkInvitation, Role, Signed, fingerprint};
use tresen_types::limits::DISPLAY_NAME_BYTES_MAX;
use tresen_view::{Answer, LinkStep};

use super::{token::Token, watch};
use crate::{
    client::Inner,
    connection::Phase,
    error::{Error, Result},
    limits::INVITATION_LIFETIME_MS,
    runtime,
    store::InvitationRecord,
};

/// Makes the invitation, tells the server, and waits for the new device in the background.
pub(crate) async fn invite(
    inner: &Rc<Inner>,
    role: tresen_view::Role,
    name: &str,
) -> Result<Answer> {
    let own = inner.own()?;
    let account_key = own.account_key()?;
    // A person's device is that person's.
    let name = if own.is_business() { name.trim() } else { own.record.name.as_str() };
    if name.is_empty() {
        return Err(Error::Invalid("an empty name"));
    }
    if name.len() > DISPLAY_NAME_BYTES_MAX {
        return Err(Error::TooLarge("name"));
    }
    inner.link.reach(Phase::Authenticated).await?;
    let role = match role {
        _ if !own.is_business() => Role::Member,
        tresen_view::Role::Owner => Role::Owner,
        tresen_view::Role::Agent => Role::Agent,
    };
    let record = InvitationRecord {
        id: runtime::random(),
        role,
        name: name.to_owned(),
        expires_at: inner.now().plus_millis(INVITATION_LIFETIME_MS),
    };
    let invitation = LinkInvitation {
        account: own.account,
        invitation: record.id,
        role,
        name: record.name.clone(),
        expires_at: record.expires_at,
        issued_by: own.device,
    };
    let invitation = Signed::sign(invitation, account_key)?.encode();
    inner.store.write(|tx| tx.add_invitation(&record))?;
    let request = RequestBody::CreateInvitation(CreateInvitation { invitation });
    match inner.link.request(request).await {
        Ok(ReplyBody::Done(_)) => {}
        Ok(_) => return Err(Error::Answer("invitation")),
        Err(error) => {
            inner.store.write(|tx| tx.delete_invitation(record.id))?;
            return Err(error);
        }
    }
    let token = Token {
        invitation: record.id,
        account: own.account,
        fingerprint: fingerprint(&account_key.public()),
        name: if own.is_business() { &own.record.business_name } else { name }.to_owned(),
    };
    let expires_at = record.expires_at;
    inner.spawn(watch::run(Rc::clone(inner), record));
    let url = token.url(inner.origin.as_str());
    Ok(Answer::Link(LinkStep::Invitation { url, expires_at }))
}
