//! The messages of a conversation, as bubbles show them, and what a person does with them.

mod act;
mod amend;
mod card;
mod everyday;
mod page;
mod search;
mod send;
mod view;

pub(crate) use act::{mark_read, react, retry};
pub(crate) use amend::{amended, hide, settle, settle_accepted};
pub(crate) use card::{choose, send_card};
pub(crate) use everyday::{everyday, pinned};
pub(crate) use page::{messages, messages_around};
pub(crate) use search::search;
pub(crate) use send::{announce, queue_message, send_content, send_text};
pub(crate) use view::{content_of, events_of, is_automatic, preview_of, state_view, view_of};
