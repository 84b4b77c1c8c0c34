//! Devices that write to one another through the engine alone.

mod membership;
mod messages;
mod robustness;
mod support;
