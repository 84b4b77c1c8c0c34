//! What the operator has decided about a business: told to it, and objected to.

mod fetch;
mod object;

pub(crate) use fetch::fetch;
pub(crate) use object::object;
