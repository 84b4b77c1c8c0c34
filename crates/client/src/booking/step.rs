//! A customer books; both sides go on with it.

use tresen_admission::Window;
use tresen_content::{
    booking::{Booking, BookingState, BookingStep, DeclineReason, Slot, SlotOffer, Verdict},
    shop::{Deal, DealKind, ShopMessage},
};
use tresen_types::{ConversationId, MessageId, Timestamp};
use tresen_view::{Answer, BookingStepView, Event, PaymentStateView, SlotView};

use super::{keep::reservation, ledger, view};
use crate::{
    client::Inner,
    error::{Error, Result},
    limits::BOOKINGS_MAX,
    runtime, shop,
    store::{MessageRecord, Tx},
};

/// The customer picks a slot of an offer, or waits for one.
pub(crate) fn book(
    inner: &Inner,
    call: Option<u64>,
    offer: MessageId,
    slot: Option<SlotView>,
    note: &str,
) -> Result<Answer> {
    if inner.own()?.is_business() {
        return Err(Error::Forbidden);
    }
    let slot = slot.map(slot_of);
    let (record, offered) = inner.store.read(|tx| shop::slots_of(inner, tx, offer))?;
    if let Some(slot) = &slot {
        check(&offered, slot, inner.now())?;
    }
    let text = words(&offered.service.name, slot.as_ref());
    let note = note.trim().to_owned();
    let booking = Booking { offer, service: offered.service, slot, note };
    let content = shop::shop_content(Deal::Booking(booking), text);
    shop::send(inner, call, record.conversation, &content)
}

/// Goes on with a booking. A step that doesn't fit any more is refused here.
pub(crate) fn step_booking(
    inner: &Inner,
    call: Option<u64>,
    booking: MessageId,
    step: BookingStepView,
) -> Result<Answer> {
    let own = inner.own()?;
    let now = inner.now();
    let (record, mut progress) = inner.store.read(|tx| {
        let (record, asked) = shop::booking_of(inner, tx, booking)?;
        let (progress, _counted) = shop::booking_progress(inner, tx, &record, &asked)?;
        Ok((record, progress))
    })?;
    let step = match step {
        BookingStepView::Move { slot } => {
            if !own.is_business() {
                return Err(Error::Forbidden);
            }
            if progress.state.is_over() {
                return Err(Error::Invalid("a booking that is over"));
            }
            return give(inner, &record, &slot_of(slot));
        }
        BookingStepView::Ask { offer, slot } => {
            let slot = slot_of(slot);
            let (_record, offered) = inner.store.read(|tx| shop::slots_of(inner, tx, offer))?;
            check(&offered, &slot, now)?;
            BookingStep::Ask { offer, slot }
        }
        BookingStepView::Confirm => BookingStep::Confirm,
        BookingStepView::Decline { reason } => {
            let wish = progress.wish.as_ref().ok_or(Error::Invalid("nothing is asked for"))?;
            BookingStep::Decline { ask: wish.ask, reason: DeclineReason::Other, note: reason }
        }
        BookingStepView::Cancel { reason } => BookingStep::Cancel { note: reason },
        BookingStepView::NoShow => BookingStep::NoShow,
    };
    if !own.is_business() && !progress.may_change(now) {
        return Err(Error::TooLate);
    }
    if !progress.apply(own.is_business(), MessageId::new(runtime::random()), &step, now) {
        return Err(Error::Invalid("a step that doesn't fit the booking"));
    }
    shop::send_step(inner, call, record.conversation, Deal::BookingStep { booking, step })?;
    inner.duties.bookings();
    Ok(Answer::Done)
}

