//! Hostile bytes to a member of a group.
#![no_main]

#[path = "../../crates/mls/tests/flows/bodies.rs"]
#[expect(dead_code, reason = "each target runs one of the bodies")]
mod bodies;
#[path = "../../crates/mls/tests/flows/support.rs"]
#[expect(dead_code, reason = "the bodies need a part of it")]
mod support;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bodies::mls_message(bytes));
