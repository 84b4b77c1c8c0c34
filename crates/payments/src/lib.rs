//! Ways to pay that need no provider, and what is known of a payment: pure, no I/O.
//!
//! The flow: a business's settings hold its [`Rail`]s; a request of payment is an amount and a
//! reference, and [`payload`] makes of both what a banking app reads from a QR code or a link. What
//! happens then is a list of [`Event`]s, folded into a [`Payment`] on every device alike: the payer's
//! word never counts as money received. Entries of a bank statement ([`bank`]) find their request by
//! the reference.
#![deny(missing_docs)]
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

pub mod bank;
pub mod csv;
mod epc;
mod error;
mod iban;
pub mod limits;
mod payment;
mod pix;
mod rail;
mod reference;
mod swiss;
mod upi;
mod xml;

pub use error::Error;
pub use iban::Iban;
pub use payment::{Event, Payment, PaymentState, Source};
pub use pix::{Pix, read as read_pix};
pub use rail::{Creditor, Payload, Provider, Rail, Request, payload};
pub use reference::{creditor_reference, is_creditor_reference, is_qr_reference, qr_reference};
