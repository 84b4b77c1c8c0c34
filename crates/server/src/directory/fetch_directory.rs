//! An account's keys, for itself and for those who have to do with it.

use tresen_proto::{Directory, ErrorCode, FetchDirectory, read_id};
use tresen_statement::Signed;
use tresen_types::AccountId;

use crate::{
    ServerError, account, account::devices::AccountDevices, app::App, consent::check, domain,
    error::refused, limits::Subject, session::DeviceSession,
};

/// Describes an account. Every conversation has had a consent, so that a consent of any state is what
/// two accounts share.
pub(crate) async fn fetch_directory(
    app: &App,
    session: &DeviceSession,
    request: FetchDirectory,
) -> Result<Directory, ServerError> {
    app.rates.take(Subject::QueryDevice(session.device), app.now())?;
    let other: AccountId = read_id(&request.account)?;
    if other != session.account && !check::has_record(app, session.account, other).await? {
        return Err(refused(ErrorCode::NotFound, "no such account, or nothing to do with it"));
    }
    let devices = account::require(app, other).await?;
    let profile = app.control.profile(other).await?.map(|it| it.bytes).unwrap_or_default();
    Ok(describe(&devices, profile, domain::shown(app, other).await?))
}

/// The devices as they travel.
pub(super) fn describe(devices: &AccountDevices, profile: Vec<u8>, domain: Vec<u8>) -> Directory {
    Directory {
        account: devices.account().as_bytes().to_vec(),
        account_key: devices.account_key().to_vec(),
        device_list: devices.list().encode(),
        certificates: devices.certificates().map(Signed::encode).collect(),
        profile,
        domain,
    }
}
