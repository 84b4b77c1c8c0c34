//! Passkeys (PROTOCOL 6.2): one touch wraps the way back, one touch opens it.
//!
//! The authenticator lives with the interface. Its PRF extension turns [`PRF_INPUT`] into a secret that
//! never leaves this device; the server sees the ceremony alone. Where there is no PRF, the recovery
//! code is the way.

use std::rc::Rc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use tresen_proto::{
    ErrorCode, FetchPasskeyChallenge, ProvePasskey, RecoveryRecord, RegisterPasskey, ReplyBody,
    RequestBody,
};
use tresen_view::{
    Answer,
    passkey::{NewPasskey, PRF_INPUT, PasskeyProof, PasskeyRequest},
};
use zeroize::Zeroizing;

use super::{create::open_way, record::Content, recover::come_back};
use crate::{
    client::Inner,
    config::Seed,
    connection::Phase,
    error::{Error, Result},
    kdf,
    store::WayBackRecord,
};

/// A passkey's record lies under this label and the credential's id: it is no hash of a look-up key, so
/// the server hands it out for the proved passkey alone.
const LOOKUP_LABEL: &[u8] = b"tresen/passkey-recovery/1\0";

/// What an authenticator needs for its next ceremony on this connection.
pub(crate) async fn prepare(inner: &Rc<Inner>) -> Result<Answer> {
    let own = inner.own_or_none();
    inner.link.reach(if own.is_some() { Phase::Authenticated } else { Phase::Greeted }).await?;
    let request = RequestBody::FetchPasskeyChallenge(FetchPasskeyChallenge {});
    let ReplyBody::PasskeyChallenge(challenge) = inner.link.request(request).await? else {
        return Err(Error::Answer("challenge"));
    };
    let known = inner.store.read(|tx| tx.ways_back())?;
    let (user_handle, user_name) = own.map_or_else(Default::default, |own| {
        let name = if own.is_business() { &own.record.business_name } else { &own.record.name };
        (URL_SAFE_NO_PAD.encode(own.account.as_bytes()), name.clone())
    });
    Ok(Answer::Passkey(PasskeyRequest {
        challenge: URL_SAFE_NO_PAD.encode(challenge.challenge),
        relying_party: relying_party(inner.origin.as_str()).to_owned(),
        user_handle,
        user_name,
        known: known
            .iter()
            .filter_map(|way| way.credential.as_ref())
            .map(|credential| URL_SAFE_NO_PAD.encode(credential))
            .collect(),
        prf_input: PRF_INPUT.to_owned(),
    }))
}

/// Registers a passkey and stores its record. From here on the account has an archive.
pub(crate) async fn add_passkey(inner: &Rc<Inner>, passkey: &NewPasskey) -> Result<Answer> {
    let own = inner.own()?;
    own.account_key()?;
    let credential = decode(&passkey.credential)?;
    let way = WayBackRecord {
        lookup_hash: lookup_hash(&credential),
        wrap_key: wrap_key(&passkey.secret)?,
        stored_hash: [0; 32],
        credential: Some(credential.clone()),
        device: own.device,
        made_at: inner.now(),
    };
    let request = RegisterPasskey {
        credential_id: credential,
        attestation_object: decode(&passkey.attestation_object)?,
        client_data: decode(&passkey.client_data)?,
    };
    match inner.link.request(RequestBody::RegisterPasskey(request)).await? {
        ReplyBody::Done(_) => {}
        _ => return Err(Error::Answer("passkey")),
    }
    open_way(inner, &way).await?;
    Ok(Answer::Done)
}

/// Proves a passkey on this connection: a person's new device does so before it is linked.
pub(crate) async fn prove_passkey(inner: &Rc<Inner>, proof: &PasskeyProof) -> Result<Answer> {
    prove(inner, proof).await.map(|_record| Answer::Done)
}

/// Comes back by a passkey.
pub(crate) async fn recover_with_passkey(
    inner: &Rc<Inner>,
    proof: &PasskeyProof,
    agent_name: Option<String>,
) -> Result<Answer> {
    let _opening = inner.opening.lock().await;
    if inner.own_or_none().is_some() {
        return Err(Error::AccountExists);
    }
    let credential = decode(&proof.credential)?;
    let wrap_key = wrap_key(&proof.secret)?;
    let record = prove(inner, proof).await?;
    let content = Content::open(&wrap_key, &record.record)?;
    let lookup_hash = lookup_hash(&credential);
    come_back(inner, content, agent_name, |device| WayBackRecord {
        lookup_hash,
        wrap_key: wrap_key.clone(),
        stored_hash: [0; 32],
        credential: Some(credential.clone()),
        device,
        made_at: inner.now(),
    })
    .await
}

async fn prove(inner: &Rc<Inner>, proof: &PasskeyProof) -> Result<RecoveryRecord> {
    inner.link.reach(Phase::Greeted).await?;
    let request = ProvePasskey {
        credential_id: decode(&proof.credential)?,
        authenticator_data: decode(&proof.authenticator_data)?,
        client_data: decode(&proof.client_data)?,
        signature: decode(&proof.signature)?,
    };
    match inner.link.request(RequestBody::ProvePasskey(request)).await {
        Ok(ReplyBody::RecoveryRecord(record)) => Ok(record),
        Ok(_) => Err(Error::Answer("passkey")),
        Err(error) if error.is_refused_with(ErrorCode::NotFound) => {
            Err(Error::NotFound("an account of this passkey"))
        }
        Err(error) => Err(error),
    }
}

/// The key that a passkey's secret yields.
fn wrap_key(secret: &str) -> Result<Seed> {
    let secret = Zeroizing::new(decode(secret)?);
    if secret.len() != 32 {
        return Err(Error::Invalid("the secret of a passkey"));
    }
    let key = kdf::hmac(&[0; 32], &[&secret])?;
    kdf::expand(&*key, b"tresen/passkey-wrap/1")
}

fn lookup_hash(credential: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(LOOKUP_LABEL).chain_update(credential).finalize().into()
}

fn decode(text: &str) -> Result<Vec<u8>> {
    URL_SAFE_NO_PAD
        .decode(text.trim_end_matches('='))
        .map_err(|_text| Error::Invalid("what the authenticator said"))
}

/// The relying party's id of an origin: its host without the port.
fn relying_party(origin: &str) -> &str {
    let host = origin.split_once("://").map_or(origin, |(_scheme, rest)| rest);
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}
