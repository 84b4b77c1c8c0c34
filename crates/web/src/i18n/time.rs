//! Times, dates and names of days, as the browser's `Intl` writes them.

use std::{cell::RefCell, collections::BTreeMap};

use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use tresen_types::Timestamp;
use wasm_bindgen::{JsCast as _, JsValue};

use super::{Language, language, t};

/// What a formatter shows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shape {
    Time,
    Weekday,
    Date,
    DateTime,
    DateYear,
    DateYearTime,
    WeekdayTime,
    /// Time and weekday of a moment in UTC, for minutes and days that belong to no date.
    PlainTime,
    PlainWeekday,
    PlainWeekdayShort,
}

thread_local! {
    static FORMATS: RefCell<BTreeMap<(&'static str, Shape), Option<Function>>> =
        const { RefCell::new(BTreeMap::new()) };
}

/// A Monday at midnight, UTC.
const MONDAY_MS: f64 = 4.0 * 86_400_000.0;
const MINUTE_MS: f64 = 60_000.0;
const DAY_MS: f64 = 86_400_000.0;

/// The time of day: "10:42".
#[must_use]
pub fn clock(at: Timestamp) -> String {
    format(Shape::Time, millis(at))
}

/// Day and month: "14 Nov".
#[must_use]
pub fn date(at: Timestamp) -> String {
    let this_year = Date::new_0().get_full_year() == js_date(at).get_full_year();
    format(if this_year { Shape::Date } else { Shape::DateYear }, millis(at))
}

/// For an end that is near: "14:05", "Wed 14:05", "14 Nov, 14:05".
#[must_use]
pub fn day_time(at: Timestamp) -> String {
    match days_ago(at) {
        0 => clock(at),
        -6..=-1 => format(Shape::WeekdayTime, millis(at)),
        _ => date_time(at),
    }
}

/// Day, month and time: "14 Nov, 10:31".
#[must_use]
pub fn date_time(at: Timestamp) -> String {
    format(Shape::DateTime, millis(at))
}

/// Day, month, year and time, for what is read long before or after: "24 Dec 2026, 23:59".
#[must_use]
pub fn date_year_time(at: Timestamp) -> String {
    format(Shape::DateYearTime, millis(at))
}

/// A minute of the day, 0 to 2,880, in no particular zone: "9:30".
#[must_use]
pub fn minute_of_day(minute: u16) -> String {
    format(Shape::PlainTime, f64::from(minute % 1_440) * MINUTE_MS)
}

/// The name of a day of the week; 0 is Monday.
#[must_use]
pub fn weekday(day: u8) -> String {
    format(Shape::PlainWeekday, MONDAY_MS + f64::from(day % 7) * DAY_MS)
}

/// The short name of a day of the week; 0 is Monday.
#[must_use]
pub fn weekday_short(day: u8) -> String {
    format(Shape::PlainWeekdayShort, MONDAY_MS + f64::from(day % 7) * DAY_MS)
}

/// For a day's separator: "Today", "Yesterday", "Wednesday", "3 Nov".
#[must_use]
pub fn day_title(at: Timestamp) -> String {
    match days_ago(at) {
        0 => t().today.to_owned(),
        1 => t().yesterday.to_owned(),
        2..=6 => format(Shape::Weekday, millis(at)),
        _ => date(at),
    }
}

/// For a row of a list: "10:42", "Yesterday", "Wednesday", "3 Nov".
#[must_use]
pub fn row_time(at: Timestamp) -> String {
    if days_ago(at) == 0 { clock(at) } else { day_title(at) }
}

/// Counts local days since 1970; equal for two times of the same day.
#[must_use]
pub fn local_day(at: Timestamp) -> i64 {
    let date = js_date(at);
    let offset = date.get_timezone_offset() * MINUTE_MS;
    #[expect(clippy::cast_possible_truncation, reason = "days since 1970 fit by far")]
    let day = ((millis(at) - offset) / DAY_MS).floor() as i64;
    day
}

/// This device's clock.
#[must_use]
pub fn now() -> Timestamp {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit by far")]
    let millis = Date::now() as i64;
    Timestamp::from_millis(millis)
}

/// Year, month, day, hour and minute of now in a time zone; `None` when the browser doesn't know it.
#[must_use]
pub fn now_in(time_zone: &str) -> Option<(u16, u8, u8, u8, u8)> {
    let options = object(&[
        ("timeZone", time_zone),
        ("year", "numeric"),
        ("month", "2-digit"),
        ("day", "2-digit"),
        ("hour", "2-digit"),
        ("minute", "2-digit"),
        ("hourCycle", "h23"),
    ]);
    let format = try_format("en-GB", &options)?;
    let text = format.call1(&JsValue::NULL, &Date::new_0()).ok()?.as_string()?;
    let mut numbers = text
        .split(|character: char| !character.is_ascii_digit())
        .filter(|digits| !digits.is_empty());
    let day = numbers.next()?.parse().ok()?;
    let month = numbers.next()?.parse().ok()?;
    let year = numbers.next()?.parse().ok()?;
    Some((year, month, day, numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// The browser's own time zone, as an IANA name.
#[must_use]
pub fn own_time_zone() -> String {
    let format = Intl::DateTimeFormat::new(&Array::new(), &Object::new());
    Reflect::get(&format.resolved_options(), &"timeZone".into())
        .ok()
        .and_then(|zone| zone.as_string())
        .unwrap_or_else(|| "UTC".to_owned())
}

/// An hour of a day that is so many days from now.
#[must_use]
pub fn at_hour(days: i32, hour: u32) -> Timestamp {
    let date = Date::new_0();
    let day = i32::try_from(date.get_date()).unwrap_or(1).saturating_add(days);
    // A day beyond the month's end is one of the next.
    date.set_date(u32::try_from(day).unwrap_or(1));
    date.set_hours(hour);
    date.set_minutes(0);
    date.set_seconds(0);
    moment(&date)
}

/// An hour of a day as a date field has it, such as `2026-11-30`.
#[must_use]
pub fn of_day(day: &str, hour: u32) -> Option<Timestamp> {
    let date = Date::new(&JsValue::from_str(&format!("{day}T{hour:02}:00")));
    (!date.get_time().is_nan()).then(|| moment(&date))
}

/// The last minute of a day as a date field has it.
#[must_use]
pub fn end_of(day: &str) -> Option<Timestamp> {
    const TO_LAST_MINUTE_MS: i64 = 59 * 60_000;
    let hour = of_day(day, 23)?;
    Some(Timestamp::from_millis(hour.as_millis().saturating_add(TO_LAST_MINUTE_MS)))
}

/// A day as a date field has it.
#[must_use]
pub fn day(at: Timestamp) -> String {
    let date = js_date(at);
    let month = date.get_month().saturating_add(1);
    format!("{:04}-{month:02}-{:02}", date.get_full_year(), date.get_date())
}

fn moment(date: &Date) -> Timestamp {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 fit by far")]
    let millis = date.get_time() as i64;
    Timestamp::from_millis(millis)
}

fn days_ago(at: Timestamp) -> i64 {
    local_day(now()) - local_day(at)
}

fn js_date(at: Timestamp) -> Date {
    Date::new(&JsValue::from_f64(millis(at)))
}

fn millis(at: Timestamp) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "exact up to the year 287,396")]
    let millis = at.as_millis() as f64;
    millis
}

fn format(shape: Shape, at_ms: f64) -> String {
    let key = (language().tag(), shape);
    let format = FORMATS
        .with_borrow_mut(|formats| formats.entry(key).or_insert_with(|| formatter(shape)).clone());
    let date = Date::new(&JsValue::from_f64(at_ms));
    format
        .and_then(|format| format.call1(&JsValue::NULL, &date).ok())
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

fn formatter(shape: Shape) -> Option<Function> {
    let short_time: [(&str, &str); 2] = [("hour", "numeric"), ("minute", "2-digit")];
    let mut options = match shape {
        Shape::Time => short_time.to_vec(),
        Shape::PlainTime => [&short_time[..], &[("timeZone", "UTC")]].concat(),
        Shape::Weekday => vec![("weekday", "long")],
        Shape::WeekdayTime => [&[("weekday", "short")][..], &short_time[..]].concat(),
        Shape::PlainWeekday => vec![("weekday", "long"), ("timeZone", "UTC")],
        Shape::PlainWeekdayShort => vec![("weekday", "short"), ("timeZone", "UTC")],
        Shape::Date => vec![("day", "numeric"), ("month", "short")],
        Shape::DateYear => vec![("day", "numeric"), ("month", "short"), ("year", "numeric")],
        Shape::DateYearTime => {
            [&[("day", "numeric"), ("month", "short"), ("year", "numeric")][..], &short_time[..]]
                .concat()
        }
        Shape::DateTime => {
            [&[("day", "numeric"), ("month", "short")][..], &short_time[..]].concat()
        }
    };
    if language() == Language::Hindi {
        options.push(("hourCycle", "h23"));
    }
    let options = object(&options);
    try_format(&locale(), &options).or_else(|| try_format("en", &options))
}

/// The browser's own variant of the chosen language, such as `de-AT`, with Western digits.
fn locale() -> String {
    let own = web_sys::window().and_then(|window| window.navigator().language());
    match (language(), own) {
        (Language::Hindi, _) => "hi-IN-u-nu-latn".to_owned(),
        (language, Some(own)) if own.starts_with(language.tag()) && own.len() > 2 => own,
        (Language::English, _) => "en-GB".to_owned(),
        (Language::German, _) => "de-DE".to_owned(),
    }
}

fn object(pairs: &[(&str, &str)]) -> Object {
    let object = Object::new();
    for (key, value) in pairs {
        // Setting a property of a fresh plain object can't fail.
        Reflect::set(&object, &JsValue::from_str(key), &JsValue::from_str(value)).ok();
    }
    object
}

/// Makes a formatter; `Intl` throws for a time zone or a locale that it doesn't know.
fn try_format(locale: &str, options: &Object) -> Option<Function> {
    let constructor = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let constructor = Reflect::get(&constructor, &"DateTimeFormat".into()).ok()?;
    let constructor = constructor.dyn_into::<Function>().ok()?;
    let format = constructor.call2(&JsValue::NULL, &JsValue::from_str(locale), options).ok()?;
    Reflect::get(&format, &"format".into()).ok()?.dyn_into().ok()
}

/// Times of one time zone, as the reader's language writes them.
#[derive(Clone, Debug)]
pub struct Zoned {
    day: Option<Function>,
    short_day: Option<Function>,
    time: Option<Function>,
    place: Option<Function>,
}

impl Zoned {
    /// A zone by its IANA name; one that the browser doesn't know is its own.
    #[must_use]
    pub fn new(zone: &str) -> Self {
        let with = |locale: &str, pairs: &[(&str, &str)]| {
            let known = object(&[pairs, &[("timeZone", zone)]].concat());
            try_format(locale, &known).or_else(|| try_format(locale, &object(pairs)))
        };
        let locale = locale();
        let cycle = if language() == Language::Hindi { "h23" } else { "" };
        let mut time = vec![("hour", "numeric"), ("minute", "2-digit")];
        if !cycle.is_empty() {
            time.push(("hourCycle", cycle));
        }
        Self {
            day: with(&locale, &[("weekday", "short"), ("day", "numeric"), ("month", "short")]),
            short_day: with(&locale, &[("weekday", "short"), ("day", "numeric")]),
            time: with(&locale, &time),
            place: with(
                "en-GB",
                &[
                    ("year", "numeric"),
                    ("month", "2-digit"),
                    ("day", "2-digit"),
                    ("hour", "2-digit"),
                    ("minute", "2-digit"),
                    ("hourCycle", "h23"),
                ],
            ),
        }
    }

    /// "Sat, 28 Nov".
    #[must_use]
    pub fn day(&self, at: Timestamp) -> String {
        written(self.day.as_ref(), at)
    }

    /// "Sat 28".
    #[must_use]
    pub fn short_day(&self, at: Timestamp) -> String {
        written(self.short_day.as_ref(), at)
    }

    /// "16:30".
    #[must_use]
    pub fn time(&self, at: Timestamp) -> String {
        written(self.time.as_ref(), at)
    }

    /// "Sat, 28 Nov, 16:30".
    #[must_use]
    pub fn day_time(&self, at: Timestamp) -> String {
        format!("{}, {}", self.day(at), self.time(at))
    }

    /// Year, month and day on the zone's calendar.
    #[must_use]
    pub fn date(&self, at: Timestamp) -> Option<(u16, u8, u8)> {
        let text = written(self.place.as_ref(), at);
        let mut numbers = text
            .split(|character: char| !character.is_ascii_digit())
            .filter(|digits| !digits.is_empty());
        let day = numbers.next()?.parse().ok()?;
        let month = numbers.next()?.parse().ok()?;
        Some((numbers.next()?.parse().ok()?, month, day))
    }
}

fn written(format: Option<&Function>, at: Timestamp) -> String {
    let date = js_date(at);
    format
        .and_then(|format| format.call1(&JsValue::NULL, &date).ok())
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

/// A day of the calendar that belongs to no zone: "Sat, 28 Nov".
#[must_use]
pub fn plain_day(year: u16, month: u8, day: u8) -> String {
    let at = Date::utc(f64::from(year), f64::from(month) - 1.0);
    let at = at + (f64::from(day) - 1.0) * DAY_MS;
    let date = Date::new(&JsValue::from_f64(at));
    let shape = [("weekday", "short"), ("day", "numeric"), ("month", "short"), ("timeZone", "UTC")];
    let options = object(&shape);
    let format = try_format(&locale(), &options).or_else(|| try_format("en", &options));
    format
        .and_then(|format| format.call1(&JsValue::NULL, &date).ok())
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}
