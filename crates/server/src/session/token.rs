//! Tokens that every node of an installation takes.
//!
//! ```text
//! account (16)  device (8)  time (8)  random (16)  HMAC-SHA-256 over all before it (32)
//! ```

use std::fmt;

use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use tresen_types::{AccountId, DeviceId, Timestamp};
use zeroize::Zeroizing;

use super::TokenHolder;
use crate::limits::SHARED_TOKEN_LIFETIME_MS;

const KEY_LABEL: &[u8] = b"tresen/token/1";
const BODY_BYTES: usize = 48;
const TAG_BYTES: usize = 32;

/// Makes and checks tokens.
#[derive(Clone)]
pub(crate) struct TokenKey(Hmac<Sha256>);

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(..)")
    }
}

impl TokenKey {
    /// A key that is derived from a secret which all nodes share.
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        let mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
        let key = mac.chain_update(KEY_LABEL).finalize().into_bytes();
        Self(Hmac::new_from_slice(&key).expect("HMAC takes keys of any length"))
    }

    pub(super) fn write(
        &self,
        holder: TokenHolder,
        now: Timestamp,
        secret: &[u8; 32],
    ) -> Zeroizing<Vec<u8>> {
        let mut token = Zeroizing::new(Vec::with_capacity(BODY_BYTES + TAG_BYTES));
        token.extend_from_slice(holder.account.as_bytes());
        token.extend_from_slice(holder.device.as_bytes());
        token.extend_from_slice(&now.as_millis().to_be_bytes());
        token.extend(secret.iter().take(16));
        let tag = self.0.clone().chain_update(&*token).finalize().into_bytes();
        token.extend_from_slice(&tag);
        token
    }

    /// Who holds the token; none when the nodes didn't make it, or too long ago.
    pub(super) fn read(&self, token: &[u8], now: Timestamp) -> Option<TokenHolder> {
        let (body, tag) = token.split_at_checked(BODY_BYTES)?;
        self.0.clone().chain_update(body).verify_slice(tag).ok()?;
        let (account, rest) = body.split_first_chunk::<16>()?;
        let (device, rest) = rest.split_first_chunk::<8>()?;
        let (at, _random) = rest.split_first_chunk::<8>()?;
        let at = Timestamp::from_millis(i64::from_be_bytes(*at));
        // Clocks of nodes differ a little, in both directions.
        let is_young = now.millis_since(at) < SHARED_TOKEN_LIFETIME_MS;
        is_young.then(|| TokenHolder {
            account: AccountId::new(*account),
            device: DeviceId::new(*device),
        })
    }
}
