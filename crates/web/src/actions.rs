//! Everything the page asks of the worker, and what it does with the answers.

pub mod bridge;
mod chats;
mod failure;
pub mod install;
pub mod notices;
mod passkey;
pub mod session;

#[cfg(feature = "gallery")]
mod sample;

/// Puts sample data in the worker's place; without the feature `gallery` nothing happens.
pub fn start_sample() {
    #[cfg(feature = "gallery")]
    sample::start();
}

pub use bridge::{Reply, call, call_for_file, call_with_file, call_with_files};
pub use chats::{find_as_typed, find_chats, follow_rows, look_at_rows, refresh_rows, watch_rows};
pub use failure::{failure_text, tell_failure};
pub use passkey::{BrowserAuthenticator, passkey_text, tell_passkey};
