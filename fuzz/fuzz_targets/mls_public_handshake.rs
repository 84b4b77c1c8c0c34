//! Hostile handshake messages to the server.
#![no_main]

#[path = "../../crates/mls-public/tests/follow/bodies.rs"]
#[expect(dead_code, reason = "each target runs one of the bodies")]
mod bodies;
#[path = "../../crates/mls-public/tests/follow/support.rs"]
#[expect(dead_code, reason = "the bodies need a part of it")]
mod support;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bodies::mls_public_handshake(bytes));
