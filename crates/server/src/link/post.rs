//! Writes a step of the linking into its slot.

use tresen_proto::{Done, ErrorCode, PostLink};

use super::{mailboxes::LinkId, party};
use crate::{ServerError, app::App, error::refused, limits::Subject, session::SessionState};

/// Writes a slot, once.
pub(crate) fn post(
    app: &App,
    prefix: u64,
    state: &SessionState,
    request: PostLink,
) -> Result<Done, ServerError> {
    let now = app.now();
    app.rates.take(Subject::LinkPrefix(prefix), now)?;
    let account = party::account_of(state)?;
    app.links.post(id(&request.mailbox)?, account, request.slot, request.payload, now)?;
    Ok(Done {})
}

/// Reads the name of a link mailbox.
pub(super) fn id(bytes: &[u8]) -> Result<LinkId, ServerError> {
    bytes.try_into().ok().ok_or(refused(ErrorCode::Malformed, "a link mailbox has 16 bytes"))
}
