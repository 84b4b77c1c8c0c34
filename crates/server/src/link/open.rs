//! The new device uses its invitation, once. The session that it gets can do nothing but link.

use bytes::Bytes;
use tresen_proto::{ErrorCode, LinkPayload, OpenLink};
use tresen_store::{ErrorKind, StoreError};

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
    let invitation =
        app.control.consume_invitation(request.invitation, now).await.map_err(unavailable)?;
    *state = SessionState::LinkOnly(LinkOnly { nonce, account: invitation.account });
    Ok(LinkPayload { payload: Bytes::from(invitation.bytes) })
}

fn unavailable(error: StoreError) -> ServerError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::Expired => {
            refused(ErrorCode::LinkUnavailable, "the invitation is used up, expired or unknown")
        }
        _other => error.into(),
    }
}
