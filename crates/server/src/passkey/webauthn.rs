//! The part of WebAuthn (level 2, sections 7.1 and 7.2) that a server needs for passkeys: attestation
//! "none", ES256 and Ed25519, user presence and user verification required. Pure: no I/O, no clock.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use minicbor::{Decoder, data::Type};
use p256::ecdsa::signature::Verifier as _;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tresen_proto::ErrorCode;

use crate::{
    ServerError,
    error::refused,
    limits::{CREDENTIAL_ID_BYTES_MAX, WEBAUTHN_BYTES_MAX},
};

const FLAG_USER_PRESENT: u8 = 0x01;
const FLAG_USER_VERIFIED: u8 = 0x04;
const FLAG_CREDENTIAL: u8 = 0x40;
const FLAG_EXTENSIONS: u8 = 0x80;
const AAGUID_BYTES: usize = 16;
/// Entries of a COSE key that is neither nonsense nor an attack.
const COSE_ENTRIES_MAX: u64 = 16;

const COSE_KEY_TYPE: i64 = 1;
const COSE_ALGORITHM: i64 = 3;
const COSE_CURVE: i64 = -1;
const COSE_X: i64 = -2;
const COSE_Y: i64 = -3;

/// What both ceremonies are checked against.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ceremony<'a> {
    /// The origin of the page, like `https://chat.example`.
    pub(super) origin: &'a str,
    /// The challenge that was given out.
    pub(super) challenge: &'a [u8; 32],
}

/// The public key of a passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PublicKey {
    /// An uncompressed point of P-256.
    Es256([u8; 65]),
    /// An Ed25519 key.
    Ed25519([u8; 32]),
}

/// A passkey that was registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Credential {
    pub(super) id: Vec<u8>,
    pub(super) public_key: PublicKey,
    pub(super) sign_count: u32,
}

/// What an authenticator signs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Assertion<'a> {
    pub(super) authenticator_data: &'a [u8],
    pub(super) client_data: &'a [u8],
    pub(super) signature: &'a [u8],
}

impl PublicKey {
    /// The key as it is stored; the length tells the kind.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Es256(point) => point.to_vec(),
            Self::Ed25519(key) => key.to_vec(),
        }
    }

    /// Reads [`PublicKey::to_bytes`].
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let es256 = bytes.try_into().ok().map(Self::Es256);
        es256.or_else(|| bytes.try_into().ok().map(Self::Ed25519))
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Option<()> {
        match self {
            Self::Es256(point) => {
                let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
                let signature = p256::ecdsa::Signature::from_der(signature).ok()?;
                key.verify(message, &signature).ok()
            }
            Self::Ed25519(key) => {
                let key = ed25519_dalek::VerifyingKey::from_bytes(key).ok()?;
                let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
                key.verify_strict(message, &signature).ok()
            }
        }
    }
}

/// Checks the making of a passkey.
pub(super) fn verify_registration(
    ceremony: Ceremony<'_>,
    attestation_object: &[u8],
    client_data: &[u8],
) -> Result<Credential, ServerError> {
    check_length(attestation_object)?;
    check_client_data(ceremony, client_data, "webauthn.create")?;
    let data = attested_data(attestation_object)
        .ok_or(refused(ErrorCode::Malformed, "the attestation object can't be read"))?;
    let authenticator = parse_authenticator_data(data)
        .ok_or(refused(ErrorCode::Malformed, "the authenticator data can't be read"))?;
    check_authenticator(ceremony, &authenticator)?;
    let (id, public_key) = authenticator
        .credential
        .ok_or(refused(ErrorCode::InvalidStatement, "the authenticator made no usable key"))?;
    Ok(Credential { id: id.to_vec(), public_key, sign_count: authenticator.sign_count })
}

/// Checks the use of a passkey and returns its new counter.
pub(super) fn verify_assertion(
    ceremony: Ceremony<'_>,
    public_key: &PublicKey,
    sign_count: u32,
    assertion: Assertion<'_>,
) -> Result<u32, ServerError> {
    check_length(assertion.authenticator_data)?;
    check_client_data(ceremony, assertion.client_data, "webauthn.get")?;
    let authenticator = parse_authenticator_data(assertion.authenticator_data)
        .ok_or(refused(ErrorCode::Malformed, "the authenticator data can't be read"))?;
    check_authenticator(ceremony, &authenticator)?;
    let client_data_hash = Sha256::digest(assertion.client_data);
    let message = [assertion.authenticator_data, client_data_hash.as_slice()].concat();
    public_key
        .verify(&message, assertion.signature)
        .ok_or(refused(ErrorCode::InvalidStatement, "the passkey's signature doesn't verify"))?;
    let counts = sign_count != 0 || authenticator.sign_count != 0;
    if counts && authenticator.sign_count <= sign_count {
        return Err(refused(
            ErrorCode::Forbidden,
            "the passkey's counter went back: a copy of it?",
        ));
    }
    Ok(authenticator.sign_count)
}

/// The relying party id of an origin: its host.
pub(super) fn relying_party(origin: &str) -> &str {
    let host = origin.split_once("://").map_or(origin, |(_scheme, rest)| rest);
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData<'a> {
    #[serde(borrow)]
    r#type: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    challenge: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    origin: std::borrow::Cow<'a, str>,
    #[serde(default)]
    cross_origin: bool,
}

fn check_length(bytes: &[u8]) -> Result<(), ServerError> {
    if bytes.len() > WEBAUTHN_BYTES_MAX {
        Err(refused(ErrorCode::LimitExceeded, "longer than a passkey ceremony needs"))
    } else {
        Ok(())
    }
}