/// The business gives a slot: asked for in the own group first, told once it is granted.
fn give(inner: &Inner, record: &MessageRecord, slot: &Slot) -> Result<Answer> {
    let own = inner.own()?;
    inner.store.write(|tx| {
        let conversation = tx.known_conversation(record.conversation)?;
        // A slot that the customer can't be told of isn't moved.
        let window = Window { opened_at: conversation.window_at };
        let told = BookingStep::Grant {
            slot: slot.clone(),
            is_confirmed: true,
            turn: conversation.sequence,
        };
        let told = ShopMessage::of_step(Deal::BookingStep { booking: record.id, step: told });
        if !window.is_open_at(inner.now()) && !shop::goes_on(inner, tx, record.conversation, &told)?
        {
            return Err(Error::WindowClosed);
        }
        let (_record, asked) = shop::booking_of(inner, tx, record.id)?;
        let ledger = ledger::read(inner, tx, &own)?;
        let ask = MessageId::new(runtime::random());
        let op = reservation(&ledger.calendar, record, &asked.service, ask, slot);
        let mut tried = ledger.calendar.clone();
        if tried.apply(&op, inner.now()) != Verdict::Granted {
            return Err(Error::SoldOut);
        }
        ledger::say(inner, tx, &own, op)
    })?;
    inner.outbox_wake.notify();
    inner.emit(Event::DealsChanged);
    Ok(Answer::Done)
}

/// Bookings, newest first.
pub(crate) fn bookings(
    inner: &Inner,
    conversation: Option<ConversationId>,
    from: Option<Timestamp>,
    limit: u32,
) -> Result<Answer> {
    inner.store.read(|tx| {
        let mut views = Vec::new();
        for booking in tx.deals(DealKind::Booking, conversation, u32::MAX)? {
            let Ok((record, asked)) = shop::booking_of(inner, tx, booking) else { continue };
            let view = view::booking_view(inner, tx, &record, &asked)?;
            let start = view.slot.as_ref().or(view.wish.as_ref()).map(|slot| slot.start);
            if from.is_none_or(|from| start.is_none_or(|start| start >= from)) {
                views.push(view);
            }
            if views.len() >= usize::try_from(limit.min(BOOKINGS_MAX)).unwrap_or(usize::MAX) {
                break;
            }
        }
        Ok(Answer::Bookings(views))
    })
}

/// A deposit that has come in confirms the booking that it holds.
pub(crate) fn confirm_paid(inner: &Inner, payment: MessageId) -> Result<()> {
    let held = inner.store.read(|tx| {
        let (record, request) = shop::payment_of(inner, tx, payment)?;
        let money = shop::money(inner, tx, &record, &request)?.payment;
        let state = shop::payment_state(money.state(inner.now()));
        if !matches!(state, PaymentStateView::Paid | PaymentStateView::Overpaid) {
            return Ok(None);
        }
        let Some(booking) = request.order else { return Ok(None) };
        held(inner, tx, booking)
    })?;
    if let Some(booking) = held {
        step_booking(inner, None, booking, BookingStepView::Confirm)?;
    }
    Ok(())
}

fn held(inner: &Inner, tx: &Tx<'_>, booking: MessageId) -> Result<Option<MessageId>> {
    let Ok((record, asked)) = shop::booking_of(inner, tx, booking) else { return Ok(None) };
    let (progress, _counted) = shop::booking_progress(inner, tx, &record, &asked)?;
    Ok((progress.state == BookingState::Held).then_some(booking))
}

fn check(offer: &SlotOffer, slot: &Slot, now: Timestamp) -> Result<()> {
    let is_open = now <= offer.expires_at && slot.start > now;
    if is_open && offer.slots.contains(slot) { Ok(()) } else { Err(Error::SoldOut) }
}

pub(super) fn slot_of(view: SlotView) -> Slot {
    Slot { start: view.start, person: view.person, name: view.name }
}

/// The slot in words that need no time zone: those who know bookings show it better.
fn words(service: &str, slot: Option<&Slot>) -> String {
    match slot {
        Some(slot) => format!("{service}: {}", slot.name),
        None => service.to_owned(),
    }
}
