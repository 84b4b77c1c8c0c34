//! Opening hours and the question "is it open now".
//!
//! Everything here is civil time in the business's own zone: days and minutes of the day. Who asks
//! converts the time first, because only there a time zone database is at hand.

use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::{EXCEPTIONS_MAX, INTERVALS_MAX, TIME_ZONE_BYTES_MAX},
};

/// Minutes of a day.
const DAY_MINUTES: u16 = 24 * 60;
/// What stays open for longer than a week has no end worth telling.
const OPEN_MINUTES_MAX: u64 = 7 * 24 * 60;
/// How far ahead the next opening is looked for.
const SEARCH_DAYS: u32 = 400;

/// A day of the Gregorian calendar, as days since 1 January 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(u32);

impl Date {
    /// The last day: 31 December 9999.
    const MAX: Self = Self(2_932_896);

    /// Takes days since 1 January 1970; `None` after the year 9999.
    #[must_use]
    pub fn from_days(days: u32) -> Option<Self> {
        (days <= Self::MAX.0).then_some(Self(days))
    }

    /// Takes year (1970 to 9999), month and day as on a calendar; `None` when there is no such day.
    #[must_use]
    pub fn from_civil(year: u16, month: u8, day: u8) -> Option<Self> {
        let in_range = (1970..=9999).contains(&year) && (1..=12).contains(&month);
        if !in_range || day == 0 || day > days_of_month(year, month) {
            return None;
        }
        Some(Self(days_from_civil(u32::from(year), u32::from(month), u32::from(day))))
    }

    /// Days since 1 January 1970.
    #[must_use]
    pub const fn days(self) -> u32 {
        self.0
    }

    /// Year, month and day, as on a calendar.
    #[must_use]
    pub fn civil(self) -> (u16, u8, u8) {
        // A year has at most 366 days: this one or one of those shortly after it.
        let at_least = u16::try_from(1970_u32.saturating_add(self.0 / 366)).unwrap_or(9999);
        let year = (at_least..=9999)
            .take_while(|year| Self::from_civil(*year, 1, 1).is_some_and(|first| first <= self))
            .last()
            .unwrap_or(1970);
        let month = (1..=12)
            .rev()
            .find(|month| Self::from_civil(year, *month, 1).is_some_and(|first| first <= self))
            .unwrap_or(1);
        let first = Self::from_civil(year, month, 1).unwrap_or(self);
        let day = self.0.saturating_sub(first.0).saturating_add(1);
        (year, month, u8::try_from(day).unwrap_or(1))
    }

    /// The day of the week: 0 is Monday, 6 is Sunday.
    #[must_use]
    pub fn weekday(self) -> u8 {
        // 1 January 1970 was a Thursday.
        u8::try_from(self.0.saturating_add(3) % 7).unwrap_or(0)
    }

    /// The day `days` later, at most the last one.
    #[must_use]
    pub fn plus_days(self, days: u32) -> Self {
        Self(self.0.saturating_add(days)).min(Self::MAX)
    }
}

fn days_of_month(year: u16, month: u8) -> u8 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _long => 31,
    }
}

#[expect(clippy::arithmetic_side_effects, reason = "the caller bounds year, month and day")]
fn days_from_civil(year: u32, month: u32, day: u32) -> u32 {
    // Years that begin in March have the leap day at their end.
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    // 719,468 days lie between 1 March of the year 0 and 1 January 1970.
    year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

/// A time of a day in the business's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime {
    /// The day.
    pub date: Date,
    /// Minutes after midnight, below 1,440.
    pub minute: u16,
}

impl LocalTime {
    fn absolute(self) -> u64 {
        absolute(self.date, self.minute)
    }

    fn from_absolute(minutes: u64) -> Self {
        let day = u32::try_from(minutes / 1_440).unwrap_or(u32::MAX);
        let minute = u16::try_from(minutes % 1_440).unwrap_or(0);
        Self { date: Date(day), minute }
    }
}