fn check_client_data(
    ceremony: Ceremony<'_>,
    bytes: &[u8],
    expected_type: &str,
) -> Result<(), ServerError> {
    check_length(bytes)?;
    let data: ClientData<'_> = serde_json::from_slice(bytes)
        .ok()
        .ok_or(refused(ErrorCode::Malformed, "the client data can't be read"))?;
    let challenge = URL_SAFE_NO_PAD.decode(data.challenge.as_bytes()).unwrap_or_default();
    let is_ours = data.r#type == expected_type
        && bool::from(challenge.as_slice().ct_eq(ceremony.challenge))
        && data.origin == ceremony.origin
        && !data.cross_origin;
    if is_ours {
        Ok(())
    } else {
        Err(refused(ErrorCode::InvalidStatement, "the client data is for something else"))
    }
}

#[derive(Debug)]
struct AuthenticatorData<'a> {
    relying_party_hash: [u8; 32],
    flags: u8,
    sign_count: u32,
    credential: Option<(&'a [u8], PublicKey)>,
}

fn check_authenticator(
    ceremony: Ceremony<'_>,
    data: &AuthenticatorData<'_>,
) -> Result<(), ServerError> {
    let expected: [u8; 32] = Sha256::digest(relying_party(ceremony.origin)).into();
    if data.relying_party_hash != expected {
        return Err(refused(ErrorCode::InvalidStatement, "the passkey is for another site"));
    }
    let required = FLAG_USER_PRESENT | FLAG_USER_VERIFIED;
    if data.flags & required != required {
        return Err(refused(ErrorCode::InvalidStatement, "the passkey didn't verify its user"));
    }
    Ok(())
}

fn parse_authenticator_data(bytes: &[u8]) -> Option<AuthenticatorData<'_>> {
    let (relying_party_hash, rest) = bytes.split_first_chunk::<32>()?;
    let (flags, rest) = rest.split_first()?;
    let (sign_count, rest) = rest.split_first_chunk::<4>()?;
    let mut rest = rest;
    let mut credential = None;
    if flags & FLAG_CREDENTIAL != 0 {
        let (_aaguid, after) = rest.split_at_checked(AAGUID_BYTES)?;
        let (length, after) = after.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length));
        if length == 0 || length > CREDENTIAL_ID_BYTES_MAX {
            return None;
        }
        let (id, after) = after.split_at_checked(length)?;
        let mut decoder = Decoder::new(after);
        let public_key = cose_key(&mut decoder)?;
        rest = after.get(decoder.position()..)?;
        credential = Some((id, public_key));
    }
    if flags & FLAG_EXTENSIONS != 0 {
        let mut decoder = Decoder::new(rest);
        if decoder.datatype().ok()? != Type::Map {
            return None;
        }
        decoder.skip().ok()?;
        rest = rest.get(decoder.position()..)?;
    }
    rest.is_empty().then_some(AuthenticatorData {
        relying_party_hash: *relying_party_hash,
        flags: *flags,
        sign_count: u32::from_be_bytes(*sign_count),
        credential,
    })
}

/// Reads the authenticator data out of an attestation object with format "none".
fn attested_data(bytes: &[u8]) -> Option<&[u8]> {
    let mut decoder = Decoder::new(bytes);
    let (mut data, mut is_none, mut is_empty) = (None, false, false);
    for _entry in 0..decoder.map().ok()??.min(COSE_ENTRIES_MAX) {
        match decoder.str().ok()? {
            "fmt" => is_none = decoder.str().ok()? == "none",
            "attStmt" => is_empty = decoder.map().ok()?? == 0,
            "authData" => data = Some(decoder.bytes().ok()?),
            _other => return None,
        }
    }
    (is_none && is_empty && decoder.position() == bytes.len()).then_some(data?)
}

/// Reads a COSE key (RFC 9053): ES256 on P-256 or `EdDSA` on Ed25519.
fn cose_key(decoder: &mut Decoder<'_>) -> Option<PublicKey> {
    let (mut key_type, mut algorithm, mut curve) = (0, 0, 0);
    let (mut x, mut y) = (None, None);
    for _entry in 0..decoder.map().ok()??.min(COSE_ENTRIES_MAX) {
        match decoder.i64().ok()? {
            COSE_KEY_TYPE => key_type = decoder.i64().ok()?,
            COSE_ALGORITHM => algorithm = decoder.i64().ok()?,
            COSE_CURVE => curve = decoder.i64().ok()?,
            COSE_X => x = Some(<[u8; 32]>::try_from(decoder.bytes().ok()?).ok()?),
            COSE_Y => y = Some(<[u8; 32]>::try_from(decoder.bytes().ok()?).ok()?),
            _other => decoder.skip().ok()?,
        }
    }
    match (key_type, algorithm, curve) {
        (2, -7, 1) => {
            let mut point = [4; 65];
            let (_tag, coordinates) = point.split_first_mut()?;
            let (to_x, to_y) = coordinates.split_at_mut_checked(32)?;
            to_x.copy_from_slice(&x?);
            to_y.copy_from_slice(&y?);
            p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).ok()?;
            Some(PublicKey::Es256(point))
        }
        (1, -8, 6) => {
            let key = x?;
            ed25519_dalek::VerifyingKey::from_bytes(&key).ok()?;
            Some(PublicKey::Ed25519(key))
        }
        _other => None,
    }
}

#[cfg(test)]
mod tests;
