//! Linking a colleague's device to a business, or a person's further device (PROTOCOL D16 and 6.2).
//!
//! ```text
//! owner's device                     link mailbox                      new device
//! invite ──────────── ORIGIN/link#TOKEN, from person to person ──────▶ accept: OpenLink
//!                                    0 ◀── commitment H(e, n_N, s_N) ──
//!                                    1 ◀── e, s_N, device ─────────────
//! watch ── n_O, account key ───────▶ 2
//!                                    3 ◀── n_N ────────────────────────  shows six digits of T
//! approve: the digits are typed
//!       ── sealed to e, info T ────▶ 4 ─────────────────────────────────▶ device of the account
//! ```
//!
//! Whoever sits between chooses his values before he knows the other side's, so that his digits fit
//! by chance alone, once in a million; and one wrong attempt burns the invitation.

mod accept;
mod approve;
mod invite;
mod mailbox;
mod secrets;
mod token;
mod transcript;
mod watch;

use std::cell::RefCell;

pub(crate) use accept::accept_invitation;
pub(crate) use approve::approve_link;
pub(crate) use invite::invite;
pub(crate) use secrets::SealedKey;
use transcript::Transcript;
use tresen_statement::Role;
pub(crate) use watch::{begin as run, resume as resume_watching};

/// What linking keeps in memory.
#[derive(Default)]
pub(crate) struct Linking {
    /// On the owner's device: the new device that waits for its code.
    waiting: RefCell<Option<Waiting>>,
}

/// A new device whose code is to be typed.
struct Waiting {
    invitation: [u8; 16],
    role: Role,
    name: String,
    transcript: Transcript,
}
