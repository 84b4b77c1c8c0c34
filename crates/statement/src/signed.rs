//! Signing, and the two states of what was received: unverified and signed.

use std::fmt;

use ed25519_dalek::{Signature, Signer as _, VerifyingKey};
use sha2::{Digest as _, Sha256};
use tresen_types::limits::STATEMENT_BYTES_MAX;

use crate::{
    cbor::{Reader, Writer},
    error::Error,
};

/// The version of all bodies; it is their first element.
const VERSION: u64 = 1;

/// The version of bodies with the fields that were added later.
const VERSION_MORE: u64 = 2;

/// A kind of statement. Implemented in this crate only.
pub trait Statement: Sized {
    /// What the signature covers before the body, so that no signature counts for another kind.
    const LABEL: &'static str;

    /// Fields of the body after the version.
    #[doc(hidden)]
    const FIELDS: usize;

    /// Fields that were added to this kind later; a body without them stays as it was.
    #[doc(hidden)]
    const MORE_FIELDS: usize = 0;

    /// Writes the fields.
    #[doc(hidden)]
    fn write(&self, writer: &mut Writer);

    /// Reads the fields and checks what can be checked without a key.
    #[doc(hidden)]
    fn read(reader: &mut Reader<'_>) -> Result<Self, Error>;

    /// Whether one of the later fields differs from what an old body means.
    #[doc(hidden)]
    fn has_more(&self) -> bool {
        false
    }

    /// Writes the later fields.
    #[doc(hidden)]
    fn write_more(&self, _writer: &mut Writer) {}

    /// Reads the later fields into a value without them.
    #[doc(hidden)]
    fn read_more(&mut self, _reader: &mut Reader<'_>) -> Result<(), Error> {
        Ok(())
    }

    /// Whether a signature by `key` may count; kinds that name their key in the body check it.
    #[doc(hidden)]
    fn accepts_key(&self, _key: &[u8; 32]) -> bool {
        true
    }
}

/// An Ed25519 key that signs statements: an account's, a device's or a server's.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// Takes the 32 bytes of the private key (RFC 8032).
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The public key.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// The 32 bytes of the private key, to be kept encrypted.
    #[must_use]
    pub fn seed(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

/// A statement as it was received: form and limits are checked, the signature is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unverified<T>(Signed<T>);

impl<T: Statement> Unverified<T> {
    /// Reads a statement strictly: one encoding only, within all limits.
    ///
    /// # Errors
    /// When the bytes are anything else than the deterministic encoding of such a statement.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > STATEMENT_BYTES_MAX {
            return Err(Error::Limit);
        }
        let mut reader = Reader::new(bytes);
        reader.array(2)?;
        let body = reader.bytes(STATEMENT_BYTES_MAX)?;
        let signature = reader.fixed()?;
        reader.finish()?;
        let signed = Signed { body: body.to_vec(), value: decode_body(body)?, signature };
        if signed.encode() == bytes { Ok(Self(signed)) } else { Err(Error::NotDeterministic) }
    }

    /// What the statement claims. Nothing of it is proven: this is for finding the key to verify
    /// with, and for nothing else.
    #[must_use]
    pub fn claimed(&self) -> &T {
        &self.0.value
    }

    /// The encoding, as it was received.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.0.encode()
    }

    /// Checks the signature with the key that the caller trusts for this statement.
    ///
    /// # Errors
    /// [`Error::Signature`] when the statement was not signed with `key`, or may not be.
    pub fn verify(self, key: &[u8; 32]) -> Result<Signed<T>, Error> {
        let verifying = VerifyingKey::from_bytes(key).map_err(|_not_a_point| Error::Signature)?;
        let signature = Signature::from_bytes(&self.0.signature);
        verifying
            .verify_strict(&signed_bytes::<T>(&self.0.body), &signature)
            .map_err(|_mismatch| Error::Signature)?;
        if self.0.value.accepts_key(key) { Ok(self.0) } else { Err(Error::Signature) }
    }
}

/// A statement whose signature this program made or checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed<T> {
    body: Vec<u8>,
    value: T,
    signature: [u8; 64],
}

impl<T: Statement> Signed<T> {
    /// Signs a value.
    ///
    /// # Errors
    /// When the value breaks a limit or a rule, so that no receiver would take it, or when this kind
    /// names another key.
    pub fn sign(value: T, key: &SigningKey) -> Result<Self, Error> {
        let body = encode_body(&value);
        // The strict decoder knows all rules: what it refuses is not signed.
        decode_body::<T>(&body)?;
        if !value.accepts_key(&key.public()) {
            return Err(Error::Signature);
        }
        let signature = key.0.sign(&signed_bytes::<T>(&body)).to_bytes();
        let signed = Self { body, value, signature };
        if signed.encode().len() > STATEMENT_BYTES_MAX {
            return Err(Error::Limit);
        }
        Ok(signed)
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The value without its proof.
    #[must_use]
    pub fn into_value(self) -> T {
        self.value
    }

    /// The signature.
    #[must_use]
    pub fn signature(&self) -> &[u8; 64] {
        &self.signature
    }

    /// The encoding: an array of the body and the signature.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.array(2);
        writer.bytes(&self.body);
        writer.bytes(&self.signature);
        writer.finish()
    }

    /// The hash by which other statements refer to this one; it covers the signature.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::new()
            .chain_update(b"tresen/statement-hash/1\0")
            .chain_update(T::LABEL)
            .chain_update([0])
            .chain_update(self.encode())
            .finalize()
            .into()
    }
}

fn encode_body<T: Statement>(value: &T) -> Vec<u8> {
    let mut writer = Writer::new();
    let (version, more) =
        if value.has_more() { (VERSION_MORE, T::MORE_FIELDS) } else { (VERSION, 0) };
    writer.array(T::FIELDS.saturating_add(more).saturating_add(1));
    writer.uint(version);
    value.write(&mut writer);
    if value.has_more() {
        value.write_more(&mut writer);
    }
    writer.finish()
}

fn decode_body<T: Statement>(body: &[u8]) -> Result<T, Error> {
    let mut reader = Reader::new(body);
    let fields = reader.length()?;
    let more = match reader.uint()? {
        VERSION => 0,
        VERSION_MORE if T::MORE_FIELDS > 0 => T::MORE_FIELDS,
        // The same answer as ever to a body of another length.
        _unknown if fields == T::FIELDS.saturating_add(1) => return Err(Error::Version),
        _unknown => return Err(Error::Malformed),
    };
    if fields != T::FIELDS.saturating_add(more).saturating_add(1) {
        return Err(Error::Malformed);
    }
    let mut value = T::read(&mut reader)?;
    if more > 0 {
        value.read_more(&mut reader)?;
    }
    reader.finish()?;
    if encode_body(&value) == body { Ok(value) } else { Err(Error::NotDeterministic) }
}

fn signed_bytes<T: Statement>(body: &[u8]) -> Vec<u8> {
    [T::LABEL.as_bytes(), &[0], body].concat()
}
