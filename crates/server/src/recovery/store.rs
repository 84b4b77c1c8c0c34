//! Stores a wrapping of the account's recovery root.

use tresen_proto::{Done, ErrorCode, StoreRecovery};

use crate::{
    ServerError,
    app::App,
    error::refused,
    limits::{RECOVERY_BYTES_MAX, Subject},
    session::DeviceSession,
};

/// Replaces the record of the same lookup key.
pub(crate) async fn store(
    app: &App,
    session: &DeviceSession,
    request: StoreRecovery,
) -> Result<Done, ServerError> {
    let now = app.now();
    app.rates.take(Subject::PublishDevice(session.device), now)?;
    session.check_owner()?;
    let lookup_hash: [u8; 32] = request
        .lookup_hash
        .as_slice()
        .try_into()
        .ok()
        .ok_or(refused(ErrorCode::Malformed, "a lookup hash has 32 bytes"))?;
    if request.record.len() > RECOVERY_BYTES_MAX {
        return Err(refused(ErrorCode::LimitExceeded, "a recovery record is at most 16 KiB"));
    }
    app.control.put_recovery(lookup_hash, session.account, request.record.to_vec(), now).await?;
    Ok(Done {})
}
