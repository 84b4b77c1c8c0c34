//! Bookings: what a shop offers by appointment, when it is free, and who has which slot.
//!
//! ```text
//! terms      the service and the slots of an offer, as the customer sees them
//! message    offers, bookings and their steps, in the customer's conversation
//! progress   what a booking has come to: a fold over its steps in the conversation's order
//! schedule   services, people with their rosters, closed days: what the shop sets up
//! zone       from the shop's clock to instants, across summer-time changes
//! slots      which slots are free
//! calendar   who has which slot: a fold over operations in the order of the business's own group
//! operation  those operations
//! ```
//!
//! Two orders decide, one each about its own: the own group's which slot is whose, the conversation's
//! what customer and shop have agreed. A slot is told to a customer only after the own group has
//! granted it (docs/decisions/0028).

mod calendar;
mod message;
mod operation;
mod progress;
mod schedule;
mod slots;
mod terms;
mod zone;

pub use calendar::{Calendar, CalendarLine, Entry, Reservation, Verdict};
pub use message::{Booking, BookingStep, DeclineReason, SlotOffer};
pub use operation::CalendarOp;
pub use progress::{BookingProgress, BookingState, Wish};
pub use schedule::{DaySpan, Person, Rules, Service};
pub use slots::{Busy, Search, free_slots};
pub use terms::{ServiceTerms, Slot};
pub use zone::Zone;
