//! The account's archive segments after a position, oldest first.

use tresen_proto::{ArchiveSegment, ArchiveSegments, FetchArchive};
use tresen_types::{AccountId, BlobId};

use crate::{
    ServerError,
    app::App,
    limits::{ARCHIVE_PAGE, Subject},
    session::DeviceSession,
};

/// A segment's id stands before its header in the stored bytes.
pub(super) const SEGMENT_ID_BYTES: usize = 16;

/// Answers one page.
pub(crate) async fn fetch(
    app: &App,
    session: &DeviceSession,
    request: FetchArchive,
) -> Result<ArchiveSegments, ServerError> {
    app.rates.take(Subject::QueryDevice(session.device), app.now())?;
    let records = app.control.archive_segments(session.account, request.after).await?;
    let is_complete = records.len() <= ARCHIVE_PAGE;
    let segments = records
        .into_iter()
        .take(ARCHIVE_PAGE)
        .map(|record| {
            let (segment, header) =
                record.bytes.split_at_checked(SEGMENT_ID_BYTES).unwrap_or_default();
            ArchiveSegment {
                segment: segment.to_vec(),
                blob: record.blob.as_bytes().to_vec(),
                header: header.to_vec().into(),
                position: record.sequence,
            }
        })
        .collect();
    Ok(ArchiveSegments { segments, is_complete })
}

/// The last position that is taken, and whether the blob is in the archive already.
pub(super) async fn last_position(
    app: &App,
    account: AccountId,
    blob: BlobId,
) -> Result<(u64, bool), ServerError> {
    let mut position = 0;
    loop {
        let page = app.control.archive_segments(account, position).await?;
        let Some(last) = page.last() else { return Ok((position, false)) };
        position = last.sequence;
        if page.iter().any(|segment| segment.blob == blob) {
            return Ok((position, true));
        }
    }
}
