//! Server storage: traits, conformance suite and back ends.
//!
//! Two stores, because what changes with one event stands in one engine:
//!
//! - [`delivery`]: conversations' epochs, public group state, members, sequence numbers, seen nonces
//!   and the mailboxes. One event is one atomic batch; one writer commits what waits in groups. On one
//!   machine in fjall, for several nodes in PostgreSQL.
//! - [`control`]: accounts, devices, key packages, profiles, consent and the other records of the
//!   control plane, in SQL: SQLite in a file, or PostgreSQL that several nodes share.
//!
//! [`blob_store`] holds the bytes of the blobs, in files or in S3, and the control store what is known of
//! them.
//!
//! [`transfer`] moves control plane and blobs from one pair of stores to another.
//!
//! Nothing here reads a clock: the [`Clock`] is injected, or times are arguments.
#![deny(missing_docs)]

pub mod blob_store;
mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod control;
pub mod delivery;
mod error;
pub mod limits;
mod sql;
pub mod tls;
pub mod transfer;

pub use blob_store::{BlobReader, BlobStore};
pub use clock::{Clock, SharedClock};
pub use control::ControlStore;
pub use delivery::{
    DeliveryEvent, DeliveryOptions, DeliveryStore, EmbeddedDelivery, MemoryDelivery, Outcome,
    PostgresDelivery, Submission,
};
pub use error::{ErrorKind, StoreError};
