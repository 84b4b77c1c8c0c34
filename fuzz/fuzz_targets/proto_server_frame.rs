//! Hostile frames of a server.
#![no_main]

#[path = "../../crates/proto/tests/decode/bodies.rs"]
#[expect(dead_code, reason = "each target runs one of the bodies")]
mod bodies;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bodies::server_frame(bytes));
