//! Announces a blob: its size counts against the account's quota from now on.

use tresen_proto::ErrorCode;
use tresen_store::control::{BlobClass, BlobRecord};
use tresen_types::{
    AccountKind, BlobId,
    limits::{ATTACHMENT_BYTES_MAX, DAY_MS},
};

use crate::{ServerError, app::App, error::refused, session::TokenHolder};

/// Reserves room for a blob under a new random id, which is also the capability to read it.
pub(crate) async fn create(
    app: &App,
    holder: TokenHolder,
    size: u64,
    class: BlobClass,
) -> Result<BlobRecord, ServerError> {
    if size == 0 || size > ATTACHMENT_BYTES_MAX {
        return Err(refused(ErrorCode::LimitExceeded, "a blob has 1 byte to 2 GiB"));
    }
    app.require_space()?;
    let retention = &app.config().retention;
    let quota_bytes = match holder.account.kind() {
        AccountKind::Person => retention.person_blob_bytes,
        AccountKind::Business => retention.business_blob_bytes,
    };
    let mut id = [0; BlobId::LENGTH];
    getrandom::fill(&mut id).map_err(|_no_source| ServerError::Randomness)?;
    let now = app.now();
    let media_ms = retention.media_days.saturating_mul(DAY_MS);
    let blob = BlobRecord {
        id: BlobId::new(id),
        account: holder.account,
        class,
        size,
        received: 0,
        is_finished: false,
        expires_at: match class {
            BlobClass::Media => Some(now.plus_millis(media_ms)),
            BlobClass::Archive => None,
        },
        created_at: now,
    };
    Ok(app.control.create_blob(blob, quota_bytes).await?)
}
