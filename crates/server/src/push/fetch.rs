//! What a browser needs to let this server wake it.

use tresen_proto::PushTerms;

use crate::{ServerError, app::App, limits::Subject, session::DeviceSession};

/// Answers the server's key to push services; an empty one when this server wakes nobody.
pub(crate) fn fetch(app: &App, session: &DeviceSession) -> Result<PushTerms, ServerError> {
    app.rates.take(Subject::QueryDevice(session.device), app.now())?;
    let server_key = match app.config().push.enabled {
        true => app.keys.push().public().to_vec(),
        false => Vec::new(),
    };
    Ok(PushTerms { server_key })
}
