//! The calendar: what it was, the operations since, parts that come for a new device, and the
//! bookings that are to be looked at.

use rusqlite::Row;
use tresen_types::{DeviceId, MessageId, Timestamp};

use super::{Tx, from_sql, id, to_sql};
use crate::error::Result;

/// The tables of bookings; the index of deals knows more kinds than two.
pub(super) const TABLES: &str = "
ALTER TABLE deal RENAME COLUMN is_payment TO kind;
CREATE INDEX deal_by_message ON deal (message);

CREATE TABLE calendar_line (
    number INTEGER PRIMARY KEY,
    line BLOB NOT NULL
) STRICT;

CREATE TABLE calendar_op (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    sequence INTEGER UNIQUE,
    device BLOB NOT NULL,
    at INTEGER NOT NULL,
    op BLOB NOT NULL,
    is_told INTEGER NOT NULL
) STRICT;

CREATE TABLE calendar_part (
    device BLOB NOT NULL,
    through INTEGER NOT NULL,
    part INTEGER NOT NULL,
    op BLOB NOT NULL,
    PRIMARY KEY (device, through, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE booking_due (
    booking BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;
";

const THROUGH: &str = "calendar_through";
const ASKED_FOR: &str = "calendar_asked_for";

/// An operation of the calendar.
#[derive(Clone, Debug)]
pub(crate) struct CalendarOpRecord {
    pub(crate) number: i64,
    /// Its place in the own group; `None` before the server has it.
    pub(crate) sequence: Option<u64>,
    /// Whose it is.
    pub(crate) device: DeviceId,
    /// When the server accepted it, or when it was said.
    pub(crate) at: Timestamp,
    pub(crate) op: Vec<u8>,
    /// Whether what it came to was told to the customer, if this device has to.
    pub(crate) is_told: bool,
}

impl Tx<'_> {
    /// The sequence up to which operations are in the calendar's lines; `None` when this device
    /// doesn't have them.
    pub(crate) fn calendar_through(&self) -> Result<Option<u64>> {
        Ok(self.text(THROUGH)?.and_then(|through| through.parse().ok()))
    }

    /// The lines of the calendar.
    pub(crate) fn calendar_lines(&self) -> Result<Vec<Vec<u8>>> {
        self.all("SELECT line FROM calendar_line ORDER BY number", [], |row| Ok(row.get("line")?))
    }

    /// Puts lines into the place of what the operations up to a sequence have made.
    pub(crate) fn put_calendar(&self, through: u64, lines: &[Vec<u8>]) -> Result<()> {
        self.execute("DELETE FROM calendar_line", [])?;
        for line in lines {
            self.execute("INSERT INTO calendar_line (line) VALUES (?1)", (line,))?;
        }
        self.execute("DELETE FROM calendar_op WHERE sequence <= ?1", (to_sql(through),))?;
        self.execute("DELETE FROM calendar_part", [])?;
        self.set_text(THROUGH, &through.to_string())
    }

    /// Operations may be missing from now on: the calendar has to come from another device.
    pub(crate) fn lose_calendar(&self) -> Result<()> {
        self.execute("DELETE FROM calendar_line", [])?;
        self.set_text(THROUGH, "")
    }

    /// Whether another device needs the calendar.
    pub(crate) fn is_calendar_asked_for(&self) -> Result<bool> {
        Ok(self.text(ASKED_FOR)?.is_some_and(|state| state == "yes"))
    }

    /// Notes whether another device needs the calendar.
    pub(crate) fn set_calendar_asked_for(&self, is_asked_for: bool) -> Result<()> {
        self.set_text(ASKED_FOR, if is_asked_for { "yes" } else { "no" })
    }

    /// Keeps an operation; the same one a second time changes nothing.
    pub(crate) fn add_calendar_op(
        &self,
        sequence: Option<u64>,
        device: DeviceId,
        at: Timestamp,
        op: &[u8],
    ) -> Result<()> {
        self.execute(
            "INSERT INTO calendar_op (sequence, device, at, op, is_told) VALUES (?1, ?2, ?3, ?4, 0)
             ON CONFLICT (sequence) DO NOTHING",
            (sequence.map(to_sql), device.as_bytes(), at.as_millis(), op),
        )?;
        Ok(())
    }

    /// The server has ordered an operation of this device.
    pub(crate) fn order_calendar_op(&self, op: &[u8], sequence: u64, at: Timestamp) -> Result<()> {
        self.execute(
            "UPDATE OR IGNORE calendar_op SET sequence = ?2, at = ?3 WHERE number =
                (SELECT min(number) FROM calendar_op WHERE sequence IS NULL AND op = ?1)",
            (op, to_sql(sequence), at.as_millis()),
        )?;
        Ok(())
    }

    /// The operations since the lines, in the server's order; those that it hasn't ordered last.
    pub(crate) fn calendar_ops(&self) -> Result<Vec<CalendarOpRecord>> {
        self.all(
            "SELECT number, sequence, device, at, op, is_told FROM calendar_op
             ORDER BY sequence IS NULL, sequence, number",
            [],
            read,
        )
    }

    /// Notes that what an operation came to was told.
    pub(crate) fn set_calendar_told(&self, number: i64) -> Result<()> {
        self.execute("UPDATE calendar_op SET is_told = 1 WHERE number = ?1", (number,))?;
        Ok(())
    }

    /// Keeps a part of the calendar for a new device; gives all parts from that device.
    pub(crate) fn put_calendar_part(
        &self,
        device: DeviceId,
        through: u64,
        part: u32,
        op: &[u8],
    ) -> Result<Vec<Vec<u8>>> {
        self.execute(
            "INSERT INTO calendar_part (device, through, part, op) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (device, through, part) DO UPDATE SET op = excluded.op",
            (device.as_bytes(), to_sql(through), part, op),
        )?;
        self.all(
            "SELECT op FROM calendar_part WHERE device = ?1 AND through = ?2 ORDER BY part",
            (device.as_bytes(), to_sql(through)),
            |row| Ok(row.get("op")?),
        )
    }

    /// Notes that a booking is to be looked at.
    pub(crate) fn put_booking_due(&self, booking: MessageId) -> Result<()> {
        self.execute(
            "INSERT INTO booking_due (booking) VALUES (?1) ON CONFLICT DO NOTHING",
            (booking.as_bytes(),),
        )?;
        Ok(())
    }

    /// The bookings that are to be looked at.
    pub(crate) fn bookings_due(&self) -> Result<Vec<MessageId>> {
        self.all("SELECT booking FROM booking_due", [], |row| id(row, "booking"))
    }

    /// A booking needs no look any more.
    pub(crate) fn drop_booking_due(&self, booking: MessageId) -> Result<()> {
        self.execute("DELETE FROM booking_due WHERE booking = ?1", (booking.as_bytes(),))?;
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<CalendarOpRecord> {
    Ok(CalendarOpRecord {
        number: row.get("number")?,
        sequence: row.get::<_, Option<i64>>("sequence")?.map(from_sql),
        device: id(row, "device")?,
        at: Timestamp::from_millis(row.get("at")?),
        op: row.get("op")?,
        is_told: row.get("is_told")?,
    })
}
