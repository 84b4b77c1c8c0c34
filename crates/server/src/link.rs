//! Linking a new device (PROTOCOL 6.2): invitations, and mailboxes in memory for the steps.

mod create_invitation;
mod fetch;
pub(crate) mod mailboxes;
mod open;
mod party;
mod post;

pub(crate) use create_invitation::create_invitation;
pub(crate) use fetch::fetch;
pub(crate) use open::open;
pub(crate) use post::post;
