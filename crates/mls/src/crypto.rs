//! The cryptography that OpenMLS works with: the primitives of our two suites and nothing else.
//!
//! The provider that comes with OpenMLS knows a dozen suites with four kinds of curves. Everybody who
//! opens a link would load all of them, since a suite is chosen at run time. This one refuses whatever
//! isn't in [`Suite`]. HPKE is that of `hpke-rs`, on top of [`primitives`].

mod primitives;

use aes_gcm::{
    Aes128Gcm,
    aead::{Aead, KeyInit, Payload, generic_array::GenericArray},
};
use chacha20poly1305::ChaCha20Poly1305;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use hpke_rs::{Hpke, HpkePrivateKey, Mode};
use hpke_rs_crypto::types::{AeadAlgorithm, KdfAlgorithm, KemAlgorithm};
use openmls::prelude::{
    AeadType, Ciphersuite, CryptoError, ExporterSecret, HashType, HpkeAeadType, HpkeCiphertext,
    HpkeConfig, HpkeKdfType, HpkeKemType, HpkeKeyPair, OpenMlsCrypto, OpenMlsRand, SignatureScheme,
    tls_codec::SecretVLBytes,
};
use primitives::Primitives;
use sha2::{Digest as _, Sha256};

use crate::suite::Suite;

/// Bytes of a nonce, in both suites.
const NONCE_BYTES: usize = 12;

/// The cryptography of our suites. Its randomness is the system's.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Crypto;

/// The system gives no randomness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no randomness")]
pub(crate) struct NoRandomness;

impl OpenMlsRand for Crypto {
    type Error = NoRandomness;

    fn random_array<const N: usize>(&self) -> Result<[u8; N], NoRandomness> {
        let mut bytes = [0; N];
        getrandom::fill(&mut bytes).map_err(|_system| NoRandomness)?;
        Ok(bytes)
    }

    fn random_vec(&self, length: usize) -> Result<Vec<u8>, NoRandomness> {
        let mut bytes = vec![0; length];
        getrandom::fill(&mut bytes).map_err(|_system| NoRandomness)?;
        Ok(bytes)
    }
}

impl OpenMlsCrypto for Crypto {
    fn supports(&self, ciphersuite: Ciphersuite) -> Result<(), CryptoError> {
        match Suite::from_ciphersuite(ciphersuite) {
            Ok(_ours) => Ok(()),
            Err(_foreign) => Err(CryptoError::UnsupportedCiphersuite),
        }
    }

    fn supported_ciphersuites(&self) -> Vec<Ciphersuite> {
        Suite::ALL.map(Suite::ciphersuite).to_vec()
    }

    fn hkdf_extract(
        &self,
        hash: HashType,
        salt: &[u8],
        material: &[u8],
    ) -> Result<SecretVLBytes, CryptoError> {
        only_sha256(hash)?;
        Ok(extract(salt, material).into())
    }

    fn hmac(
        &self,
        hash: HashType,
        key: &[u8],
        message: &[u8],
    ) -> Result<SecretVLBytes, CryptoError> {
        only_sha256(hash)?;
        let mut mac = <Hmac<Sha256> as hmac::Mac>::new_from_slice(key)
            .map_err(|_length| CryptoError::InvalidLength)?;
        mac.update(message);
        Ok(mac.finalize().into_bytes().to_vec().into())
    }

    fn hkdf_expand(
        &self,
        hash: HashType,
        key: &[u8],
        info: &[u8],
        length: usize,
    ) -> Result<SecretVLBytes, CryptoError> {
        only_sha256(hash)?;
        let expanded = expand(key, info, length);
        expanded.map(Into::into).ok_or(CryptoError::HkdfOutputLengthInvalid)
    }

    fn hash(&self, hash: HashType, data: &[u8]) -> Result<Vec<u8>, CryptoError> {
        only_sha256(hash)?;
        Ok(Sha256::digest(data).to_vec())
    }

