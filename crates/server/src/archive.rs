//! The account's archive (PROTOCOL D6): an append-only list of encrypted segments.

mod append;
mod fetch;

pub(crate) use append::append;
pub(crate) use fetch::fetch;
