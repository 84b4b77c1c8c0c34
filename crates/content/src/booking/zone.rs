//! From the shop's clock to instants. The platform knows the rules of time zones; this asks it for the
//! offsets at midnight, and looks closer only on the days on which they differ.

use std::{cell::RefCell, collections::BTreeMap};

use tresen_statement::{Date, LocalTime};
use tresen_types::{Timestamp, limits::DAY_MS};

const MINUTE_MS: i64 = 60_000;

/// A time zone, as the platform knows it.
#[expect(missing_debug_implementations, reason = "a function has nothing to show")]
pub struct Zone<'a> {
    local: &'a dyn Fn(Timestamp) -> Option<LocalTime>,
    /// Offsets in milliseconds that were asked for already.
    known: RefCell<BTreeMap<i64, i64>>,
}

impl<'a> Zone<'a> {
    /// A zone by what its clocks show at an instant.
    #[must_use]
    pub fn new(local: &'a dyn Fn(Timestamp) -> Option<LocalTime>) -> Self {
        Self { local, known: RefCell::default() }
    }

    /// What the clocks show; `None` for an unknown zone.
    #[must_use]
    pub fn local(&self, at: Timestamp) -> Option<LocalTime> {
        (self.local)(at)
    }

    /// When the clocks show a time for the first time; `None` when they skip it.
    #[must_use]
    pub fn starting(&self, date: Date, minute: u32) -> Option<Timestamp> {
        let (wanted, before, after) = self.around(date, minute)?;
        if before == after {
            return Some(at(wanted, before));
        }
        // The larger offset gives the earlier instant.
        [before.max(after), before.min(after)]
            .into_iter()
            .map(|offset| (at(wanted, offset), offset))
            .find(|(instant, offset)| self.offset(instant.as_millis()) == Some(*offset))
            .map(|(instant, _offset)| instant)
    }

    /// When work ends that ends at a time of the clocks: where they skip it, as much later.
    #[must_use]
    pub fn ending(&self, date: Date, minute: u32) -> Option<Timestamp> {
        if let Some(instant) = self.starting(date, minute) {
            return Some(instant);
        }
        let (wanted, before, _after) = self.around(date, minute)?;
        Some(at(wanted, before))
    }

    /// The wanted time as if it were UTC, and the offsets the day before and the day after.
    fn around(&self, date: Date, minute: u32) -> Option<(i64, i64, i64)> {
        let midnight = i64::from(date.days()).saturating_mul(DAY_MS);
        let wanted = midnight.saturating_add(i64::from(minute).saturating_mul(MINUTE_MS));
        let day = wanted.div_euclid(DAY_MS).saturating_mul(DAY_MS);
        let before = self.offset(day.saturating_sub(DAY_MS))?;
        let after = self.offset(day.saturating_add(DAY_MS.saturating_mul(2)))?;
        Some((wanted, before, after))
    }

    fn offset(&self, instant: i64) -> Option<i64> {
        if let Some(known) = self.known.borrow().get(&instant) {
            return Some(*known);
        }
        let local = self.local(Timestamp::from_millis(instant))?;
        let shown = i64::from(local.date.days())
            .saturating_mul(DAY_MS)
            .saturating_add(i64::from(local.minute).saturating_mul(MINUTE_MS));
        let floor = instant.div_euclid(MINUTE_MS).saturating_mul(MINUTE_MS);
        let offset = shown.saturating_sub(floor);
        self.known.borrow_mut().insert(instant, offset);
        Some(offset)
    }
}

const fn at(wanted: i64, offset: i64) -> Timestamp {
    Timestamp::from_millis(wanted.saturating_sub(offset))
}
