//! Hostile requests to the gateway.
#![no_main]

#[path = "../../crates/gateway/tests/decode/bodies.rs"]
mod bodies;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bodies::request(bytes));
