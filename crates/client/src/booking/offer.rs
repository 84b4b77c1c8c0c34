//! Slots into a conversation: an offer that ends by itself, and holds nothing.

use tresen_content::{
    Content,
    booking::{Rules, Service, Slot, SlotOffer},
    limits::SLOTS_MAX,
    shop::Deal,
};
use tresen_types::{ConversationId, MessageId, Timestamp};
use tresen_view::{Answer, SlotsDraft};

use super::{ledger, step::slot_of};
use crate::{
    client::Inner,
    error::{Error, Result},
    limits::OFFER_HOURS_MAX,
    shop,
};

const HOUR_MS: i64 = 3_600_000;

/// Offers slots.
pub(crate) fn offer(
    inner: &Inner,
    call: Option<u64>,
    conversation: ConversationId,
    draft: SlotsDraft,
) -> Result<Answer> {
    let own = inner.own()?;
    if !own.is_business() {
        return Err(Error::Forbidden);
    }
    if draft.slots.len() > SLOTS_MAX {
        return Err(Error::TooLarge("slots"));
    }
    if draft.slots.is_empty() || !(1..=OFFER_HOURS_MAX).contains(&draft.hours) {
        return Err(Error::Invalid("an offer of slots"));
    }
    let content = inner.store.read(|tx| {
        let calendar = ledger::read(inner, tx, &own)?.calendar;
        if let Some(booking) = draft.booking {
            let (record, _asked) = shop::booking_of(inner, tx, booking)?;
            if record.conversation != conversation {
                return Err(Error::Invalid("a booking of another conversation"));
            }
        }
        let rules = calendar.rules.as_ref().ok_or(Error::NotFound("rules"))?;
        let service = calendar.services.get(&draft.service).ok_or(Error::NotFound("service"))?;
        let slots = draft.slots.into_iter().map(slot_of).collect();
        let lasts = i64::from(draft.hours).saturating_mul(HOUR_MS);
        let until = inner.now().plus_millis(lasts);
        Ok(content(service, rules, slots, until, draft.booking))
    })?;
    shop::send(inner, call, conversation, &content)
}

/// An offer as a message.
pub(super) fn content(
    service: &Service,
    rules: &Rules,
    mut slots: Vec<Slot>,
    expires_at: Timestamp,
    booking: Option<MessageId>,
) -> Content {
    slots.sort_unstable();
    slots.dedup();
    let text = format!("{} ({})", service.name, slots.len());
    let offer = SlotOffer { service: service.terms(rules), slots, expires_at, booking };
    shop::shop_content(Deal::Slots(offer), text)
}
