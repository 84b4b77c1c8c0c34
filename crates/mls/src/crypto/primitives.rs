//! What HPKE is built of, for the two suites.

use std::fmt;

use aes_gcm::Aes128Gcm;
use chacha20poly1305::ChaCha20Poly1305;
use hpke_rs_crypto::{
    HpkeCrypto, HpkeTestRng, TryCryptoRng, TryRng,
    error::Error,
    types::{AeadAlgorithm, KdfAlgorithm, KemAlgorithm},
};
use x_wing::{
    Ciphertext, Decapsulate as _, DecapsulationKey, Decapsulator as _, Encapsulate as _,
    EncapsulationKey, KeyExport as _, TryKeyInit as _,
};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroize;

/// X-Wing and X25519, HKDF-SHA256, AES-128-GCM and ChaCha20-Poly1305.
#[derive(Debug)]
pub(super) struct Primitives;

/// The system's randomness.
pub(super) struct SystemRandomness;

impl HpkeCrypto for Primitives {
    type HpkePrng = SystemRandomness;

    fn name() -> String {
        "Tresen".to_owned()
    }

    fn supports_kdf(kdf: KdfAlgorithm) -> Result<(), Error> {
        match kdf {
            KdfAlgorithm::HkdfSha256 => Ok(()),
            KdfAlgorithm::HkdfSha384 | KdfAlgorithm::HkdfSha512 => Err(Error::UnknownKdfAlgorithm),
        }
    }

    fn supports_kem(kem: KemAlgorithm) -> Result<(), Error> {
        match kem {
            KemAlgorithm::XWingDraft06 | KemAlgorithm::DhKem25519 => Ok(()),
            _ => Err(Error::UnknownKemAlgorithm),
        }
    }

    fn supports_aead(aead: AeadAlgorithm) -> Result<(), Error> {
        match aead {
            AeadAlgorithm::Aes128Gcm | AeadAlgorithm::ChaCha20Poly1305 => Ok(()),
            AeadAlgorithm::Aes256Gcm | AeadAlgorithm::HpkeExport => {
                Err(Error::UnknownAeadAlgorithm)
            }
        }
    }

    fn prng() -> SystemRandomness {
        SystemRandomness
    }

    fn kdf_extract(kdf: KdfAlgorithm, salt: &[u8], material: &[u8]) -> Result<Vec<u8>, Error> {
        Self::supports_kdf(kdf)?;
        Ok(super::extract(salt, material))
    }

    fn kdf_expand(
        kdf: KdfAlgorithm,
        key: &[u8],
        info: &[u8],
        length: usize,
    ) -> Result<Vec<u8>, Error> {
        Self::supports_kdf(kdf)?;
        super::expand(key, info, length).ok_or(Error::HpkeInvalidOutputLength)
    }

    fn dh(kem: KemAlgorithm, public: &[u8], private: &[u8]) -> Result<Vec<u8>, Error> {
        let private = x25519(kem, private)?;
        let public = <[u8; 32]>::try_from(public).map_err(|_length| Error::KemInvalidPublicKey)?;
        let shared = private.diffie_hellman(&PublicKey::from(public));
        if !shared.was_contributory() {
            return Err(Error::KemInvalidPublicKey);
        }
        Ok(shared.as_bytes().to_vec())
    }

    fn secret_to_public(kem: KemAlgorithm, private: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(PublicKey::from(&x25519(kem, private)?).as_bytes().to_vec())
    }

    fn kem_key_gen(
        kem: KemAlgorithm,
        randomness: &mut SystemRandomness,
    ) -> Result<(Vec<u8>, Vec<u8>), Error> {
        let mut seed = [0; 32];
        fill(randomness, &mut seed);
        match kem {
            KemAlgorithm::XWingDraft06 => Self::kem_key_gen_derand(kem, &seed),
            _ => Ok((Self::secret_to_public(kem, &seed)?, seed.to_vec())),
        }
    }

