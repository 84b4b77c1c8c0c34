//! Slots and bookings in a bubble: what they are, how far they have come, and a way to the sheet where
//! something is done with them.

use leptos::prelude::*;
use tresen_view::{BookingEvent, BookingStateView, BookingView, SlotView, SlotsView, TermsView};

use super::{Pill, PillKind};
use crate::i18n::{fill, money::money, t, time};

/// Slots that are offered.
#[component]
pub fn SlotsCard(
    slots: SlotsView,
    /// Whether this is the one who was asked.
    is_customer: bool,
    on_open: Callback<()>,
) -> impl IntoView {
    let t = t();
    let zone = time::Zoned::new(&slots.terms.time_zone);
    let state = match &slots.picked {
        Some(slot) => fill(t.slots_picked, &[("time", &zone.day_time(slot.start))]),
        None if slots.is_over => t.slots_over.to_owned(),
        None => fill(t.slots_until, &[("time", &time::day_time(slots.expires_at))]),
    };
    let count = u64::try_from(slots.slots.len()).unwrap_or(u64::MAX);
    let can_choose = is_customer && !slots.is_over;
    view! {
        <div class="deal stack" data-slots="yes">
            <b>{fill(t.slots_title, &[("service", &slots.terms.name)])}</b>
            <TermsLine terms=slots.terms />
            <p class="mut">{t.slots_count.of(count)}" · "{state}</p>
            {can_choose
                .then(|| {
                    view! {
                        <div class="row wrap">
                            <button type="button" class="btn pri smb" on:click=move |_| on_open.run(())>
                                {t.slots_choose}
                            </button>
                        </div>
                    }
                })}
        </div>
    }
}

/// A booking.
#[component]
pub fn BookingCard(
    booking: BookingView,
    /// Whether this is the one who has booked.
    is_customer: bool,
    on_open: Callback<()>,
) -> impl IntoView {
    let t = t();
    let (word, kind) = booking_word(booking.state);
    let times = booking_times(&booking);
    let hint = match (is_customer, booking.state) {
        (true, BookingStateView::Asked) => Some(t.booking_asked_hint),
        (true, BookingStateView::Held) => Some(t.booking_held_hint),
        _clear => None,
    };
    let reason = booking.reason.clone();
    view! {
        <div class="deal stack" data-booking=booking.number.clone()>
            <div class="row">
                <b class="grow">{fill(t.booking, &[("number", &booking.number)])}</b>
                <Pill text=word kind />
            </div>
            <TermsLine terms=booking.terms />
            {times}
            {hint.map(|hint| view! { <p class="mut">{hint}</p> })}
            {(!booking.note.is_empty()).then(|| view! { <p dir="auto">{booking.note}</p> })}
            {(!reason.is_empty()).then(|| view! { <p dir="auto">{reason}</p> })}
            <div class="row wrap">
                <button type="button" class="btn smb" on:click=move |_| on_open.run(())>
                    {t.booking_details}
                </button>
            </div>
        </div>
    }
}

/// When it is, and what is asked for.
pub(crate) fn booking_times(booking: &BookingView) -> AnyView {
    let t = t();
    let zone = time::Zoned::new(&booking.terms.time_zone);
    let said = |slot: &SlotView| {
        let with = fill(t.slots_with, &[("name", &slot.name)]);
        format!("{} · {with}", zone.day_time(slot.start))
    };
    let slot = booking.slot.as_ref().map(&said);
    let wish = booking.wish.as_ref().map(said);
    view! {
        {slot.map(|slot| view! { <p class="when"><b>{slot}</b></p> })}
        {wish.map(|wish| view! { <p>{fill(t.booking_wish, &[("time", &wish)])}</p> })}
    }
    .into_any()
}

/// How long it takes and what it costs.
#[component]
pub fn TermsLine(terms: TermsView) -> impl IntoView {
    let t = t();
    let minutes = terms.minutes.to_string();
    let mut parts = vec![fill(t.slots_minutes, &[("n", &minutes)])];
    parts.extend(terms.price.as_ref().map(money));
    parts.extend(
        terms.deposit.as_ref().map(|due| fill(t.slots_deposit, &[("amount", &money(due))])),
    );
    view! { <p class="mut" dir="auto">{terms.name}" · "{parts.join(" · ")}</p> }
}

/// A state in a word.
#[must_use]
pub fn booking_word(state: BookingStateView) -> (&'static str, PillKind) {
    let t = t();
    match state {
        BookingStateView::Waiting => (t.booking_waiting, PillKind::Wait),
        BookingStateView::Asked => (t.booking_asked, PillKind::Wait),
        BookingStateView::Held => (t.booking_held, PillKind::Wait),
        BookingStateView::Confirmed => (t.booking_confirmed, PillKind::Ok),
        BookingStateView::Declined => (t.booking_declined, PillKind::Bad),
        BookingStateView::CancelledByCustomer | BookingStateView::CancelledByBusiness => {
            (t.booking_cancelled, PillKind::Plain)
        }
        BookingStateView::NoShow => (t.booking_no_show, PillKind::Bad),
    }
}

/// A step, as a line between the messages.
pub(crate) fn booking_line(
    number: &str,
    event: BookingEvent,
    slot: Option<&(SlotView, String)>,
    reason: &str,
) -> String {
    let t = t();
    let at = slot.map(|(slot, zone)| time::Zoned::new(zone).day_time(slot.start));
    let word = match event {
        BookingEvent::Asked => t.booking_asked_other,
        BookingEvent::Held => t.booking_held,
        BookingEvent::Confirmed => t.booking_confirmed,
        BookingEvent::Moved => t.booking_moved,
        BookingEvent::Declined => t.booking_declined,
        BookingEvent::Cancelled => t.booking_cancelled,
        BookingEvent::NoShow => t.booking_no_show,
        BookingEvent::Lapsed => t.booking_lapsed,
    };
    let head = fill(t.booking, &[("number", number)]);
    let more = [at.unwrap_or_default(), reason.to_owned()];
    let more = more.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    let colon = if more.is_empty() { "" } else { ": " };
    format!("{head} – {word}{colon}{more}")
}
