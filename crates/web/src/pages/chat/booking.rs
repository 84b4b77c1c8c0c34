//! The customer's side of bookings: picking a slot, and what can be done with a booking.

use leptos::{prelude::*, task::spawn_local};
use tresen_types::{MessageId, Timestamp};
use tresen_view::{
    BookingStateView, BookingStepView, BookingView, Command, Event, MessageBody, SlotsView,
};

use super::{files, talk::Talk};
use crate::{
    actions::{call, tell_failure},
    components::{
        Button, ButtonKind, Field, FieldKind, Glyph, Pill, Sheet, SlotPicker, TermsLine,
        booking_times, booking_word,
    },
    i18n::{fill, t, time},
    state::on_event,
};

/// Slots of an offer.
#[component]
pub(super) fn SlotsSheet(
    talk: Talk,
    offer: MessageId,
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let known = talk.message(offer).and_then(|view| match view.body {
        MessageBody::Slots(slots) => Some(*slots),
        _other => None,
    });
    known.map(|slots| {
        view! {
            <Sheet title=fill(t().slots_title, &[("service", &slots.terms.name)]) on_close side=true>
                <Picking slots on_sent=on_close />
            </Sheet>
        }
    })
}

#[component]
fn Picking(slots: SlotsView, on_sent: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let chosen = RwSignal::new(slots.picked.clone().into_iter().collect::<Vec<_>>());
    let note = RwSignal::new(String::new());
    let is_busy = RwSignal::new(false);
    let (offer, booking) = (slots.offer, slots.booking);
    let send = move |slot: Option<tresen_view::SlotView>| {
        is_busy.set(true);
        let note = note.get_untracked();
        let command = match (booking, slot) {
            // There is a booking already: another slot for it.
            (Some(booking), Some(slot)) => {
                Command::StepBooking { booking, step: BookingStepView::Ask { offer, slot } }
            }
            (_, slot) => Command::Book { offer, slot, note },
        };
        spawn_local(async move {
            let done = call(command).await;
            is_busy.try_set(false);
            match done {
                Ok(_) => on_sent(),
                Err(failure) => tell_failure(&failure),
            }
        });
    };
    let t = t();
    let hours = slots.terms.cancel_hours.to_string();
    let zone = slots.terms.time_zone.clone();
    let is_elsewhere = zone != time::own_time_zone();
    let picked = slots.picked.clone();
    let is_ready = Memo::new(move |_| {
        chosen.with(|chosen| chosen.first().is_some_and(|slot| picked.as_ref() != Some(slot)))
    });
    view! {
        <div class="stack">
            <TermsLine terms=slots.terms.clone() />
            <SlotPicker slots=slots.slots zone=zone.clone() chosen />
            {is_elsewhere.then(|| view! { <p class="mut">{fill(t.slots_zone, &[("zone", &zone)])}</p> })}
            <p class="mut">{fill(t.slots_rule, &[("n", &hours)])}</p>
            {booking
                .is_none()
                .then(|| {
                    view! {
                        <Field
                            id="booking-note"
                            label=t.slots_note.to_owned()
                            value=note
                            kind=FieldKind::Lines
                        />
                    }
                })}
            <Button
                kind=ButtonKind::Primary
                wide=true
                label=t.slots_ask.to_owned()
                busy=is_busy
                disabled=Signal::derive(move || !is_ready.get())
                on_press=move || send(chosen.get_untracked().into_iter().next())
            />
            {booking
                .is_none()
                .then(|| {
                    view! {
                        <Button
                            kind=ButtonKind::Text
                            glyph=Glyph::Hourglass
                            label=t.slots_wait.to_owned()
                            busy=is_busy
                            on_press=move || send(None)
                        />
                    }
                })}
        </div>
    }
}

/// A booking, and what the customer can do with it.
#[component]
pub(super) fn BookingSheet(
    talk: Talk,
    booking: MessageId,
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let known = RwSignal::new(booking_of(talk, booking));
    on_event(move |event| {
        if *event == Event::DealsChanged {
            known.try_set(booking_of(talk, booking));
        }
    });
    view! {
        <Sheet title=t().booking_title on_close>
            {move || known.get().map(|booking| details(talk, booking, on_close))}
        </Sheet>
    }
}

