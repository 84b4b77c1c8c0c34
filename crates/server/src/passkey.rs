//! Passkeys (PROTOCOL 6.2): they prove a person on the real origin, and find the wrapping of the
//! recovery root that the passkey's own secret opens.

mod challenge;
mod prove;
mod register;
mod webauthn;

pub(crate) use challenge::challenge;
pub(crate) use prove::prove;
pub(crate) use register::register;
use tresen_proto::ErrorCode;

use crate::{ServerError, error::refused, session::SessionState};

/// The place of the connection's challenge.
fn challenge_of(state: &mut SessionState) -> Result<&mut Option<[u8; 32]>, ServerError> {
    match state {
        SessionState::Anonymous(anonymous) => Ok(&mut anonymous.passkey_challenge),
        SessionState::Device(session) => Ok(&mut session.passkey_challenge),
        SessionState::LinkOnly(_) => {
            Err(refused(ErrorCode::Forbidden, "this session may only link a device"))
        }
    }
}

/// Takes the connection's challenge, which counts once.
fn take_challenge(state: &mut SessionState) -> Result<[u8; 32], ServerError> {
    challenge_of(state)?
        .take()
        .ok_or(refused(ErrorCode::Conflict, "ask for a challenge on this connection first"))
}
