//! What all ways into a session share: the proof of possession, and the session that follows it.

use std::sync::Arc;

use tresen_proto::{ErrorCode, PROTOCOL_VERSION, Session};
use tresen_statement::{SessionProof, Unverified};
use tresen_types::DeviceId;

use super::devices::AccountDevices;
use crate::{
    ServerError,
    app::{App, random_secret},
    cluster::{local::ConnectionHandle, repair},
    error::refused,
    mailbox::{Feed, drain},
    session::{Attachment, DeviceSession, SessionState, TokenHolder},
};

/// Refuses a version that this server doesn't speak.
pub(super) fn check_version(version: u32) -> Result<(), ServerError> {
    if version == PROTOCOL_VERSION {
        Ok(())
    } else {
        Err(refused(ErrorCode::Unsupported, "this server speaks version 1"))
    }
}

/// Checks that the connection's peer holds the device's key, here and now: the proof signs this
/// origin and this connection's nonce.
pub(super) fn check_proof(
    app: &App,
    state: &SessionState,
    devices: &AccountDevices,
    device: DeviceId,
    proof: &[u8],
) -> Result<(), ServerError> {
    let nonce = state.proof_nonce()?;
    let certificate = devices.certificate(device)?.value();
    let proof =
        Unverified::<SessionProof>::decode(proof)?.verify(&certificate.signature_key)?.into_value();
    let is_ours = proof.origin == app.origin()
        && proof.account == devices.account()
        && proof.device == device
        && proof.nonce == nonce;
    if is_ours {
        Ok(())
    } else {
        Err(refused(ErrorCode::InvalidStatement, "the proof is for another session"))
    }
}

/// Turns the connection into the device's session and starts its mailbox.
pub(super) async fn begin(
    app: &Arc<App>,
    connection: &ConnectionHandle,
    state: &mut SessionState,
    devices: &AccountDevices,
    device: DeviceId,
) -> Result<Session, ServerError> {
    let account = devices.account();
    let certificate = devices.certificate(device)?.value();
    let now = app.now();
    let stock = app.control.key_package_stock(account, device, now).await?;
    let holder = TokenHolder { account, device };
    let (ticket, token) = app.tickets.issue(holder, &random_secret()?, now);
    // The device may have been removed since its list was read: whoever removes it revokes the
    // tickets after the list is stored, and this looks at the list after the ticket is made.
    if !super::require(app, account).await?.contains(device) {
        return Err(refused(ErrorCode::DeviceRevoked, "the device was removed from its account"));
    }
    let cursor = app.delivery.acknowledged(device).await?;
    let feed = Arc::new(Feed::new(device, connection.clone(), now));
    *state = SessionState::Device(DeviceSession {
        account,
        device,
        kind: certificate.kind,
        role: certificate.role,
        passkey_challenge: None,
        checked_at: now,
        ticket,
        feed: Attachment::new(&app.feeds, Arc::clone(&feed)),
    });
    app.registry().attach(device, connection.clone());
    drain::start(app, &feed);
    if app.cluster().is_some() {
        repair::look_again_later(app, &feed);
    }
    Ok(Session {
        token,
        cursor,
        key_package_stock: u32::try_from(stock.count).unwrap_or(u32::MAX),
        has_last_resort: stock.last_resort_since.is_some(),
        device_list_sequence: devices.sequence(),
        server_time_ms: now.as_millis(),
    })
}
