//! Wrappings of the recovery root (PROTOCOL 6.2): opaque, found by the hash of a lookup key.

mod fetch;
mod store;

pub(crate) use fetch::{by_hash, fetch};
pub(crate) use store::store;
