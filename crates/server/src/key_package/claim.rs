//! Somebody who has to do with an account takes one key package of each of its devices.

use std::collections::BTreeMap;

use tresen_proto::{ClaimKeyPackages, ClaimedKeyPackage, ClaimedKeyPackages, ErrorCode, read_id};
use tresen_types::{AccountId, Category, DeviceId, limits::BUSINESS_DEVICES_MAX};

use crate::{
    ServerError, account, account::devices::AccountDevices, app::App, consent::check, directory,
    error::refused, limits::Subject, session::DeviceSession,
};

/// Hands out one key package a device. Needs a relationship; is limited per pair and per account.
pub(crate) async fn claim(
    app: &App,
    session: &DeviceSession,
    request: ClaimKeyPackages,
) -> Result<ClaimedKeyPackages, ServerError> {
    let now = app.now();
    let target: AccountId = read_id(&request.account)?;
    check_relationship(app, session, target, &request.entry).await?;
    let devices = account::require(app, target).await?;
    let wanted = wanted(&devices, &request.devices)?;
    let count = u32::try_from(wanted.len()).unwrap_or(u32::MAX);
    // A colleague's new device is added to hundreds of conversations: the own account isn't limited.
    if target != session.account {
        app.rates.take_many(Subject::ClaimPair(session.account, target), count, now)?;
        app.rates.take_many(Subject::ClaimAccount(target), count, now)?;
    }
    let mut claimed = BTreeMap::new();
    if request.devices.is_empty() {
        for package in app.control.claim_key_packages(target, now).await? {
            claimed.insert(package.device, package.bytes);
        }
    } else {
        for device in &wanted {
            if let Some(package) = app.control.claim_key_package(target, *device, now).await? {
                claimed.insert(*device, package.bytes);
            }
        }
    }
    let key_packages = wanted
        .into_iter()
        .map(|device| ClaimedKeyPackage {
            device: device.as_bytes().to_vec(),
            key_package: claimed.remove(&device).unwrap_or_default(),
        })
        .collect();
    Ok(ClaimedKeyPackages { key_packages })
}

/// The own account, a business whose open entry link the request names, or one with live consent.
async fn check_relationship(
    app: &App,
    session: &DeviceSession,
    target: AccountId,
    entry: &[u8],
) -> Result<(), ServerError> {
    if target == session.account {
        return Ok(());
    }
    let is_known = if entry.is_empty() {
        check::permission(app, session.account, target).await?.allows(Category::Service)
    } else {
        directory::check_entry(app, read_id(entry)?).await? == target
    };
    if is_known {
        Ok(())
    } else {
        Err(refused(ErrorCode::Forbidden, "nothing to do with this account"))
    }
}

/// The wanted devices in the order of the list, each once.
fn wanted(devices: &AccountDevices, requested: &[Vec<u8>]) -> Result<Vec<DeviceId>, ServerError> {
    if requested.is_empty() {
        return Ok(devices.devices().collect());
    }
    if requested.len() > BUSINESS_DEVICES_MAX {
        return Err(refused(ErrorCode::LimitExceeded, "more devices than an account has"));
    }
    let mut wanted = requested
        .iter()
        .map(|device| Ok(read_id::<DeviceId>(device)?))
        .collect::<Result<Vec<_>, ServerError>>()?;
    wanted.sort_unstable();
    wanted.dedup();
    if wanted.iter().all(|device| devices.contains(*device)) {
        Ok(wanted)
    } else {
        Err(refused(ErrorCode::NotFound, "the account has no such device"))
    }
}
