//! A business objects to a decision; the operator sees it in the queue.

use tresen_proto::{Done, ErrorCode, ObjectDecision};

use crate::{
    ServerError,
    app::App,
    error::refused,
    limits::{OBJECTION_BYTES_MAX, Subject},
    session::DeviceSession,
};

/// Keeps the words, once for each decision.
pub(crate) async fn object(
    app: &App,
    session: &DeviceSession,
    request: ObjectDecision,
) -> Result<Done, ServerError> {
    let now = app.now();
    app.rates.take(Subject::PublishDevice(session.device), now)?;
    session.check_business()?;
    session.check_owner()?;
    let id = <[u8; 32]>::try_from(request.notice)
        .map_err(|_length| refused(ErrorCode::Malformed, "the hash of a decision has 32 bytes"))?;
    let text = request.text.trim();
    let is_plain = text.chars().all(|letter| letter == '\n' || !letter.is_control());
    if text.is_empty() || text.len() > OBJECTION_BYTES_MAX || !is_plain {
        return Err(refused(ErrorCode::LimitExceeded, "an objection is a few sentences"));
    }
    app.control.object(session.account, id, text.to_owned(), now).await?;
    Ok(Done {})
}
