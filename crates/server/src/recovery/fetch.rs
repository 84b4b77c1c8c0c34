//! Fetches a wrapping of a recovery root: for whoever has the lookup key, which only the code yields.

use sha2::{Digest as _, Sha256};
use tresen_proto::{ErrorCode, FetchRecovery, RecoveryRecord};

use crate::{
    ServerError,
    app::App,
    error::refused,
    limits::{LOOKUP_KEY_BYTES, RECOVERY_ATTEMPTS_MAX, RECOVERY_WINDOW_MS, Subject},
};

/// Answers the record. Limited per network and per record.
pub(crate) async fn fetch(
    app: &App,
    prefix: u64,
    request: FetchRecovery,
) -> Result<RecoveryRecord, ServerError> {
    let now = app.now();
    app.rates.take(Subject::RecoveryPrefix(prefix), now)?;
    if request.lookup_key.len() != LOOKUP_KEY_BYTES {
        return Err(refused(ErrorCode::Malformed, "a lookup key has 32 bytes"));
    }
    by_hash(app, Sha256::digest(&request.lookup_key).into()).await
}

/// The record with this lookup hash.
pub(crate) async fn by_hash(
    app: &App,
    lookup_hash: [u8; 32],
) -> Result<RecoveryRecord, ServerError> {
    let found = app
        .control
        .fetch_recovery(lookup_hash, app.now(), RECOVERY_ATTEMPTS_MAX, RECOVERY_WINDOW_MS)
        .await?;
    let record = found.ok_or(refused(ErrorCode::NotFound, "no such recovery record"))?;
    Ok(RecoveryRecord { account: record.account.as_bytes().to_vec(), record: record.bytes.into() })
}
