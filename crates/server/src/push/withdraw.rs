//! A device isn't woken up any more.

use tresen_proto::Done;

use crate::{ServerError, app::App, limits::Subject, session::DeviceSession};

/// Forgets how the device is woken up; fine when it never was.
pub(crate) async fn withdraw(app: &App, session: &DeviceSession) -> Result<Done, ServerError> {
    app.rates.take(Subject::PublishDevice(session.device), app.now())?;
    app.control.delete_push_subscription(session.device).await?;
    Ok(Done {})
}
