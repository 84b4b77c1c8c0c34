//! Encrypts a push for its device (RFC 8291): one record of `aes128gcm` (RFC 8188). Pure.

use aes_gcm::{
    Aes128Gcm, Nonce,
    aead::{Aead as _, KeyInit as _},
};
use hkdf::Hkdf;
use p256::{PublicKey, SecretKey, ecdh::diffie_hellman};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{ServerError, app::random_secret};

const POINT_BYTES: usize = 65;
const AUTH_BYTES: usize = 16;
const SALT_BYTES: usize = 16;
/// The record size that the head names; a push is one record and smaller.
const RECORD_SIZE: u32 = 4_096;
/// What ends the text of the last record.
const LAST: u8 = 2;

/// Who can read a push.
#[derive(Clone, Debug)]
pub(super) struct Receiver {
    key: PublicKey,
    auth: [u8; AUTH_BYTES],
}

impl Receiver {
    /// Reads the keys of a subscription.
    pub(super) fn new(public_key: &[u8], auth: &[u8]) -> Option<Self> {
        let point: &[u8; POINT_BYTES] = public_key.try_into().ok()?;
        let key = PublicKey::from_sec1_bytes(point).ok()?;
        Some(Self { key, auth: auth.try_into().ok()? })
    }

    /// Encrypts a text with a fresh key.
    pub(super) fn seal(&self, text: &[u8]) -> Result<Vec<u8>, ServerError> {
        let (key, salt) = (fresh_key()?, random_secret()?);
        let mut short = [0; SALT_BYTES];
        short.iter_mut().zip(salt.iter()).for_each(|(to, from)| *to = *from);
        self.seal_with(text, &key, short).ok_or(ServerError::Randomness)
    }

    /// None only for a text that doesn't fit into a record.
    fn seal_with(&self, text: &[u8], key: &SecretKey, salt: [u8; SALT_BYTES]) -> Option<Vec<u8>> {
        let (own, theirs) = (point(&key.public_key())?, point(&self.key)?);
        let shared = diffie_hellman(key.to_nonzero_scalar(), self.key.as_affine());
        let mut input = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(Some(&self.auth), shared.raw_secret_bytes())
            .expand_multi_info(&[b"WebPush: info\0", &theirs, &own], input.as_mut_slice())
            .ok()?;
        let derived = Hkdf::<Sha256>::new(Some(&salt), input.as_slice());
        let (mut content_key, mut nonce) = (Zeroizing::new([0; 16]), [0; 12]);
        derived.expand(b"Content-Encoding: aes128gcm\0", content_key.as_mut_slice()).ok()?;
        derived.expand(b"Content-Encoding: nonce\0", &mut nonce).ok()?;
        let plain = [text, &[LAST]].concat();
        let sealed = Aes128Gcm::new_from_slice(content_key.as_slice())
            .ok()?
            .encrypt(Nonce::from_slice(&nonce), plain.as_slice())
            .ok()?;
        if sealed.len() > usize::try_from(RECORD_SIZE).ok()? {
            return None;
        }
        let length = [u8::try_from(own.len()).ok()?];
        Some([&salt, RECORD_SIZE.to_be_bytes().as_slice(), &length, &own, &sealed].concat())
    }
}

fn point(key: &PublicKey) -> Option<[u8; POINT_BYTES]> {
    p256::EncodedPoint::from(key).as_bytes().try_into().ok()
}

fn fresh_key() -> Result<SecretKey, ServerError> {
    loop {
        // One of 2^32 numbers isn't a key.
        if let Ok(key) = SecretKey::from_slice(random_secret()?.as_slice()) {
            return Ok(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    /// RFC 8291, section 5 and appendix A, byte for byte.
    #[test]
    fn the_example_of_the_standard() {
        let receiver = Receiver::new(
            &bytes(
                "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            ),
            &bytes("BTBZMqHH6r4Tts7J_aSIgg"),
        )
        .unwrap();
        let key = SecretKey::from_slice(&bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"));
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let text = b"When I grow up, I want to be a watermelon";
        let sealed = receiver.seal_with(text, &key.unwrap(), salt).unwrap();
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vC\
                        YLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXL\
                        WyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(URL_SAFE_NO_PAD.encode(sealed), expected);
    }

    #[test]
    fn keys_that_are_none_are_refused_and_no_two_pushes_are_alike() {
        let key = p256::EncodedPoint::from(fresh_key().unwrap().public_key());
        let receiver = Receiver::new(key.as_bytes(), &[1; 16]).unwrap();
        assert_ne!(receiver.seal(b"1").unwrap(), receiver.seal(b"1").unwrap());
        assert!(receiver.seal(&[0; 5_000]).is_err());
        let mut off_the_curve = key.as_bytes().to_vec();
        off_the_curve[64] ^= 1;
        for (public_key, auth) in
            [(off_the_curve.as_slice(), 16), (key.as_bytes(), 15), (&key.as_bytes()[..64], 16)]
        {
            assert!(Receiver::new(public_key, &vec![1; auth]).is_none());
        }
    }
}
