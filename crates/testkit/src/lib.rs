//! Simulated worlds for tests.
#![deny(missing_docs)]

pub mod browser;
pub mod world;
