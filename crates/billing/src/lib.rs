//! What a message costs and who owes it: pure arithmetic, no I/O.
//!
//! The flow: a [`RateCard`] and a [`Plan`] give a message its price ([`rate`]); the server posts
//! [`Event::Reserve`] when it accepts the message, [`Event::Capture`] when a device of the customer
//! first acknowledges it, [`Event::Release`] when it fails or expires. The [`Ledger`] is double
//! entry: every event moves one amount from one account to another, once, whatever is repeated. What
//! it holds can be rebuilt from its events, listed as usage by message id ([`usage_csv`]) and given to
//! an independent program as a journal ([`journal`]).
//!
//! Amounts are [`Micros`], millionths of a currency's unit, and are rounded once, on an invoice's
//! line.
#![deny(missing_docs)]
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod amount;
mod cap;
mod error;
mod export;
mod invoice;
mod ledger;
mod limits;
mod plan;
mod purse;
mod rate_card;
mod rating;

pub use amount::Micros;
pub use cap::{Alert, SpendingCap};
pub use error::Error;
pub use export::{Journal, USAGE_COLUMNS, journal, usage_csv, usage_line};
pub use invoice::{InvoiceLine, invoice_lines};
pub use ledger::{Account, Applied, ChargeState, Event, Ledger, Month, Posting, Total, Usage};
pub use plan::{Plan, PlanPart};
pub use purse::{Charged, Credit, Purse, Terms};
pub use rate_card::{Country, RateCard, RateCards, Rates, Tier};
pub use rating::{Delivered, Price, PriceReason, Rated, rate};
