//! A person's account ends, for good (docs/decisions/0041).
//!
//! ```text
//! checks     a person; the account key has signed a last device list, which names no device
//! one write  devices, key packages, ways back, archive, blocks go; consents are revoked
//! told       businesses get the revocations and the last list
//! cut off    sessions, mailboxes, memberships; what was set aside for undelivered messages is free again
//! answer     then this session ends too
//! ```
//!
//! What a crash leaves after the write is done at the start, like an unfinished removal of a device.

use std::{collections::BTreeSet, sync::Arc};

use bytes::Bytes;
use tresen_proto::{DeleteAccount, Done, EntryKind, ErrorCode, ReplyBody};
use tresen_statement::ConsentState;
use tresen_store::{
    control::{AccountState, ConsentRecord, ConsentState as StoredState, DeviceListRecord, Ending},
    delivery::Sender,
};
use tresen_types::{AccountId, AccountKind, Categories, DeviceId};

use crate::{
    ServerError,
    app::App,
    cluster::local::ConnectionHandle,
    consent::{self, check},
    delivery::{notify, remove_device},
    error::refused,
    limits::{CONSENTS_REVOKED_MAX, Subject},
    session::{DeviceSession, check_clock},
};

/// Ends the session's account. The reply goes out before the session ends.
pub(crate) async fn delete_account(
    app: &Arc<App>,
    connection: &ConnectionHandle,
    session: &DeviceSession,
    request_id: u64,
    request: DeleteAccount,
) -> Result<(), ServerError> {
    let now = app.now();
    app.rates.take(Subject::PublishDevice(session.device), now)?;
    if session.account.kind() != AccountKind::Person {
        return Err(refused(ErrorCode::Forbidden, "a business's account isn't ended like this"));
    }
    if request.consents.len() > CONSENTS_REVOKED_MAX {
        return Err(refused(ErrorCode::LimitExceeded, "too many consents"));
    }
    let current = super::require(app, session.account).await?;
    // Whoever has a device's session alone doesn't have the account's key.
    let last = current.succeed(&request.device_list, &[])?;
    if last.devices().next().is_some() {
        return Err(refused(ErrorCode::InvalidStatement, "the last list names no device"));
    }
    check_clock(last.list().value().issued_at, now)?;
    let devices: Vec<DeviceId> = current.devices().collect();
    let ending = Ending {
        account: session.account,
        expected_sequence: current.sequence(),
        device_list: DeviceListRecord { sequence: last.sequence(), bytes: last.list().encode() },
        consents: revocations(app, session, request.consents).await?,
        now,
    };
    let stored = app.control.end_account(ending).await;
    // Also after a failure: what the store holds then is unknown.
    super::forget(app, session.account);
    stored?;
    for device in devices.iter().filter(|device| **device != session.device) {
        remove_device::lock_out(app, *device);
    }
    let sender = Some(session.sender());
    let cut_off = finish(app, session.account, &devices, sender).await;
    if let Err(error) = cut_off {
        // The account has ended; the next start does the rest.
        tracing::error!(%error, "the end of an account can't be finished");
    }
    connection.reply(request_id, ReplyBody::Done(Done {}));
    remove_device::lock_out(app, session.device);
    Ok(())
}

/// The revocations as they are stored. One for a business that isn't there any more needs none.
async fn revocations(
    app: &App,
    session: &DeviceSession,
    signed: Vec<Vec<u8>>,
) -> Result<Vec<ConsentRecord>, ServerError> {
    let mut records = Vec::with_capacity(signed.len());
    for bytes in signed {
        let consent = match consent::verify(app, session, &bytes).await {
            Ok(consent) => consent,
            Err(error) if error.code() == ErrorCode::NotFound => continue,
            Err(error) => return Err(error),
        };
        if consent.state != ConsentState::Revoked {
            return Err(refused(ErrorCode::InvalidStatement, "a consent that isn't a revocation"));
        }
        records.push(ConsentRecord {
            business: consent.business,
            customer: consent.customer,
            sequence: consent.sequence,
            bytes,
            categories: Categories::NONE,
            state: StoredState::Revoked,
            stored_at: app.now(),
        });
    }
    Ok(records)
}

/// Tells everybody concerned, and takes what the devices have at the server. Every step may be
/// repeated.
pub(crate) async fn finish(
    app: &App,
    account: AccountId,
    devices: &[DeviceId],
    sender: Option<Sender>,
) -> Result<(), ServerError> {
    let Some(list) = last_list(app, account).await? else { return Ok(()) };
    let mut concerned = BTreeSet::new();
    for device in devices {
        concerned.extend(notify::peers_of_device(app, *device).await?);
    }
    for consent in app.control.consents_of_customer(account).await? {
        check::forget(app, consent.business, account);
        let business = notify::devices_of(app, consent.business).await?;
        let body = Bytes::from(consent.bytes);
        notify::enqueue(app, business, EntryKind::Consent, None, sender, body).await?;
    }
    remove_device::cut_off(app, devices, concerned, sender, list).await
}

/// The last device list of an account that has ended; none for any other.
pub(crate) async fn last_list(app: &App, account: AccountId) -> Result<Option<Bytes>, ServerError> {
    let record = app.control.account(account).await?;
    if record.is_none_or(|record| record.state != AccountState::Deleted) {
        return Ok(None);
    }
    Ok(app.control.device_list(account).await?.map(|list| Bytes::from(list.bytes)))
}