    fn aead_encrypt(
        &self,
        aead: AeadType,
        key: &[u8],
        data: &[u8],
        nonce: &[u8],
        aad: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        let sealed = match aead {
            AeadType::Aes128Gcm => seal::<Aes128Gcm>(key, nonce, aad, data),
            AeadType::ChaCha20Poly1305 => seal::<ChaCha20Poly1305>(key, nonce, aad, data),
            AeadType::Aes256Gcm => return Err(CryptoError::UnsupportedAeadAlgorithm),
        };
        sealed.ok_or(CryptoError::CryptoLibraryError)
    }

    fn aead_decrypt(
        &self,
        aead: AeadType,
        key: &[u8],
        sealed: &[u8],
        nonce: &[u8],
        aad: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        let data = match aead {
            AeadType::Aes128Gcm => open::<Aes128Gcm>(key, nonce, aad, sealed),
            AeadType::ChaCha20Poly1305 => open::<ChaCha20Poly1305>(key, nonce, aad, sealed),
            AeadType::Aes256Gcm => return Err(CryptoError::UnsupportedAeadAlgorithm),
        };
        data.ok_or(CryptoError::AeadDecryptionError)
    }

    fn signature_key_gen(
        &self,
        scheme: SignatureScheme,
    ) -> Result<(Vec<u8>, Vec<u8>), CryptoError> {
        only_ed25519(scheme)?;
        let seed = self.random_array().map_err(|_none| CryptoError::InsufficientRandomness)?;
        let key = SigningKey::from_bytes(&seed);
        Ok((key.to_bytes().to_vec(), key.verifying_key().to_bytes().to_vec()))
    }

    fn verify_signature(
        &self,
        scheme: SignatureScheme,
        data: &[u8],
        key: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        only_ed25519(scheme)?;
        let key = VerifyingKey::try_from(key).map_err(|_bad| CryptoError::CryptoLibraryError)?;
        let signature =
            Signature::from_slice(signature).map_err(|_length| CryptoError::CryptoLibraryError)?;
        key.verify_strict(data, &signature).map_err(|_bad| CryptoError::InvalidSignature)
    }

    fn sign(
        &self,
        scheme: SignatureScheme,
        data: &[u8],
        key: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        only_ed25519(scheme)?;
        let key = SigningKey::try_from(key).map_err(|_bad| CryptoError::CryptoLibraryError)?;
        Ok(key.sign(data).to_bytes().to_vec())
    }

    fn hpke_seal(
        &self,
        config: HpkeConfig,
        public: &[u8],
        info: &[u8],
        aad: &[u8],
        data: &[u8],
    ) -> Result<HpkeCiphertext, CryptoError> {
        let (kem_output, ciphertext) = hpke(&config)?
            .seal(&public.into(), info, aad, data, None, None, None)
            .map_err(|error| match error {
                hpke_rs::HpkeError::InvalidInput => CryptoError::InvalidLength,
                _ => CryptoError::CryptoLibraryError,
            })?;
        Ok(HpkeCiphertext { kem_output: kem_output.into(), ciphertext: ciphertext.into() })
    }

    fn hpke_open(
        &self,
        config: HpkeConfig,
        sealed: &HpkeCiphertext,
        private: &[u8],
        info: &[u8],
        aad: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        let (enc, ciphertext) = (sealed.kem_output.as_slice(), sealed.ciphertext.as_slice());
        hpke(&config)?
            .open(enc, &HpkePrivateKey::from(private), info, aad, ciphertext, None, None, None)
            .map_err(|_refused| CryptoError::HpkeDecryptionError)
    }

    fn hpke_setup_sender_and_export(
        &self,
        config: HpkeConfig,
        public: &[u8],
        info: &[u8],
        exporter_context: &[u8],
        length: usize,
    ) -> Result<(Vec<u8>, ExporterSecret), CryptoError> {
        let (kem_output, context) = hpke(&config)?
            .setup_sender(&public.into(), info, None, None, None)
            .map_err(|_refused| CryptoError::SenderSetupError)?;
        let secret = context.export(exporter_context, length);
        Ok((kem_output, secret.map_err(|_refused| CryptoError::ExporterError)?.into()))
    }