fn absolute(date: Date, minute: u16) -> u64 {
    u64::from(date.0).saturating_mul(u64::from(DAY_MINUTES)).saturating_add(u64::from(minute))
}

/// Open from one minute to another, counted from the midnight at which its day begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The first minute, below 1,440.
    pub start: u16,
    /// The first minute after; beyond 1,440 it is on the next day, at most 2,880.
    pub end: u16,
}

/// A day that differs from the weekly hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoursException {
    /// The day.
    pub date: Date,
    /// The hours that begin on it; none when it is closed.
    pub intervals: Vec<Interval>,
}

/// When a business is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpeningHours {
    /// The IANA name of its time zone.
    pub time_zone: String,
    /// The hours that begin on each day of the week, Monday first.
    pub weekly: [Vec<Interval>; 7],
    /// Days that differ, in ascending order.
    pub exceptions: Vec<HoursException>,
}

/// Whether a business is open, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenState {
    /// Open.
    Open {
        /// The end; `None` when it doesn't close within a week.
        until: Option<LocalTime>,
    },
    /// Closed.
    Closed {
        /// The next opening; `None` when there is none in the coming year.
        opens: Option<LocalTime>,
    },
}

impl OpeningHours {
    /// Whether the business is open at `now`, which is civil time in its zone.
    ///
    /// Hours belong to the day on which they begin: an exception for a day doesn't shorten the night
    /// before it.
    #[must_use]
    pub fn state_at(&self, now: LocalTime) -> OpenState {
        let now = now.absolute();
        let mut end = now;
        while let Some(later) = self.end_of_interval_at(end) {
            end = later;
            if end.saturating_sub(now) > OPEN_MINUTES_MAX {
                return OpenState::Open { until: None };
            }
        }
        if end > now {
            OpenState::Open { until: Some(LocalTime::from_absolute(end)) }
        } else {
            OpenState::Closed { opens: self.next_opening(now) }
        }
    }

    /// The latest end of all intervals that hold the minute.
    fn end_of_interval_at(&self, minute: u64) -> Option<u64> {
        let date = LocalTime::from_absolute(minute).date;
        // An interval ends on the next day at the latest.
        [date.0.checked_sub(1).map(Date), Some(date)]
            .into_iter()
            .flatten()
            .flat_map(|day| self.intervals_on(day).iter().map(move |hours| (day, hours)))
            .filter(|(day, hours)| {
                absolute(*day, hours.start) <= minute && minute < absolute(*day, hours.end)
            })
            .map(|(day, hours)| absolute(day, hours.end))
            .max()
    }

    fn next_opening(&self, now: u64) -> Option<LocalTime> {
        let today = LocalTime::from_absolute(now).date;
        (0..SEARCH_DAYS).map(|days| today.plus_days(days)).find_map(|date| {
            self.intervals_on(date)
                .iter()
                .map(|hours| LocalTime { date, minute: hours.start })
                .find(|opening| opening.absolute() > now)
        })
    }

    fn intervals_on(&self, date: Date) -> &[Interval] {
        match self.exceptions.binary_search_by_key(&date, |exception| exception.date) {
            Ok(at) => self.exceptions.get(at).map_or(&[], |exception| &exception.intervals),
            Err(_no_exception) => {
                self.weekly.get(usize::from(date.weekday())).map_or(&[], Vec::as_slice)
            }
        }
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.array(3);
        writer.text(&self.time_zone);
        writer.list(&self.weekly, |writer, intervals| write_intervals(writer, intervals));
        writer.list(&self.exceptions, |writer, exception| {
            writer.array(2);
            writer.uint(exception.date.0);
            write_intervals(writer, &exception.intervals);
        });
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        reader.array(3)?;
        let hours = Self {
            time_zone: reader.text(TIME_ZONE_BYTES_MAX)?.to_owned(),
            weekly: reader
                .list(7, read_intervals)?
                .try_into()
                .map_err(|_other_length| Error::Malformed)?,
            exceptions: reader.list(EXCEPTIONS_MAX, |reader| {
                reader.array(2)?;
                let date = Date::from_days(reader.u32()?).ok_or(Error::Value)?;
                Ok(HoursException { date, intervals: read_intervals(reader)? })
            })?,
        };
        let is_sorted = hours.exceptions.is_sorted_by(|one, next| one.date < next.date);
        let is_zone = !hours.time_zone.is_empty()
            && hours
                .time_zone
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte));
        if is_sorted && is_zone { Ok(hours) } else { Err(Error::Value) }
    }
}

