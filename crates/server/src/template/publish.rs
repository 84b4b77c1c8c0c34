//! A business registers a template.

use tresen_proto::{Done, ErrorCode, PublishTemplate};
use tresen_statement::TemplateDoc;
use tresen_store::control::TemplateRecord;

use crate::{ServerError, app::App, error::refused, limits::Subject, session::DeviceSession};

/// Stores a valid template; a version, once stored, stays what it was.
pub(crate) async fn publish(
    app: &App,
    session: &DeviceSession,
    request: PublishTemplate,
) -> Result<Done, ServerError> {
    let now = app.now();
    app.rates.take(Subject::PublishDevice(session.device), now)?;
    session.check_business()?;
    session.check_owner()?;
    let template = TemplateDoc::decode(&request.document)?;
    if template.business != session.account {
        return Err(refused(ErrorCode::Forbidden, "the template is another business's"));
    }
    let record = TemplateRecord {
        account: session.account,
        hash: TemplateDoc::hash_of(&request.document),
        name: template.name,
        language: template.language,
        version: template.version,
        category: template.category,
        document: request.document,
        stored_at: now,
    };
    app.control.put_template(record).await?;
    Ok(Done {})
}
