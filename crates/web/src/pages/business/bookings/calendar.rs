//! The calendar: a day with a column for each person, or the days of a week.

use leptos::prelude::*;
use tresen_statement::Date;
use tresen_view::{BookingStateView, BookingView, EntryView, SlotView};

use super::{Book, Open};
use crate::{
    components::{Button, ButtonKind, Glyph, IconButton, Pill, PillKind, Segment, booking_word},
    i18n::{b, time},
};

/// What is shown at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Span {
    Day,
    Week,
}

/// What stands in a column.
#[derive(Clone)]
enum Card {
    Booking(Box<BookingView>),
    Entry(EntryView),
}

impl Card {
    fn slot(&self) -> Option<&SlotView> {
        match self {
            Self::Booking(booking) => booking.slot.as_ref().or(booking.wish.as_ref()),
            Self::Entry(entry) => Some(&entry.slot),
        }
    }
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
        let entries = book.schedule.with(|schedule| {
            schedule.as_ref().map(|known| known.entries.clone()).unwrap_or_default()
        });
        let mut all = of_states(book, &WITH_SLOT);
        all.extend(entries.into_iter().map(Card::Entry));
        let first = first.get()?;
        let columns: Vec<(String, Vec<Card>)> = if span.get() == Span::Week {
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
            <Button
                glyph=Glyph::Plus
                label=b().bk_enter.to_owned()
                on_press=move || book.open.set(Some(Open::NewEntry))
            />
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

fn of_states(book: Book, states: &[BookingStateView]) -> Vec<Card> {
    book.bookings.with(|bookings| {
        let known = bookings.as_deref().unwrap_or_default();
        let known = known.iter().filter(|known| states.contains(&known.state));
        known.cloned().map(Box::new).map(Card::Booking).collect()
    })
}

fn of_day(all: &[Card], zone: &time::Zoned, date: Date, person: Option<&str>) -> Vec<Card> {
    let is_here = |card: &&Card| {
        card.slot().is_some_and(|slot| {
            zone.date(slot.start) == Some(date.civil())
                && person.is_none_or(|person| slot.person == person)
        })
    };
    let mut found: Vec<Card> = all.iter().filter(is_here).cloned().collect();
    found.sort_by_key(|card| card.slot().map(|slot| slot.start));
    found
}

fn day_title(date: Date) -> String {
    let (year, month, day) = date.civil();
    time::plain_day(year, month, day)
}

fn column(book: Book, zone: &time::Zoned, title: String, cards: Vec<Card>) -> AnyView {
    let is_empty = cards.is_empty();
    let card = |card: Card| {
        let slot = card.slot();
        let at = slot.map(|slot| zone.time(slot.start));
        let person = slot.map(|slot| slot.name.clone()).unwrap_or_default();
        let (open, (word, kind), who, what) = match card {
            Card::Booking(booking) => {
                let booking = *booking;
                let word = booking_word(booking.state);
                (Open::Booking(booking.booking), word, booking.customer, booking.terms.name)
            }
            Card::Entry(entry) => {
                let word = if entry.is_held {
                    (b().bk_no_chat, PillKind::Plain)
                } else {
                    (b().bk_clash, PillKind::Bad)
                };
                (Open::Entry(entry.entry), word, entry.title, entry.service)
            }
        };
        view! {
            <button type="button" class="card cal-card" on:click=move |_| book.open.set(Some(open))>
                <span class="row wrap">
                    <b class="grow num">{at}</b>
                    <Pill text=word kind />
                </span>
                <b dir="auto">{who}</b>
                <span dir="auto">{what}</span>
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
