//! A device says how it is woken up.

use tresen_proto::{Done, ErrorCode, RegisterPush};
use tresen_store::control::PushSubscriptionRecord;

use super::{endpoint::Endpoint, seal::Receiver};
use crate::{ServerError, app::App, error::refused, limits::Subject, session::DeviceSession};

/// Stores where and with which keys; the newest counts.
pub(crate) async fn register(
    app: &App,
    session: &DeviceSession,
    request: RegisterPush,
) -> Result<Done, ServerError> {
    app.rates.take(Subject::PublishDevice(session.device), app.now())?;
    let config = &app.config().push;
    if !config.enabled {
        return Err(refused(ErrorCode::Unsupported, "this server wakes nobody"));
    }
    if Endpoint::parse(&request.endpoint, &config.allowed_origins).is_none() {
        return Err(refused(ErrorCode::Forbidden, "pushes aren't sent to this address"));
    }
    if Receiver::new(&request.public_key, &request.auth).is_none() {
        return Err(refused(ErrorCode::Malformed, "the keys for pushes can't be read"));
    }
    let record = PushSubscriptionRecord {
        device: session.device,
        account: session.account,
        endpoint: request.endpoint,
        public_key: request.public_key,
        auth: request.auth,
        registered_at: app.now(),
    };
    app.control.put_push_subscription(record).await?;
    app.pushes.forget(session.device);
    // Whoever removes a device takes its subscription out after the removal is stored: this one may
    // have come in between.
    if crate::account::require(app, session.account).await?.contains(session.device) {
        Ok(Done {})
    } else {
        app.control.delete_push_subscription(session.device).await?;
        Err(refused(ErrorCode::DeviceRevoked, "the device was removed from its account"))
    }
}
