//! What an offer says of its service, and its slots: all that a customer's device needs, so that it
//! carries no rules of time zones. Instants are formatted by the platform in the shop's zone.

use tresen_types::{Money, Timestamp};

use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::{BOOKING_ID_BYTES_MAX, CANCEL_HOURS_MAX, ITEM_NAME_BYTES_MAX, SERVICE_MINUTES_MAX},
    shop::{read_money, write_money},
};

const HOUR_MS: i64 = 3_600_000;
const MINUTE_MS: i64 = 60_000;

/// A service as it was offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceTerms {
    /// The service's id in the schedule.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// How long it takes.
    pub minutes: u16,
    /// What it costs; `None` when that isn't said.
    pub price: Option<Money>,
    /// What is paid before; `None` for nothing.
    pub deposit: Option<Money>,
    /// The shop's time zone, an IANA name.
    pub time_zone: String,
    /// Until how many hours before the customer may cancel or move it.
    pub cancel_hours: u16,
}

/// A time with somebody.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// When it begins.
    pub start: Timestamp,
    /// The id of the person or resource.
    pub person: String,
    /// What they are called.
    pub name: String,
}

impl ServiceTerms {
    /// When a slot of it ends.
    #[must_use]
    pub fn end_of(&self, start: Timestamp) -> Timestamp {
        start.plus_millis(i64::from(self.minutes).saturating_mul(MINUTE_MS))
    }

    /// Until when the customer may cancel or move it.
    #[must_use]
    pub fn cancel_until(&self, start: Timestamp) -> Timestamp {
        start.plus_millis(i64::from(self.cancel_hours).saturating_mul(HOUR_MS).saturating_neg())
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.array(7);
        writer.text(&self.id);
        writer.text(&self.name);
        writer.uint(self.minutes);
        writer.optional(self.price, write_money);
        writer.optional(self.deposit, write_money);
        writer.text(&self.time_zone);
        writer.uint(self.cancel_hours);
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        reader.array(7)?;
        let terms = Self {
            id: reader.text(BOOKING_ID_BYTES_MAX)?,
            name: reader.text(ITEM_NAME_BYTES_MAX)?,
            minutes: reader.u16()?,
            price: reader.optional(read_money)?,
            deposit: reader.optional(read_money)?,
            time_zone: reader.text(ITEM_NAME_BYTES_MAX)?,
            cancel_hours: reader.u16()?,
        };
        let is_sound = (1..=SERVICE_MINUTES_MAX).contains(&terms.minutes)
            && terms.cancel_hours <= CANCEL_HOURS_MAX
            && terms.deposit.is_none_or(|deposit| deposit.minor > 0);
        if is_sound { Ok(terms) } else { Err(Error::Value) }
    }
}

impl Slot {
    pub(super) fn write(&self, writer: &mut Writer) {
        writer.array(3);
        writer.time(self.start);
        writer.text(&self.person);
        writer.text(&self.name);
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        reader.array(3)?;
        Ok(Self {
            start: reader.time()?,
            person: reader.text(BOOKING_ID_BYTES_MAX)?,
            name: reader.text(ITEM_NAME_BYTES_MAX)?,
        })
    }
}
