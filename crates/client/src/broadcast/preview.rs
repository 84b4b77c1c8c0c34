//! Who would get a broadcast, who wouldn't, and what it would cost.

use std::{collections::BTreeMap, rc::Rc};

use tresen_proto::{Quote, QuoteGroup, QuoteMessages, ReplyBody, RequestBody};
use tresen_types::{Category, decimal};
use tresen_view::{Answer, BroadcastDraft, BroadcastPreview, LeftOut, QuoteView};

use super::{audience, instance, screen};
use crate::{
    client::Inner,
    connection::Phase,
    error::{Error, Result},
    template,
};

/// How many there are of one price.
type Groups = BTreeMap<(String, bool), u64>;

/// Previews a broadcast; writes nothing.
pub(crate) async fn preview(inner: &Rc<Inner>, draft: BroadcastDraft) -> Result<Answer> {
    let own = inner.own()?;
    if !own.is_business() {
        return Err(Error::Forbidden);
    }
    let hash = template::unhex(&draft.template)
        .ok_or(Error::Invalid("64 hexadecimal digits name a template"))?;
    let now = inner.now();
    let (category, recipients, left_out, groups) = inner.store.read(|tx| {
        let (document, _instance) = instance(tx, own.account, hash, draft.values.clone(), None)?;
        let category = document.category;
        let (mut recipients, mut groups) = (0_u64, Groups::new());
        let mut left_out = BTreeMap::<_, u64>::new();
        for record in audience(tx, &draft)? {
            match screen(inner, tx, &draft, category, &record)? {
                Ok(consent) => {
                    recipients = recipients.saturating_add(1);
                    let in_window = tresen_admission::Window { opened_at: record.window_at };
                    let key = (consent.language, in_window.is_open_at(now));
                    let count = groups.entry(key).or_default();
                    *count = count.saturating_add(1);
                }
                Err(reason) => {
                    let count = left_out.entry(reason).or_default();
                    *count = count.saturating_add(1);
                }
            }
        }
        Ok((category, recipients, left_out, groups))
    })?;
    let quote = match quote(inner, category, groups).await {
        Ok(quote) => Some(quote),
        Err(Error::Offline) => None,
        Err(error) => return Err(error),
    };
    let left_out = left_out
        .into_iter()
        .map(|(reason, customers)| LeftOut { reason: reason.word().to_owned(), customers })
        .collect();
    let preview = BroadcastPreview { category, recipients, left_out, quote };
    Ok(Answer::BroadcastPreview(Box::new(preview)))
}

async fn quote(inner: &Rc<Inner>, category: Category, groups: Groups) -> Result<QuoteView> {
    inner.link.reach(Phase::Authenticated).await?;
    let groups = groups
        .into_iter()
        .map(|((language, in_window), messages)| QuoteGroup { language, in_window, messages })
        .collect();
    let request = QuoteMessages { category: u32::from(category.as_byte()), groups };
    let reply = inner.link.request(RequestBody::QuoteMessages(request)).await?;
    let ReplyBody::Quote(Quote { currency, amount, covered }) = reply else {
        return Err(Error::Answer("quote"));
    };
    Ok(QuoteView { currency, amount: decimal::text(amount), covered })
}
