//! Who has which slot: a fold over operations in the order in which the server gave them sequence
//! numbers in the business's own group.
//!
//! The first reservation that fits has the slot, whoever is told first and whatever two devices did
//! without a network: no two bookings ever have the same time of the same person. An ask is decided
//! once, so that a late device can't bring back what was moved or cancelled meanwhile.

use std::collections::BTreeMap;

use tresen_types::{ConversationId, MessageId, Timestamp, limits::DAY_MS};

use super::{
    operation::CalendarOp,
    schedule::{Person, Rules, Service},
    slots::Busy,
};
use crate::{
    cbor::{Reader, Writer},
    error::Error,
    limits::{ASKS_MAX, BOOKING_ID_BYTES_MAX, ENTRY_TITLE_BYTES_MAX, ITEM_NAME_BYTES_MAX},
    message::control::exact,
};

/// How long a booking without a slot is remembered.
const KEPT_MS: i64 = 62 * DAY_MS;

/// What an operation came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The booking has the slot that was asked for.
    Granted,
    /// Somebody else has it, or it is over.
    Taken,
    /// The ask was refused.
    Refused,
    /// The slot is free again.
    Freed,
    /// Who said so reminds the customer.
    Reminds,
    /// It is the schedule that has changed.
    Scheduled,
    /// Another operation has said so before, or it can't count any more.
    Late,
}

/// What the calendar knows of a booking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// Its conversation.
    pub conversation: ConversationId,
    /// Whom the slot is with.
    pub person: String,
    /// From when.
    pub start: Timestamp,
    /// Until when nobody else can have it.
    pub until: Timestamp,
    /// Whether the slot is this booking's.
    pub is_held: bool,
    /// Whether it was given back for good.
    pub is_over: bool,
    /// The start that the customer was reminded of.
    pub reminded: Option<Timestamp>,
    /// The asks that are decided.
    pub asks: Vec<MessageId>,
}

/// Somebody who comes without a chat: who called, or stands at the counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who comes, in the shop's words.
    pub title: String,
    /// What for: the service's name.
    pub service: String,
    /// Whom the slot is with.
    pub person: String,
    /// From when.
    pub start: Timestamp,
    /// Until when nobody else can have it.
    pub until: Timestamp,
    /// Whether the slot is theirs; else somebody was before them, and a person has to look.
    pub is_held: bool,
}

/// The calendar and the schedule of a business.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// Services, by their ids.
    pub services: BTreeMap<String, Service>,
    /// People and resources, by their ids.
    pub people: BTreeMap<String, Person>,
    /// The rules, once they were set.
    pub rules: Option<Rules>,
    /// Bookings.
    pub bookings: BTreeMap<MessageId, Reservation>,
    /// Who comes without a chat.
    pub entries: BTreeMap<MessageId, Entry>,
}

/// A line of a calendar that is handed to a new device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CalendarLine {
    /// A booking.
    Booking(MessageId, Box<Reservation>),
    /// A service.
    Service(Service),
    /// A person.
    Person(Person),
    /// The rules.
    Rules(Rules),
    /// Somebody without a chat.
    Entry(MessageId, Entry),
}

impl Calendar {
    /// Takes in the next operation, accepted by the server at `at`.
    pub fn apply(&mut self, op: &CalendarOp, at: Timestamp) -> Verdict {
        match op {
            CalendarOp::Reserve { ask, booking, conversation, person, start, until } => {
                let wanted = Busy { person, start: *start, until: *until };
                self.reserve(*ask, *booking, *conversation, wanted, at)
            }
            CalendarOp::Refuse { ask, booking, conversation } => {
                let known = self.known(*booking, *conversation);
                keep_until(known, at.plus_millis(KEPT_MS));
                if known.is_over || !decide(known, *ask) { Verdict::Late } else { Verdict::Refused }
            }
            CalendarOp::Release { booking } => {
                let known = self.known(*booking, ConversationId::new([0; 16]));
                keep_until(known, at.plus_millis(KEPT_MS));
                let was_over = std::mem::replace(&mut known.is_over, true);
                let was_held = std::mem::replace(&mut known.is_held, false);
                if was_over || !was_held { Verdict::Late } else { Verdict::Freed }
            }
            CalendarOp::Remind { booking, start } => match self.bookings.get_mut(booking) {
                Some(known)
                    if known.is_held
                        && known.start == *start
                        && known.reminded != Some(*start)
                        && at < *start =>
                {
                    known.reminded = Some(*start);
                    Verdict::Reminds
                }
                _other => Verdict::Late,
            },
            CalendarOp::SetService(service) => {
                self.services.insert(service.id.clone(), service.clone());
                Verdict::Scheduled
            }
            CalendarOp::DropService { id } => {
                self.services.remove(id);
                Verdict::Scheduled
            }
            CalendarOp::SetPerson(person) => {
                self.people.insert(person.id.clone(), person.clone());
                Verdict::Scheduled
            }
            CalendarOp::DropPerson { id } => {
                self.people.remove(id);
                Verdict::Scheduled
            }
            CalendarOp::SetRules(rules) => {
                self.rules = Some(rules.clone());
                Verdict::Scheduled
            }
            CalendarOp::Enter { entry, title, service, person, start, until } => {
                let wanted = Busy { person, start: *start, until: *until };
                self.enter(*entry, title, service, wanted, at)
            }
            CalendarOp::Strike { entry } => match self.entries.remove(entry) {
                Some(known) if known.is_held => Verdict::Freed,
                _other => Verdict::Late,
            },
            // It repeats for a new device what the others have.
            CalendarOp::Snapshot { .. } => Verdict::Late,
        }
    }

