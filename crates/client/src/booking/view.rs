//! Offers and bookings as an interface shows them.

use tresen_content::{
    booking::{Booking, BookingState, BookingStep, ServiceTerms, Slot, SlotOffer},
    shop::DealKind,
};
use tresen_types::MessageId;
use tresen_view::{
    BookingEvent, BookingStateView, BookingView, DealLine, SlotView, SlotsView, TermsView,
};

use crate::{
    client::Inner,
    error::Result,
    shop,
    store::{MessageRecord, Tx},
};

/// Slots that are offered, as they stand now.
pub(crate) fn slots_view(
    inner: &Inner,
    tx: &Tx<'_>,
    record: &MessageRecord,
    offer: &SlotOffer,
) -> Result<SlotsView> {
    let booking = match offer.booking {
        Some(booking) => Some(booking),
        None => tx.deals_for(DealKind::Booking, record.id)?.first().copied(),
    };
    let now = inner.now();
    let mut picked = None;
    let mut is_over = now > offer.expires_at;
    if let Some(booking) = booking
        && let Ok((root, asked)) = shop::booking_of(inner, tx, booking)
    {
        let (progress, _counted) = shop::booking_progress(inner, tx, &root, &asked)?;
        is_over |= progress.state.is_over();
        let wish = progress.wish.map(|wish| wish.slot);
        picked = wish.or(progress.slot).filter(|slot| offer.slots.contains(slot));
    }
    Ok(SlotsView {
        offer: record.id,
        conversation: record.conversation,
        terms: terms_view(&offer.service),
        slots: offer.slots.iter().map(slot_view).collect(),
        expires_at: offer.expires_at,
        booking,
        picked: picked.as_ref().map(slot_view),
        is_over,
    })
}

/// A booking as it stands now.
pub(crate) fn booking_view(
    inner: &Inner,
    tx: &Tx<'_>,
    record: &MessageRecord,
    asked: &Booking,
) -> Result<BookingView> {
    let (progress, _counted) = shop::booking_progress(inner, tx, record, asked)?;
    let now = inner.now();
    let payment = match tx.deals_for(DealKind::Payment, record.id)?.first() {
        Some(payment) => {
            let (payment_record, request) = shop::payment_of(inner, tx, *payment)?;
            let payment = shop::money(inner, tx, &payment_record, &request)?.payment;
            Some(shop::payment_state(payment.state(now)))
        }
        None => None,
    };
    let mut offers = tx.deals_for(DealKind::Slots, record.id)?;
    offers.push(asked.offer);
    let offer = offers.into_iter().find(|offer| {
        shop::slots_of(inner, tx, *offer).is_ok_and(|(_record, offer)| {
            offer.expires_at > now && offer.slots.iter().any(|slot| slot.start > now)
        })
    });
    let may_change = progress.may_change(now);
    let has_begun = progress.slot.as_ref().is_some_and(|slot| slot.start <= now);
    let change_until = progress.slot.as_ref().map(|slot| progress.service.cancel_until(slot.start));
    Ok(BookingView {
        booking: record.id,
        conversation: record.conversation,
        number: shop::number_of(record.id),
        customer: shop::customer_of(tx, record)?,
        at: record.at,
        terms: terms_view(&progress.service),
        state: state_view(progress.state),
        slot: progress.slot.as_ref().map(slot_view),
        wish: progress.wish.as_ref().map(|wish| slot_view(&wish.slot)),
        note: asked.note.clone(),
        reason: progress.note,
        moves: progress.moves,
        times: progress.times.iter().map(|(state, at)| (state_view(*state), *at)).collect(),
        has_begun,
        may_change,
        change_until,
        offer,
        payment,
    })
}

/// A step as a line between the messages.
pub(crate) fn line(
    inner: &Inner,
    tx: &Tx<'_>,
    record: &MessageRecord,
    booking: MessageId,
    step: &BookingStep,
) -> Result<DealLine> {
    let (has_counted, zone, is_move) = match shop::booking_of(inner, tx, booking) {
        Ok((root, asked)) => {
            let (progress, counted) = shop::booking_progress(inner, tx, &root, &asked)?;
            let first = counted.iter().find(|id| is_grant(inner, tx, **id));
            let is_first = first.is_none_or(|first| *first == record.id);
            (counted.contains(&record.id), progress.service.time_zone, !is_first)
        }
        // The booking itself isn't on this device.
        Err(_missing) => (false, String::new(), false),
    };
    let (event, slot, reason) = match step {
        BookingStep::Ask { slot, .. } => (BookingEvent::Asked, Some(slot), ""),
        BookingStep::Grant { slot, .. } if is_move => (BookingEvent::Moved, Some(slot), ""),
        BookingStep::Grant { slot, is_confirmed: true, .. } => {
            (BookingEvent::Confirmed, Some(slot), "")
        }
        BookingStep::Grant { slot, .. } => (BookingEvent::Held, Some(slot), ""),
        BookingStep::Confirm => (BookingEvent::Confirmed, None, ""),
        BookingStep::Decline { note, .. } => (BookingEvent::Declined, None, note.as_str()),
        BookingStep::Cancel { note } => (BookingEvent::Cancelled, None, note.as_str()),
        BookingStep::NoShow => (BookingEvent::NoShow, None, ""),
        BookingStep::Lapse => (BookingEvent::Lapsed, None, ""),
    };
    Ok(DealLine::Booking {
        number: shop::number_of(booking),
        event: has_counted.then_some(event),
        slot: slot.map(|slot| (slot_view(slot), zone)),
        reason: reason.to_owned(),
    })
}

fn is_grant(inner: &Inner, tx: &Tx<'_>, step: MessageId) -> bool {
    shop::booking_step(inner, tx, step)
        .is_some_and(|step| matches!(step, BookingStep::Grant { .. }))
}

/// A slot.
pub(super) fn slot_view(slot: &Slot) -> SlotView {
    SlotView { start: slot.start, person: slot.person.clone(), name: slot.name.clone() }
}

fn terms_view(terms: &ServiceTerms) -> TermsView {
    TermsView {
        service: terms.id.clone(),
        name: terms.name.clone(),
        minutes: terms.minutes,
        price: terms.price.map(shop::money_view),
        deposit: terms.deposit.map(shop::money_view),
        time_zone: terms.time_zone.clone(),
        cancel_hours: terms.cancel_hours,
    }
}

const fn state_view(state: BookingState) -> BookingStateView {
    match state {
        BookingState::Waiting => BookingStateView::Waiting,
        BookingState::Asked => BookingStateView::Asked,
        BookingState::Held => BookingStateView::Held,
        BookingState::Confirmed => BookingStateView::Confirmed,
        BookingState::Declined => BookingStateView::Declined,
        BookingState::CancelledByCustomer => BookingStateView::CancelledByCustomer,
        BookingState::CancelledByBusiness => BookingStateView::CancelledByBusiness,
        BookingState::NoShow => BookingStateView::NoShow,
    }
}