    fn kem_key_gen_derand(kem: KemAlgorithm, seed: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Error> {
        let private = x_wing(kem, seed)?;
        let public = private.encapsulation_key().to_bytes().to_vec();
        Ok((public, private.as_bytes().to_vec()))
    }

    fn kem_encaps(
        kem: KemAlgorithm,
        public: &[u8],
        randomness: &mut SystemRandomness,
    ) -> Result<(Vec<u8>, Vec<u8>), Error> {
        if kem != KemAlgorithm::XWingDraft06 {
            return Err(Error::UnsupportedKemOperation);
        }
        let public = EncapsulationKey::new_from_slice(public)
            .map_err(|_refused| Error::KemInvalidPublicKey)?;
        let (ciphertext, shared) = public.encapsulate_with_rng(randomness);
        Ok((shared.to_vec(), ciphertext.to_vec()))
    }

    fn kem_decaps(kem: KemAlgorithm, ciphertext: &[u8], private: &[u8]) -> Result<Vec<u8>, Error> {
        let private = x_wing(kem, private)?;
        let ciphertext =
            Ciphertext::try_from(ciphertext).map_err(|_length| Error::KemInvalidCiphertext)?;
        Ok(private.decapsulate(&ciphertext).to_vec())
    }

    fn dh_validate_sk(_kem: KemAlgorithm, _private: &[u8]) -> Result<Vec<u8>, Error> {
        // Asked for the NIST curves only.
        Err(Error::UnknownKemAlgorithm)
    }

    fn aead_seal(
        aead: AeadAlgorithm,
        key: &[u8],
        nonce: &[u8],
        aad: &[u8],
        data: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let sealed = match aead {
            AeadAlgorithm::Aes128Gcm => super::seal::<Aes128Gcm>(key, nonce, aad, data),
            AeadAlgorithm::ChaCha20Poly1305 => {
                super::seal::<ChaCha20Poly1305>(key, nonce, aad, data)
            }
            AeadAlgorithm::Aes256Gcm | AeadAlgorithm::HpkeExport => {
                return Err(Error::UnknownAeadAlgorithm);
            }
        };
        sealed.ok_or(Error::AeadInvalidNonce)
    }

    fn aead_open(
        aead: AeadAlgorithm,
        key: &[u8],
        nonce: &[u8],
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let data = match aead {
            AeadAlgorithm::Aes128Gcm => super::open::<Aes128Gcm>(key, nonce, aad, sealed),
            AeadAlgorithm::ChaCha20Poly1305 => {
                super::open::<ChaCha20Poly1305>(key, nonce, aad, sealed)
            }
            AeadAlgorithm::Aes256Gcm | AeadAlgorithm::HpkeExport => {
                return Err(Error::UnknownAeadAlgorithm);
            }
        };
        data.ok_or(Error::AeadOpenError)
    }
}

fn x25519(kem: KemAlgorithm, private: &[u8]) -> Result<StaticSecret, Error> {
    if kem != KemAlgorithm::DhKem25519 {
        return Err(Error::UnknownKemAlgorithm);
    }
    let private = <[u8; 32]>::try_from(private).map_err(|_length| Error::KemInvalidSecretKey)?;
    Ok(StaticSecret::from(private))
}

fn x_wing(kem: KemAlgorithm, private: &[u8]) -> Result<DecapsulationKey, Error> {
    if kem != KemAlgorithm::XWingDraft06 {
        return Err(Error::UnsupportedKemOperation);
    }
    let private = <[u8; 32]>::try_from(private).map_err(|_length| Error::KemInvalidSecretKey)?;
    Ok(DecapsulationKey::from(private))
}

fn fill(randomness: &mut SystemRandomness, bytes: &mut [u8]) {
    let Ok(()) = randomness.try_fill_bytes(bytes);
}

impl TryRng for SystemRandomness {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        getrandom::fill(bytes).expect("a system without randomness can't keep secrets");
        Ok(())
    }
}

impl TryCryptoRng for SystemRandomness {}

impl Zeroize for SystemRandomness {
    fn zeroize(&mut self) {
        // It has no state.
    }
}

impl HpkeTestRng for SystemRandomness {
    type Error = fmt::Error;

    fn try_fill_test_bytes(&mut self, bytes: &mut [u8]) -> Result<(), fmt::Error> {
        fill(self, bytes);
        Ok(())
    }

    fn seed(&mut self, _seed: &[u8]) {
        // For tests of HPKE itself, which go by other providers.
    }
}
