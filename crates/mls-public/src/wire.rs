//! Reading messages from the wire: size first, then structure, then nothing left over.

use openmls::{
    prelude::{
        Ciphersuite, KeyPackageIn, MlsMessageBodyIn, MlsMessageIn, PublicMessageIn, RatchetTreeIn,
        Welcome,
        group_info::VerifiableGroupInfo,
        tls_codec::{Deserialize as _, Serialize as _},
    },
    treesync::RatchetTree,
};
use tresen_types::limits::{HANDSHAKE_BYTES_MAX, KEY_PACKAGE_BYTES_MAX};

use crate::error::{Error, Result};

/// The suites of PROTOCOL D2.
const SUITES: [Ciphersuite; 2] = [
    Ciphersuite::MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519,
    Ciphersuite::MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519,
];

pub(crate) fn check_suite(suite: Ciphersuite) -> Result<()> {
    if SUITES.contains(&suite) { Ok(()) } else { Err(Error::UnsupportedSuite(u16::from(suite))) }
}

pub(crate) fn handshake(bytes: &[u8]) -> Result<PublicMessageIn> {
    match read(bytes, HANDSHAKE_BYTES_MAX, "handshake message")? {
        MlsMessageBodyIn::PublicMessage(message) => Ok(message),
        _ => Err(Error::Malformed("handshake message")),
    }
}

pub(crate) fn group_info(bytes: &[u8]) -> Result<VerifiableGroupInfo> {
    match read(bytes, HANDSHAKE_BYTES_MAX, "group info")? {
        MlsMessageBodyIn::GroupInfo(group_info) => Ok(group_info),
        _ => Err(Error::Malformed("group info")),
    }
}

pub(crate) fn key_package(bytes: &[u8]) -> Result<KeyPackageIn> {
    match read(bytes, KEY_PACKAGE_BYTES_MAX, "key package")? {
        MlsMessageBodyIn::KeyPackage(key_package) => Ok(key_package),
        _ => Err(Error::Malformed("key package")),
    }
}

pub(crate) fn welcome(bytes: &[u8]) -> Result<Welcome> {
    match read(bytes, HANDSHAKE_BYTES_MAX, "welcome")? {
        MlsMessageBodyIn::Welcome(welcome) => Ok(welcome),
        _ => Err(Error::Malformed("welcome")),
    }
}

pub(crate) fn ratchet_tree(bytes: &[u8]) -> Result<RatchetTreeIn> {
    if bytes.len() > HANDSHAKE_BYTES_MAX {
        return Err(Error::Malformed("ratchet tree"));
    }
    RatchetTreeIn::tls_deserialize_exact(bytes)
        .map_err(|_malformed| Error::Malformed("ratchet tree"))
}

pub(crate) fn write_tree(tree: &RatchetTree) -> Result<Vec<u8>> {
    let bytes =
        tree.tls_serialize_detached().map_err(|_too_long| Error::Malformed("ratchet tree"))?;
    if bytes.len() > HANDSHAKE_BYTES_MAX {
        return Err(Error::Malformed("ratchet tree"));
    }
    Ok(bytes)
}

fn read(bytes: &[u8], bytes_max: usize, what: &'static str) -> Result<MlsMessageBodyIn> {
    if bytes.len() > bytes_max {
        return Err(Error::Malformed(what));
    }
    let message =
        MlsMessageIn::tls_deserialize_exact(bytes).map_err(|_malformed| Error::Malformed(what))?;
    Ok(message.extract())
}
