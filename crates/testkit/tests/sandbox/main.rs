//! The sandbox, driven as an outside test would: over HTTP alone.

mod api;
mod conversation;
mod examples;
mod trouble;
