//! A device adds key packages to its stock.

use tresen_mls_public::{KeyPackageSummary, inspect_key_package};
use tresen_proto::{Done, ErrorCode, UploadKeyPackages};
use tresen_store::control::KeyPackageRecord;
use tresen_types::{
    Timestamp,
    limits::{KEY_PACKAGE_BYTES_MAX, KEY_PACKAGES_MAX},
};

use crate::{
    ServerError, account, account::devices::AccountDevices, app::App, error::refused,
    limits::Subject, session::DeviceSession,
};

/// Stores key packages that are valid and this device's own.
pub(crate) async fn upload(
    app: &App,
    session: &DeviceSession,
    request: UploadKeyPackages,
) -> Result<Done, ServerError> {
    let now = app.now();
    app.rates.take(Subject::PublishDevice(session.device), now)?;
    if request.key_packages.len() > KEY_PACKAGES_MAX {
        return Err(refused(ErrorCode::LimitExceeded, "more than 1,000 key packages"));
    }
    let devices = account::require(app, session.account).await?;
    let mut records = Vec::with_capacity(request.key_packages.len().saturating_add(1));
    for bytes in request.key_packages {
        records.push(check(&devices, session, bytes, now, false)?);
    }
    if !request.last_resort.is_empty() {
        records.push(check(&devices, session, request.last_resort, now, true)?);
    }
    app.control.upload_key_packages(session.account, session.device, records, now).await?;
    Ok(Done {})
}

fn check(
    devices: &AccountDevices,
    session: &DeviceSession,
    bytes: Vec<u8>,
    now: Timestamp,
    is_last_resort: bool,
) -> Result<KeyPackageRecord, ServerError> {
    if bytes.len() > KEY_PACKAGE_BYTES_MAX {
        return Err(refused(ErrorCode::LimitExceeded, "a key package is too large"));
    }
    let summary: KeyPackageSummary = inspect_key_package(&bytes, now)?;
    if devices.check_leaf(&summary.identity, &summary.signature_key)? != session.device {
        return Err(refused(ErrorCode::InvalidGroup, "the key package is another device's"));
    }
    if summary.is_last_resort != is_last_resort {
        return Err(refused(ErrorCode::InvalidGroup, "the key package is of the other sort"));
    }
    let hash = summary
        .hash_ref
        .as_slice()
        .try_into()
        .ok()
        .ok_or(refused(ErrorCode::InvalidGroup, "the key package's suite has another hash"))?;
    Ok(KeyPackageRecord { hash, bytes, is_last_resort, not_after: summary.not_after })
}
