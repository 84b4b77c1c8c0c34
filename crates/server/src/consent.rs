//! What customers allow businesses (PRODUCT P1, P2): stored as signed, enforced on the send path.

pub(crate) mod check;
mod fetch;
pub(crate) mod gate;
mod publish;

pub(crate) use fetch::fetch;
pub(crate) use publish::{publish, store, verify};
