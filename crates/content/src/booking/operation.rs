//! Operations of the calendar, as the devices of a business tell them in its own group.

use tresen_types::{ConversationId, MessageId, Timestamp};

use super::{
    calendar::CalendarLine,
    schedule::{Person, Rules, Service},
};
use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::{
        BOOKING_ID_BYTES_MAX, CALENDAR_LINES_MAX, ENTRY_TITLE_BYTES_MAX, ITEM_NAME_BYTES_MAX,
    },
    message::control::exact,
};

/// An operation of the calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CalendarOp {
    /// Asks for a slot. The first that fits has it; each ask is decided once.
    Reserve {
        /// What asks: a message of the customer, or a number that an agent's device has drawn.
        ask: MessageId,
        /// The booking.
        booking: MessageId,
        /// Its conversation.
        conversation: ConversationId,
        /// Whom the slot is with.
        person: String,
        /// From when.
        start: Timestamp,
        /// Until when nobody else can have it.
        until: Timestamp,
    },
    /// Answers an ask that can't be granted.
    Refuse {
        /// What asks.
        ask: MessageId,
        /// The booking.
        booking: MessageId,
        /// Its conversation.
        conversation: ConversationId,
    },
    /// Gives the slot of a booking back, for good.
    Release {
        /// The booking.
        booking: MessageId,
    },
    /// Reminds the customer of a booking. The first that says so does it.
    Remind {
        /// The booking.
        booking: MessageId,
        /// The start that is reminded of.
        start: Timestamp,
    },
    /// Sets up a service.
    SetService(Service),
    /// Takes a service away.
    DropService {
        /// Its id.
        id: String,
    },
    /// Sets up a person or a resource.
    SetPerson(Person),
    /// Takes a person or a resource away.
    DropPerson {
        /// Their id.
        id: String,
    },
    /// Sets the rules.
    SetRules(Rules),
    /// Writes down somebody who comes without a chat. The first that fits has the slot.
    Enter {
        /// A number that the agent's device has drawn.
        entry: MessageId,
        /// Who comes, in the shop's words.
        title: String,
        /// What for: the service's name.
        service: String,
        /// Whom the slot is with.
        person: String,
        /// From when.
        start: Timestamp,
        /// Until when nobody else can have it.
        until: Timestamp,
    },
    /// Strikes somebody out who was to come without a chat.
    Strike {
        /// Their entry.
        entry: MessageId,
    },
    /// Tells a new device a part of the calendar.
    Snapshot {
        /// The sequence up to which operations are in it.
        through: u64,
        /// Which part, from 0.
        part: u32,
        /// How many parts there are.
        parts: u32,
        /// The lines.
        lines: Vec<CalendarLine>,
    },
}

const RESERVE: u8 = 0;
const REFUSE: u8 = 1;
const RELEASE: u8 = 2;
const REMIND: u8 = 3;
const SET_SERVICE: u8 = 4;
const DROP_SERVICE: u8 = 5;
const SET_PERSON: u8 = 6;
const DROP_PERSON: u8 = 7;
const SET_RULES: u8 = 8;
const SNAPSHOT: u8 = 9;
const ENTER: u8 = 10;
const STRIKE: u8 = 11;

impl CalendarOp {
    /// The operation as bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.write(&mut writer);
        writer.finish()
    }

    /// Reads an operation.
    ///
    /// # Errors
    /// When the bytes aren't the one encoding of an operation within its limits.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        exact(bytes, Self::encode, Self::read)
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        let head = |writer: &mut Writer, fields: usize, number: u8| {
            writer.array(fields.saturating_add(1));
            writer.uint(number);
        };
        match self {
            Self::Reserve { ask, booking, conversation, person, start, until } => {
                head(writer, 6, RESERVE);
                writer.message_id(*ask);
                writer.message_id(*booking);
                writer.bytes(conversation.as_bytes());
                writer.text(person);
                writer.time(*start);
                writer.time(*until);
            }
            Self::Refuse { ask, booking, conversation } => {
                head(writer, 3, REFUSE);
                writer.message_id(*ask);
                writer.message_id(*booking);
                writer.bytes(conversation.as_bytes());
            }
            Self::Release { booking } => {
                head(writer, 1, RELEASE);
                writer.message_id(*booking);
            }
            Self::Remind { booking, start } => {
                head(writer, 2, REMIND);
                writer.message_id(*booking);
                writer.time(*start);
            }
            Self::SetService(service) => {
                head(writer, 1, SET_SERVICE);
                service.write(writer);
            }
            Self::DropService { id } => {
                head(writer, 1, DROP_SERVICE);
                writer.text(id);
            }
            Self::SetPerson(person) => {
                head(writer, 1, SET_PERSON);
                person.write(writer);
            }
            Self::DropPerson { id } => {
                head(writer, 1, DROP_PERSON);
                writer.text(id);
            }
            Self::SetRules(rules) => {
                head(writer, 1, SET_RULES);
                rules.write(writer);
            }
            Self::Enter { entry, title, service, person, start, until } => {
                head(writer, 6, ENTER);
                writer.message_id(*entry);
                writer.text(title);
                writer.text(service);
                writer.text(person);
                writer.time(*start);
                writer.time(*until);
            }
            Self::Strike { entry } => {
                head(writer, 1, STRIKE);
                writer.message_id(*entry);
            }
            Self::Snapshot { through, part, parts, lines } => {
                head(writer, 4, SNAPSHOT);
                writer.uint(*through);
                writer.uint(*part);
                writer.uint(*parts);
                writer.list(lines, |writer, line| line.write(writer));
            }
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let length = reader.array_up_to(7)?;
        Ok(match (length, reader.u8()?) {
            (7, RESERVE) => Self::Reserve {
                ask: reader.message_id()?,
                booking: reader.message_id()?,
                conversation: reader.fixed().map(ConversationId::new)?,
                person: reader.text(BOOKING_ID_BYTES_MAX)?,
                start: reader.time()?,
                until: reader.time()?,
            },
            (4, REFUSE) => Self::Refuse {
                ask: reader.message_id()?,
                booking: reader.message_id()?,
                conversation: reader.fixed().map(ConversationId::new)?,
            },
            (2, RELEASE) => Self::Release { booking: reader.message_id()? },
            (3, REMIND) => Self::Remind { booking: reader.message_id()?, start: reader.time()? },
            (2, SET_SERVICE) => Self::SetService(Service::read(reader)?),
            (2, DROP_SERVICE) => Self::DropService { id: reader.text(BOOKING_ID_BYTES_MAX)? },
            (2, SET_PERSON) => Self::SetPerson(Person::read(reader)?),
            (2, DROP_PERSON) => Self::DropPerson { id: reader.text(BOOKING_ID_BYTES_MAX)? },
            (2, SET_RULES) => Self::SetRules(Rules::read(reader)?),
            (7, ENTER) => Self::Enter {
                entry: reader.message_id()?,
                title: reader.text(ENTRY_TITLE_BYTES_MAX)?,
                service: reader.text(ITEM_NAME_BYTES_MAX)?,
                person: reader.text(BOOKING_ID_BYTES_MAX)?,
                start: reader.time()?,
                until: reader.time()?,
            },
            (2, STRIKE) => Self::Strike { entry: reader.message_id()? },
            (5, SNAPSHOT) => Self::Snapshot {
                through: reader.u64()?,
                part: reader.u32()?,
                parts: reader.u32()?,
                lines: reader.list(CALENDAR_LINES_MAX, CalendarLine::read)?,
            },
            _unknown => return Err(Error::Value),
        })
    }
}