fn booking_of(talk: Talk, booking: MessageId) -> Option<BookingView> {
    match talk.message(booking)?.body {
        MessageBody::Booking(known) => Some(*known),
        _other => None,
    }
}

fn details(
    talk: Talk,
    booking: BookingView,
    on_close: impl Fn() + Copy + Send + Sync + 'static,
) -> AnyView {
    let texts = t();
    let (word, kind) = booking_word(booking.state);
    let id = booking.booking;
    let is_over = matches!(
        booking.state,
        BookingStateView::CancelledByCustomer
            | BookingStateView::CancelledByBusiness
            | BookingStateView::NoShow
    );
    let rule = match booking.change_until {
        _ if is_over => None,
        Some(until) if booking.may_change => {
            let zone = time::Zoned::new(&booking.terms.time_zone);
            Some(fill(texts.booking_until, &[("time", &zone.day_time(until))]))
        }
        Some(_past) => Some(texts.booking_too_late.to_owned()),
        None => None,
    };
    let calendar = (booking.state == BookingStateView::Confirmed).then(|| {
        let file = booking.clone();
        view! {
            <Button
                glyph=Glyph::CalendarDays
                label=texts.booking_calendar.to_owned()
                on_press=move || save_calendar(&file)
            />
        }
    });
    let offer = booking.offer;
    let number = booking.number.clone();
    let may_change = booking.may_change && !is_over;
    let other = may_change.then(|| match offer {
        Some(offer) => view! {
            <Button
                label=texts.booking_move.to_owned()
                on_press=move || talk.over.set(Some(super::talk::Over::Slots(offer)))
            />
        }
        .into_any(),
        None => {
            let text = fill(texts.booking_ask_text, &[("number", &number)]);
            let conversation = talk.conversation;
            let ask = move || {
                talk.act(Command::SendText { conversation, text: text.clone(), reply_to: None });
                on_close();
            };
            view! { <Button label=texts.booking_ask_other.to_owned() on_press=ask /> }.into_any()
        }
    });
    let cancel = may_change.then(|| {
        let cancel = move || {
            let step = BookingStepView::Cancel { reason: String::new() };
            talk.act(Command::StepBooking { booking: id, step });
            on_close();
        };
        view! {
            <Button
                kind=ButtonKind::Text
                label=texts.booking_cancel.to_owned()
                on_press=cancel
            />
        }
    });
    view! {
        <div class="stack">
            <div class="row">
                <b class="grow">{fill(texts.booking, &[("number", &booking.number)])}</b>
                <Pill text=word kind />
            </div>
            <TermsLine terms=booking.terms.clone() />
            {booking_times(&booking)}
            {rule.map(|rule| view! { <p class="mut">{rule}</p> })}
            {calendar}
            {other}
            {cancel}
        </div>
    }
    .into_any()
}

/// Hands the booking to the calendar of this device, as a file.
fn save_calendar(booking: &BookingView) {
    let Some(slot) = &booking.slot else { return };
    let length = i64::from(booking.terms.minutes).saturating_mul(60_000);
    let lines = [
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Tresen//Tresen//EN".to_owned(),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}@tresen", booking.booking),
        format!("DTSTAMP:{}", stamp(booking.at)),
        format!("DTSTART:{}", stamp(slot.start)),
        format!("DTEND:{}", stamp(slot.start.plus_millis(length))),
        format!("SUMMARY:{}", escaped(&booking.terms.name)),
        format!("DESCRIPTION:{}", escaped(&slot.name)),
        "END:VEVENT".to_owned(),
        "END:VCALENDAR".to_owned(),
    ];
    // RFC 5545 ends lines with both.
    let text = lines.map(|line| line + "\r\n").concat();
    files::save_text(&text, "text/calendar", &format!("{}.ics", booking.number));
}

/// `20261128T110000Z`.
fn stamp(at: Timestamp) -> String {
    #[expect(clippy::cast_precision_loss, reason = "exact up to the year 287,396")]
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at.as_millis() as f64));
    let iso = String::from(date.to_iso_string());
    let whole = iso.split('.').next().unwrap_or_default();
    let digits: String = whole.chars().filter(|letter| !matches!(letter, '-' | ':')).collect();
    digits + "Z"
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => escaped.extend(['\\', letter]),
            '\n' => escaped.push_str("\\n"),
            other if other.is_control() => {}
            other => escaped.push(other),
        }
    }
    escaped
}
