//! The account's devices: shown, and removed for good.

mod list;
mod remove;

pub(crate) use list::devices;
pub(crate) use remove::{remove_device, remove_unlisted};
