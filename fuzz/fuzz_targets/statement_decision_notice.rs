//! Hostile bytes into the decoder of decision notices.
#![no_main]

#[path = "../../crates/statement/tests/statements/bodies.rs"]
#[expect(dead_code, reason = "each target runs one of the bodies")]
mod bodies;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bodies::run("decision_notice", bytes));
