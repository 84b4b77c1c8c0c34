//! A business stores a picture of its catalogue. The catalogue's pages name it by its hash.

use sha2::{Digest as _, Sha256};
use tresen_proto::{Done, ErrorCode, StorePicture};
use tresen_store::control::PictureRecord;

use crate::{ServerError, app::App, error::refused, limits::Subject, session::DeviceSession};

/// Keeps a picture of one of the formats that a browser shows and nothing runs in.
pub(crate) async fn store_picture(
    app: &App,
    session: &DeviceSession,
    request: StorePicture,
) -> Result<Done, ServerError> {
    app.rates.take(Subject::PublishDevice(session.device), app.now())?;
    session.check_business()?;
    session.check_owner()?;
    if !is_picture(&request.bytes) {
        return Err(refused(ErrorCode::Unsupported, "a picture is WebP, PNG or JPEG"));
    }
    let picture = PictureRecord {
        account: session.account,
        hash: Sha256::digest(&request.bytes).into(),
        bytes: request.bytes,
        stored_at: app.now(),
    };
    app.control.put_picture(picture).await?;
    Ok(Done {})
}

fn is_picture(bytes: &[u8]) -> bool {
    let is_webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    is_webp || bytes.starts_with(b"\x89PNG\r\n\x1a\n") || bytes.starts_with(b"\xff\xd8\xff")
}
