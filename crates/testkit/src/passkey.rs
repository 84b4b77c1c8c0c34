//! A software authenticator: makes and uses passkeys with the PRF extension, and always agrees.

use std::cell::{Cell, RefCell};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};
use tresen_view::passkey::{
    Authenticator, NewPasskey, PasskeyProof, PasskeyRequest, PasskeyTrouble,
};

const PRESENT_AND_VERIFIED: u8 = 0x05;
const HAS_CREDENTIAL: u8 = 0x40;

/// An authenticator of one person.
#[derive(Debug)]
pub struct SoftwareAuthenticator {
    origin: String,
    passkeys: RefCell<Vec<SigningKey>>,
    uses: Cell<u32>,
    /// Whether it knows the PRF extension.
    pub has_secrets: bool,
}

impl SoftwareAuthenticator {
    /// An authenticator without passkeys, for the pages of an origin.
    #[must_use]
    pub fn new(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            passkeys: RefCell::default(),
            uses: Cell::new(0),
            has_secrets: true,
        }
    }

    fn data(&self, request: &PasskeyRequest, flags: u8) -> Vec<u8> {
        self.uses.set(self.uses.get() + 1);
        let site = Sha256::digest(&request.relying_party);
        [site.as_slice(), &[flags], &self.uses.get().to_be_bytes()].concat()
    }

    fn client_data(&self, kind: &str, request: &PasskeyRequest) -> Vec<u8> {
        let (challenge, origin) = (&request.challenge, &self.origin);
        format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}"}}"#).into_bytes()
    }

    fn secret(&self, key: &SigningKey, request: &PasskeyRequest) -> Result<String, PasskeyTrouble> {
        if !self.has_secrets {
            return Err(PasskeyTrouble::Unsupported);
        }
        let secret = Sha256::new()
            .chain_update(b"prf")
            .chain_update(key.to_bytes())
            .chain_update(&request.prf_input)
            .finalize();
        Ok(URL_SAFE_NO_PAD.encode(secret))
    }
}

fn id_of(key: &SigningKey) -> Vec<u8> {
    Sha256::digest(key.verifying_key().as_bytes()).to_vec()
}

/// The public key in COSE form: OKP, `EdDSA`, Ed25519.
fn cose(key: &SigningKey) -> Vec<u8> {
    let head = [0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20];
    [&head[..], key.verifying_key().as_bytes()].concat()
}

/// An attestation object of format "none".
fn attestation_object(data: &[u8]) -> Vec<u8> {
    let length = u8::try_from(data.len()).expect("below 256 bytes");
    let head = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58";
    [&head[..], &[length], data].concat()
}

impl Authenticator for SoftwareAuthenticator {
    async fn create(&self, request: &PasskeyRequest) -> Result<NewPasskey, PasskeyTrouble> {
        let number = u8::try_from(self.passkeys.borrow().len()).expect("few passkeys");
        // Another authenticator's keys are others: they hang on its place in memory.
        let seed = Sha256::new()
            .chain_update(format!("{:p}", &raw const *self))
            .chain_update([number])
            .finalize();
        let key = SigningKey::from_bytes(&seed.into());
        let id = id_of(&key);
        let length = u16::try_from(id.len()).expect("a short id").to_be_bytes();
        let data = [
            self.data(request, PRESENT_AND_VERIFIED | HAS_CREDENTIAL),
            vec![0; 16],
            length.to_vec(),
            id.clone(),
            cose(&key),
        ]
        .concat();
        let made = NewPasskey {
            credential: URL_SAFE_NO_PAD.encode(&id),
            attestation_object: URL_SAFE_NO_PAD.encode(attestation_object(&data)),
            client_data: URL_SAFE_NO_PAD.encode(self.client_data("webauthn.create", request)),
            secret: self.secret(&key, request)?,
        };
        self.passkeys.borrow_mut().push(key);
        Ok(made)
    }

    async fn get(&self, request: &PasskeyRequest) -> Result<PasskeyProof, PasskeyTrouble> {
        let key = self.passkeys.borrow().last().cloned().ok_or(PasskeyTrouble::Cancelled)?;
        let data = self.data(request, PRESENT_AND_VERIFIED);
        let client_data = self.client_data("webauthn.get", request);
        let signed = [&data[..], &Sha256::digest(&client_data)].concat();
        Ok(PasskeyProof {
            credential: URL_SAFE_NO_PAD.encode(id_of(&key)),
            authenticator_data: URL_SAFE_NO_PAD.encode(&data),
            client_data: URL_SAFE_NO_PAD.encode(&client_data),
            signature: URL_SAFE_NO_PAD.encode(key.sign(&signed).to_bytes()),
            secret: self.secret(&key, request)?,
        })
    }
}
