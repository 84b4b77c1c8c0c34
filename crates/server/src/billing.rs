//! What messages of templates cost (PRODUCT Y4).
//!
//! ```text
//! terms   prices, plan, payments and cap, from memory or the control store; before the queue
//! note    what is kept with the message, and priced when it is its turn; in the writer
//! book    what was delivered or lost goes into the books; every few seconds
//! ```
//!
//! The price is taken from the business's purse in the transaction that accepts the message, so that
//! no two messages spend the same money, at whichever nodes. The purse only counts up; what was lost
//! is given back by the books. A message of another class costs nothing and asks for nothing here.

pub(crate) mod book;
mod document;
mod fetch_usage;
pub(crate) mod note;
mod quote_messages;
mod set_spending_cap;
pub(crate) mod terms;

pub(crate) use document::rate_cards;
pub use document::{PlanDocument, RateCardDocument};
pub(crate) use fetch_usage::fetch_usage;
pub(crate) use quote_messages::quote_messages;
pub(crate) use set_spending_cap::set_spending_cap;
