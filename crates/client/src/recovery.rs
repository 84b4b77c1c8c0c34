//! Coming back after everything on a device is gone (PROTOCOL 6.2): by the recovery code or a passkey.
//!
//! ```text
//! code ────HKDF──▶ look-up key, under whose hash the server keeps the record
//!      └───HKDF──▶ wrap key ─┐
//! passkey ─PRF, HKDF─▶ wrap key ─┴─ seals it: account key, ids, key ring, conversations
//!         └proves itself─▶ the server hands out the record of this credential
//! ```
//!
//! Each way has a record of its own, written again when its content changes, by every device that holds
//! the account key: they tell each other the ways in the own group, sealed under a key that comes from
//! the account key. The history itself lies in the archive. The device that comes back takes the place
//! of the one that made the way.

mod code;
mod create;
mod passkey;
mod record;
mod recover;
mod refresh;
mod share;

pub(crate) use create::create_recovery_code;
pub(crate) use passkey::{
    add_passkey, prepare as prepare_passkey, prove_passkey, recover_with_passkey,
};
pub(crate) use recover::recover;
pub(crate) use refresh::refresh;
pub(crate) use share::{WAYS_BACK, take_in as take_in_ways, tell as tell_ways};
