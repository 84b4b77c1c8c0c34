//! The server follows groups of real devices.

mod bodies;
mod corpus;
mod groups;
mod robustness;
mod support;
