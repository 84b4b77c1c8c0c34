//! Hostile URLs of push resources.
#![no_main]

#[path = "../../crates/server/tests/decode/bodies.rs"]
#[expect(dead_code, reason = "each target runs one of the bodies")]
mod bodies;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bodies::push_endpoint(bytes));
