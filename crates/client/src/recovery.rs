//! Coming back after everything on a device is gone (PROTOCOL 6.2): the recovery code.
//!
//! ```text
//! code ──HKDF──▶ look-up key, under whose hash the server keeps the record
//!        ──HKDF──▶ wrap key, which seals it: account key, ids, key ring, conversations
//! ```
//!
//! The record is written again when its content changes; the history itself lies in the archive. The
//! device that comes back takes the place of the one that wrote the record last.

mod code;
mod create;
mod record;
mod recover;
mod refresh;

pub(crate) use create::create_recovery_code;
pub(crate) use recover::recover;
pub(crate) use refresh::refresh;
