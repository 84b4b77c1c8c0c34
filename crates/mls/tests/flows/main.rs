//! Devices that write to one another through the engine alone.

mod bodies;
mod corpus;
mod membership;
mod messages;
mod robustness;
mod support;
