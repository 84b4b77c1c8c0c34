//! Blocks or unblocks an account: its messages to the session's account are refused from now on.

use tresen_proto::{Done, ErrorCode, SetBlock, read_id};
use tresen_types::AccountId;

use crate::{
    ServerError, app::App, consent::check, error::refused, limits::Subject, session::DeviceSession,
};

/// Sets or takes back a block.
pub(crate) async fn set(
    app: &App,
    session: &DeviceSession,
    request: SetBlock,
) -> Result<Done, ServerError> {
    let now = app.now();
    app.rates.take(Subject::PublishDevice(session.device), now)?;
    let other: AccountId = read_id(&request.account)?;
    if check::pair(session.account, other).is_none() {
        return Err(refused(ErrorCode::Forbidden, "only a customer and a business block another"));
    }
    let stored = if request.is_blocked {
        app.control.block_account(session.account, other, now).await
    } else {
        app.control.unblock_account(session.account, other).await
    };
    check::forget(app, session.account, other);
    stored?;
    Ok(Done {})
}
