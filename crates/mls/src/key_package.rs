//! Key packages: how a device can be added to a group while it is away (PROTOCOL D8).

use openmls::prelude::{
    Capabilities, ExtensionType, KeyPackage, KeyPackageVerifyError, Lifetime, MlsMessageOut,
    ProposalType, ProtocolVersion,
};
use tresen_types::{
    Timestamp,
    limits::{KEY_PACKAGE_LIFETIME_DAYS, KEY_PACKAGES_MAX},
};

use crate::{
    crypto::Crypto,
    error::{Error, Result},
    keys::DeviceKeys,
    limits::KEY_PACKAGE_BACKDATE_SECONDS,
    member::{identity, key},
    provider::{Kind, Provider},
    store::GroupStore,
    suite::Suite,
    wire,
};

const DAY_SECONDS: u64 = 24 * 60 * 60;

/// Which key packages to make.
#[derive(Clone, Copy, Debug)]
pub struct KeyPackageOptions {
    /// The suite of the groups that they are for.
    pub suite: Suite,
    /// How many.
    pub count: usize,
    /// The current time.
    pub now: Timestamp,
    /// How long they are valid, in days, at most 84.
    pub lifetime_days: u16,
    /// Whether they may be used more than once, when no other is left.
    pub last_resort: bool,
}

/// What a valid key package says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPackageSummary {
    /// The credential identity: a signed device certificate, to be checked by the caller.
    pub identity: Vec<u8>,
    /// The leaf's Ed25519 public key.
    pub signature_key: [u8; 32],
    /// The suite of the groups that it is for.
    pub suite: Suite,
    /// When it stops being valid.
    pub not_after: Timestamp,
    /// Whether it may be used more than once.
    pub is_last_resort: bool,
    /// Its hash reference, by which a welcome names it.
    pub hash_ref: Vec<u8>,
}

/// Makes key packages and keeps their private keys in the store.
///
/// # Errors
/// [`Error::Malformed`] for a count over the limit, [`Error::Lifetime`], [`Error::Storage`].
pub fn generate_key_packages(
    store: &dyn GroupStore,
    keys: &DeviceKeys,
    identity: &[u8],
    options: &KeyPackageOptions,
) -> Result<Vec<Vec<u8>>> {
    if options.count > KEY_PACKAGES_MAX {
        return Err(Error::Malformed("number of key packages"));
    }
    let lifetime = lifetime(options.now, options.lifetime_days)?;
    let provider = Provider::new(store);
    let mut packages = Vec::with_capacity(options.count);
    for _ in 0..options.count {
        let mut builder = KeyPackage::builder()
            .key_package_lifetime(lifetime)
            .leaf_node_capabilities(capabilities());
        if options.last_resort {
            builder = builder.mark_as_last_resort();
        }
        let bundle = builder
            .build(options.suite.ciphersuite(), &provider, keys, keys.credential(identity))
            .map_err(|_failed| provider.failure_or(Error::Crypto("key package")))?;
        packages.push(wire::write(&MlsMessageOut::from(bundle.key_package().clone()))?);
    }
    provider.write_back()?;
    Ok(packages)
}

/// Checks a key package (structure, signatures, lifetime, suite) and says what is in it. Whether
/// its certificate is to be trusted is the caller's question.
///
/// # Errors
/// [`Error::Malformed`], [`Error::Crypto`], [`Error::Lifetime`], [`Error::UnsupportedSuite`].
pub fn inspect_key_package(bytes: &[u8], now: Timestamp) -> Result<KeyPackageSummary> {
    let crypto = Crypto;
    let package = validated(bytes, &crypto)?;
    let not_after = check_lifetime(&package, now)?;
    let leaf = package.leaf_node();
    let reference =
        package.hash_ref(&crypto).map_err(|_failed| Error::Crypto("key package reference"))?;
    Ok(KeyPackageSummary {
        identity: identity(leaf.credential())?.to_vec(),
        signature_key: key(leaf.signature_key().as_slice())?,
        suite: Suite::from_ciphersuite(package.ciphersuite())?,
        not_after,
        is_last_resort: package.last_resort(),
        hash_ref: reference.as_slice().to_vec(),
    })
}

/// Deletes the private keys of a key package, by its hash reference: once it is expired, or a
/// last-resort one is replaced. A key package that was used for joining is gone by itself.
///
/// # Errors
/// [`Error::Storage`].
pub fn delete_key_package(store: &dyn GroupStore, hash_ref: &[u8]) -> Result<()> {
    Ok(store.delete(Kind::KeyPackage.number(), &[], hash_ref)?)
}

/// What a leaf of ours can do: two suites, leaving by itself, last-resort key packages.
pub(crate) fn capabilities() -> Capabilities {
    Capabilities::builder()
        .ciphersuites(Suite::ALL.map(Suite::ciphersuite).to_vec())
        .extensions(vec![ExtensionType::LastResort])
        .proposals(vec![ProposalType::SelfRemove])
        .build()
}

pub(crate) fn validated(bytes: &[u8], crypto: &Crypto) -> Result<KeyPackage> {
    let package = wire::key_package(bytes)?;
    let package =
        package.validate(crypto, ProtocolVersion::Mls10).map_err(|error| match error {
            KeyPackageVerifyError::LifetimeError(_) => Error::Lifetime,
            _ => Error::Crypto("key package"),
        })?;
    Suite::from_ciphersuite(package.ciphersuite())?;
    Ok(package)
}

pub(crate) fn lifetime(now: Timestamp, days: u16) -> Result<Lifetime> {
    if i64::from(days) > KEY_PACKAGE_LIFETIME_DAYS {
        return Err(Error::Lifetime);
    }
    let now = seconds(now)?;
    Ok(Lifetime::init(
        now.saturating_sub(KEY_PACKAGE_BACKDATE_SECONDS),
        now.saturating_add(u64::from(days) * DAY_SECONDS),
    ))
}

fn check_lifetime(package: &KeyPackage, now: Timestamp) -> Result<Timestamp> {
    let lifetime = package.life_time();
    let now = seconds(now)?;
    if now < lifetime.not_before()
        || now >= lifetime.not_after()
        || !lifetime.has_acceptable_range()
    {
        return Err(Error::Lifetime);
    }
    let not_after = i64::try_from(lifetime.not_after()).map_err(|_far_future| Error::Lifetime)?;
    Ok(Timestamp::from_millis(not_after.saturating_mul(1000)))
}

fn seconds(time: Timestamp) -> Result<u64> {
    u64::try_from(time.as_millis() / 1000).map_err(|_before_1970| Error::Lifetime)
}
