//! Finds a finished blob that may be read. Its id is the capability: 128 random bits that travel only
//! inside of the encryption; a session is needed beside it.

use tresen_store::control::{BlobClass, BlobRecord};
use tresen_types::BlobId;

use super::unknown;
use crate::{ServerError, app::App, session::TokenHolder};

/// The blob. Archive segments are for the own account alone.
pub(crate) async fn open(
    app: &App,
    holder: TokenHolder,
    id: BlobId,
) -> Result<BlobRecord, ServerError> {
    let blob = app.control.blob(id).await?.filter(|blob| blob.is_finished).ok_or(unknown())?;
    let is_foreign = blob.account != holder.account;
    let is_over = blob.expires_at.is_some_and(|end| end <= app.now());
    if is_over || (blob.class == BlobClass::Archive && is_foreign) {
        return Err(unknown());
    }
    Ok(blob)
}
