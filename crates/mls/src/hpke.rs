//! Sealing to a one-time key, for linking a device: the new device shows the public key's
//! fingerprint as a code, and the old one seals the account's secrets to it.

use openmls::prelude::{HpkeCiphertext, OpenMlsCrypto as _, OpenMlsRand as _};
use tresen_types::limits::MESSAGE_BYTES_MAX;
use zeroize::Zeroizing;

use crate::{
    crypto::Crypto,
    error::{Error, Result},
    suite::Suite,
};

/// A one-time key pair (X-Wing).
pub struct EphemeralKey {
    private: Zeroizing<Vec<u8>>,
    public: Vec<u8>,
}

impl EphemeralKey {
    /// Makes a fresh key pair.
    ///
    /// # Errors
    /// [`Error::Crypto`] when there is no randomness.
    pub fn generate() -> Result<Self> {
        let crypto = Crypto;
        let seed = crypto.random_vec(32).map_err(|_failed| Error::Crypto("randomness"))?;
        Self::from_seed(&Zeroizing::new(seed))
    }

    /// The public key.
    #[must_use]
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// Opens what was sealed to this key with the same `info` and `aad`.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::Crypto`].
    pub fn open(&self, info: &[u8], aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        if sealed.len() > MESSAGE_BYTES_MAX {
            return Err(Error::Malformed("sealed bytes"));
        }
        let sealed = wire_form::read(sealed).ok_or(Error::Malformed("sealed bytes"))?;
        Crypto
            .hpke_open(config(), &sealed, &self.private, info, aad)
            .map(Zeroizing::new)
            .map_err(|_failed| Error::Crypto("sealed bytes"))
    }

    fn from_seed(seed: &[u8]) -> Result<Self> {
        let pair = Crypto
            .derive_hpke_keypair(config(), seed)
            .map_err(|_failed| Error::Crypto("key generation"))?;
        Ok(Self { private: Zeroizing::new(pair.private.to_vec()), public: pair.public })
    }
}

impl std::fmt::Debug for EphemeralKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EphemeralKey(redacted)")
    }
}

/// Seals `plaintext` so that only the holder of the private key to `public` can open it.
///
/// # Errors
/// [`Error::Malformed`] for a plaintext over the limit, [`Error::Crypto`] for a bad public key.
pub fn seal_to(public: &[u8], info: &[u8], aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>> {
    if plaintext.len() > MESSAGE_BYTES_MAX / 2 {
        return Err(Error::Malformed("bytes to seal: too long"));
    }
    let sealed = Crypto
        .hpke_seal(config(), public, info, aad, plaintext)
        .map_err(|_failed| Error::Crypto("public key"))?;
    wire_form::write(&sealed)
}

fn config() -> openmls::prelude::HpkeConfig {
    Suite::XWing.ciphersuite().hpke_config()
}

/// The TLS presentation of RFC 9420, as in every other HPKE ciphertext of the protocol.
mod wire_form {
    use openmls::prelude::tls_codec::{Deserialize as _, Serialize as _};

    use super::{Error, HpkeCiphertext, Result};

    pub(super) fn write(sealed: &HpkeCiphertext) -> Result<Vec<u8>> {
        sealed.tls_serialize_detached().map_err(|_too_long| Error::Malformed("sealed bytes"))
    }

    pub(super) fn read(bytes: &[u8]) -> Option<HpkeCiphertext> {
        HpkeCiphertext::tls_deserialize_exact(bytes).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn opens_only_what_was_sealed_to_it() {
        let key = EphemeralKey::generate().unwrap();
        let sealed = seal_to(key.public(), b"info", b"aad", b"secret").unwrap();
        assert_eq!(*key.open(b"info", b"aad", &sealed).unwrap(), b"secret");
        assert!(matches!(key.open(b"info", b"other", &sealed), Err(Error::Crypto(_))));
        assert!(matches!(key.open(b"other", b"aad", &sealed), Err(Error::Crypto(_))));
        let other = EphemeralKey::generate().unwrap();
        assert!(matches!(other.open(b"info", b"aad", &sealed), Err(Error::Crypto(_))));
        assert!(matches!(seal_to(b"short", b"", b"", b""), Err(Error::Crypto(_))));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn never_panics(sealed: Vec<u8>, public: Vec<u8>) {
            let key = EphemeralKey::from_seed(&[3; 32]).unwrap();
            prop_assert!(key.open(b"", b"", &sealed).is_err());
            prop_assert!(seal_to(&public, b"", b"", b"x").is_err());
        }
    }
}
