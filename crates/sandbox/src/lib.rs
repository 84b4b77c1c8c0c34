//! The sandbox: server, business, gateway and customers in one process, with nothing outside of it.
//!
//! ```text
//! program ──▶ gateway ══encrypted══▶ server ══▶ simulated customers: real SDK clients
//! program ◀── webhooks ◀─ gateway                    ▲
//! test    ──▶ control: messages, reading, being offline, the clock, faults, templates
//! ```
//!
//! What a simulated customer says is encrypted and delivered like everything else; the clock and the
//! faults are the only things that are made up. Everything lies in a temporary folder and is gone with
//! the process.
#![deny(missing_docs)]

mod clock;
mod control;
mod customer;
mod error;
mod faults;
mod http;
mod incoming;
mod shop;
mod world;

pub use error::{Error, Result};
pub use world::{SandboxConfig, SandboxHandle, spawn};
