//! Hostile bytes into the reader of address books.
#![no_main]

#[path = "../../crates/content/tests/content/bodies.rs"]
#[expect(dead_code, reason = "each target runs one of the bodies")]
mod bodies;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bodies::address_book(bytes));
