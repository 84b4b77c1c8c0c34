//! Simulated worlds for tests.
