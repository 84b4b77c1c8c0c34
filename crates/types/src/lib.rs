//! Identifiers, timestamps, categories, money and limits: value types only.
//!
//! Every other crate depends on this one, and this one on no other of ours. Nothing in here does
//! I/O, reads a clock or draws randomness: bytes and times come in as arguments.
#![deny(missing_docs)]

pub mod card;
mod category;
mod class;
pub mod crockford;
pub mod decimal;
mod id;
pub mod limits;
mod money;
pub mod profile;
mod time;

pub use category::{Categories, Category};
pub use class::MessageClass;
pub use id::{
    AccountId, AccountKind, BlobId, ConversationId, DeviceId, EntryId, GroupId, IdError, MessageId,
    Nonce,
};
pub use money::{Currency, Money, MoneyError};
pub use time::Timestamp;
