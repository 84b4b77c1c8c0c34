//! HMAC and HKDF with SHA-256, as the code, the archive and the recovery record use them.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{
    config::Seed,
    error::{Error, Result},
};

/// HMAC over the concatenation of `parts`.
pub(crate) fn hmac(key: &[u8], parts: &[&[u8]]) -> Result<Seed> {
    let mut mac = <Hmac<Sha256> as hmac::Mac>::new_from_slice(key)
        .map_err(|_length| Error::Internal("key of an HMAC"))?;
    for part in parts {
        mac.update(part);
    }
    Ok(Zeroizing::new(mac.finalize().into_bytes().into()))
}

/// HKDF-Expand, one block (RFC 5869): for keys that are uniformly random already.
pub(crate) fn expand(key: &[u8], info: &[u8]) -> Result<Seed> {
    hmac(key, &[info, &[1]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fits_the_first_vector_of_rfc_5869() {
        let salt: Vec<u8> = (0..=0x0c).collect();
        let extracted = hmac(&salt, &[&[0x0b; 22]]).unwrap();
        assert_eq!(extracted[..4], [0x07, 0x77, 0x09, 0x36]);
        let info: Vec<u8> = (0xf0..=0xf9).collect();
        let expanded = expand(&*extracted, &info).unwrap();
        assert_eq!(expanded[..4], [0x3c, 0xb2, 0x5f, 0x25]);
    }
}
