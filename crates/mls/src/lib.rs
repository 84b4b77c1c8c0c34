//! The end-to-end engine: conversation groups (MLS, RFC 9420) behind a small API.
//!
//! The flow of one event, always inside one transaction of the caller:
//!
//! 1. the caller opens a transaction on its store, which implements [`GroupStore`];
//! 2. [`Group::load`] reads the group, one call changes it ([`Group::process`],
//!    [`Group::encrypt`], a commit), and its rows are written only if the call succeeds;
//! 3. the caller writes its own rows (message, outbox) and commits the transaction;
//! 4. only then bytes are sent or acknowledged.
//!
//! After a rolled-back transaction the caller drops its [`Group`], since the value in memory is
//! ahead of the rows. This is the only crate that names types of OpenMLS, and none of them is part
//! of its API. Nothing in here does I/O. Times come in as arguments; OpenMLS in addition reads the
//! system's clock when it validates a key package and when it dates old epochs.
#![deny(missing_docs)]

mod crypto;
mod error;
mod group;
mod hpke;
mod key_package;
mod keys;
pub mod limits;
mod member;
mod provider;
mod store;
mod suite;
mod wire;

pub use error::{Error, Result};
pub use group::{
    CommitBundle, CommitSummary, ExternalCommit, Group, GroupSnapshot, NewGroup, ProposalSummary,
    Received, Sender,
};
pub use hpke::{EphemeralKey, seal_to};
pub use key_package::{
    KeyPackageOptions, KeyPackageSummary, delete_key_package, generate_key_packages,
    inspect_key_package,
};
pub use keys::DeviceKeys;
pub use member::{Member, MembershipPolicy, Refusal, Remover, ServerKey};
pub use store::{GroupStore, MemoryGroupStore, PROPOSAL_ROWS, StoreError};
pub use suite::Suite;
pub use wire::{MessageHeader, MessageKind, inspect_message, inspect_welcome};
