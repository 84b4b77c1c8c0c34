//! Who doesn't want to hear from whom.

mod fetch;
mod set;

pub(crate) use fetch::fetch;
pub(crate) use set::set;
