//! Which slots are free: the rosters' times on the grid, less what is taken.

use tresen_statement::Date;
use tresen_types::Timestamp;

use super::{
    schedule::{Person, Rules, Service},
    terms::Slot,
    zone::Zone,
};
use crate::limits::{FREE_SLOTS_MAX, SLOT_DAYS_MAX};

const MINUTE_MS: i64 = 60_000;

/// A time that somebody has no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy<'a> {
    /// Who.
    pub person: &'a str,
    /// From when.
    pub start: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Search<'a> {
    /// The rules of the shop.
    pub rules: &'a Rules,
    /// The service.
    pub service: &'a Service,
    /// Who is asked; those who don't do the service are passed over.
    pub people: &'a [&'a Person],
    /// What is taken already.
    pub busy: &'a [Busy<'a>],
    /// No slot begins before.
    pub from: Timestamp,
    /// Every slot begins before.
    pub until: Timestamp,
}

/// The free slots, earliest first; nothing in an unknown zone. A slot lies within a person's time of
/// work; what is kept free after it may reach beyond.
#[must_use]
pub fn free_slots(search: &Search<'_>, zone: &Zone<'_>) -> Vec<Slot> {
    let Some(first) = zone.local(search.from) else { return Vec::new() };
    let mut slots = Vec::new();
    // Work that began the day before may reach over midnight.
    let mut date = Date::from_days(first.date.days().saturating_sub(1)).unwrap_or(first.date);
    for _day in 0..SLOT_DAYS_MAX.saturating_add(2) {
        let is_over = zone.ending(date, 0).is_none_or(|midnight| midnight >= search.until);
        if is_over || slots.len() >= FREE_SLOTS_MAX {
            break;
        }
        if !search.rules.closed.iter().any(|span| span.holds(date)) {
            for person in search.people {
                if search.service.is_done_by(&person.id) {
                    of_day(search, zone, person, date, &mut slots);
                }
            }
        }
        let next = date.plus_days(1);
        if next == date {
            break;
        }
        date = next;
    }
    slots.sort_unstable();
    slots.truncate(FREE_SLOTS_MAX);
    slots
}

fn of_day(
    search: &Search<'_>,
    zone: &Zone<'_>,
    person: &Person,
    date: Date,
    slots: &mut Vec<Slot>,
) {
    if person.away.iter().any(|span| span.holds(date)) {
        return;
    }
    let work = person.weekly.get(usize::from(date.weekday())).map_or(&[][..], Vec::as_slice);
    for work in work {
        let Some(end) = zone.ending(date, u32::from(work.end)) else { continue };
        let mut minute = u32::from(work.start);
        while minute < u32::from(work.end) {
            if let Some(start) = zone.starting(date, minute)
                && is_free(search, person, start, end)
            {
                slots.push(Slot { start, person: person.id.clone(), name: person.name.clone() });
            }
            minute = minute.saturating_add(u32::from(search.rules.grid_minutes.max(1)));
        }
    }
}

fn is_free(search: &Search<'_>, person: &Person, start: Timestamp, end: Timestamp) -> bool {
    let minutes = |minutes: u16| i64::from(minutes).saturating_mul(MINUTE_MS);
    let done = start.plus_millis(minutes(search.service.minutes));
    let until = done.plus_millis(minutes(search.service.buffer));
    let is_within = start >= search.from && start < search.until && done <= end;
    is_within
        && !search
            .busy
            .iter()
            .any(|busy| busy.person == person.id && busy.start < until && start < busy.until)
}
