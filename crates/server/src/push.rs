//! Waking devices that aren't connected: Web Push (RFC 8030) straight from this server.
//!
//! ```text
//! durable batch ─▶ distribute ─▶ Pushes::offer ── a pause ──▶ still unread? ─▶ seal ─▶ post
//!                    (no feed)                                  (mailbox)       8291    8030, 8292
//! ```
//!
//! A push says the same every time: that something came. Neither who wrote, nor what, nor in which
//! conversation is in it, so that the push service learns no more than that a device got a push, and when.
//! A device gets one, and then none until it has come or a while has passed.
//!
//! Whoever registers a push resource decides where this server connects to: see [`endpoint`].

pub mod endpoint;
mod fetch;
mod notice;
mod post;
mod register;
mod seal;
pub(crate) mod vapid;
mod withdraw;

pub(crate) use fetch::fetch;
pub(crate) use notice::{Pushes, is_news, run};
pub(crate) use register::register;
pub(crate) use withdraw::withdraw;
