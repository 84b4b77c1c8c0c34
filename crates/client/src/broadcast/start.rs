//! A broadcast begins: its recipients are those who allow it now.

use tresen_view::{Answer, BroadcastDraft};

use super::{audience, control::view, instance, screen};
use crate::{
    client::Inner,
    error::{Error, Result},
    limits::{BROADCAST_NAME_BYTES_MAX, BROADCAST_RECIPIENTS_MAX},
    store::{BroadcastPhase, BroadcastRecord},
    template,
};

/// Writes the broadcast and its recipients, in one transaction. A repeated call makes another one.
pub(crate) fn start(inner: &Inner, draft: &BroadcastDraft) -> Result<Answer> {
    let own = inner.own()?;
    if !own.is_business() {
        return Err(Error::Forbidden);
    }
    if draft.name.len() > BROADCAST_NAME_BYTES_MAX {
        return Err(Error::TooLarge("name of a broadcast"));
    }
    if draft.per_minute == Some(0) || draft.messages_max == Some(0) {
        return Err(Error::Invalid("a limit of nothing"));
    }
    let hash = template::unhex(&draft.template)
        .ok_or(Error::Invalid("64 hexadecimal digits name a template"))?;
    let values = serde_json::to_string(&draft.values)
        .map_err(|_never| Error::Internal("values of a broadcast"))?;
    let now = inner.now();
    let answer = inner.store.write(|tx| {
        let (document, _instance) = instance(tx, own.account, hash, draft.values.clone(), None)?;
        let record = BroadcastRecord {
            number: 0,
            name: draft.name.clone(),
            template: hash,
            values,
            category: document.category,
            phase: BroadcastPhase::Running,
            reason: String::new(),
            made_at: now,
            starts_at: draft.starts_at.unwrap_or(now),
            per_minute: draft.per_minute.unwrap_or(0),
            messages_max: draft.messages_max.unwrap_or(0),
        };
        let number = tx.add_broadcast(&record)?;
        let mut recipients = 0_usize;
        for record in audience(tx, draft)? {
            if screen(inner, tx, draft, document.category, &record)?.is_ok() {
                tx.add_recipient(number, record.id)?;
                recipients = recipients.saturating_add(1);
            }
        }
        if recipients == 0 {
            return Err(Error::NotFound("anybody who allows this category"));
        }
        if recipients > BROADCAST_RECIPIENTS_MAX {
            return Err(Error::TooLarge("broadcast"));
        }
        Ok(Answer::Broadcast(Box::new(view(tx, own.account, &tx.known_broadcast(number)?)?)))
    })?;
    inner.broadcast_wake.notify();
    Ok(answer)
}
