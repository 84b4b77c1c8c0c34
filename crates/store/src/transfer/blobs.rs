//! The blobs, piece by piece.

use sha2::{Digest as _, Sha256};
use tresen_types::BlobId;

use super::{DIFFERENT, Progress, Side, Transferred};
use crate::{StoreError, control::BlobRecord};

/// Copies what the target doesn't have yet, and compares the bytes of every blob.
pub(super) async fn copy(
    from: Side<'_>,
    to: Side<'_>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Transferred, StoreError> {
    let mut transferred = Transferred::default();
    let mut after = None;
    loop {
        let blobs = from.control.blobs_after(after).await?;
        let Some(last) = blobs.last() else { break };
        after = Some(last.id);
        for blob in &blobs {
            copy_blob(from, to, blob).await?;
            transferred.blobs = transferred.blobs.saturating_add(1);
            transferred.blob_bytes = transferred.blob_bytes.saturating_add(blob.received);
            progress(Progress::Blob { bytes: blob.received });
        }
    }
    if to.control.count_blobs().await? == transferred.blobs {
        Ok(transferred)
    } else {
        Err(DIFFERENT)
    }
}

async fn copy_blob(from: Side<'_>, to: Side<'_>, blob: &BlobRecord) -> Result<(), StoreError> {
    let mut there = to.control.create_blob(blob.clone(), u64::MAX).await?;
    let piece_bytes = u64::try_from(to.blobs.piece_bytes()).unwrap_or(u64::MAX);
    while there.received < blob.received {
        let length = (blob.received - there.received).min(piece_bytes);
        let mut reader = from.blobs.read(from.control, blob.id, there.received, length).await?;
        let mut piece = bytes::BytesMut::new();
        while let Some(bytes) = reader.next().await? {
            piece.extend_from_slice(&bytes);
        }
        there = to.blobs.append(to.control, blob.id, there.received, piece.freeze()).await?;
    }
    if there == *blob
        && digest(from, blob.id, blob.received).await? == digest(to, blob.id, blob.received).await?
    {
        return Ok(());
    }
    tracing::error!("a blob differs between the two sides");
    Err(DIFFERENT)
}

async fn digest(side: Side<'_>, id: BlobId, length: u64) -> Result<[u8; 32], StoreError> {
    let mut hash = Sha256::new();
    if length > 0 {
        let mut reader = side.blobs.read(side.control, id, 0, length).await?;
        while let Some(bytes) = reader.next().await? {
            hash.update(&bytes);
        }
    }
    Ok(hash.finalize().into())
}
