//! What may be told when the window has closed: a bare step of something that is known here
//! (docs/decisions/0032). Sender and receiver ask the same question.

use tresen_content::{
    booking::{BookingStep, Slot},
    shop::{Deal, ShopMessage},
};
use tresen_types::{AccountKind, ConversationId};

use super::deal::{self, shop_of};
use crate::{
    client::Inner,
    error::Result,
    limits::BARE_STEPS_MAX,
    store::{MessageKind, StoredState, Tx},
};

/// Whether a business's step goes on with an order, a booking, a quotation or a request of payment
/// that stands in this conversation, and says nothing of its own.
pub(crate) fn goes_on(
    inner: &Inner,
    tx: &Tx<'_>,
    conversation: ConversationId,
    shop: &ShopMessage,
) -> Result<bool> {
    let Some(root) = shop.deal.root().filter(|_| shop.is_bare_step()) else { return Ok(false) };
    let is_here = tx.message(root)?.filter(|record| {
        record.conversation == conversation
            && record.kind == MessageKind::Content
            && record.state != Some(StoredState::Failed)
    });
    let Some(record) = is_here else { return Ok(false) };
    let Ok(begun) = shop_of(inner, &record) else { return Ok(false) };
    if begun.deal.root().is_some() || begun.deal.kind() != shop.deal.kind() {
        return Ok(false);
    }
    if let Deal::BookingStep { step: BookingStep::Grant { slot, .. }, .. } = &shop.deal
        && !is_offered(inner, tx, &begun.deal, slot)?
    {
        return Ok(false);
    }
    let steps = tx.steps_of(root)?;
    let of_business = |account: tresen_types::AccountId| account.kind() == AccountKind::Business;
    let said = steps.iter().filter(|step| of_business(step.sender_account)).count();
    Ok(said < BARE_STEPS_MAX)
}

/// Whether the customer was offered this person, by this name: the time may be another.
fn is_offered(inner: &Inner, tx: &Tx<'_>, begun: &Deal, slot: &Slot) -> Result<bool> {
    let Deal::Booking(booking) = begun else { return Ok(false) };
    let is_same = |known: &Slot| known.person == slot.person && known.name == slot.name;
    if booking.slot.as_ref().is_some_and(is_same) {
        return Ok(true);
    }
    let Ok((_record, offer)) = deal::slots_of(inner, tx, booking.offer) else { return Ok(false) };
    Ok(offer.slots.iter().any(is_same))
}
