//! A device adds itself by the account key, which it recovered.

use std::sync::Arc;

use tresen_proto::{ErrorCode, RegisterDevice, Session};
use tresen_statement::{DeviceCertificate, Unverified};

use super::{begin, publish_device_list};
use crate::{
    ServerError, app::App, cluster::local::ConnectionHandle, error::refused, limits::Subject,
    session::SessionState,
};

/// Publishes the list that names this device, and begins its session. The account key's signature is
/// what authorises it.
pub(crate) async fn register_device(
    app: &Arc<App>,
    connection: &ConnectionHandle,
    state: &mut SessionState,
    request: RegisterDevice,
) -> Result<Session, ServerError> {
    begin::check_version(request.version)?;
    let now = app.now();
    app.rates.take(Subject::RegisterPrefix(connection.remote_prefix()), now)?;
    let claimed = Unverified::<DeviceCertificate>::decode(&request.certificate)?;
    let (account, device) = (claimed.claimed().account, claimed.claimed().device);
    let current = super::require(app, account).await?;
    // A repeated request finds its own list in place.
    let next = if current.list().encode() == request.device_list {
        current
    } else {
        let next = Arc::new(current.succeed(&request.device_list, &[request.certificate])?);
        next.check_times(device, now)?;
        begin::check_proof(app, state, &next, device, &request.proof)?;
        publish_device_list::apply(app, &current, &next, None).await?;
        next
    };
    if !next.contains(device) {
        return Err(refused(ErrorCode::InvalidStatement, "the list doesn't name this device"));
    }
    begin::check_proof(app, state, &next, device, &request.proof)?;
    begin::begin(app, connection, state, &next, device).await
}
