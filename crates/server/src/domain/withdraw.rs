//! A business takes its claim back.

use tresen_proto::Done;

use crate::{ServerError, app::App, limits::Subject, session::DeviceSession};

/// Forgets the claim; customers see nothing of it from their next look at the profile on.
pub(crate) async fn withdraw(app: &App, session: &DeviceSession) -> Result<Done, ServerError> {
    app.rates.take(Subject::PublishDevice(session.device), app.now())?;
    session.check_business()?;
    session.check_owner()?;
    app.control.delete_domain_claim(session.account).await?;
    Ok(Done {})
}