fn write_intervals(writer: &mut Writer, intervals: &[Interval]) {
    writer.list(intervals, |writer, interval| {
        writer.array(2);
        writer.uint(interval.start);
        writer.uint(interval.end);
    });
}

fn read_intervals(reader: &mut Reader<'_>) -> Result<Vec<Interval>, Error> {
    let intervals = reader.list(INTERVALS_MAX, |reader| {
        reader.array(2)?;
        Ok(Interval { start: reader.u16()?, end: reader.u16()? })
    })?;
    let are_valid = intervals.iter().all(|interval| {
        interval.start < interval.end
            && interval.start < DAY_MINUTES
            && interval.end <= 2 * DAY_MINUTES
    });
    let are_apart = intervals.is_sorted_by(|one, next| one.end <= next.start);
    if are_valid && are_apart { Ok(intervals) } else { Err(Error::Value) }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "small constants of tests")]
mod tests {
    use super::*;

    fn hours(weekly: [&[(u16, u16)]; 7], exceptions: &[(Date, &[(u16, u16)])]) -> OpeningHours {
        let intervals = |pairs: &[(u16, u16)]| {
            pairs
                .iter()
                .map(|(start, end)| Interval { start: *start, end: *end })
                .collect::<Vec<_>>()
        };
        OpeningHours {
            time_zone: "Europe/Berlin".to_owned(),
            weekly: weekly.map(intervals),
            exceptions: exceptions
                .iter()
                .map(|(date, pairs)| HoursException { date: *date, intervals: intervals(pairs) })
                .collect(),
        }
    }

    fn at(day: u8, hour: u16, minute: u16) -> LocalTime {
        // November 2026 begins on a Sunday, so that the 2nd is a Monday.
        let date = Date::from_civil(2026, 11, day).expect("a day of November");
        LocalTime { date, minute: hour * 60 + minute }
    }

    fn open(until: LocalTime) -> OpenState {
        OpenState::Open { until: Some(until) }
    }

    fn closed(opens: LocalTime) -> OpenState {
        OpenState::Closed { opens: Some(opens) }
    }

    const NINE_TO_SIX: &[(u16, u16)] = &[(540, 1080)];
    const SPLIT: &[(u16, u16)] = &[(480, 720), (840, 1080)];

    #[test]
    fn days_come_back_as_they_stand_on_a_calendar() {
        for (year, month, day) in [
            (1970, 1, 1),
            (2000, 2, 29),
            (2027, 12, 31),
            (2028, 2, 29),
            (2028, 3, 1),
            (9999, 12, 31),
        ] {
            let date = Date::from_civil(year, month, day).unwrap();
            assert_eq!(date.civil(), (year, month, day));
        }
        for days in (0..40_000).step_by(7) {
            let date = Date(days);
            let (year, month, day) = date.civil();
            assert_eq!(Date::from_civil(year, month, day), Some(date));
        }
    }

    #[test]
    fn dates_follow_the_calendar() {
        assert_eq!(Date::from_civil(1970, 1, 1).map(Date::days), Some(0));
        assert_eq!(Date::from_civil(2000, 3, 1).map(Date::days), Some(11_017));
        assert_eq!(Date::from_civil(9999, 12, 31), Some(Date::MAX));
        assert_eq!(Date::from_civil(2026, 2, 29), None);
        assert!(Date::from_civil(2028, 2, 29).is_some());
        assert_eq!(Date::from_civil(2100, 2, 29), None);
        assert_eq!(at(2, 0, 0).date.weekday(), 0);
        assert_eq!(at(8, 0, 0).date.weekday(), 6);
    }

