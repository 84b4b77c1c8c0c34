//! A customer reports messages of a business.

use sha2::{Digest as _, Sha256};
use tresen_proto::{Done, ErrorCode, PublishReport};
use tresen_statement::{Report, Unverified};
use tresen_store::control::ReportRecord;
use tresen_types::AccountKind;

use crate::{
    ServerError, account,
    app::App,
    delivery::parties,
    error::refused,
    limits::Subject,
    session::{DeviceSession, check_clock},
};

/// Verifies signature, party and every frank, and puts the report into the operator's queue.
pub(crate) async fn publish(
    app: &App,
    session: &DeviceSession,
    request: PublishReport,
) -> Result<Done, ServerError> {
    let now = app.now();
    app.rates.take(Subject::PublishDevice(session.device), now)?;
    if session.account.kind() != AccountKind::Person {
        return Err(refused(ErrorCode::Forbidden, "customers report"));
    }
    let own = account::require(app, session.account).await?;
    let device_key = own.certificate(session.device)?.value().signature_key;
    let report = Unverified::<Report>::decode(&request.report)?.verify(&device_key)?.into_value();
    if report.reporter != session.account || report.device != session.device {
        return Err(refused(ErrorCode::Forbidden, "the report is another's"));
    }
    if report.origin != app.origin() {
        return Err(refused(ErrorCode::InvalidStatement, "the report is for another server"));
    }
    check_clock(report.at, now)?;
    parties::load(app, report.conversation).await?.check_part(session.account)?;
    // A message that this server didn't take, or other words than those, end here.
    report.open(&app.server_key(), app.keys.frank())?;
    let record = ReportRecord {
        id: Sha256::digest(&request.report).into(),
        business: report.business,
        reporter: report.reporter,
        bytes: request.report,
        stored_at: now,
        decided: None,
    };
    app.control.put_report(record).await?;
    Ok(Done {})
}
