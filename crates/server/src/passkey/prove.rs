//! Proves a passkey, and answers the wrapping of the recovery root that was stored for it.

use sha2::{Digest as _, Sha256};
use tresen_proto::{ErrorCode, ProvePasskey, RecoveryRecord};

use super::{
    take_challenge,
    webauthn::{Assertion, Ceremony, PublicKey, verify_assertion},
};
use crate::{
    ServerError,
    app::App,
    error::refused,
    limits::{CREDENTIAL_ID_BYTES_MAX, Subject},
    recovery,
    session::SessionState,
};

/// A passkey's record is stored under this label and the credential's id, so that its hash is no hash
/// of a lookup key: it is fetched by proving the passkey alone.
const LOOKUP_LABEL: &[u8] = b"tresen/passkey-recovery/1\0";

/// Checks the ceremony and answers the passkey's wrapping.
pub(crate) async fn prove(
    app: &App,
    prefix: u64,
    state: &mut SessionState,
    request: ProvePasskey,
) -> Result<RecoveryRecord, ServerError> {
    app.rates.take(Subject::PasskeyPrefix(prefix), app.now())?;
    let challenge = take_challenge(state)?;
    if request.credential_id.len() > CREDENTIAL_ID_BYTES_MAX {
        return Err(refused(ErrorCode::LimitExceeded, "a credential id is too long"));
    }
    let passkey = app.control.passkey(request.credential_id.clone()).await?;
    let passkey = passkey.ok_or(refused(ErrorCode::NotFound, "no such passkey"))?;
    let public_key = PublicKey::from_bytes(&passkey.public_key)
        .ok_or(refused(ErrorCode::Internal, "a stored passkey can't be read"))?;
    let ceremony = Ceremony { origin: app.origin(), challenge: &challenge };
    let assertion = Assertion {
        authenticator_data: &request.authenticator_data,
        client_data: &request.client_data,
        signature: &request.signature,
    };
    let stored_count = u32::try_from(passkey.sign_count).unwrap_or(u32::MAX);
    let sign_count = verify_assertion(ceremony, &public_key, stored_count, assertion)?;
    app.control
        .advance_sign_count(passkey.account, passkey.credential_id, u64::from(sign_count))
        .await?;
    if let SessionState::Anonymous(anonymous) = state {
        anonymous.proved = Some(passkey.account);
    }
    let record = recovery::by_hash(app, lookup_hash(&request.credential_id)).await?;
    if record.account == passkey.account.as_bytes() {
        Ok(record)
    } else {
        Err(refused(ErrorCode::NotFound, "nothing is stored for this passkey"))
    }
}

fn lookup_hash(credential_id: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(LOOKUP_LABEL).chain_update(credential_id).finalize().into()
}
