//! Linking a new device (PROTOCOL 6.2): invitations, and mailboxes for the steps.

mod create_invitation;
mod fetch;
mod open;
mod party;
mod post;
pub(crate) mod waiters;

pub(crate) use create_invitation::create_invitation;
pub(crate) use fetch::fetch;
pub(crate) use open::open;
pub(crate) use post::post;
