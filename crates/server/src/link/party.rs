//! For which account a session may use link mailboxes.

use tresen_proto::ErrorCode;
use tresen_types::AccountId;

use crate::{ServerError, error::refused, session::SessionState};

/// The account: an invited device's, or that of a device which may change its account's devices.
pub(super) fn account_of(state: &SessionState) -> Result<AccountId, ServerError> {
    match state {
        SessionState::LinkOnly(link) => Ok(link.account),
        SessionState::Device(session) => {
            session.check_live()?;
            session.check_owner()?;
            Ok(session.account)
        }
        SessionState::Anonymous(_) => {
            Err(refused(ErrorCode::Unauthenticated, "this needs a session or an invitation"))
        }
    }
}
