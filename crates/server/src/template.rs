//! Templates: what businesses register, and what the operator decided about each.

mod approve;
mod fetch;
mod list;
mod publish;

pub(crate) use approve::approve;
pub(crate) use fetch::fetch;
pub(crate) use list::list;
pub(crate) use publish::publish;