    fn hpke_setup_receiver_and_export(
        &self,
        config: HpkeConfig,
        enc: &[u8],
        private: &[u8],
        info: &[u8],
        exporter_context: &[u8],
        length: usize,
    ) -> Result<ExporterSecret, CryptoError> {
        let context = hpke(&config)?
            .setup_receiver(enc, &HpkePrivateKey::from(private), info, None, None, None)
            .map_err(|_refused| CryptoError::ReceiverSetupError)?;
        let secret = context.export(exporter_context, length);
        Ok(secret.map_err(|_refused| CryptoError::ExporterError)?.into())
    }

    fn derive_hpke_keypair(
        &self,
        config: HpkeConfig,
        material: &[u8],
    ) -> Result<HpkeKeyPair, CryptoError> {
        let pair = hpke(&config)?.derive_key_pair(material).map_err(|error| match error {
            hpke_rs::HpkeError::InvalidInput => CryptoError::InvalidLength,
            _ => CryptoError::CryptoLibraryError,
        })?;
        let (private, public) = pair.into_keys();
        Ok(HpkeKeyPair { private: private.as_slice().into(), public: public.as_slice().to_vec() })
    }
}

fn only_sha256(hash: HashType) -> Result<(), CryptoError> {
    match hash {
        HashType::Sha2_256 => Ok(()),
        HashType::Sha2_384 | HashType::Sha2_512 => Err(CryptoError::UnsupportedHashAlgorithm),
    }
}

fn only_ed25519(scheme: SignatureScheme) -> Result<(), CryptoError> {
    if scheme == SignatureScheme::ED25519 {
        Ok(())
    } else {
        Err(CryptoError::UnsupportedSignatureScheme)
    }
}

/// HPKE in base mode, with one of our suites.
fn hpke(HpkeConfig(kem, kdf, aead): &HpkeConfig) -> Result<Hpke<Primitives>, CryptoError> {
    let kem = match kem {
        HpkeKemType::XWingKemDraft6 => KemAlgorithm::XWingDraft06,
        HpkeKemType::DhKem25519 => KemAlgorithm::DhKem25519,
        _ => return Err(CryptoError::UnsupportedCiphersuite),
    };
    let aead = match aead {
        HpkeAeadType::AesGcm128 => AeadAlgorithm::Aes128Gcm,
        HpkeAeadType::ChaCha20Poly1305 => AeadAlgorithm::ChaCha20Poly1305,
        HpkeAeadType::AesGcm256 | HpkeAeadType::Export => {
            return Err(CryptoError::UnsupportedAeadAlgorithm);
        }
    };
    match kdf {
        HpkeKdfType::HkdfSha256 => Ok(Hpke::new(Mode::Base, kem, KdfAlgorithm::HkdfSha256, aead)),
        HpkeKdfType::HkdfSha384 | HpkeKdfType::HkdfSha512 => {
            Err(CryptoError::UnsupportedHashAlgorithm)
        }
    }
}

fn extract(salt: &[u8], material: &[u8]) -> Vec<u8> {
    Hkdf::<Sha256>::extract(Some(salt), material).0.to_vec()
}

fn expand(key: &[u8], info: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut expanded = vec![0; length];
    Hkdf::<Sha256>::from_prk(key).ok()?.expand(info, &mut expanded).ok()?;
    Some(expanded)
}

fn seal<C>(key: &[u8], nonce: &[u8], aad: &[u8], data: &[u8]) -> Option<Vec<u8>>
where
    C: KeyInit + Aead,
{
    if nonce.len() != NONCE_BYTES {
        return None;
    }
    let cipher = C::new_from_slice(key).ok()?;
    cipher.encrypt(GenericArray::from_slice(nonce), Payload { msg: data, aad }).ok()
}

