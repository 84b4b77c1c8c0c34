//! What a customer allowed, and when: every consent that this device has seen.

use tresen_statement::{Consent, Unverified};
use tresen_types::ConversationId;
use tresen_view::Answer;

use super::{sides, view};
use crate::{client::Inner, error::Result};

/// The consents of a conversation, newest first; both sides may look.
pub(crate) fn history(inner: &Inner, conversation: ConversationId) -> Result<Answer> {
    let own = inner.own()?;
    inner.store.read(|tx| {
        let (business, customer) = sides(tx, &own, conversation)?;
        let mut views = Vec::new();
        for bytes in tx.consents(business, customer)? {
            // It was verified before it was kept.
            let consent = Unverified::<Consent>::decode(&bytes)?;
            views.push(view(consent.claimed(), !own.is_business()));
        }
        Ok(Answer::Consents(views))
    })
}
