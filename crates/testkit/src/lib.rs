//! Simulated worlds for tests.
#![deny(missing_docs)]

pub mod backend;
pub mod browser;
pub mod colleague;
pub mod dice;
pub mod nats;
pub mod passkey;
pub mod ports;
pub mod postgres;
pub mod provider;
pub mod proxy;
pub mod s3;
pub mod simulation;
pub mod soak;
pub mod tour;
pub mod world;
