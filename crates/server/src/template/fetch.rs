//! A template by its hash. Templates are public: whoever gets one of their messages needs them.

use tresen_proto::{ErrorCode, FetchTemplate, Template, read_id};
use tresen_types::AccountId;

use crate::{ServerError, app::App, error::refused, limits::Subject, session::DeviceSession};

/// Answers the document and its newest approval.
pub(crate) async fn fetch(
    app: &App,
    session: &DeviceSession,
    request: FetchTemplate,
) -> Result<Template, ServerError> {
    app.rates.take(Subject::QueryDevice(session.device), app.now())?;
    let account: AccountId = read_id(&request.account)?;
    let hash = request
        .hash
        .try_into()
        .map_err(|_length| refused(ErrorCode::Malformed, "a template's hash has 32 bytes"))?;
    let template = app
        .control
        .template(account, hash)
        .await?
        .ok_or_else(|| refused(ErrorCode::NotFound, "no such template"))?;
    let approval = app.control.approval(account, hash).await?;
    Ok(Template {
        document: template.document,
        approval: approval.map(|approval| approval.bytes).unwrap_or_default(),
        counts_self_signed: app.config().templates.self_approval,
    })
}
