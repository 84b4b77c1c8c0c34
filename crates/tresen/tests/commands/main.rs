//! The real binary, from outside.
#![expect(clippy::unwrap_used, reason = "a failing step ends the test")]

mod bench;
mod blindness;
mod chat;
mod check;
mod consent;
mod demo;
mod disk;
mod gateway;
mod invite;
mod pages;
mod program;
mod proxy;
mod serve;
