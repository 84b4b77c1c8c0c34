//! An owner's device, or a person's own, opens a one-time invitation.

use tresen_proto::{CreateInvitation, Done, ErrorCode};
use tresen_statement::{LinkInvitation, Unverified};
use tresen_store::control::InvitationRecord;

use crate::{
    ServerError, account,
    app::App,
    error::refused,
    limits::{INVITATION_LIFETIME_MS_MAX, Subject},
    session::DeviceSession,
};

/// Stores an invitation that this device or its account key signed.
pub(crate) async fn create_invitation(
    app: &App,
    session: &DeviceSession,
    request: CreateInvitation,
) -> Result<Done, ServerError> {
    let now = app.now();
    app.rates.take(Subject::PublishDevice(session.device), now)?;
    session.check_owner()?;
    let devices = account::require(app, session.account).await?;
    let device_key = devices.certificate(session.device)?.value().signature_key;
    let unverified = Unverified::<LinkInvitation>::decode(&request.invitation)?;
    let invitation = match unverified.clone().verify(&device_key) {
        Ok(signed) => signed,
        Err(_other_key) => unverified.verify(devices.account_key())?,
    }
    .into_value();
    if invitation.account != session.account || invitation.issued_by != session.device {
        return Err(refused(ErrorCode::Forbidden, "the invitation is another's"));
    }
    if invitation.expires_at <= now {
        return Err(refused(ErrorCode::ClockSkew, "the invitation has ended already"));
    }
    if invitation.expires_at > now.plus_millis(INVITATION_LIFETIME_MS_MAX) {
        return Err(refused(ErrorCode::LimitExceeded, "an invitation lasts seven days at most"));
    }
    let record = InvitationRecord {
        id: invitation.invitation.to_vec(),
        account: session.account,
        expires_at: invitation.expires_at,
        used_at: None,
        bytes: request.invitation,
    };
    app.control.create_invitation(record).await?;
    Ok(Done {})
}
