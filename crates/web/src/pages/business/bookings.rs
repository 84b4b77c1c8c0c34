//! Bookings behind the counter: the calendar, and what can be booked.
//!
//! ```text
//! calendar   a day with a column for each person, or a week; who waits, what is undecided
//! setup      services, people with their hours, rules
//! sheet      one booking with what can be done; times for a customer's chat
//! entry      who comes without a chat
//! ```

mod calendar;
mod entry;
mod setup;
mod sheet;

use calendar::CalendarView;
use entry::{EntrySheet, NewEntry};
use leptos::{prelude::*, task::spawn_local};
use setup::Setup;
pub(super) use sheet::{DeskSheet, OfferSheet};
use tresen_types::MessageId;
use tresen_view::{Answer, BookingView, Command, Event, ScheduleView};

use super::desk::desk;
use crate::{
    actions::{call, tell_failure},
    components::{EmptyState, Glyph, Segment, SkeletonRows},
    i18n::b,
    state::on_event,
};

/// Bookings that are shown.
const BOOKINGS: u32 = 500;

/// What lies over the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Booking(MessageId),
    Entry(MessageId),
    NewEntry,
}

/// What the pages of bookings know.
#[derive(Clone, Copy)]
struct Book {
    schedule: RwSignal<Option<ScheduleView>>,
    bookings: RwSignal<Option<Vec<BookingView>>>,
    open: RwSignal<Option<Open>>,
}

impl Book {
    fn open() -> Self {
        let book = Self {
            schedule: RwSignal::new(None),
            bookings: RwSignal::new(None),
            open: RwSignal::new(None),
        };
        book.fetch();
        on_event(move |event| {
            if *event == Event::DealsChanged {
                book.fetch();
            }
        });
        book
    }

    fn fetch(self) {
        spawn_local(async move {
            match call(Command::Schedule).await {
                Ok(Answer::Schedule(found)) => {
                    self.schedule.try_set(Some(*found));
                }
                Ok(_) => {}
                Err(failure) => tell_failure(&failure),
            }
            let asked = Command::Bookings { conversation: None, from: None, limit: BOOKINGS };
            if let Ok(Answer::Bookings(found)) = call(asked).await {
                self.bookings.try_set(Some(found));
            }
        });
    }

    fn zone(self) -> String {
        self.schedule.with(|schedule| {
            schedule
                .as_ref()
                .and_then(|schedule| schedule.rules.as_ref())
                .map_or_else(crate::i18n::time::own_time_zone, |rules| rules.time_zone.clone())
        })
    }
}

/// The page.
#[component]
pub(super) fn BookingsPage() -> impl IntoView {
    let book = Book::open();
    let is_setup = RwSignal::new(false);
    let is_owner = desk().is_owner();
    let has_services = Memo::new(move |_| {
        book.schedule.with(|known| known.as_ref().map(|known| !known.services.is_empty()))
    });
    let shown = Memo::new(move |_| {
        let is_empty = has_services.get() == Some(false);
        is_owner && (is_setup.get() || is_empty)
    });
    view! {
        <main class="page orders-page">
            <div class="page-in">
                <div class="page-head row wrap">
                    <h1 class="grow">{b().bookings}</h1>
                    <a class="btn smb only-hand" href="/business/orders">
                        {b().orders}
                    </a>
                    {is_owner
                        .then(|| {
                            view! {
                                <Segment
                                    name="booking-view"
                                    label=b().bookings
                                    choices=vec![
                                        (false, b().bk_calendar.to_owned()),
                                        (true, b().bk_setup.to_owned()),
                                    ]
                                    value=Signal::derive(move || shown.get())
                                    on_change=move |setup| is_setup.set(setup)
                                />
                            }
                        })}
                </div>
                {move || {
                    if has_services.get().is_none() {
                        view! { <SkeletonRows /> }.into_any()
                    } else if shown.get() {
                        view! { <Setup book /> }.into_any()
                    } else if has_services.get() == Some(false) {
                        view! { <EmptyState glyph=Glyph::CalendarDays title=b().bk_no_service /> }
                            .into_any()
                    } else {
                        view! { <CalendarView book /> }.into_any()
                    }
                }}
            </div>
        </main>
        {move || {
            book.open
                .get()
                .map(|open| {
                    let close = move || {
                        book.open.try_set(None);
                    };
                    match open {
                        Open::Booking(booking) => {
                            view! { <DeskSheet booking has_link=true on_close=close /> }.into_any()
                        }
                        Open::Entry(entry) => {
                            view! { <EntrySheet book entry on_close=close /> }.into_any()
                        }
                        Open::NewEntry => view! { <NewEntry book on_close=close /> }.into_any(),
                    }
                })
        }}
    }
}
