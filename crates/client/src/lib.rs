//! The SDK: one account on one device, in step with its server. One code base natively and in the
//! browser's worker; single-threaded, asynchronous.
//!
//! ```text
//! interface ──Command──▶ Client::call ──▶ command (the index) ──▶ account, conversation, timeline …
//!                                                                    │ one transaction each
//!                          store ◀───────────────────────────────────┘
//!                            ▲  outbox ──ciphertext──▶ connection ──▶ server
//!                            └─ sync ◀──entries─────── connection ◀── server
//! interface ◀──Event── Client::events
//! ```
//!
//! All that one event changes, in groups and rows, is one transaction of the store; nothing is sent
//! or acknowledged before it is committed. SQL lives in `store` alone, what differs between a process
//! and a browser in `runtime`, `transport` and `store` alone.
#![deny(missing_docs)]

mod account;
mod archive;
mod attachment;
mod booking;
mod broadcast;
mod client;
mod command;
mod config;
mod connection;
mod consent;
mod conversation;
mod decision;
mod devices;
mod draft;
mod error;
mod file;
mod inbox;
mod kdf;
pub mod limits;
mod lines;
mod linking;
mod names;
mod outbox;
mod outgoing;
mod private;
mod push;
mod receipts;
mod records;
mod recovery;
mod report;
mod runtime;
#[cfg(any(test, feature = "sample"))]
mod sample;
mod settings;
mod shared;
mod shop;
mod statistics;
mod store;
mod sync;
mod team;
mod template;
mod timeline;
mod transport;
mod typing;
mod usage;
mod wake;

pub use client::Client;
pub use config::{ClientConfig, StoreLocation};
pub use error::{Error, Result};
#[cfg(target_arch = "wasm32")]
pub use file::FileBlob;
#[cfg(not(target_arch = "wasm32"))]
pub use file::FilePath;
pub use file::{FileBytes, FileSink, FileSource, LocalFuture};
#[cfg(not(target_arch = "wasm32"))]
pub use transport::Dial;
pub use transport::Trust;
