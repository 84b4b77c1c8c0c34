//! The calendar: a day with a column for each person, or the days of a week.

use leptos::prelude::*;
use tresen_statement::Date;
use tresen_view::{BookingStateView, BookingView};

use super::Book;
use crate::{
    components::{Button, ButtonKind, Glyph, IconButton, Pill, Segment, booking_word},
    i18n::{b, time},
};

/// What is shown at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Span {
    Day,
    Week,
}

const UNDECIDED: [BookingStateView; 3] =
    [BookingStateView::Asked, BookingStateView::Waiting, BookingStateView::Declined];
const WITH_SLOT: [BookingStateView; 3] =
    [BookingStateView::Held, BookingStateView::Confirmed, BookingStateView::NoShow];

#[component]
pub(super) fn CalendarView(book: Book) -> impl IntoView {
    let span = RwSignal::new(Span::Week);
    let zone = Memo::new(move |_| book.zone());
    let today = move || {
        let (year, month, day) = time::Zoned::new(&zone.get_untracked()).date(time::now())?;
        Date::from_civil(year, month, day)
    };
    let first = RwSignal::new(today());
    let step = move |forward: bool| {
        let days = if span.get_untracked() == Span::Day { 1 } else { 7 };
        first.update(|first| {
            *first = first.and_then(|date| {
                let now = date.days();
                let then = if forward { now.checked_add(days) } else { now.checked_sub(days) };
                then.and_then(Date::from_days)
            });
        });
    };
    let grid = move || {
        let zoned = time::Zoned::new(&zone.get());
        let all = of_states(book, &WITH_SLOT);
        let first = first.get()?;
        let columns: Vec<(String, Vec<BookingView>)> = if span.get() == Span::Week {
            let days = (0..7).map(|index| first.plus_days(index));
            days.map(|date| (day_title(date), of_day(&all, &zoned, date, None))).collect()
        } else {
            let people = book.schedule.with(|schedule| {
                schedule.as_ref().map(|known| known.people.clone()).unwrap_or_default()
            });
            let of = |id: &str| of_day(&all, &zoned, first, Some(id));
            people.into_iter().map(|person| (person.name, of(&person.id))).collect()
        };
        let columns = columns.into_iter().map(|(title, cards)| column(book, &zoned, title, cards));
        Some(columns.collect_view())
    };
    let is_ready = Memo::new(move |_| {
        book.schedule.with(|schedule| schedule.as_ref().is_none_or(|known| known.is_ready))
    });
    let waiting = move || {
        let waiting = of_states(book, &UNDECIDED);
        let zoned = time::Zoned::new(&zone.get());
        (!waiting.is_empty()).then(|| column(book, &zoned, b().bk_waiting.to_owned(), waiting))
    };
    view! {
        <div class="row wrap">
            <IconButton
                glyph=Glyph::ChevronLeft
                label=b().bk_before.to_owned()
                on_press=move || step(false)
            />
            <IconButton
                glyph=Glyph::ChevronRight
                label=b().bk_after.to_owned()
                on_press=move || step(true)
            />
            <Button
                kind=ButtonKind::Text
                label=b().bk_today.to_owned()
                on_press=move || first.set(today())
            />
            <h2 class="grow" aria-live="polite">
                {move || first.get().map(day_title)}
            </h2>
            <Segment
                name="calendar-span"
                label=b().bk_calendar
                choices=vec![
                    (Span::Day, b().bk_day.to_owned()),
                    (Span::Week, b().bk_week.to_owned()),
                ]
                value=span
                on_change=move |chosen| span.set(chosen)
            />
        </div>
        {move || (!is_ready.get()).then(|| view! { <p class="mut">{b().bk_not_ready}</p> })}
        <div class="calendar">{grid}</div>
        {waiting}
    }
}

fn of_states(book: Book, states: &[BookingStateView]) -> Vec<BookingView> {
    book.bookings.with(|bookings| {
        let known = bookings.as_deref().unwrap_or_default();
        known.iter().filter(|known| states.contains(&known.state)).cloned().collect()
    })
}

fn of_day(
    all: &[BookingView],
    zone: &time::Zoned,
    date: Date,
    person: Option<&str>,
) -> Vec<BookingView> {
    let is_here = |known: &&BookingView| {
        known.slot.as_ref().is_some_and(|slot| {
            zone.date(slot.start) == Some(date.civil())
                && person.is_none_or(|person| slot.person == person)
        })
    };
    let mut found: Vec<BookingView> = all.iter().filter(is_here).cloned().collect();
    found.sort_by_key(|known| known.slot.as_ref().map(|slot| slot.start));
    found
}

fn day_title(date: Date) -> String {
    let (year, month, day) = date.civil();
    time::plain_day(year, month, day)
}

fn column(book: Book, zone: &time::Zoned, title: String, cards: Vec<BookingView>) -> AnyView {
    let is_empty = cards.is_empty();
    let card = |booking: BookingView| {
        let id = booking.booking;
        let (word, kind) = booking_word(booking.state);
        let slot = booking.slot.as_ref().or(booking.wish.as_ref());
        let at = slot.map(|slot| zone.time(slot.start));
        let person = slot.map(|slot| slot.name.clone()).unwrap_or_default();
        view! {
            <button type="button" class="card cal-card" on:click=move |_| book.open.set(Some(id))>
                <span class="row wrap">
                    <b class="grow num">{at}</b>
                    <Pill text=word kind />
                </span>
                <b dir="auto">{booking.customer}</b>
                <span dir="auto">{booking.terms.name}</span>
                <span class="mut" dir="auto">{person}</span>
            </button>
        }
    };
    let cards = cards.into_iter().map(card).collect_view();
    let label = title.clone();
    view! {
        <section class="stack" aria-label=label>
            <h3>{title}</h3>
            {cards}
            {is_empty.then(|| view! { <p class="mut">{b().bk_none}</p> })}
        </section>
    }
    .into_any()
}
