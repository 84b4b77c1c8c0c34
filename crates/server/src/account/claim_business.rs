//! The owner's device makes a business's account, by a claim link.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use tresen_proto::{ClaimBusiness, ErrorCode, Session};
use tresen_statement::Role;
use tresen_store::{ErrorKind, StoreError};
use tresen_types::AccountKind;

use super::{begin, devices::AccountDevices, register_person};
use crate::{
    ServerError, app::App, cluster::local::ConnectionHandle, error::refused, limits::Subject,
    session::SessionState,
};

/// Makes a business's account. The link counts once; an owner whose answer was lost may send the same
/// claim again.
pub(crate) async fn claim_business(
    app: &Arc<App>,
    connection: &ConnectionHandle,
    state: &mut SessionState,
    request: ClaimBusiness,
) -> Result<Session, ServerError> {
    begin::check_version(request.version)?;
    let now = app.now();
    app.rates.take(Subject::RegisterPrefix(connection.remote_prefix()), now)?;
    let devices = AccountDevices::found(&request.device_list, &request.certificate)?;
    let device = register_person::founder(&devices, AccountKind::Business)?;
    if devices.certificate(device)?.value().role != Role::Owner {
        return Err(refused(ErrorCode::Forbidden, "the first device of a business is an owner's"));
    }
    devices.check_times(device, now)?;
    begin::check_proof(app, state, &devices, device, &request.proof)?;
    let registration = register_person::registration(app, &devices, device, None)?;
    let token_hash = Sha256::digest(&request.claim_token).into();
    app.control.register_business(registration, token_hash).await.map_err(unavailable)?;
    super::forget(app, devices.account());
    begin::begin(app, connection, state, &devices, device).await
}

fn unavailable(error: StoreError) -> ServerError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::Expired => {
            refused(ErrorCode::LinkUnavailable, "the claim link is used up, expired or unknown")
        }
        _other => error.into(),
    }
}
