//! Appends a piece to an own blob; it is on disk when this returns.

use bytes::Bytes;
use tresen_proto::ErrorCode;
use tresen_store::control::BlobRecord;
use tresen_types::BlobId;

use super::{blocking, status};
use crate::{ServerError, app::App, error::refused, session::TokenHolder};

/// Writes a piece at the end of what is there; `offset` must be that end.
pub(crate) async fn append(
    app: &App,
    holder: TokenHolder,
    id: BlobId,
    offset: u64,
    piece: Bytes,
) -> Result<BlobRecord, ServerError> {
    let blob = status(app, holder, id).await?;
    if offset != blob.received || blob.is_finished {
        return Err(refused(ErrorCode::Conflict, "the upload is at another offset"));
    }
    let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
    if offset.saturating_add(length) > blob.size {
        return Err(refused(ErrorCode::LimitExceeded, "more than the blob's announced size"));
    }
    let files = app.blobs.clone();
    let received = blocking(move || Ok(files.append(id, offset, &piece)?)).await?;
    Ok(app.control.record_received(id, received).await?)
}
