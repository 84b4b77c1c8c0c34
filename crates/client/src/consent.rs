//! What the customer allows, and whom one blocks.

mod change;
mod digest;
mod export;
mod fetch;
mod history;
mod limits;
mod why;

use std::rc::Rc;

pub(crate) use change::publish_due;
use change::{Shown, change, publish_soon};
pub(crate) use digest::{held_until, release_due};
pub(crate) use export::export;
pub(crate) use fetch::fetch_missing;
pub(crate) use history::history;
pub(crate) use limits::{limits, notice_stop, set_limits, stopped_of, undo_stop};
use tresen_proto::{ReplyBody, RequestBody, SetBlock};
use tresen_statement::{Consent, Unverified, WayIn};
use tresen_types::{AccountId, Categories, ConversationId};
use tresen_view::{Answer, ConsentView, Event};
pub(crate) use why::why;

use crate::{
    account::Own,
    client::Inner,
    connection::Phase,
    error::{Error, Result},
    store::Tx,
};

/// The consent that holds in a conversation.
pub(crate) fn consent(inner: &Inner, conversation: ConversationId) -> Result<Answer> {
    let own = inner.own()?;
    inner.store.read(|tx| {
        let (business, customer) = sides(tx, &own, conversation)?;
        let consent = tx.consent(business, customer)?;
        let view = consent
            .map(|bytes| Unverified::<Consent>::decode(&bytes))
            .transpose()?
            .map(|consent| view(consent.claimed(), !own.is_business()));
        Ok(Answer::Consent(view))
    })
}

/// The business and the customer of a conversation.
fn sides(tx: &Tx<'_>, own: &Own, conversation: ConversationId) -> Result<(AccountId, AccountId)> {
    let record = tx.known_conversation(conversation)?;
    let other = record.counterpart.ok_or(Error::NotFound("consent"))?;
    Ok(if own.is_business() { (own.account, other) } else { (other, own.account) })
}

fn view(consent: &Consent, is_own: bool) -> ConsentView {
    ConsentView {
        way_in: match consent.terms.way_in {
            WayIn::Entry => "entry",
            WayIn::Chat => "chat",
            WayIn::Sheet => "sheet",
            WayIn::StopWord => "stop_word",
            WayIn::Undo => "undo",
        }
        .to_owned(),
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
    let shown = Shown { wording, language, way_in: WayIn::Chat };
    let consent = change(inner, conversation, shown, |consent| consent.categories = categories)?;
    publish_soon(inner, consent.business).await?;
    Ok(Answer::Consent(Some(view(&consent, true))))
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
