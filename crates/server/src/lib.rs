//! Everything a Tresen node does.
//!
//! ```text
//! socket ─▶ connection ─▶ dispatch ─▶ one operation, one file ─▶ stores
//!    └────▶ http (pages, entries, blobs)                            │
//!                 connection ◀─ mailbox ◀──── durable batches ◀─────┘
//! ```
//!
//! [`spawn`] starts a node and returns a [`ServerHandle`]. The server can't read content: it links
//! neither the content codec nor the end-to-end engine.
#![deny(missing_docs)]

mod account;
pub mod admin;
pub mod app;
mod archive;
mod billing;
mod blob;
mod block;
mod catalogue;
mod clock;
pub mod cluster;
pub mod config;
pub mod connection;
mod consent;
mod decision;
mod delivery;
mod directory;
mod dispatch;
pub mod domain;
mod error;
mod http;
mod key_package;
pub mod limits;
mod link;
mod mailbox;
mod metrics;
pub mod migrate;
mod passkey;
pub mod push;
mod recovery;
mod report;
mod server;
pub mod session;
mod standing;
mod template;

pub use app::Stores;
pub use billing::{PlanDocument, RateCardDocument};
pub use clock::SystemClock;
pub use config::{Config, ConfigError, TlsConfig};
pub use error::ServerError;
pub use metrics::{Counter, Gauges, Metrics};
pub use server::{ServerHandle, spawn, spawn_on};
