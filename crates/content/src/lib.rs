//! What is inside the encryption: MIMI content and business content.
//!
//! The flow of a message: the user interface builds a [`Message`], [`Content::encode`] turns it into
//! MIMI content (deterministic CBOR, [`mimi`]) with its message id and franking tag; the receiver
//! gives the decrypted bytes to [`Content::decode`], which refuses any second encoding, anything
//! over a limit and any sender or conversation but the one that the encryption proved. Texts are
//! shown through [`format`](mod@format), which knows nodes and no HTML. Files travel beside, sealed
//! in chunks by [`attachment`].
//!
//! Salts, keys and times are arguments: nothing in here reads a clock or draws randomness.
#![deny(missing_docs)]
#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

pub mod attachment;
pub mod booking;
mod cbor;
pub mod contacts;
mod emoji;
mod error;
pub mod format;
mod identity;
pub mod limits;
pub mod message;
pub mod mimi;
mod preview;
mod secret;
pub mod shop;
pub mod template;
pub mod uri;

pub use emoji::{is_big_emoji, is_single_emoji};
pub use error::Error;
pub use identity::{franking_tag, message_id};
pub use message::{Content, Encoded, Message, Received, Scope};
pub use preview::{Preview, PreviewKind, preview_line, search_text};
pub use secret::SecretKey;
