//! The code: 256 random bits and a checksum, in groups of four characters.

use sha2::{Digest as _, Sha256};
use tresen_types::crockford;
use zeroize::Zeroizing;

use crate::{
    config::Seed,
    error::{Error, Result},
    kdf, runtime,
};

const ROOT_BYTES: usize = 32;
const CHECK_BYTES: usize = 3;
const CODE_BYTES: usize = ROOT_BYTES + CHECK_BYTES;
const GROUP: usize = 4;

/// The recovery root that a code stands for.
pub(super) struct RecoveryCode(Seed);

impl RecoveryCode {
    /// Makes a fresh one.
    pub(super) fn generate() -> Self {
        Self(Zeroizing::new(runtime::random()))
    }

    /// Reads what was typed or scanned; case, hyphens and spaces don't count, and letters that look
    /// alike are taken for each other.
    pub(super) fn read(typed: &str) -> Result<Self> {
        let digits: Zeroizing<String> =
            Zeroizing::new(typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect());
        let bytes: [u8; CODE_BYTES] = crockford::decode(&digits).ok_or(Error::WrongCode)?;
        let bytes = Zeroizing::new(bytes);
        let (root, check) = bytes.split_first_chunk::<ROOT_BYTES>().ok_or(Error::WrongCode)?;
        if check == checksum(root) {
            Ok(Self(Zeroizing::new(*root)))
        } else {
            Err(Error::WrongCode)
        }
    }

    /// The code as a person keeps it.
    pub(super) fn text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(CODE_BYTES));
        bytes.extend_from_slice(&*self.0);
        bytes.extend_from_slice(&checksum(&self.0));
        let digits = Zeroizing::new(crockford::encode(&bytes));
        let mut text = Zeroizing::new(String::new());
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && at.checked_rem(GROUP) == Some(0) {
                text.push('-');
            }
            text.push(digit);
        }
        text
    }

    /// Finds the record at the server.
    pub(super) fn lookup_key(&self) -> Result<Seed> {
        self.derive(b"tresen/recovery-lookup/1")
    }

    /// Seals the record.
    pub(super) fn wrap_key(&self) -> Result<Seed> {
        self.derive(b"tresen/recovery-wrap/1")
    }

    /// HKDF with SHA-256, one block (RFC 5869); the root is random, so its salt may be zero.
    fn derive(&self, info: &[u8]) -> Result<Seed> {
        let key = kdf::hmac(&[0; 32], &[&*self.0])?;
        kdf::expand(&*key, info)
    }
}

fn checksum(root: &[u8; ROOT_BYTES]) -> [u8; CHECK_BYTES] {
    let hash: [u8; 32] =
        Sha256::new().chain_update(b"tresen/recovery-check/1").chain_update(root).finalize().into();
    let [first, second, third, ..] = hash;
    [first, second, third]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_survives_being_read_out_and_typed() {
        let code = RecoveryCode(Zeroizing::new([0x5a; 32]));
        let text = code.text();
        assert_eq!(text.len(), 56 + 13);
        assert!(text.split('-').all(|group| group.len() == 4));
        let typed = text.to_uppercase().replace('-', " ").replace('0', "O").replace('1', "I");
        assert_eq!(*RecoveryCode::read(&typed).unwrap().0, [0x5a; 32]);
    }

    #[test]
    fn a_slip_of_the_finger_is_noticed() {
        let text = RecoveryCode(Zeroizing::new([0x5a; 32])).text();
        for at in 0..text.len() {
            let slipped: String = text
                .chars()
                .enumerate()
                .map(|(index, digit)| match digit {
                    '7' if index == at => '8',
                    '-' => '-',
                    _ if index == at => '7',
                    other => other,
                })
                .collect();
            if slipped != *text {
                assert!(matches!(RecoveryCode::read(&slipped), Err(Error::WrongCode)));
            }
        }
    }

    #[test]
    fn look_up_and_wrap_key_tell_nothing_of_each_other() {
        let code = RecoveryCode::generate();
        assert_ne!(code.lookup_key().unwrap(), code.wrap_key().unwrap());
        assert_ne!(code.lookup_key().unwrap(), code.0);
    }

    proptest! {
        #[test]
        fn never_panics(text: String) {
            drop(RecoveryCode::read(&text));
        }
    }
}
