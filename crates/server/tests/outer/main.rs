//! The node as it looks from outside: sockets, frames, HTTP, start and stop.
#![expect(clippy::unwrap_used, reason = "a failing step ends the test")]

mod client;
mod http;
mod lifecycle;
mod socket;
