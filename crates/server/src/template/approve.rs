//! A business approves its own template: where the configuration lets it, and where the operator
//! hasn't decided against it.

use tresen_proto::{Done, ErrorCode, PublishApproval};
use tresen_statement::{Approval, ApprovalProfile, ApprovalStatus, TemplateDoc, Unverified};
use tresen_store::control::ApprovalRecord;

use crate::{
    ServerError, account,
    app::App,
    error::refused,
    limits::Subject,
    session::{DeviceSession, check_clock},
};

/// Stores an approval that is signed with the account's key.
pub(crate) async fn approve(
    app: &App,
    session: &DeviceSession,
    request: PublishApproval,
) -> Result<Done, ServerError> {
    let now = app.now();
    app.rates.take(Subject::PublishDevice(session.device), now)?;
    session.check_business()?;
    session.check_owner()?;
    if !app.config().templates.self_approval {
        return Err(refused(ErrorCode::Forbidden, "the operator reviews templates here"));
    }
    let own = account::require(app, session.account).await?;
    let approval =
        Unverified::<Approval>::decode(&request.approval)?.verify(own.account_key())?.into_value();
    let record = app
        .control
        .template(session.account, approval.template)
        .await?
        .ok_or_else(|| refused(ErrorCode::NotFound, "no such template"))?;
    let is_right = approval.profile == ApprovalProfile::SelfSigned
        && approval.is_for(&TemplateDoc::decode(&record.document)?);
    if !is_right {
        return Err(refused(ErrorCode::InvalidStatement, "the approval is for something else"));
    }
    check_clock(approval.not_before, now)?;
    let known = app.control.approval(session.account, approval.template).await?;
    let is_refused = known.is_some_and(|known| {
        Unverified::<Approval>::decode(&known.bytes).is_ok_and(|known| {
            let known = known.claimed();
            known.profile == ApprovalProfile::Reviewed && known.status != ApprovalStatus::Approved
        })
    });
    if is_refused {
        return Err(refused(ErrorCode::Forbidden, "the operator has decided against it"));
    }
    let stored = ApprovalRecord {
        account: session.account,
        hash: approval.template,
        sequence: approval.sequence,
        bytes: request.approval,
        stored_at: now,
    };
    app.control.put_approval(stored).await?;
    app.approvals.forget(&(session.account, approval.template));
    Ok(Done {})
}