    fn reserve(
        &mut self,
        ask: MessageId,
        booking: MessageId,
        conversation: ConversationId,
        wanted: Busy<'_>,
        at: Timestamp,
    ) -> Verdict {
        let is_taken = self.is_taken(booking, &wanted);
        let known = self.known(booking, conversation);
        if known.is_over || !decide(known, ask) {
            return Verdict::Late;
        }
        if is_taken || wanted.start >= wanted.until || wanted.until <= at {
            keep_until(known, wanted.until);
            return Verdict::Taken;
        }
        wanted.person.clone_into(&mut known.person);
        known.start = wanted.start;
        known.until = wanted.until;
        known.is_held = true;
        Verdict::Granted
    }

    fn enter(
        &mut self,
        entry: MessageId,
        title: &str,
        service: &str,
        wanted: Busy<'_>,
        at: Timestamp,
    ) -> Verdict {
        if self.entries.contains_key(&entry) || wanted.start >= wanted.until || wanted.until <= at {
            return Verdict::Late;
        }
        let is_held = !self.is_taken(entry, &wanted);
        let known = Entry {
            title: title.to_owned(),
            service: service.to_owned(),
            person: wanted.person.to_owned(),
            start: wanted.start,
            until: wanted.until,
            is_held,
        };
        self.entries.insert(entry, known);
        if is_held { Verdict::Granted } else { Verdict::Taken }
    }

    /// Whether somebody else has a part of the time.
    fn is_taken(&self, own: MessageId, wanted: &Busy<'_>) -> bool {
        self.busy().any(|(other, taken)| {
            other != own
                && taken.person == wanted.person
                && taken.start < wanted.until
                && wanted.start < taken.until
        })
    }

    fn known(&mut self, booking: MessageId, conversation: ConversationId) -> &mut Reservation {
        self.bookings.entry(booking).or_insert_with(|| Reservation {
            conversation,
            person: String::new(),
            start: Timestamp::from_millis(0),
            until: Timestamp::from_millis(0),
            is_held: false,
            is_over: false,
            reminded: None,
            asks: Vec::new(),
        })
    }

    /// Whether an ask was decided.
    #[must_use]
    pub fn is_decided(&self, booking: MessageId, ask: MessageId) -> bool {
        self.bookings.get(&booking).is_some_and(|known| known.is_over || known.asks.contains(&ask))
    }

    /// The slots that are taken.
    pub fn busy(&self) -> impl Iterator<Item = (MessageId, Busy<'_>)> {
        let bookings = self.bookings.iter().filter(|(_booking, known)| known.is_held);
        let bookings = bookings.map(|(booking, known)| {
            (*booking, Busy { person: &known.person, start: known.start, until: known.until })
        });
        let entries = self.entries.iter().filter(|(_entry, known)| known.is_held);
        bookings.chain(entries.map(|(entry, known)| {
            (*entry, Busy { person: &known.person, start: known.start, until: known.until })
        }))
    }

    /// Everything, in lines.
    #[must_use]
    pub fn lines(&self) -> Vec<CalendarLine> {
        let rules = self.rules.iter().cloned().map(CalendarLine::Rules);
        let services = self.services.values().cloned().map(CalendarLine::Service);
        let people = self.people.values().cloned().map(CalendarLine::Person);
        let bookings = self
            .bookings
            .iter()
            .map(|(booking, known)| CalendarLine::Booking(*booking, Box::new(known.clone())));
        let entries = self.entries.iter();
        let entries = entries.map(|(entry, known)| CalendarLine::Entry(*entry, known.clone()));
        rules.chain(services).chain(people).chain(bookings).chain(entries).collect()
    }

