//! The server follows groups of real devices.

mod groups;
mod robustness;
mod support;
