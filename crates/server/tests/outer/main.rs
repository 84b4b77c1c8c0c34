//! The node as it looks from outside: sockets, frames, HTTP, start and stop.

mod client;
mod http;
mod lifecycle;
mod socket;
