//! What both sides must have seen alike, and the digits that show it.

use sha2::{Digest as _, Sha256};
use tresen_types::{AccountId, DeviceId, Timestamp};

use crate::{
    error::{Error, Result},
    kdf,
};

/// Values that the digits cover.
#[derive(Clone, Debug)]
pub(super) struct Transcript {
    pub(super) origin: String,
    pub(super) account: AccountId,
    pub(super) account_key: [u8; 32],
    pub(super) owner_device: DeviceId,
    pub(super) new_device: DeviceId,
    /// `s_N`: the new device's signature key.
    pub(super) signature_key: [u8; 32],
    /// `e`: the new device's one-time key.
    pub(super) ephemeral: Vec<u8>,
    pub(super) new_nonce: [u8; 32],
    pub(super) owner_nonce: [u8; 32],
    pub(super) expires_at: Timestamp,
}

impl Transcript {
    /// T of PROTOCOL 6.2: binds what is sealed to exactly this exchange.
    pub(super) fn hash(&self) -> [u8; 32] {
        let length = u64::try_from(self.origin.len()).unwrap_or(u64::MAX);
        Sha256::new()
            .chain_update(b"tresen/link/1")
            .chain_update(length.to_be_bytes())
            .chain_update(&self.origin)
            .chain_update(self.account.as_bytes())
            .chain_update(self.account_key)
            .chain_update(self.owner_device.as_bytes())
            .chain_update(self.new_device.as_bytes())
            .chain_update(self.signature_key)
            .chain_update(&self.ephemeral)
            .chain_update(self.new_nonce)
            .chain_update(self.owner_nonce)
            .chain_update(self.expires_at.as_millis().to_be_bytes())
            .finalize()
            .into()
    }

    /// The six digits.
    pub(super) fn code(&self) -> Result<String> {
        let okm = kdf::expand(&self.hash(), b"tresen/link-code/1")?;
        let (number, _rest) = okm.split_first_chunk::<8>().ok_or(Error::Internal("code"))?;
        let digits = u64::from_be_bytes(*number).checked_rem(1_000_000).unwrap_or(0);
        Ok(format!("{digits:06}"))
    }

    /// Whether somebody typed the digits; spaces and hyphens don't count.
    pub(super) fn is_code(&self, typed: &str) -> Result<bool> {
        let typed: String =
            typed.chars().filter(|character| !matches!(character, ' ' | '-')).collect();
        Ok(typed == self.code()?)
    }
}

/// What the new device commits to before it knows anything of the other side.
pub(super) fn commitment(
    ephemeral: &[u8],
    new_nonce: &[u8; 32],
    signature_key: &[u8; 32],
    device: DeviceId,
) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"tresen/link-commitment/1")
        .chain_update(new_nonce)
        .chain_update(signature_key)
        .chain_update(device.as_bytes())
        .chain_update(ephemeral)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Transcript {
        Transcript {
            origin: "https://chat.example".to_owned(),
            account: AccountId::new([0x81; 16]),
            account_key: [2; 32],
            owner_device: DeviceId::new([3; 8]),
            new_device: DeviceId::new([4; 8]),
            signature_key: [5; 32],
            ephemeral: vec![6; 1216],
            new_nonce: [7; 32],
            owner_nonce: [8; 32],
            expires_at: Timestamp::from_millis(9),
        }
    }

    #[test]
    fn the_code_is_six_digits_and_covers_everything() {
        let code = sample().code().unwrap();
        assert_eq!(code.len(), 6);
        assert!(code.bytes().all(|digit| digit.is_ascii_digit()));
        let spaced: String = code.chars().flat_map(|digit| [digit, ' ']).collect();
        assert!(sample().is_code(&spaced).unwrap());
        let hash = sample().hash();
        for other in [
            Transcript { origin: "https://chat.exampl".to_owned(), ..sample() },
            Transcript { account: AccountId::new([0x82; 16]), ..sample() },
            Transcript { account_key: [3; 32], ..sample() },
            Transcript { owner_device: DeviceId::new([9; 8]), ..sample() },
            Transcript { new_device: DeviceId::new([9; 8]), ..sample() },
            Transcript { signature_key: [9; 32], ..sample() },
            Transcript { ephemeral: vec![9; 1216], ..sample() },
            Transcript { new_nonce: [9; 32], ..sample() },
            Transcript { owner_nonce: [9; 32], ..sample() },
            Transcript { expires_at: Timestamp::from_millis(10), ..sample() },
        ] {
            assert_ne!(other.hash(), hash);
        }
    }

    #[test]
    fn a_commitment_fits_one_set_of_values_alone() {
        let device = DeviceId::new([1; 8]);
        let made = commitment(&[2; 40], &[3; 32], &[4; 32], device);
        assert_ne!(made, commitment(&[9; 40], &[3; 32], &[4; 32], device));
        assert_ne!(made, commitment(&[2; 40], &[9; 32], &[4; 32], device));
        assert_ne!(made, commitment(&[2; 40], &[3; 32], &[9; 32], device));
        assert_ne!(made, commitment(&[2; 40], &[3; 32], &[4; 32], DeviceId::new([9; 8])));
    }
}
