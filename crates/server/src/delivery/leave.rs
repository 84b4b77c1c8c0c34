//! A device leaves a conversation: delivery to it stops at once, the members learn of it.

use std::collections::BTreeSet;

use bytes::Bytes;
use tresen_proto::{Done, EntryKind, ErrorCode, Leave, read_id};
use tresen_statement::{LeaveNotice, Unverified};
use tresen_store::DeliveryEvent;
use tresen_types::{ConversationId, DeviceId};

use super::{notify, outcome, parties};
use crate::{
    ServerError, account,
    app::App,
    error::refused,
    limits::Subject,
    session::{DeviceSession, check_clock},
};

/// Stops delivery and passes the signed notice on. The next commit of a member removes the leaf.
pub(crate) async fn leave(
    app: &App,
    session: &DeviceSession,
    request: Leave,
) -> Result<Done, ServerError> {
    app.rates.take(Subject::PublishDevice(session.device), app.now())?;
    let conversation: ConversationId = read_id(&request.conversation)?;
    let devices = account::require(app, session.account).await?;
    let device_key = devices.certificate(session.device)?.value().signature_key;
    let notice = Unverified::<LeaveNotice>::decode(&request.notice)?.verify(&device_key)?;
    let named = notice.value();
    let is_ours = named.conversation == conversation
        && named.account == session.account
        && named.device == session.device;
    if !is_ours {
        return Err(refused(ErrorCode::InvalidStatement, "the notice is for something else"));
    }
    check_clock(named.at, app.now())?;
    let record = parties::require(app, conversation).await?;
    if record.active_member(session.device).is_none() {
        return Err(refused(ErrorCode::NotMember, "the device is no member"));
    }
    let event = DeliveryEvent::Leave { conversation, device: session.device };
    outcome::done(app.delivery.submit(event).await?)?;
    let others: BTreeSet<DeviceId> = record
        .members
        .iter()
        .filter(|member| !member.has_left && member.device != session.device)
        .map(|member| member.device)
        .collect();
    let body = Bytes::from(request.notice);
    let sender = Some(session.sender());
    notify::enqueue(app, others, EntryKind::Leave, Some(conversation), sender, body).await?;
    Ok(Done {})
}
