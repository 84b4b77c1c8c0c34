//! Templates: what businesses register, and what the operator decided about each.

mod fetch;
mod list;
mod publish;

pub(crate) use fetch::fetch;
pub(crate) use list::list;
pub(crate) use publish::publish;
