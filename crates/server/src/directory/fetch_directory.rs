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
    let Some(devices) = account::load_newest(app, other).await? else {
        return ended(app, other).await;
    };
    let profile = app.control.profile(other).await?.map(|it| it.bytes).unwrap_or_default();
    Ok(describe(&devices, profile, domain::shown(app, other).await?))
}

/// An account that has ended: its key and its last list, for who hasn't heard of it.
async fn ended(app: &App, account: AccountId) -> Result<Directory, ServerError> {
    let missing = refused(ErrorCode::NotFound, "no such account");
    let Some(list) = account::last_list(app, account).await? else { return Err(missing) };
    let record = app.control.account(account).await?.ok_or(missing)?;
    Ok(Directory {
        account: account.as_bytes().to_vec(),
        account_key: record.account_key,
        device_list: list.to_vec(),
        certificates: Vec::new(),
        profile: Vec::new(),
        domain: Vec::new(),
    })
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