    #[test]
    fn every_day_follows_the_day_before() {
        let mut expected = 0;
        for year in 1970..2110 {
            for month in 1..=12 {
                for day in 1..=days_of_month(year, month) {
                    assert_eq!(Date::from_civil(year, month, day), Some(Date(expected)));
                    expected += 1;
                }
            }
        }
    }

    #[test]
    fn opens_and_closes_on_the_minute() {
        let shop = hours([NINE_TO_SIX, SPLIT, &[], &[], &[], &[], &[]], &[]);
        assert_eq!(shop.state_at(at(2, 8, 59)), closed(at(2, 9, 0)));
        assert_eq!(shop.state_at(at(2, 9, 0)), open(at(2, 18, 0)));
        assert_eq!(shop.state_at(at(2, 17, 59)), open(at(2, 18, 0)));
        assert_eq!(shop.state_at(at(2, 18, 0)), closed(at(3, 8, 0)));
        assert_eq!(shop.state_at(at(3, 12, 30)), closed(at(3, 14, 0)));
        assert_eq!(shop.state_at(at(3, 20, 0)), closed(at(9, 9, 0)));
    }

    #[test]
    fn a_bar_is_open_over_midnight() {
        let bar = hours([&[], &[], &[], &[], &[(1200, 1560)], &[(1200, 1620)], &[]], &[]);
        assert_eq!(bar.state_at(at(6, 23, 0)), open(at(7, 2, 0)));
        assert_eq!(bar.state_at(at(7, 1, 59)), open(at(7, 2, 0)));
        assert_eq!(bar.state_at(at(7, 2, 0)), closed(at(7, 20, 0)));
        // Sunday to Monday: the week turns.
        assert_eq!(bar.state_at(at(8, 2, 30)), open(at(8, 3, 0)));
        assert_eq!(bar.state_at(at(8, 3, 0)), closed(at(13, 20, 0)));
    }

    #[test]
    fn hours_that_touch_at_midnight_are_one() {
        let shop = hours([&[(1200, 1440)], &[(0, 120)], &[], &[], &[], &[], &[]], &[]);
        assert_eq!(shop.state_at(at(2, 21, 0)), open(at(3, 2, 0)));
    }

    #[test]
    fn holidays_replace_the_week() {
        let monday = at(2, 0, 0).date;
        let tuesday = at(3, 0, 0).date;
        let shop = hours([NINE_TO_SIX; 7], &[(monday, &[]), (tuesday, &[(600, 660)])]);
        assert_eq!(shop.state_at(at(2, 10, 0)), closed(at(3, 10, 0)));
        assert_eq!(shop.state_at(at(3, 10, 30)), open(at(3, 11, 0)));
        assert_eq!(shop.state_at(at(3, 11, 0)), closed(at(4, 9, 0)));
        // The night before a holiday keeps its end.
        let bar = hours([&[(1200, 1560)]; 7], &[(tuesday, &[])]);
        assert_eq!(bar.state_at(at(3, 1, 0)), open(at(3, 2, 0)));
        assert_eq!(bar.state_at(at(3, 21, 0)), closed(at(4, 20, 0)));
    }

    #[test]
    fn always_and_never_open_have_no_end() {
        let always = hours([&[(0, 1440)]; 7], &[]);
        assert_eq!(always.state_at(at(4, 3, 0)), OpenState::Open { until: None });
        let never = hours([&[]; 7], &[]);
        assert_eq!(never.state_at(at(4, 3, 0)), OpenState::Closed { opens: None });
        // Always, but for a holiday in three days.
        let break_ahead = hours([&[(0, 1440)]; 7], &[(at(7, 0, 0).date, &[])]);
        assert_eq!(break_ahead.state_at(at(4, 3, 0)), open(at(7, 0, 0)));
    }

    #[test]
    fn one_day_of_opening_in_the_year_is_found() {
        let fair = hours([&[]; 7], &[(at(30, 0, 0).date, NINE_TO_SIX)]);
        assert_eq!(fair.state_at(at(2, 0, 0)), closed(at(30, 9, 0)));
    }
}
