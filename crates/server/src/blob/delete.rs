//! Deletes a blob, bytes first.

use tresen_types::BlobId;

use super::status;
use crate::{ServerError, app::App, session::TokenHolder};

/// Deletes an own blob.
pub(crate) async fn delete(app: &App, holder: TokenHolder, id: BlobId) -> Result<(), ServerError> {
    status(app, holder, id).await?;
    delete_for_good(app, id).await
}

/// Deletes any blob.
pub(crate) async fn delete_for_good(app: &App, id: BlobId) -> Result<(), ServerError> {
    app.blobs.delete(&app.control, id).await?;
    Ok(())
}
