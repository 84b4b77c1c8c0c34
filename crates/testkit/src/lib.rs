//! Simulated worlds for tests.
#![deny(missing_docs)]

pub mod browser;
pub mod passkey;
pub mod postgres;
pub mod proxy;
pub mod s3;
pub mod tour;
pub mod world;
