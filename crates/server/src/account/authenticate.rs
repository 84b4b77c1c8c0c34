//! A known device proves itself.

use std::sync::Arc;

use tresen_proto::{Authenticate, ErrorCode, Session, read_id};
use tresen_types::{AccountId, DeviceId};

use super::begin;
use crate::{
    ServerError, app::App, cluster::local::ConnectionHandle, error::refused, limits::Subject,
    session::SessionState,
};

/// Begins a session when the proof is signed by a listed device's key.
pub(crate) async fn authenticate(
    app: &Arc<App>,
    connection: &ConnectionHandle,
    state: &mut SessionState,
    request: Authenticate,
) -> Result<Session, ServerError> {
    begin::check_version(request.version)?;
    app.rates.take(Subject::AuthenticatePrefix(connection.remote_prefix()), app.now())?;
    let account: AccountId = read_id(&request.account)?;
    let device: DeviceId = read_id(&request.device)?;
    let Some(devices) = super::load(app, account).await? else {
        return Err(match super::last_list(app, account).await? {
            Some(_last) => refused(ErrorCode::DeviceRevoked, "the account has ended"),
            None => refused(ErrorCode::NotFound, "no such account"),
        });
    };
    begin::check_proof(app, state, &devices, device, &request.proof)?;
    if devices.certificate(device)?.value().not_after <= app.now() {
        return Err(refused(ErrorCode::DeviceRevoked, "the device's certificate has expired"));
    }
    begin::begin(app, connection, state, &devices, device).await
}
