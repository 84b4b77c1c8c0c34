//! More than one device: files, colleagues, linking, archive, recovery.

mod attachments;
mod common_work;
mod everyday;
mod impostor;
mod inbox;
mod linking;
mod own_devices;
mod passkey;
mod recovery;
mod removal;
mod support;
