//! The server's rules, through its public door: real devices against a spawned node.
#![expect(clippy::unwrap_used, reason = "a failing step ends the test")]

#[expect(dead_code, reason = "shared with the tests of the outer half, which need more of it")]
#[path = "../outer/client.rs"]
mod client;

mod account;
mod blobs;
mod catalogue;
mod consent;
mod delete_account;
mod delivery;
mod device;
mod feed;
mod link;
mod membership;
mod permission;
mod push;
mod push_service;
mod report;
mod storage;
mod template;
mod world;
