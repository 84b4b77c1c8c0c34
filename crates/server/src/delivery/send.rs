//! Sends one application message: the server's busiest path. Nothing in it waits for the disk; what
//! stands between the two accounts is in memory after the first message.

use tresen_proto::{ErrorCode, Send, read_id};
use tresen_store::{DeliveryEvent, delivery::Message};
use tresen_types::{AccountKind, ConversationId, MessageClass};

use super::{
    message::{self, CheckedMessage},
    parties,
};
use crate::{
    ServerError,
    app::App,
    cluster::local::ConnectionHandle,
    consent::{check, gate},
    error::refused,
    limits::Subject,
    mailbox::distribute::Waiting,
    session::DeviceSession,
};

/// Puts the message into the store's queue. The reply follows through `connection` once the message is
/// durable in all mailboxes.
pub(crate) async fn send(
    app: &App,
    connection: &ConnectionHandle,
    session: &DeviceSession,
    request_id: u64,
    request: Send,
) -> Result<(), ServerError> {
    app.rates.take(Subject::SendDevice(session.device), app.now())?;
    let conversation: ConversationId = read_id(&request.conversation)?;
    let mut checked = message::check(session, &request.message)?;
    let parties = parties::load(app, conversation).await?;
    parties.check_part(session.account)?;
    if parties.group != checked.group {
        return Err(refused(ErrorCode::InvalidGroup, "the message is for another group"));
    }
    if let Some(other) = parties.other_than(session.account) {
        let permission = check::permission(app, session.account, other).await?;
        match session.account.kind() {
            AccountKind::Person => {
                permission.check(AccountKind::Person, checked.data.category)?;
            }
            AccountKind::Business => {
                app.rates.take(Subject::SendPair(session.account, other), app.now())?;
                if checked.data.class == MessageClass::Step {
                    app.rates.take(Subject::StepPair(session.account, other), app.now())?;
                }
                checked.message.gate =
                    Some(gate::load(app, permission, &checked.data, other).await?);
            }
        }
    } else if matches!(checked.data.class, MessageClass::Template | MessageClass::Step) {
        return Err(refused(ErrorCode::Forbidden, "this is for a customer"));
    }
    submit(app, connection, session, request_id, conversation, checked)
}

fn submit(
    app: &App,
    connection: &ConnectionHandle,
    session: &DeviceSession,
    request_id: u64,
    conversation: ConversationId,
    checked: CheckedMessage,
) -> Result<(), ServerError> {
    let CheckedMessage { epoch, message, .. } = checked;
    // What came after the checks is for the store: epoch, membership and nonce are compared there,
    // and the gate asked, in the order of the queue.
    let waiting = Waiting { connection: connection.clone(), request_id, epoch };
    let tag = app.waiting.register(waiting);
    let event =
        DeliveryEvent::Message(Message { conversation, sender: session.sender(), epoch, message });
    app.delivery.submit_tagged(event, tag).map_err(|error| {
        app.waiting.take(tag);
        error.into()
    })
}
