//! Who this server is to push services (RFC 8292): a key of P-256 and a short-lived token.
//!
//! The key comes from the server's own secrets, so that it is in their backup, the same on every node,
//! and survives a restart: a subscription is bound to it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use serde_json::json;
use sha2::Sha256;
use tresen_types::Timestamp;

use crate::limits::PUSH_PROOF_S;

const MILLIS: i64 = 1_000;

/// The key that proves this server to push services.
pub(crate) struct PushKey {
    signing: SigningKey,
    public: [u8; 65],
}

impl PushKey {
    /// The key of a secret, always the same.
    pub(crate) fn derive(secret: &[u8; 32]) -> Self {
        // One of 2^32 secrets isn't a key of P-256; then the next is taken.
        let signing = (0_u8..=u8::MAX)
            .find_map(|count| {
                let mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
                SigningKey::from_bytes(&mac.chain_update([count]).finalize().into_bytes()).ok()
            })
            .expect("256 numbers aren't all out of range");
        let point = signing.verifying_key().to_encoded_point(false);
        let public = point.as_bytes().try_into().expect("an uncompressed point has 65 bytes");
        Self { signing, public }
    }

    /// The public key: an uncompressed point.
    pub(crate) const fn public(&self) -> &[u8; 65] {
        &self.public
    }

    /// The value of the header `Authorization` for a push service.
    pub(crate) fn authorization(
        &self,
        origin: &str,
        contact: Option<&str>,
        now: Timestamp,
    ) -> String {
        let expires_s = now.as_millis().div_euclid(MILLIS).saturating_add(PUSH_PROOF_S);
        let claims = match contact {
            Some(contact) => json!({ "aud": origin, "exp": expires_s, "sub": contact }),
            None => json!({ "aud": origin, "exp": expires_s }),
        };
        let head = URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"ES256"}"#);
        let signed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature: Signature = self.signing.sign(signed.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.to_bytes());
        let key = URL_SAFE_NO_PAD.encode(self.public);
        format!("vapid t={signed}.{signature}, k={key}")
    }
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::{VerifyingKey, signature::Verifier as _};

    use super::*;

    #[test]
    fn a_token_is_for_one_service_and_a_short_time() {
        let key = PushKey::derive(&[7; 32]);
        assert_eq!(key.public(), PushKey::derive(&[7; 32]).public());
        assert_ne!(key.public(), PushKey::derive(&[8; 32]).public());
        let now = Timestamp::from_millis(1_800_000_000_999);
        let value = key.authorization("https://push.example", Some("mailto:a@b.example"), now);
        let (token, public) = value.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!(URL_SAFE_NO_PAD.decode(public).unwrap(), key.public());
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
        let verifying = VerifyingKey::from_sec1_bytes(key.public()).unwrap();
        verifying.verify(signed.as_bytes(), &signature).unwrap();
        let (_head, claims) = signed.split_once('.').unwrap();
        let claims: serde_json::Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
        assert_eq!(claims["aud"], "https://push.example");
        assert_eq!(claims["sub"], "mailto:a@b.example");
        assert_eq!(claims["exp"], 1_800_000_000_i64 + PUSH_PROOF_S);
    }
}
