//! The shop: a signed catalogue, orders, and payments in the chat.
//!
//! ```text
//! catalogue   a business publishes signed pages, its customers fetch and verify them
//! order       a customer's order against an edition; steps of both sides
//! quotation   what something would cost, and the customer's signed answer
//! hosted      what a gateway does and says about pages of providers
//! payment     requests of the business with its ways to pay; what is known of the money
//! deal        the index from an order, a request or a booking to its steps, and the fold over them
//! tell        which steps reach a customer when the window has closed
//! view        what is shown
//! ```
//!
//! Steps are messages of the conversation: its sequence orders them, so that every device of both
//! sides comes to the same state. A step that this device has queued counts last until then.

mod catalogue;
mod catalogue_csv;
mod deal;
mod hosted;
mod order;
mod payment;
mod quotation;
mod rails;
mod tell;
mod trade;
mod view;

pub(crate) use catalogue::{catalogue, pictures, publish, read_csv, write_csv};
pub(crate) use deal::{
    booking_of, booking_progress, booking_step, index, money, order_of, payment_of, progress,
    roots_of, slots_of,
};
pub(crate) use order::{
    orders, send, send_order, send_step, shop_content, step_content, step_order,
};
pub(crate) use payment::{import_statement, new_request, payments, request_payment, step_payment};
pub(crate) use rails::{known as known_rails, rails, set_rails};
pub(crate) use tell::goes_on;
pub(crate) use trade::trade;
pub(crate) use view::{body, customer_of, money_view, number_of, payment_state};