    /// A calendar of lines.
    pub fn of_lines(lines: impl IntoIterator<Item = CalendarLine>) -> Self {
        let mut calendar = Self::default();
        for line in lines {
            match line {
                CalendarLine::Booking(booking, known) => {
                    calendar.bookings.insert(booking, *known);
                }
                CalendarLine::Service(service) => {
                    calendar.services.insert(service.id.clone(), service);
                }
                CalendarLine::Person(person) => {
                    calendar.people.insert(person.id.clone(), person);
                }
                CalendarLine::Rules(rules) => calendar.rules = Some(rules),
                CalendarLine::Entry(entry, known) => {
                    calendar.entries.insert(entry, known);
                }
            }
        }
        calendar
    }

    /// Forgets bookings whose time was over before `before`: nothing can be asked of them any more.
    pub fn forget(&mut self, before: Timestamp) {
        self.bookings.retain(|_booking, known| known.until >= before);
        self.entries.retain(|_entry, known| known.until >= before);
    }
}

/// What never had a slot is remembered until then, so that nothing is decided twice.
fn keep_until(known: &mut Reservation, until: Timestamp) {
    if !known.is_held {
        known.until = known.until.max(until);
    }
}

/// Notes that an ask is decided; tells whether it is the first time.
fn decide(known: &mut Reservation, ask: MessageId) -> bool {
    let is_new = known.asks.len() < ASKS_MAX && !known.asks.contains(&ask);
    if is_new {
        known.asks.push(ask);
    }
    is_new
}

const BOOKING: u8 = 0;
const SERVICE: u8 = 1;
const PERSON: u8 = 2;
const RULES: u8 = 3;
const ENTRY: u8 = 4;

impl CalendarLine {
    /// The line as bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.write(&mut writer);
        writer.finish()
    }

    /// Reads a line.
    ///
    /// # Errors
    /// When the bytes aren't the one encoding of a line within its limits.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        exact(bytes, Self::encode, Self::read)
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.array(2);
        match self {
            Self::Booking(booking, known) => {
                writer.uint(BOOKING);
                writer.array(9);
                writer.message_id(*booking);
                writer.bytes(known.conversation.as_bytes());
                writer.text(&known.person);
                writer.time(known.start);
                writer.time(known.until);
                writer.bool(known.is_held);
                writer.bool(known.is_over);
                writer.optional(known.reminded, Writer::time);
                writer.list(&known.asks, |writer, ask| writer.message_id(*ask));
            }
            Self::Service(service) => {
                writer.uint(SERVICE);
                service.write(writer);
            }
            Self::Person(person) => {
                writer.uint(PERSON);
                person.write(writer);
            }
            Self::Rules(rules) => {
                writer.uint(RULES);
                rules.write(writer);
            }
            Self::Entry(entry, known) => {
                writer.uint(ENTRY);
                writer.array(7);
                writer.message_id(*entry);
                writer.text(&known.title);
                writer.text(&known.service);
                writer.text(&known.person);
                writer.time(known.start);
                writer.time(known.until);
                writer.bool(known.is_held);
            }
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        reader.array(2)?;
        Ok(match reader.u8()? {
            BOOKING => {
                reader.array(9)?;
                let booking = reader.message_id()?;
                let known = Reservation {
                    conversation: reader.fixed().map(ConversationId::new)?,
                    person: reader.text(BOOKING_ID_BYTES_MAX)?,
                    start: reader.time()?,
                    until: reader.time()?,
                    is_held: reader.bool()?,
                    is_over: reader.bool()?,
                    reminded: reader.optional(Reader::time)?,
                    asks: reader.list(ASKS_MAX, Reader::message_id)?,
                };
                Self::Booking(booking, Box::new(known))
            }
            SERVICE => Self::Service(Service::read(reader)?),
            PERSON => Self::Person(Person::read(reader)?),
            RULES => Self::Rules(Rules::read(reader)?),
            ENTRY => {
                reader.array(7)?;
                let entry = reader.message_id()?;
                let known = Entry {
                    title: reader.text(ENTRY_TITLE_BYTES_MAX)?,
                    service: reader.text(ITEM_NAME_BYTES_MAX)?,
                    person: reader.text(BOOKING_ID_BYTES_MAX)?,
                    start: reader.time()?,
                    until: reader.time()?,
                    is_held: reader.bool()?,
                };
                Self::Entry(entry, known)
            }
            _unknown => return Err(Error::Value),
        })
    }
}
