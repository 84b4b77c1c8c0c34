//! Key packages and welcomes, as far as the server can look into them.

use openmls::prelude::{KeyPackageVerifyError, ProtocolVersion};
use openmls_rust_crypto::RustCrypto;
use tresen_types::Timestamp;

use crate::{
    error::{Error, Result},
    member::{identity, key},
    wire,
};

/// What a valid key package says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPackageSummary {
    /// The credential identity: a signed device certificate, to be checked by the caller.
    pub identity: Vec<u8>,
    /// The leaf's Ed25519 public key.
    pub signature_key: [u8; 32],
    /// The code point of the suite of the groups that it is for.
    pub suite: u16,
    /// When it stops being valid.
    pub not_after: Timestamp,
    /// Whether it may be used more than once.
    pub is_last_resort: bool,
    /// Its hash reference, by which a welcome names it.
    pub hash_ref: Vec<u8>,
}

/// Checks a key package (structure, signatures, lifetime, suite) and says what is in it.
///
/// # Errors
/// [`Error::Malformed`], [`Error::Invalid`], [`Error::Lifetime`], [`Error::UnsupportedSuite`].
pub fn inspect_key_package(bytes: &[u8], now: Timestamp) -> Result<KeyPackageSummary> {
    let crypto = RustCrypto::default();
    let package = wire::key_package(bytes)?;
    let package =
        package.validate(&crypto, ProtocolVersion::Mls10).map_err(|error| match error {
            KeyPackageVerifyError::LifetimeError(_) => Error::Lifetime,
            _ => Error::Invalid("key package"),
        })?;
    wire::check_suite(package.ciphersuite())?;
    let lifetime = package.life_time();
    let now = u64::try_from(now.as_millis() / 1000).map_err(|_before_1970| Error::Lifetime)?;
    let is_current = (lifetime.not_before()..lifetime.not_after()).contains(&now);
    if !is_current || !lifetime.has_acceptable_range() {
        return Err(Error::Lifetime);
    }
    let not_after = i64::try_from(lifetime.not_after()).map_err(|_far_future| Error::Lifetime)?;
    let leaf = package.leaf_node();
    let hash_ref = package.hash_ref(&crypto).map_err(|_failed| Error::Invalid("key package"))?;
    Ok(KeyPackageSummary {
        identity: identity(leaf.credential())?.to_vec(),
        signature_key: key(leaf.signature_key().as_slice())?,
        suite: u16::from(package.ciphersuite()),
        not_after: Timestamp::from_millis(not_after.saturating_mul(1000)),
        is_last_resort: package.last_resort(),
        hash_ref: hash_ref.as_slice().to_vec(),
    })
}

/// The hash references of the key packages that a welcome is for.
///
/// # Errors
/// [`Error::Malformed`] when it isn't a welcome.
pub fn inspect_welcome(bytes: &[u8]) -> Result<Vec<Vec<u8>>> {
    let welcome = wire::welcome(bytes)?;
    Ok(welcome.secrets().iter().map(|secret| secret.new_member().as_slice().to_vec()).collect())
}
