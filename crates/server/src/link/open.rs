//! The new device uses its invitation, once. The session that it gets can do nothing but link.

use bytes::Bytes;
use tresen_proto::{ErrorCode, LinkPayload, OpenLink};
use tresen_store::{ErrorKind, StoreError};
use tresen_types::AccountKind;

use crate::{
    ServerError,
    app::App,
    error::refused,
    limits::Subject,
    session::{LinkOnly, SessionState},
};

/// Answers the signed invitation, which the new device checks and shows.
pub(crate) async fn open(
    app: &App,
    prefix: u64,
    state: &mut SessionState,
    request: OpenLink,
) -> Result<LinkPayload, ServerError> {
    let now = app.now();
    app.rates.take(Subject::LinkPrefix(prefix), now)?;
    let nonce = state.proof_nonce()?;
    check_passkey(app, state, request.invitation.clone()).await?;
    let invitation =
        app.control.consume_invitation(request.invitation, now).await.map_err(unavailable)?;
    *state = SessionState::LinkOnly(LinkOnly { nonce, account: invitation.account });
    Ok(LinkPayload { payload: Bytes::from(invitation.bytes) })
}

/// A person who has a passkey proves it first: whoever relays the digits hasn't got it (PROTOCOL D16).
async fn check_passkey(
    app: &App,
    state: &SessionState,
    invitation: Vec<u8>,
) -> Result<(), ServerError> {
    let Some(invitation) = app.control.invitation(invitation).await? else { return Ok(()) };
    let is_proved = match state {
        SessionState::Anonymous(anonymous) => anonymous.proved == Some(invitation.account),
        SessionState::LinkOnly(_) | SessionState::Device(_) => false,
    };
    let is_person = invitation.account.kind() == AccountKind::Person;
    if is_person && !is_proved && !app.control.passkeys(invitation.account).await?.is_empty() {
        return Err(refused(ErrorCode::Unauthenticated, "the account's passkey is proved first"));
    }
    Ok(())
}

fn unavailable(error: StoreError) -> ServerError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::Expired => {
            refused(ErrorCode::LinkUnavailable, "the invitation is used up, expired or unknown")
        }
        _other => error.into(),
    }
}
