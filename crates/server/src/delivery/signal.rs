//! Relays typing or presence to the members that are connected, at whichever node. Never stored, lost when in doubt.

use bytes::Bytes;
use prost::Message as _;
use tresen_proto::{ErrorCode, ServerBody, ServerFrame, Signal, encode_frame, read_id};
use tresen_types::{Category, ConversationId};

use super::parties;
use crate::{
    ServerError,
    app::App,
    cluster::notice::Notice,
    consent::check,
    error::refused,
    limits::{SIGNAL_BYTES_MAX, Subject},
    session::DeviceSession,
};

/// Relays a signal. The rules of messages hold: no consent or a block, no typing.
pub(crate) async fn signal(
    app: &App,
    session: &DeviceSession,
    signal: Signal,
) -> Result<(), ServerError> {
    app.rates.take(Subject::SignalDevice(session.device), app.now())?;
    if signal.ciphertext.len() > SIGNAL_BYTES_MAX {
        return Err(refused(ErrorCode::LimitExceeded, "a signal is at most 1 KiB"));
    }
    let conversation: ConversationId = read_id(&signal.conversation)?;
    let record = parties::require(app, conversation).await?;
    if record.active_member(session.device).is_none() {
        return Err(refused(ErrorCode::NotMember, "the device is no member"));
    }
    if let Some(other) = record.accounts.iter().find(|account| **account != session.account) {
        let permission = check::permission(app, session.account, *other).await?;
        permission.check(session.account.kind(), Category::Service)?;
    }
    let relayed = Signal { sender_device: session.device.as_bytes().to_vec(), ..signal };
    let bytes = Bytes::from(relayed.encode_to_vec());
    let frame = encode_frame(&ServerFrame::from(ServerBody::Signal(relayed)));
    let others = record.members.iter().filter(|it| !it.has_left && it.device != session.device);
    for device in others.map(|member| member.device) {
        match app.registry().handle_of(device) {
            Some(connection) => {
                connection.send_if_idle(&frame);
            }
            None => app.tell(&Notice::Signal { device, signal: bytes.clone() }),
        }
    }
    Ok(())
}
