//! More than one device: files, colleagues, linking, archive, recovery.

mod attachments;
mod inbox;
mod linking;
mod recovery;
mod removal;
mod support;
