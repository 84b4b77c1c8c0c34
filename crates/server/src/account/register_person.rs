//! A person's first device registers the account, through an entry link that may be used.

use std::sync::Arc;

use tresen_proto::{ErrorCode, RegisterPerson, Session, read_id};
use tresen_store::control::{DeviceListRecord, NewDevice, Registration};
use tresen_types::{AccountKind, DeviceId, EntryId};

use super::{begin, devices::AccountDevices};
use crate::{
    ServerError, app::App, cluster::local::ConnectionHandle, directory::check_entry,
    error::refused, limits::Subject, session::SessionState,
};

/// Makes a person's account. Bounded per entry link and per network, so that nobody invents people
/// without end; the link isn't used up by this but by the conversation that follows.
pub(crate) async fn register_person(
    app: &Arc<App>,
    connection: &ConnectionHandle,
    state: &mut SessionState,
    request: RegisterPerson,
) -> Result<Session, ServerError> {
    begin::check_version(request.version)?;
    let now = app.now();
    app.rates.take(Subject::RegisterPrefix(connection.remote_prefix()), now)?;
    let entry: EntryId = read_id(&request.entry)?;
    let devices = AccountDevices::found(&request.device_list, &request.certificate)?;
    let device = founder(&devices, AccountKind::Person)?;
    devices.check_times(device, now)?;
    begin::check_proof(app, state, &devices, device, &request.proof)?;
    check_entry(app, entry).await?;
    app.rates.take(Subject::RegisterEntry(entry), now)?;
    let registration = registration(app, &devices, device, Some(entry))?;
    app.control.register_account(registration).await?;
    super::forget(app, devices.account());
    begin::begin(app, connection, state, &devices, device).await
}

/// The one device of a new account, which must be of the right kind.
pub(super) fn founder(
    devices: &AccountDevices,
    kind: AccountKind,
) -> Result<DeviceId, ServerError> {
    if devices.account().kind() != kind {
        return Err(refused(ErrorCode::Forbidden, "the account is of another kind"));
    }
    devices.devices().next().ok_or(refused(ErrorCode::InvalidStatement, "a list without devices"))
}

/// A new account as it is stored.
pub(super) fn registration(
    app: &App,
    devices: &AccountDevices,
    device: DeviceId,
    entry: Option<EntryId>,
) -> Result<Registration, ServerError> {
    let certificate = devices.certificate(device)?;
    Ok(Registration {
        account: devices.account(),
        account_key: devices.account_key().to_vec(),
        entry,
        device: NewDevice {
            id: device,
            certificate: certificate.encode(),
            certificate_hash: certificate.hash().to_vec(),
        },
        device_list: DeviceListRecord {
            sequence: devices.sequence(),
            bytes: devices.list().encode(),
        },
        now: app.now(),
    })
}
