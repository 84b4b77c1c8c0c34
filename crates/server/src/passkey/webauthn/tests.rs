//! A software authenticator against the verification.

use ed25519_dalek::Signer as _;
use proptest::prelude::*;

use super::*;

const ORIGIN: &str = "https://chat.example:8443";
const CHALLENGE: [u8; 32] = [7; 32];
const CEREMONY: Ceremony<'static> = Ceremony { origin: ORIGIN, challenge: &CHALLENGE };
const PRESENT_AND_VERIFIED: u8 = FLAG_USER_PRESENT | FLAG_USER_VERIFIED;

enum Authenticator {
    Es256(p256::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
}

impl Authenticator {
    fn both() -> [Self; 2] {
        [
            Self::Es256(p256::ecdsa::SigningKey::from_slice(&[3; 32]).unwrap()),
            Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&[4; 32])),
        ]
    }

    fn cose(&self) -> Vec<u8> {
        let mut encoder = minicbor::Encoder::new(Vec::new());
        match self {
            Self::Es256(key) => {
                let point = key.verifying_key().to_encoded_point(false);
                encoder.map(5).unwrap();
                encoder.i64(1).unwrap().i64(2).unwrap();
                encoder.i64(3).unwrap().i64(-7).unwrap();
                encoder.i64(-1).unwrap().i64(1).unwrap();
                encoder.i64(-2).unwrap().bytes(point.x().unwrap()).unwrap();
                encoder.i64(-3).unwrap().bytes(point.y().unwrap()).unwrap();
            }
            Self::Ed25519(key) => {
                encoder.map(4).unwrap();
                encoder.i64(1).unwrap().i64(1).unwrap();
                encoder.i64(3).unwrap().i64(-8).unwrap();
                encoder.i64(-1).unwrap().i64(6).unwrap();
                encoder.i64(-2).unwrap().bytes(key.verifying_key().as_bytes()).unwrap();
            }
        }
        encoder.into_writer()
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Es256(key) => {
                let signature: p256::ecdsa::Signature =
                    p256::ecdsa::signature::Signer::sign(key, message);
                signature.to_der().as_bytes().to_vec()
            }
            Self::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
        }
    }

    fn attestation(&self, flags: u8) -> Vec<u8> {
        let data = [
            authenticator_data(flags | FLAG_CREDENTIAL, 0),
            vec![0; AAGUID_BYTES],
            vec![0, 4],
            b"cred".to_vec(),
            self.cose(),
        ]
        .concat();
        let mut encoder = minicbor::Encoder::new(Vec::new());
        encoder.map(3).unwrap();
        encoder.str("fmt").unwrap().str("none").unwrap();
        encoder.str("attStmt").unwrap().map(0).unwrap();
        encoder.str("authData").unwrap().bytes(&data).unwrap();
        encoder.into_writer()
    }

    fn assertion(&self, data: &[u8], client_data: &[u8]) -> Vec<u8> {
        self.sign(&[data, Sha256::digest(client_data).as_slice()].concat())
    }
}

fn authenticator_data(flags: u8, sign_count: u32) -> Vec<u8> {
    let hash = Sha256::digest("chat.example");
    [hash.as_slice(), &[flags], &sign_count.to_be_bytes()].concat()
}

fn client_data(kind: &str, challenge: &[u8], origin: &str) -> Vec<u8> {
    let challenge = URL_SAFE_NO_PAD.encode(challenge);
    format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}"}}"#).into_bytes()
}

#[test]
fn a_passkey_is_made_and_used_with_both_algorithms() {
    for authenticator in Authenticator::both() {
        let created = client_data("webauthn.create", &CHALLENGE, ORIGIN);
        let object = authenticator.attestation(PRESENT_AND_VERIFIED);
        let credential = verify_registration(CEREMONY, &object, &created).unwrap();
        assert_eq!(credential.id, b"cred");
        let stored = PublicKey::from_bytes(&credential.public_key.to_bytes()).unwrap();
        assert_eq!(stored, credential.public_key);

        let data = authenticator_data(PRESENT_AND_VERIFIED, 5);
        let got = client_data("webauthn.get", &CHALLENGE, ORIGIN);
        let signature = authenticator.assertion(&data, &got);
        let assertion =
            Assertion { authenticator_data: &data, client_data: &got, signature: &signature };
        assert_eq!(verify_assertion(CEREMONY, &stored, 4, assertion).unwrap(), 5);
        let replayed = verify_assertion(CEREMONY, &stored, 5, assertion).unwrap_err();
        assert_eq!(replayed.code(), ErrorCode::Forbidden);
        let flipped = [&[signature[0] ^ 1], &signature[1..]].concat();
        let forged = Assertion { signature: &flipped, ..assertion };
        assert!(verify_assertion(CEREMONY, &stored, 4, forged).is_err());
    }
}

#[test]
fn refuses_another_challenge_origin_type_site_and_an_unverified_user() {
    let [authenticator, _] = Authenticator::both();
    let object = authenticator.attestation(PRESENT_AND_VERIFIED);
    for wrong in [
        client_data("webauthn.create", &[8; 32], ORIGIN),
        client_data("webauthn.create", &CHALLENGE, "https://evil.example"),
        client_data("webauthn.get", &CHALLENGE, ORIGIN),
        b"{}".to_vec(),
    ] {
        assert!(verify_registration(CEREMONY, &object, &wrong).is_err());
    }
    let right = client_data("webauthn.create", &CHALLENGE, ORIGIN);
    let unverified = authenticator.attestation(FLAG_USER_PRESENT);
    assert!(verify_registration(CEREMONY, &unverified, &right).is_err());
    let elsewhere = "https://other.example";
    let at_other = client_data("webauthn.create", &CHALLENGE, elsewhere);
    let other = Ceremony { origin: elsewhere, challenge: &CHALLENGE };
    assert!(verify_registration(other, &object, &at_other).is_err());
}

#[test]
fn the_relying_party_is_the_host() {
    assert_eq!(relying_party("https://chat.example"), "chat.example");
    assert_eq!(relying_party("http://localhost:8080"), "localhost");
    assert_eq!(relying_party("https://[::1]"), "[::1]");
}

proptest! {
    #[test]
    fn never_panics(bytes in proptest::collection::vec(0_u8.., 0..200)) {
        let created = client_data("webauthn.create", &CHALLENGE, ORIGIN);
        prop_assert!(verify_registration(CEREMONY, &bytes, &created).is_err());
        let _parsed = parse_authenticator_data(&bytes);
        let authenticator_data = authenticator_data(0xc5, 1);
        let _parsed = parse_authenticator_data(&[authenticator_data, bytes].concat());
    }
}
