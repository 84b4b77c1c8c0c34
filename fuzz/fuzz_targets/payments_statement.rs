//! Hostile bytes into the decoder of bank statements.
#![no_main]

#[path = "../../crates/payments/tests/payments/bodies.rs"]
#[expect(dead_code, reason = "each target runs one of the bodies")]
mod bodies;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bodies::statement(bytes));
