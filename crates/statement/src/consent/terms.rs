//! What a customer sets beyond yes and no.

use tresen_types::{Categories, Category};

use super::CategoryMax;
use crate::{
    cbor::{Reader, Writer},
    error::Error,
    hours::LocalTime,
    limits::TIME_ZONE_BYTES_MAX,
    text,
};

/// Minutes of a day.
const DAY_MINUTES: u16 = 24 * 60;
/// Minutes of a week.
const WEEK_MINUTES: u16 = 7 * DAY_MINUTES;

byte_enum! {
    /// Where the customer said it.
    WayIn {
        /// At an entry link, or wherever the consent's own fields say.
        Entry = 0,
        /// In the header of the chat.
        Chat = 1,
        /// In the list of all businesses.
        Sheet = 2,
        /// By a stop word in the chat.
        StopWord = 3,
        /// By taking a stop back.
        Undo = 4,
    }
}

/// A part of every day in which nothing is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuietHours {
    /// The first minute of the day.
    pub start: u16,
    /// The first minute after; before `start` it is on the next day.
    pub end: u16,
    /// What waits: utility and marketing at most. Answers and codes never wait.
    pub categories: Categories,
}

impl QuietHours {
    /// Whether it is quiet at a minute of the day.
    #[must_use]
    pub const fn contains(&self, minute: u16) -> bool {
        if self.start <= self.end {
            self.start <= minute && minute < self.end
        } else {
            self.start <= minute || minute < self.end
        }
    }

    /// How many minutes it stays quiet from a minute of the day on; 0 when it isn't.
    #[must_use]
    pub const fn minutes_left(&self, minute: u16) -> u16 {
        if !self.contains(minute) {
            return 0;
        }
        self.end.saturating_add(DAY_MINUTES).saturating_sub(minute) % DAY_MINUTES
    }

    fn is_consistent(&self) -> bool {
        self.start < DAY_MINUTES
            && self.end < DAY_MINUTES
            && self.start != self.end
            && can_wait(self.categories)
    }
}

/// Once a week for everything that waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeeklyDigest {
    /// The day: 0 is Monday.
    pub weekday: u8,
    /// The minute of that day.
    pub minute: u16,
    /// What waits for it: utility and marketing at most.
    pub categories: Categories,
}

impl WeeklyDigest {
    /// How many minutes a local time is before the next one; 0 within its minute.
    #[must_use]
    pub fn minutes_until(&self, now: LocalTime) -> u16 {
        let of_week = |weekday: u8, minute: u16| {
            u16::from(weekday).saturating_mul(DAY_MINUTES).saturating_add(minute)
        };
        let wanted = of_week(self.weekday, self.minute).saturating_add(WEEK_MINUTES);
        wanted.saturating_sub(of_week(now.date.weekday(), now.minute)) % WEEK_MINUTES
    }

    fn is_consistent(&self) -> bool {
        self.weekday < 7 && self.minute < DAY_MINUTES && can_wait(self.categories)
    }
}

/// Answers are wanted now, and a code that waits is worth nothing.
fn can_wait(categories: Categories) -> bool {
    !categories.is_empty()
        && !categories.contains(Category::Service)
        && !categories.contains(Category::Authentication)
}

/// The customer's own limits and where it set them. A consent without any is encoded as before
/// there were terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How many messages of each category a week may hold at most.
    pub weekly_max: CategoryMax,
    /// When nothing may come.
    pub quiet: Option<QuietHours>,
    /// What comes once a week.
    pub digest: Option<WeeklyDigest>,
    /// The IANA name of the zone in which these times are meant; empty without such times.
    pub time_zone: String,
    /// Where the customer said so.
    pub way_in: WayIn,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            weekly_max: CategoryMax::default(),
            quiet: None,
            digest: None,
            time_zone: String::new(),
            way_in: WayIn::Entry,
        }
    }
}

impl Terms {
    pub(super) const FIELDS: usize = 5;

    pub(super) fn write(&self, writer: &mut Writer) {
        self.weekly_max.write(writer);
        writer.optional(self.quiet, |writer, quiet| {
            writer.array(3);
            writer.uint(quiet.start);
            writer.uint(quiet.end);
            writer.uint(quiet.categories.bits());
        });
        writer.optional(self.digest, |writer, digest| {
            writer.array(3);
            writer.uint(digest.weekday);
            writer.uint(digest.minute);
            writer.uint(digest.categories.bits());
        });
        writer.text(&self.time_zone);
        writer.uint(self.way_in.as_byte());
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let terms = Self {
            weekly_max: CategoryMax::read(reader)?,
            quiet: reader.optional(|reader| {
                reader.array(3)?;
                Ok(QuietHours {
                    start: reader.u16()?,
                    end: reader.u16()?,
                    categories: reader.categories()?,
                })
            })?,
            digest: reader.optional(|reader| {
                reader.array(3)?;
                Ok(WeeklyDigest {
                    weekday: reader.byte(Some)?,
                    minute: reader.u16()?,
                    categories: reader.categories()?,
                })
            })?,
            time_zone: text::line(reader.text(TIME_ZONE_BYTES_MAX)?)?,
            way_in: reader.byte(WayIn::from_byte)?,
        };
        if terms.is_consistent() { Ok(terms) } else { Err(Error::Value) }
    }

    fn is_consistent(&self) -> bool {
        let has_times = self.quiet.is_some() || self.digest.is_some();
        self.quiet.is_none_or(|quiet| quiet.is_consistent())
            && self.digest.is_none_or(|digest| digest.is_consistent())
            && has_times != self.time_zone.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Date;

    #[test]
    fn the_next_digest_is_less_than_a_week_away() {
        let digest = WeeklyDigest {
            weekday: 5,
            minute: 600,
            categories: [Category::Marketing].into_iter().collect(),
        };
        // Thursday, 1 January 1970.
        let at =
            |days: u32, minute: u16| LocalTime { date: Date::from_days(days).unwrap(), minute };
        assert_eq!(digest.minutes_until(at(0, 600)), 2 * DAY_MINUTES);
        assert_eq!(digest.minutes_until(at(2, 599)), 1);
        assert_eq!(digest.minutes_until(at(2, 600)), 0);
        assert_eq!(digest.minutes_until(at(2, 601)), WEEK_MINUTES - 1);
        assert_eq!(digest.minutes_until(at(3, 600)), 6 * DAY_MINUTES);
    }
}
