//! Adds an uploaded blob to the account's archive.

use tresen_proto::{AppendArchive, Done, ErrorCode, read_id};
use tresen_store::{
    ErrorKind,
    control::{ArchiveSegmentRecord, BlobClass},
};
use tresen_types::BlobId;

use super::fetch::{SEGMENT_ID_BYTES, last_position};
use crate::{
    ServerError,
    app::App,
    error::refused,
    limits::{ARCHIVE_APPEND_ATTEMPTS_MAX, ARCHIVE_HEADER_BYTES_MAX, Subject},
    session::DeviceSession,
};

/// Appends a segment behind the last one. The same segment again is fine.
pub(crate) async fn append(
    app: &App,
    session: &DeviceSession,
    request: AppendArchive,
) -> Result<Done, ServerError> {
    app.rates.take(Subject::PublishDevice(session.device), app.now())?;
    if request.segment.len() != SEGMENT_ID_BYTES {
        return Err(refused(ErrorCode::Malformed, "a segment's id has 16 bytes"));
    }
    if request.header.len() > ARCHIVE_HEADER_BYTES_MAX {
        return Err(refused(ErrorCode::LimitExceeded, "a segment's header is at most 1 KiB"));
    }
    let blob: BlobId = read_id(&request.blob)?;
    let uploaded = app.control.blob(blob).await?.filter(|it| it.account == session.account);
    let uploaded = uploaded.ok_or(refused(ErrorCode::NotFound, "no such blob"))?;
    if uploaded.class != BlobClass::Archive || !uploaded.is_finished {
        return Err(refused(ErrorCode::Conflict, "not a finished blob of class archive"));
    }
    let bytes = [request.segment.as_slice(), &request.header].concat();
    for _attempt in 0..ARCHIVE_APPEND_ATTEMPTS_MAX {
        let (sequence, is_there) = last_position(app, session.account, blob).await?;
        if is_there {
            return Ok(Done {});
        }
        let segment = ArchiveSegmentRecord {
            account: session.account,
            sequence: sequence.saturating_add(1),
            blob,
            bytes: bytes.clone(),
        };
        match app.control.put_archive_segment(segment).await {
            // Another device of the account appended at the same moment.
            Err(error) if error.kind() == ErrorKind::Conflict => {}
            stored => return Ok(stored.map(|()| Done {})?),
        }
    }
    Err(refused(ErrorCode::Unavailable, "others are appending to the archive; try again"))
}
