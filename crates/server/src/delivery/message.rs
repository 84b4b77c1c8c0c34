//! An application message as far as the server may look: header and authenticated data.

use bytes::Bytes;
use tresen_proto::{
    ErrorCode,
    aad::{AuthenticatedData, FLAG_OPENS_WINDOW, MessageClass},
    mls_header::{self, MlsContent},
};
use tresen_store::delivery::NewMessage;
use tresen_types::{AccountKind, GroupId};

use crate::{
    ServerError,
    error::refused,
    limits::{CONTROL_BYTES_MAX, STEP_BYTES_MAX},
    session::DeviceSession,
};

/// A message that fits its session.
#[derive(Debug)]
pub(super) struct CheckedMessage {
    pub(super) group: GroupId,
    pub(super) epoch: u64,
    pub(super) data: AuthenticatedData,
    pub(super) message: NewMessage,
}

/// Reads a message and checks that it names the session's device as its sender and is of a class that
/// is served.
pub(super) fn check(session: &DeviceSession, body: &Bytes) -> Result<CheckedMessage, ServerError> {
    let header = mls_header::read(body)?;
    if header.content != MlsContent::Application {
        return Err(refused(ErrorCode::Malformed, "not an application message"));
    }
    let data = AuthenticatedData::decode(header.authenticated_data)?;
    if data.account != session.account || data.device != session.device {
        return Err(refused(ErrorCode::Forbidden, "the message names another sender"));
    }
    match data.class {
        MessageClass::Chat => {}
        MessageClass::Control if body.len() <= CONTROL_BYTES_MAX => {}
        MessageClass::Control => {
            return Err(refused(ErrorCode::LimitExceeded, "a control message is at most 4 KiB"));
        }
        MessageClass::Template if session.account.kind() == AccountKind::Business => {}
        MessageClass::Template => {
            return Err(refused(ErrorCode::Forbidden, "templates are a business's"));
        }
        MessageClass::Step if session.account.kind() != AccountKind::Business => {
            return Err(refused(ErrorCode::Forbidden, "such steps are a business's"));
        }
        MessageClass::Step if body.len() <= STEP_BYTES_MAX => {}
        MessageClass::Step => {
            return Err(refused(ErrorCode::LimitExceeded, "a step is at most 2 KiB"));
        }
        MessageClass::Payment | MessageClass::Call => {
            return Err(refused(ErrorCode::Unsupported, "this class isn't served yet"));
        }
    }
    let message = NewMessage {
        nonce: data.nonce,
        class: data.class as u8,
        category: data.category,
        time_to_live_s: data.time_to_live_s,
        template: data.template,
        opens_window: opens_window(&data),
        gate: None,
        franking_tag: Bytes::copy_from_slice(&data.franking_tag),
        body: body.clone(),
    };
    Ok(CheckedMessage { group: header.group, epoch: header.epoch, data, message })
}

/// Whether a customer says something with it, by its own word: nobody else profits from a lie here.
fn opens_window(data: &AuthenticatedData) -> bool {
    data.account.kind() == AccountKind::Person
        && data.class == MessageClass::Chat
        && data.flags & FLAG_OPENS_WINDOW != 0
}
