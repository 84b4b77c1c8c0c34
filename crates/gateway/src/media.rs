//! Files: those that programs upload, those that links lead to, and those of customers.

pub(crate) mod fetch;
pub(crate) mod incoming;
pub(crate) mod kind;
pub(crate) mod link;
pub(crate) mod upload;
