//! A customer gives, changes or takes back a consent.

use bytes::Bytes;
use tresen_proto::{Done, EntryKind, ErrorCode, PublishConsent};
use tresen_statement::{Consent, ConsentState, Unverified, key_hash};
use tresen_store::control::{ConsentRecord, ConsentState as StoredState};

use super::check;
use crate::{
    ServerError, account,
    app::App,
    delivery::notify,
    error::refused,
    limits::Subject,
    session::{DeviceSession, check_clock},
};

/// Stores a consent that this device signed; the highest sequence wins, and counts at once.
pub(crate) async fn publish(
    app: &App,
    session: &DeviceSession,
    request: PublishConsent,
) -> Result<Done, ServerError> {
    app.rates.take(Subject::PublishDevice(session.device), app.now())?;
    let consent = verify(app, session, &request.consent).await?;
    store(app, session, &consent, request.consent).await?;
    Ok(Done {})
}

/// Checks that a consent is this device's, for this server, and names the business's real key.
pub(crate) async fn verify(
    app: &App,
    session: &DeviceSession,
    bytes: &[u8],
) -> Result<Consent, ServerError> {
    let own = account::require(app, session.account).await?;
    let device_key = own.certificate(session.device)?.value().signature_key;
    let consent = Unverified::<Consent>::decode(bytes)?.verify(&device_key)?.into_value();
    if consent.customer != session.account || consent.device != session.device {
        return Err(refused(ErrorCode::Forbidden, "the consent is another's"));
    }
    if consent.origin != app.origin() {
        return Err(refused(ErrorCode::InvalidStatement, "the consent is for another server"));
    }
    check_clock(consent.at, app.now())?;
    let business = account::require(app, consent.business).await?;
    if consent.business_key_hash != key_hash(business.account_key()) {
        return Err(refused(ErrorCode::InvalidStatement, "the consent names another key"));
    }
    Ok(consent)
}

/// Stores a verified consent and passes it on to the business's devices and the customer's others.
pub(crate) async fn store(
    app: &App,
    session: &DeviceSession,
    consent: &Consent,
    bytes: Vec<u8>,
) -> Result<(), ServerError> {
    let (business, customer) = (consent.business, consent.customer);
    let known = app.control.consent(business, customer).await?;
    if known.is_some_and(|known| known.bytes == bytes) {
        return Ok(());
    }
    let record = ConsentRecord {
        business,
        customer,
        sequence: consent.sequence,
        bytes: bytes.clone(),
        categories: consent.categories,
        state: match consent.state {
            ConsentState::Given => StoredState::Given,
            ConsentState::Revoked => StoredState::Revoked,
        },
        stored_at: app.now(),
    };
    let stored = app.control.put_consent(record).await;
    // Also after a failure: what the store holds then is unknown.
    check::forget(app, business, customer);
    stored?;
    let mut devices = notify::devices_of(app, business).await?;
    devices.extend(notify::devices_of(app, customer).await?);
    devices.remove(&session.device);
    let sender = Some(session.sender());
    notify::enqueue(app, devices, EntryKind::Consent, None, sender, Bytes::from(bytes)).await
}
