//! Appends a piece to an own blob; it is durable when this returns.

use bytes::Bytes;
use tresen_store::control::BlobRecord;
use tresen_types::BlobId;

use super::status;
use crate::{ServerError, app::App, session::TokenHolder};

/// Writes a piece at the end of what is there; `offset` must be that end.
pub(crate) async fn append(
    app: &App,
    holder: TokenHolder,
    id: BlobId,
    offset: u64,
    piece: Bytes,
) -> Result<BlobRecord, ServerError> {
    app.require_space()?;
    status(app, holder, id).await?;
    Ok(app.blobs.append(&app.control, id, offset, piece).await?)
}
