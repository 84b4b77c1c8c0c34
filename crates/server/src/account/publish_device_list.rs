//! A newer device list: devices come, are renewed, and go.

use std::collections::BTreeSet;

use bytes::Bytes;
use tresen_proto::{Done, ErrorCode, PublishDeviceList};
use tresen_statement::{DeviceCertificate, Signed};
use tresen_store::{
    control::{DeviceListRecord, NewDevice, NewDeviceList},
    delivery::Sender,
};
use tresen_types::DeviceId;

use super::devices::AccountDevices;
use crate::{
    ServerError,
    app::App,
    delivery::{notify, remove_device},
    error::refused,
    limits::{CERTIFICATES_MAX, Subject},
    session::{DeviceSession, check_clock},
};

/// Publishes a list that the account key signed.
pub(crate) async fn publish_device_list(
    app: &App,
    session: &DeviceSession,
    request: PublishDeviceList,
) -> Result<Done, ServerError> {
    let now = app.now();
    app.rates.take(Subject::PublishDevice(session.device), now)?;
    session.check_owner()?;
    if request.certificates.len() > CERTIFICATES_MAX {
        return Err(refused(ErrorCode::LimitExceeded, "too many certificates"));
    }
    let current = super::require(app, session.account).await?;
    if current.list().encode() == request.device_list {
        // Asked again: perhaps because the first time broke off after the list was stored.
        remove_device::finish(app, session.account).await?;
        return Ok(Done {});
    }
    let next = current.succeed(&request.device_list, &request.certificates)?;
    check_clock(next.list().value().issued_at, now)?;
    apply(app, &current, &next, Some(session.sender())).await?;
    Ok(Done {})
}

/// Stores a verified list, cuts off the removed devices and tells everybody concerned.
pub(super) async fn apply(
    app: &App,
    current: &AccountDevices,
    next: &AccountDevices,
    sender: Option<Sender>,
) -> Result<(), ServerError> {
    let account = next.account();
    let is_new =
        |certificate: &&Signed<DeviceCertificate>| !current.contains(certificate.value().device);
    let is_renewed = |certificate: &&Signed<DeviceCertificate>| {
        let known = current.certificate(certificate.value().device);
        known.is_ok_and(|known| known.hash() != certificate.hash())
    };
    for certificate in next.certificates().filter(|it| is_new(it) || is_renewed(it)) {
        next.check_times(certificate.value().device, app.now())?;
    }
    let revoked: Vec<DeviceId> =
        current.devices().filter(|device| !next.contains(*device)).collect();
    // Who is concerned must be known before the removed devices are cut off.
    let mut concerned = BTreeSet::new();
    for device in current.devices() {
        concerned.extend(notify::peers_of_device(app, device).await?);
    }
    concerned.extend(next.devices());
    let update = NewDeviceList {
        account,
        expected_sequence: current.sequence(),
        device_list: DeviceListRecord { sequence: next.sequence(), bytes: next.list().encode() },
        added: next.certificates().filter(is_new).map(new_device).collect(),
        renewed: next.certificates().filter(is_renewed).map(new_device).collect(),
        revoked: revoked.clone(),
        now: app.now(),
    };
    app.control.publish_device_list(update).await?;
    super::forget(app, account);
    for device in &revoked {
        remove_device::lock_out(app, *device);
    }
    let body = Bytes::from(next.list().encode());
    remove_device::cut_off(app, &revoked, concerned, sender, body).await
}

fn new_device(certificate: &Signed<DeviceCertificate>) -> NewDevice {
    NewDevice {
        id: certificate.value().device,
        certificate: certificate.encode(),
        certificate_hash: certificate.hash().to_vec(),
    }
}
