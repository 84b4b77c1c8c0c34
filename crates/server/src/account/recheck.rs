//! Whether a session's device is still listed, where another node may have removed it.
//!
//! Whoever removes a device tells the other nodes. When that is lost, this bounds what the device may
//! still do: `SESSION_RECHECK_MS` and `SHARED_CACHE_AGE_MS` together.

use tresen_proto::ErrorCode;

use crate::{
    ServerError,
    app::App,
    cluster,
    error::refused,
    limits::SESSION_RECHECK_MS,
    session::{SessionState, TokenHolder},
};

/// Looks the session's device up again, from time to time. Costs nothing on the only node.
pub(crate) async fn recheck(app: &App, state: &mut SessionState) -> Result<(), ServerError> {
    let SessionState::Device(session) = state else { return Ok(()) };
    if app.cluster().is_none() {
        return Ok(());
    }
    let now = app.now();
    if (0..SESSION_RECHECK_MS).contains(&now.millis_since(session.checked_at)) {
        return Ok(());
    }
    let holder = TokenHolder { account: session.account, device: session.device };
    require_listed(app, holder).await?;
    session.checked_at = now;
    Ok(())
}

/// Fails, and ends the device's session, when the device isn't in its account's list any more.
pub(crate) async fn require_listed(app: &App, holder: TokenHolder) -> Result<(), ServerError> {
    if super::require(app, holder.account).await?.contains(holder.device) {
        return Ok(());
    }
    cluster::end_sessions(app, holder.device);
    Err(refused(ErrorCode::DeviceRevoked, "the device was removed from its account"))
}
