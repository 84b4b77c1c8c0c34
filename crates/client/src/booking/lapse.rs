//! A slot that is held for a deposit which doesn't come is given back.
//!
//! The booking ends in the conversation first: its order decides against a confirmation that is under way
//! on another device. Only an end that was ordered frees the slot in the own group.

use tresen_content::{
    booking::{BookingState, BookingStep, Calendar},
    shop::{Deal, DealKind, ShopMessage},
};
use tresen_payments::PaymentState;
use tresen_types::Timestamp;

use super::ledger;
use crate::{
    account::Own,
    client::Inner,
    error::Result,
    limits::{ASK_AGAIN_MS, DEPOSIT_MS_MAX},
    shop,
    store::{MessageRecord, Tx},
};

/// Until when the deposit of a slot that is held now has to be there: a day, or half of the time that is
/// left, so that somebody else can still have the slot.
pub(super) fn due_at(now: Timestamp, start: Timestamp) -> Timestamp {
    let half = start.millis_since(now).max(0) / 2;
    now.plus_millis(half.min(DEPOSIT_MS_MAX))
}

/// The bookings that this device has to end now.
pub(super) fn overdue(
    inner: &Inner,
    tx: &Tx<'_>,
    own: &Own,
    calendar: &Calendar,
) -> Result<Vec<MessageRecord>> {
    let now = inner.now();
    let mut overdue = Vec::new();
    for ((start, booking), _known) in ledger::held(calendar) {
        let Ok((record, asked)) = shop::booking_of(inner, tx, booking) else { continue };
        if start <= now || asked.service.deposit.is_none() {
            continue;
        }
        let (progress, _counted) = shop::booking_progress(inner, tx, &record, &asked)?;
        let payments = tx.deals_for(DealKind::Payment, booking)?;
        let (BookingState::Held, Some(payment)) = (progress.state, payments.first()) else {
            continue;
        };
        let (asking, request) = shop::payment_of(inner, tx, *payment)?;
        let Some(due) = request.expires_at else { continue };
        // Whose device asked for the deposit ends it; when that one is gone, any other.
        let patience_ms = if asking.sender_device == own.device { 0 } else { ASK_AGAIN_MS };
        if now.millis_since(due) <= patience_ms {
            continue;
        }
        // What has come in part, and what the customer says to have paid, a person decides about.
        let state = shop::money(inner, tx, &asking, &request)?.payment.state(due);
        if state == PaymentState::Requested && can_be_told(inner, tx, &record)? {
            overdue.push(record);
        }
    }
    Ok(overdue)
}

/// A slot isn't taken from a customer who can't be told.
fn can_be_told(inner: &Inner, tx: &Tx<'_>, booking: &MessageRecord) -> Result<bool> {
    let step = Deal::BookingStep { booking: booking.id, step: BookingStep::Lapse };
    shop::goes_on(inner, tx, booking.conversation, &ShopMessage::of_step(step))
}

/// Whether a booking's end isn't ordered yet, so that something may still come before it.
pub(super) fn is_under_way(
    inner: &Inner,
    tx: &Tx<'_>,
    counted: &[tresen_types::MessageId],
) -> Result<bool> {
    for id in counted {
        let is_lapse = matches!(shop::booking_step(inner, tx, *id), Some(BookingStep::Lapse));
        if is_lapse && tx.known_message(*id)?.sequence == 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use tresen_types::Timestamp;

    use super::due_at;

    const HOUR_MS: i64 = 3_600_000;

    #[test]
    fn a_deposit_has_a_day_or_half_of_what_is_left() {
        let now = Timestamp::from_millis(1_000_000);
        let due = |hours| due_at(now, now.plus_millis(hours * HOUR_MS)).millis_since(now);
        assert_eq!(due(7 * 24), 24 * HOUR_MS);
        assert_eq!(due(48), 24 * HOUR_MS);
        assert_eq!(due(4), 2 * HOUR_MS);
        assert_eq!(due(0), 0);
        assert_eq!(due(-3), 0);
    }
}
