//! The shop: a signed catalogue, orders, and payments in the chat.
//!
//! ```text
//! catalogue   a business publishes signed pages, its customers fetch and verify them
//! order       a customer's order against an edition; steps of both sides
//! payment     requests of the business with its ways to pay; what is known of the money
//! deal        the index from an order or a request to its steps, and the fold over them
//! view        what is shown
//! ```
//!
//! Steps are messages of the conversation: its sequence orders them, so that every device of both
//! sides comes to the same state. A step that this device has queued counts last until then.

mod catalogue;
mod catalogue_csv;
mod deal;
mod order;
mod payment;
mod rails;
mod view;

pub(crate) use catalogue::{catalogue, pictures, publish, read_csv, write_csv};
pub(crate) use deal::{index, roots_of};
pub(crate) use order::{orders, send_order, step_order};
pub(crate) use payment::{import_statement, payments, request_payment, step_payment};
pub(crate) use rails::{rails, set_rails};
pub(crate) use view::body;
