//! Bookings: a shop's schedule, slots that are offered, and who has which slot.
//!
//! ```text
//! ledger     the calendar on this device: lines, the operations since, and what they come to
//! schedule   services, people and rules; free slots
//! offer      slots into a conversation
//! step       the customer books and moves, both sides go on
//! keep       the duty of a business's device: asks the own group for slots, tells customers what came
//!            of it, hands the calendar to new devices, reminds
//! lapse      gives back what is held for a deposit that doesn't come
//! view       what is shown
//! ```
//!
//! What a customer asks for is asked again in the business's own group, whose order decides
//! (`tresen_content::booking::Calendar`). Taking in a message only writes down that there is
//! something to do; the duty does it, in transactions of its own, each of which can be repeated
//! (docs/decisions/0028).

mod keep;
mod lapse;
mod ledger;
mod offer;
mod remind;
mod schedule;
mod step;
mod view;

pub(crate) use keep::keep;
pub(crate) use ledger::{accepted, asked_for, lose, take_in};
pub(crate) use offer::offer;
pub(crate) use schedule::{change_schedule, free, schedule};
pub(crate) use step::{book, bookings, confirm_paid, step_booking};
pub(crate) use view::{booking_view, line, slots_view};
