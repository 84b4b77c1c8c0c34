//! The templates of the session's business. Its agents may see them all.

use tresen_proto::{ListedTemplate, Templates};

use crate::{ServerError, app::App, limits::Subject, session::DeviceSession};

/// Answers each template's hash and how far it was decided about.
pub(crate) async fn list(app: &App, session: &DeviceSession) -> Result<Templates, ServerError> {
    app.rates.take(Subject::QueryDevice(session.device), app.now())?;
    session.check_business()?;
    let states = app.control.template_states(session.account).await?;
    let templates = states
        .into_iter()
        .map(|(hash, approval_sequence)| ListedTemplate { hash: hash.to_vec(), approval_sequence })
        .collect();
    Ok(Templates { templates })
}
