//! What a shop sets up: services, people with their rosters, closed days. Each is an operation of its
//! own in the own group, so that none is too large for it.

use tresen_statement::{Date, Interval};
use tresen_types::Money;

use super::terms::ServiceTerms;
use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::{
        AWAY_MAX, BOOKING_ID_BYTES_MAX, CANCEL_HOURS_MAX, ITEM_NAME_BYTES_MAX,
        ROSTER_INTERVALS_MAX, SERVICE_MINUTES_MAX, SERVICE_PEOPLE_MAX,
    },
    shop::{read_money, write_money},
};

const DAY_MINUTES: u16 = 1_440;

/// Something that is done by appointment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// A short name that stays.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// How long it takes.
    pub minutes: u16,
    /// What is kept free after it.
    pub buffer: u16,
    /// What it costs; `None` when that isn't said.
    pub price: Option<Money>,
    /// What is paid before; `None` for nothing.
    pub deposit: Option<Money>,
    /// The ids of those who do it; empty for all.
    pub people: Vec<String>,
}

/// Somebody, or something, that a slot is with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// A short name that stays.
    pub id: String,
    /// What they are called.
    pub name: String,
    /// The times of work that begin on each day of the week, Monday first.
    pub weekly: [Vec<Interval>; 7],
    /// When they are away.
    pub away: Vec<DaySpan>,
}

/// Days, the last one among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DaySpan {
    /// The first.
    pub first: Date,
    /// The last.
    pub last: Date,
}

/// What holds for all bookings of the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The shop's time zone, an IANA name.
    pub time_zone: String,
    /// Until how many hours before a customer may cancel or move a booking.
    pub cancel_hours: u16,
    /// How many minutes before its start a slot can't be offered any more.
    pub notice_minutes: u16,
    /// How many minutes lie between two starts.
    pub grid_minutes: u16,
    /// When the shop is closed.
    pub closed: Vec<DaySpan>,
    /// The template that reminds of a booking.
    pub reminder: Option<[u8; 32]>,
}

impl DaySpan {
    /// Whether a day is among them.
    #[must_use]
    pub fn holds(&self, date: Date) -> bool {
        (self.first..=self.last).contains(&date)
    }
}

impl Service {
    /// The service as a customer gets it.
    #[must_use]
    pub fn terms(&self, rules: &Rules) -> ServiceTerms {
        ServiceTerms {
            id: self.id.clone(),
            name: self.name.clone(),
            minutes: self.minutes,
            price: self.price,
            deposit: self.deposit,
            time_zone: rules.time_zone.clone(),
            cancel_hours: rules.cancel_hours,
        }
    }

    /// Whether a person does it.
    #[must_use]
    pub fn is_done_by(&self, person: &str) -> bool {
        self.people.is_empty() || self.people.iter().any(|known| known == person)
    }

    /// Whether it keeps the limits.
    ///
    /// # Errors
    /// When it doesn't.
    pub fn check(&self) -> Result<(), Error> {
        let fits = is_id(&self.id)
            && is_name(&self.name)
            && (1..=SERVICE_MINUTES_MAX).contains(&self.minutes)
            && self.buffer <= SERVICE_MINUTES_MAX
            && self.people.len() <= SERVICE_PEOPLE_MAX
            && self.price.is_none_or(|price| price.minor >= 0)
            && self.deposit.is_none_or(|deposit| deposit.minor > 0);
        if fits { Ok(()) } else { Err(Error::Value) }
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.array(7);
        writer.text(&self.id);
        writer.text(&self.name);
        writer.uint(self.minutes);
        writer.uint(self.buffer);
        writer.optional(self.price, write_money);
        writer.optional(self.deposit, write_money);
        writer.list(&self.people, |writer, person| writer.text(person));
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        reader.array(7)?;
        let service = Self {
            id: reader.text(BOOKING_ID_BYTES_MAX)?,
            name: reader.text(ITEM_NAME_BYTES_MAX)?,
            minutes: reader.u16()?,
            buffer: reader.u16()?,
            price: reader.optional(read_money)?,
            deposit: reader.optional(read_money)?,
            people: reader.list(SERVICE_PEOPLE_MAX, |reader| reader.text(BOOKING_ID_BYTES_MAX))?,
        };
        service.check().map(|()| service)
    }
}

