//! Identifiers, timestamps, categories and limits: value types only.
//!
//! Every other crate depends on this one, and this one on no other of ours. Nothing in here does
//! I/O, reads a clock or draws randomness: bytes and times come in as arguments.
#![deny(missing_docs)]

mod category;
pub mod crockford;
mod id;
pub mod limits;
mod time;

pub use category::{Categories, Category};
pub use id::{
    AccountId, AccountKind, BlobId, ConversationId, DeviceId, EntryId, GroupId, IdError, MessageId,
    Nonce,
};
pub use time::Timestamp;
