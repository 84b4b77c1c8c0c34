//! Key packages: uploaded by their device, claimed once each (PROTOCOL D8).

mod claim;
mod upload;

pub(crate) use claim::claim;
pub(crate) use upload::upload;
