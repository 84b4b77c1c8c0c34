//! Pictures of a catalogue by their hashes.

use tresen_proto::{ErrorCode, FetchPictures, Pictures};

use crate::{ServerError, app::App, error::refused, limits::PICTURES_PAGE, session::DeviceSession};

/// Answers one picture for each hash; an empty one where there is none.
pub(crate) async fn fetch_pictures(
    app: &App,
    session: &DeviceSession,
    request: FetchPictures,
) -> Result<Pictures, ServerError> {
    let business = super::business(app, session, &request.account).await?;
    if request.hashes.len() > PICTURES_PAGE {
        return Err(refused(ErrorCode::LimitExceeded, "too many pictures in one request"));
    }
    let mut pictures = Vec::with_capacity(request.hashes.len());
    for hash in request.hashes {
        let hash = <[u8; 32]>::try_from(hash)
            .map_err(|_length| refused(ErrorCode::Malformed, "a picture's hash has 32 bytes"))?;
        pictures.push(app.control.picture(business, hash).await?.unwrap_or_default());
    }
    Ok(Pictures { pictures })
}
