//! Services, slots and bookings, as interfaces show them. Instants are shown in the shop's time zone,
//! which comes with them; days are counted from 1 January 1970.

use serde::{Deserialize, Serialize};
use tresen_types::{ConversationId, MessageId, Timestamp};

use crate::{MoneyView, PaymentStateView};

/// A time with somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotView {
    /// When it begins.
    pub start: Timestamp,
    /// The id of the person or resource.
    pub person: String,
    /// What they are called.
    pub name: String,
}

/// A service, as it was offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsView {
    /// The service's id in the schedule.
    pub service: String,
    /// What it is called.
    pub name: String,
    /// How long it takes.
    pub minutes: u16,
    /// What it costs, if that is said.
    pub price: Option<MoneyView>,
    /// What is paid before.
    pub deposit: Option<MoneyView>,
    /// The shop's time zone, an IANA name.
    pub time_zone: String,
    /// Until how many hours before the customer may cancel or move it.
    pub cancel_hours: u16,
}

/// Slots that are offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotsView {
    /// The message that offers them.
    pub offer: MessageId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// What for.
    pub terms: TermsView,
    /// The slots, earliest first.
    pub slots: Vec<SlotView>,
    /// Until when they can be picked.
    pub expires_at: Timestamp,
    /// The booking that they are for, or that came of them.
    pub booking: Option<MessageId>,
    /// The booking's slot that is asked for or given, if any.
    pub picked: Option<SlotView>,
    /// Whether nothing can be picked any more.
    pub is_over: bool,
}

/// How far a booking has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BookingStateView {
    /// The customer waits for a slot to become free.
    Waiting,
    /// A slot is asked for.
    Asked,
    /// The slot is kept for now.
    Held,
    /// It is agreed.
    Confirmed,
    /// The slot couldn't be had.
    Declined,
    /// The customer has cancelled.
    CancelledByCustomer,
    /// The business has cancelled.
    CancelledByBusiness,
    /// The customer didn't come.
    NoShow,
}

/// A booking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingView {
    /// The message that began it.
    pub booking: MessageId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// A short name for people: four letters and digits.
    pub number: String,
    /// The customer's name.
    pub customer: String,
    /// When it was sent.
    pub at: Timestamp,
    /// The service, as it was offered.
    pub terms: TermsView,
    /// How far it has come.
    pub state: BookingStateView,
    /// The slot that the customer has, or had.
    pub slot: Option<SlotView>,
    /// The slot that is asked for and not decided.
    pub wish: Option<SlotView>,
    /// A few words of the customer; may be empty.
    pub note: String,
    /// Why it was declined or cancelled; may be empty.
    pub reason: String,
    /// How often it was moved.
    pub moves: u32,
    /// When each state began.
    pub times: Vec<(BookingStateView, Timestamp)>,
    /// Whether its time has begun.
    pub has_begun: bool,
    /// Whether the customer may cancel or move it now.
    pub may_change: bool,
    /// Until when the customer may; `None` without a slot.
    pub change_until: Option<Timestamp>,
    /// An offer of which another slot can be picked.
    pub offer: Option<MessageId>,
    /// The deposit, as far as it has come.
    pub payment: Option<PaymentStateView>,
}

/// A step of a booking that a person takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(not(feature = "compact"), serde(tag = "step"))]
pub enum BookingStepView {
    /// The customer asks for another slot of an offer.
    Ask {
        /// The offer.
        offer: MessageId,
        /// The slot.
        slot: SlotView,
    },
    /// The business gives another slot, or one to who waits.
    Move {
        /// The slot.
        slot: SlotView,
    },
    /// The business confirms what is held.
    Confirm,
    /// The business can't give what is asked for.
    Decline {
        /// Why; may be empty.
        reason: String,
    },
    /// Either side cancels.
    Cancel {
        /// Why; may be empty.
        reason: String,
    },
    /// The customer didn't come.
    NoShow,
}

/// Slots to be offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotsDraft {
    /// The service's id.
    pub service: String,
    /// The slots.
    pub slots: Vec<SlotView>,
    /// For how many hours they can be picked.
    pub hours: u32,
    /// The booking that they are for.
    pub booking: Option<MessageId>,
}

/// Something that is done by appointment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceView {
    /// A short name that stays; empty for a new one.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// How long it takes.
    pub minutes: u16,
    /// What is kept free after it.
    pub buffer: u16,
    /// What it costs, if that is said.
    pub price: Option<MoneyView>,
    /// What is paid before.
    pub deposit: Option<MoneyView>,
    /// The ids of those who do it; empty for all.
    pub people: Vec<String>,
}

/// Somebody, or something, that a slot is with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonView {
    /// A short name that stays; empty for a new one.
    pub id: String,
    /// What they are called.
    pub name: String,
    /// The times of work that begin on each day of the week, Monday first: minutes after midnight.
    pub weekly: Vec<Vec<(u16, u16)>>,
    /// First and last days on which they are away.
    pub away: Vec<(u32, u32)>,
}

/// What holds for all bookings of the shop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingRulesView {
    /// The shop's time zone, an IANA name.
    pub time_zone: String,
    /// Until how many hours before a customer may cancel or move a booking.
    pub cancel_hours: u16,
    /// How many minutes before its start a slot can't be offered any more.
    pub notice_minutes: u16,
    /// How many minutes lie between two starts.
    pub grid_minutes: u16,
    /// First and last days on which the shop is closed.
    pub closed: Vec<(u32, u32)>,
    /// The hash of the template that reminds, 64 hexadecimal digits.
    pub reminder: Option<String>,
}

/// What can be booked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleView {
    /// Services, by name.
    pub services: Vec<ServiceView>,
    /// People and resources, by name.
    pub people: Vec<PersonView>,
    /// The rules; `None` before they were set.
    pub rules: Option<BookingRulesView>,
    /// Whether this device knows the whole calendar, and so may decide.
    pub is_ready: bool,
    /// Who comes without a chat, by their time.
    pub entries: Vec<EntryView>,
}

/// Somebody who comes without a chat: who called, or stands at the counter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryView {
    /// The entry.
    pub entry: MessageId,
    /// Who comes, in the shop's words.
    pub title: String,
    /// What for.
    pub service: String,
    /// When, and with whom.
    pub slot: SlotView,
    /// Whether the slot is theirs; else somebody was before them, and a person has to look.
    pub is_held: bool,
}

/// A change of what can be booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(not(feature = "compact"), serde(tag = "change"))]
pub enum ScheduleChange {
    /// Sets up a service.
    SetService(ServiceView),
    /// Takes a service away.
    DropService {
        /// Its id.
        id: String,
    },
    /// Sets up a person or resource.
    SetPerson(PersonView),
    /// Takes a person or resource away.
    DropPerson {
        /// Their id.
        id: String,
    },
    /// Sets the rules.
    SetRules(BookingRulesView),
    /// Writes down somebody who comes without a chat.
    Enter {
        /// Who comes: a few words.
        title: String,
        /// The service's id.
        service: String,
        /// When, and with whom.
        slot: SlotView,
    },
    /// Strikes them out.
    Strike {
        /// The entry.
        entry: MessageId,
    },
}
