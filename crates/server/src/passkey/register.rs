//! Stores a passkey of the session's account.

use tresen_proto::{Done, ErrorCode, RegisterPasskey};
use tresen_store::control::PasskeyRecord;

use super::{
    take_challenge,
    webauthn::{Ceremony, verify_registration},
};
use crate::{ServerError, app::App, error::refused, limits::Subject, session::SessionState};

/// Checks the ceremony and stores the public key.
pub(crate) async fn register(
    app: &App,
    state: &mut SessionState,
    request: RegisterPasskey,
) -> Result<Done, ServerError> {
    let session = state.device()?;
    app.rates.take(Subject::PublishDevice(session.device), app.now())?;
    session.check_owner()?;
    let account = session.account;
    let challenge = take_challenge(state)?;
    let ceremony = Ceremony { origin: app.origin(), challenge: &challenge };
    let credential =
        verify_registration(ceremony, &request.attestation_object, &request.client_data)?;
    if credential.id != request.credential_id {
        return Err(refused(ErrorCode::InvalidStatement, "the passkey has another id"));
    }
    // A credential belongs to one account for good: nobody takes over another's id.
    let known = app.control.passkey(credential.id.clone()).await?;
    if known.is_some_and(|known| known.account != account) {
        return Err(refused(ErrorCode::Conflict, "another account has this passkey"));
    }
    let record = PasskeyRecord {
        account,
        credential_id: credential.id,
        public_key: credential.public_key.to_bytes(),
        sign_count: u64::from(credential.sign_count),
        wrapped: Vec::new(),
    };
    app.control.put_passkey(record).await?;
    Ok(Done {})
}
