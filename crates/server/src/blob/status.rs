//! How far the upload of an own blob is.

use tresen_store::control::BlobRecord;
use tresen_types::BlobId;

use super::unknown;
use crate::{ServerError, app::App, session::TokenHolder};

/// The blob, if it is the account's own.
pub(crate) async fn status(
    app: &App,
    holder: TokenHolder,
    id: BlobId,
) -> Result<BlobRecord, ServerError> {
    let blob = app.control.blob(id).await?;
    blob.filter(|blob| blob.account == holder.account).ok_or(unknown())
}
