//! A business reads what was decided about it.

use tresen_proto::{Decision, Decisions};
use tresen_store::control::DecisionRecord;

use crate::{ServerError, app::App, limits::Subject, session::DeviceSession};

/// Answers the decisions, newest first.
pub(crate) async fn fetch(app: &App, session: &DeviceSession) -> Result<Decisions, ServerError> {
    app.rates.take(Subject::QueryDevice(session.device), app.now())?;
    session.check_business()?;
    let decision = |record: DecisionRecord| {
        let (objection, objected_at) = record.objection.unwrap_or_default();
        Decision { notice: record.bytes, objection, objected_at: objected_at.as_millis() }
    };
    let decisions = app.control.decisions(session.account).await?;
    Ok(Decisions { decisions: decisions.into_iter().map(decision).collect() })
}
