//! A consent as a file that a third party can verify (PRODUCT P1).
//!
//! The file holds everything that the check needs: the signed consent, the certificate of the device
//! that signed it, and the words that the customer read. Whose keys these are is for the reader to
//! know: the file proves that the account with this key agreed to these words.

use tresen_types::limits::STATEMENT_BYTES_MAX;

use super::Consent;
use crate::{
    cbor::{Reader, Writer},
    device::DeviceCertificate,
    error::Error,
    fingerprint::wording_hash,
    limits::PURPOSE_BYTES_MAX,
    signed::{Signed, Unverified},
    text,
};

const LABEL: &str = "tresen/consent-proof/1";

/// A consent with all that proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentProof {
    /// The consent.
    pub consent: Signed<Consent>,
    /// The certificate of the device that signed it.
    pub certificate: Signed<DeviceCertificate>,
    /// The words that the customer read.
    pub wording: String,
}

impl ConsentProof {
    /// The file.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.array(4);
        writer.text(LABEL);
        writer.bytes(&self.consent.encode());
        writer.bytes(&self.certificate.encode());
        writer.text(&self.wording);
        writer.finish()
    }

    /// Reads and verifies a file.
    ///
    /// # Errors
    /// [`Error::Signature`] when the certificate isn't signed by the account key that it names, the
    /// consent isn't signed by that device, or the words aren't the ones that were agreed to; other
    /// errors when the file isn't one of these.
    pub fn verify(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        reader.array(4)?;
        if reader.text(LABEL.len())? != LABEL {
            return Err(Error::Version);
        }
        let consent = Unverified::<Consent>::decode(reader.bytes(STATEMENT_BYTES_MAX)?)?;
        let certificate =
            Unverified::<DeviceCertificate>::decode(reader.bytes(STATEMENT_BYTES_MAX)?)?;
        let wording = text::lines(reader.text(PURPOSE_BYTES_MAX)?)?;
        reader.finish()?;
        let account_key = certificate.claimed().account_key;
        let certificate = certificate.verify(&account_key)?;
        let consent = consent.verify(&certificate.value().signature_key)?;
        let proof = Self { consent, certificate, wording };
        if proof.encode() != bytes {
            return Err(Error::NotDeterministic);
        }
        if proof.is_consistent() { Ok(proof) } else { Err(Error::Signature) }
    }

    /// Whether the parts belong together.
    fn is_consistent(&self) -> bool {
        let (consent, certificate) = (self.consent.value(), self.certificate.value());
        consent.customer == certificate.account
            && consent.device == certificate.device
            && consent.wording_hash == wording_hash(&self.wording)
            && certificate.is_valid_at(consent.at)
    }
}
