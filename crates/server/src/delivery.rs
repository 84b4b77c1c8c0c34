//! The delivery service (PROTOCOL D3, D4): conversations, commits, messages.

mod commit;
mod create_conversation;
mod fetch_group;
mod group;
mod leave;
mod list_conversations;
mod message;
pub(crate) mod notify;
pub(crate) mod outcome;
pub(crate) mod parties;
pub(crate) mod remove_device;
pub(crate) mod seal;
mod send;
mod signal;
mod welcomes;

pub(crate) use commit::commit;
pub(crate) use create_conversation::create_conversation;
pub(crate) use fetch_group::fetch_group;
pub(crate) use leave::leave;
pub(crate) use list_conversations::list_conversations;
pub(crate) use send::send;
pub(crate) use signal::signal;