fn open<C>(key: &[u8], nonce: &[u8], aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>>
where
    C: KeyInit + Aead,
{
    if nonce.len() != NONCE_BYTES {
        return None;
    }
    let cipher = C::new_from_slice(key).ok()?;
    cipher.decrypt(GenericArray::from_slice(nonce), Payload { msg: sealed, aad }).ok()
}

#[cfg(test)]
mod tests {
    use openmls_rust_crypto::RustCrypto;

    use super::*;

    /// What the provider that comes with OpenMLS seals, derives and signs is what this one does.
    #[test]
    fn agrees_with_the_provider_of_openmls() {
        let (ours, theirs) = (Crypto, RustCrypto::default());
        for suite in Suite::ALL.map(Suite::ciphersuite) {
            let config = || suite.hpke_config();
            let material = [7; 32];
            let pair = ours.derive_hpke_keypair(config(), &material).unwrap();
            let same = theirs.derive_hpke_keypair(config(), &material).unwrap();
            assert_eq!((&*pair.private, &pair.public), (&*same.private, &same.public));

            let sealed = ours.hpke_seal(config(), &pair.public, b"info", b"aad", b"data").unwrap();
            let opened = theirs.hpke_open(config(), &sealed, &pair.private, b"info", b"aad");
            assert_eq!(opened.unwrap(), b"data");
            let sealed =
                theirs.hpke_seal(config(), &pair.public, b"info", b"aad", b"data").unwrap();
            let opened = ours.hpke_open(config(), &sealed, &pair.private, b"info", b"aad");
            assert_eq!(opened.unwrap(), b"data");

            let (enc, secret) = ours
                .hpke_setup_sender_and_export(config(), &pair.public, b"info", b"context", 32)
                .unwrap();
            let same = theirs
                .hpke_setup_receiver_and_export(
                    config(),
                    &enc,
                    &pair.private,
                    b"info",
                    b"context",
                    32,
                )
                .unwrap();
            assert_eq!(*secret, *same);

            let key = vec![3; suite.aead_key_length()];
            let aead = suite.aead_algorithm();
            let sealed = ours.aead_encrypt(aead, &key, b"data", &[5; 12], b"aad").unwrap();
            let opened = theirs.aead_decrypt(aead, &key, &sealed, &[5; 12], b"aad");
            assert_eq!(opened.unwrap(), b"data");
            assert!(ours.aead_decrypt(aead, &key, &sealed, &[5; 12], b"other").is_err());
            assert!(ours.aead_decrypt(aead, &key, &sealed, &[5; 11], b"aad").is_err());
            assert!(ours.aead_encrypt(aead, &key, b"data", b"short", b"aad").is_err());
        }
    }

    #[test]
    fn derives_and_signs_as_the_provider_of_openmls() {
        let (ours, theirs) = (Crypto, RustCrypto::default());
        let hash = HashType::Sha2_256;
        let salted = ours.hkdf_extract(hash, b"salt", b"material").unwrap();
        assert_eq!(salted, theirs.hkdf_extract(hash, b"salt", b"material").unwrap());
        let key = salted.as_slice();
        assert_eq!(
            ours.hkdf_expand(hash, key, b"info", 100).unwrap(),
            theirs.hkdf_expand(hash, key, b"info", 100).unwrap(),
        );
        assert!(ours.hkdf_expand(hash, key, b"info", 256 * 32).is_err());
        assert_eq!(ours.hmac(hash, key, b"x").unwrap(), theirs.hmac(hash, key, b"x").unwrap());
        assert_eq!(ours.hash(hash, b"x").unwrap(), theirs.hash(hash, b"x").unwrap());

        let scheme = SignatureScheme::ED25519;
        let (private, public) = ours.signature_key_gen(scheme).unwrap();
        let signature = ours.sign(scheme, b"x", &private).unwrap();
        theirs.verify_signature(scheme, b"x", &public, &signature).unwrap();
        ours.verify_signature(scheme, b"x", &public, &signature).unwrap();
        assert!(ours.verify_signature(scheme, b"y", &public, &signature).is_err());
    }

    #[test]
    fn refuses_what_no_suite_of_ours_has() {
        let foreign = Ciphersuite::MLS_128_DHKEMP256_AES128GCM_SHA256_P256;
        assert!(Crypto.supports(foreign).is_err());
        assert!(Crypto.derive_hpke_keypair(foreign.hpke_config(), &[1; 32]).is_err());
        assert!(Crypto.hash(HashType::Sha2_512, b"x").is_err());
        assert!(Crypto.signature_key_gen(SignatureScheme::ECDSA_SECP256R1_SHA256).is_err());
    }
}