impl Person {
    /// Whether it keeps the limits.
    ///
    /// # Errors
    /// When it doesn't.
    pub fn check(&self) -> Result<(), Error> {
        let fits = is_id(&self.id)
            && is_name(&self.name)
            && self.away.len() <= AWAY_MAX
            && self.away.iter().all(|span| span.first <= span.last)
            && self.weekly.iter().all(|day| {
                day.len() <= ROSTER_INTERVALS_MAX
                    && day.iter().all(|work| {
                        work.start < DAY_MINUTES
                            && work.start < work.end
                            && work.end <= DAY_MINUTES.saturating_mul(2)
                    })
            });
        if fits { Ok(()) } else { Err(Error::Value) }
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.array(4);
        writer.text(&self.id);
        writer.text(&self.name);
        writer.list(&self.weekly, |writer, day| {
            writer.list(day, |writer, work| {
                writer.array(2);
                writer.uint(work.start);
                writer.uint(work.end);
            });
        });
        write_spans(writer, &self.away);
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        reader.array(4)?;
        let id = reader.text(BOOKING_ID_BYTES_MAX)?;
        let name = reader.text(ITEM_NAME_BYTES_MAX)?;
        let weekly = reader.list(7, |reader| {
            reader.list(ROSTER_INTERVALS_MAX, |reader| {
                reader.array(2)?;
                Ok(Interval { start: reader.u16()?, end: reader.u16()? })
            })
        })?;
        let weekly = weekly.try_into().map_err(|_length| Error::Value)?;
        let person = Self { id, name, weekly, away: read_spans(reader)? };
        person.check().map(|()| person)
    }
}

impl Rules {
    /// Whether they keep the limits.
    ///
    /// # Errors
    /// When they don't.
    pub fn check(&self) -> Result<(), Error> {
        let fits = is_name(&self.time_zone)
            && self.cancel_hours <= CANCEL_HOURS_MAX
            && (5..=DAY_MINUTES).contains(&self.grid_minutes)
            && self.closed.len() <= AWAY_MAX
            && self.closed.iter().all(|span| span.first <= span.last);
        if fits { Ok(()) } else { Err(Error::Value) }
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.array(6);
        writer.text(&self.time_zone);
        writer.uint(self.cancel_hours);
        writer.uint(self.notice_minutes);
        writer.uint(self.grid_minutes);
        write_spans(writer, &self.closed);
        writer.optional(self.reminder.as_ref(), |writer, hash| writer.bytes(hash));
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        reader.array(6)?;
        let rules = Self {
            time_zone: reader.text(ITEM_NAME_BYTES_MAX)?,
            cancel_hours: reader.u16()?,
            notice_minutes: reader.u16()?,
            grid_minutes: reader.u16()?,
            closed: read_spans(reader)?,
            reminder: reader.optional(Reader::fixed)?,
        };
        rules.check().map(|()| rules)
    }
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= BOOKING_ID_BYTES_MAX
}

fn is_name(name: &str) -> bool {
    !name.trim().is_empty() && name.len() <= ITEM_NAME_BYTES_MAX
}

fn write_spans(writer: &mut Writer, spans: &[DaySpan]) {
    writer.list(spans, |writer, span| {
        writer.array(2);
        writer.uint(span.first.days());
        writer.uint(span.last.days());
    });
}

fn read_spans(reader: &mut Reader<'_>) -> Result<Vec<DaySpan>, Error> {
    reader.list(AWAY_MAX, |reader| {
        reader.array(2)?;
        let mut date = || Date::from_days(reader.u32()?).ok_or(Error::Value);
        Ok(DaySpan { first: date()?, last: date()? })
    })
}
