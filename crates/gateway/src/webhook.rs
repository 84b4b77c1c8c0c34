//! Webhooks: what they say, who wants them, and how they get there.

pub(crate) mod bill;
mod card;
pub(crate) mod deliver;
pub(crate) mod fields;
pub(crate) mod receiver;
mod sign;
pub(crate) mod value;
