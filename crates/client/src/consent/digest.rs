//! The weekly digest: what the customer wants once a week waits on the device, and comes together.

use std::rc::Rc;

use tresen_content::Message;
use tresen_statement::{Consent, TemplateDoc};
use tresen_types::{Category, Timestamp};
use tresen_view::Event;

use crate::{client::Inner, error::Result, runtime, template, timeline};

const MINUTE_MS: i64 = 60_000;

/// When a message that was accepted at `at` is due; `None` when it doesn't wait.
pub(crate) fn held_until(
    consent: &Consent,
    category: Category,
    at: Timestamp,
) -> Option<Timestamp> {
    let digest = consent.terms.digest.filter(|digest| digest.categories.contains(category))?;
    // A zone that this device doesn't know holds nothing back.
    let local = runtime::local_time(&consent.terms.time_zone, at)?;
    let minutes = i64::from(digest.minutes_until(local));
    let begun = at.as_millis().rem_euclid(MINUTE_MS);
    let wait = minutes.saturating_mul(MINUTE_MS).saturating_sub(begun);
    (minutes > 0).then(|| at.plus_millis(wait))
}

/// Shows what was held and is due, all of it at once.
pub(crate) fn release_due(inner: &Rc<Inner>) -> Result<()> {
    let now = inner.now();
    let (events, conversations) = inner.store.write(|tx| {
        let due = tx.held_due(now)?;
        let mut conversations = std::collections::BTreeSet::new();
        for id in &due {
            let record = tx.known_message(*id)?;
            let text = match timeline::content_of(inner, &record)?.message {
                Message::Template(instance) => {
                    match tx.template(record.sender_account, instance.template)? {
                        Some(known) => {
                            template::search_text(&TemplateDoc::decode(&known.document)?, &instance)
                        }
                        None => String::new(),
                    }
                }
                _other => String::new(),
            };
            tx.release(*id, &text)?;
            tx.change_conversation(record.conversation, |known| {
                known.updated_at = known.updated_at.max(now);
                known.waiting_since = None;
            })?;
            conversations.insert(record.conversation);
        }
        Ok((timeline::events_of(inner, tx, &due)?, conversations))
    })?;
    if conversations.is_empty() {
        return Ok(());
    }
    inner.emit_all(events);
    for conversation in conversations {
        inner.emit(Event::HeaderChanged { conversation });
    }
    inner.emit(Event::ConversationsChanged);
    Ok(())
}
