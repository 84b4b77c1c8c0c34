//! Writes a step of the linking into its slot.

use tresen_proto::{Done, ErrorCode, PostLink};
use tresen_store::{ErrorKind, StoreError, control::LinkStep};

use super::{party, waiters::LinkId};
use crate::{
    ServerError,
    app::App,
    cluster::notice::Notice,
    error::refused,
    limits::{LINK_LIFETIME_MS, LINK_PAYLOAD_BYTES_MAX, LINK_SLOTS, Subject},
    session::SessionState,
};

/// Writes a slot, once.
pub(crate) async fn post(
    app: &App,
    prefix: u64,
    state: &SessionState,
    request: PostLink,
) -> Result<Done, ServerError> {
    let now = app.now();
    app.rates.take(Subject::LinkPrefix(prefix), now)?;
    let account = party::account_of(state)?;
    let mailbox = id(&request.mailbox)?;
    check_slot(request.slot)?;
    let payload = request.payload.to_vec();
    if payload.is_empty() || payload.len() > LINK_PAYLOAD_BYTES_MAX {
        return Err(refused(ErrorCode::LimitExceeded, "a link payload has 1 to 16,384 bytes"));
    }
    let expires_at = now.plus_millis(LINK_LIFETIME_MS);
    let step = LinkStep { mailbox, account, slot: request.slot, payload, expires_at };
    app.control.put_link_step(step, now).await.map_err(unavailable)?;
    app.links.wake(mailbox);
    app.tell(&Notice::LinkWritten { mailbox });
    Ok(Done {})
}

/// Fails unless a link mailbox has such a slot.
pub(super) fn check_slot(slot: u32) -> Result<(), ServerError> {
    if slot < LINK_SLOTS {
        Ok(())
    } else {
        Err(refused(ErrorCode::Malformed, "a link mailbox has the slots 0 to 7"))
    }
}

/// What the store says about a mailbox, as the client hears it.
pub(super) fn unavailable(error: StoreError) -> ServerError {
    match error.kind() {
        ErrorKind::Expired => {
            refused(ErrorCode::LinkUnavailable, "the link mailbox has expired or is another's")
        }
        _other => error.into(),
    }
}

/// Reads the name of a link mailbox.
pub(super) fn id(bytes: &[u8]) -> Result<LinkId, ServerError> {
    bytes.try_into().ok().ok_or(refused(ErrorCode::Malformed, "a link mailbox has 16 bytes"))
}
