//! Reading messages from the wire: size first, then structure, then nothing left over.

use openmls::prelude::{
    ContentType, KeyPackageIn, MlsMessageBodyIn, MlsMessageIn, MlsMessageOut, ProtocolMessage,
    RatchetTreeIn, Welcome, WireFormat,
    group_info::VerifiableGroupInfo,
    tls_codec::{Deserialize as _, Serialize as _},
};
use tresen_types::limits::{HANDSHAKE_BYTES_MAX, KEY_PACKAGE_BYTES_MAX};

use crate::error::{Error, Result};

/// What kind of message it is, readable by anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// Encrypted content.
    Application,
    /// A proposal.
    Proposal,
    /// A commit.
    Commit,
}

/// What a message says in the clear; nothing of it is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageHeader {
    /// The group's id.
    pub group_id: Vec<u8>,
    /// The epoch it was made in.
    pub epoch: u64,
    /// What it is.
    pub kind: MessageKind,
    /// The authenticated data of an encrypted message; empty for others.
    pub aad: Vec<u8>,
}

/// Reads what a message says in the clear.
///
/// # Errors
/// [`Error::Malformed`] when it isn't a message between members.
pub fn inspect_message(bytes: &[u8]) -> Result<MessageHeader> {
    let message = protocol_message(bytes)?;
    let aad = match &message {
        ProtocolMessage::PrivateMessage(private) => private.aad().to_vec(),
        ProtocolMessage::PublicMessage(_) => Vec::new(),
    };
    let kind = match message.content_type() {
        ContentType::Application => MessageKind::Application,
        ContentType::Proposal => MessageKind::Proposal,
        ContentType::Commit => MessageKind::Commit,
    };
    Ok(MessageHeader {
        group_id: message.group_id().as_slice().to_vec(),
        epoch: message.epoch().as_u64(),
        kind,
        aad,
    })
}

/// The hash references of the key packages that a welcome is for.
///
/// # Errors
/// [`Error::Malformed`] when it isn't a welcome.
pub fn inspect_welcome(bytes: &[u8]) -> Result<Vec<Vec<u8>>> {
    let welcome = welcome(bytes)?;
    Ok(welcome.secrets().iter().map(|secret| secret.new_member().as_slice().to_vec()).collect())
}

pub(crate) fn protocol_message(bytes: &[u8]) -> Result<ProtocolMessage> {
    let message = read(bytes, "message")?;
    message.try_into_protocol_message().map_err(|_other_kind| Error::Malformed("message"))
}

pub(crate) fn welcome(bytes: &[u8]) -> Result<Welcome> {
    match read(bytes, "welcome")?.extract() {
        MlsMessageBodyIn::Welcome(welcome) => Ok(welcome),
        _ => Err(Error::Malformed("welcome")),
    }
}

pub(crate) fn group_info(bytes: &[u8]) -> Result<VerifiableGroupInfo> {
    match read(bytes, "group info")?.extract() {
        MlsMessageBodyIn::GroupInfo(group_info) => Ok(group_info),
        _ => Err(Error::Malformed("group info")),
    }
}

pub(crate) fn key_package(bytes: &[u8]) -> Result<KeyPackageIn> {
    if bytes.len() > KEY_PACKAGE_BYTES_MAX {
        return Err(Error::Malformed("key package"));
    }
    match read(bytes, "key package")?.extract() {
        MlsMessageBodyIn::KeyPackage(key_package) => Ok(key_package),
        _ => Err(Error::Malformed("key package")),
    }
}

pub(crate) fn ratchet_tree(bytes: &[u8]) -> Result<RatchetTreeIn> {
    if bytes.len() > HANDSHAKE_BYTES_MAX {
        return Err(Error::Malformed("ratchet tree"));
    }
    RatchetTreeIn::tls_deserialize_exact(bytes)
        .map_err(|_malformed| Error::Malformed("ratchet tree"))
}

pub(crate) fn write(message: &MlsMessageOut) -> Result<Vec<u8>> {
    message.tls_serialize_detached().map_err(|_too_long| Error::Malformed("message to send"))
}

fn read(bytes: &[u8], what: &'static str) -> Result<MlsMessageIn> {
    if bytes.len() > HANDSHAKE_BYTES_MAX {
        return Err(Error::Malformed(what));
    }
    let message =
        MlsMessageIn::tls_deserialize_exact(bytes).map_err(|_malformed| Error::Malformed(what))?;
    match message.wire_format() {
        WireFormat::PublicMessage
        | WireFormat::PrivateMessage
        | WireFormat::Welcome
        | WireFormat::GroupInfo
        | WireFormat::KeyPackage => Ok(message),
    }
}

pub(crate) fn write_tree(tree: &impl openmls::prelude::tls_codec::Serialize) -> Result<Vec<u8>> {
    tree.tls_serialize_detached().map_err(|_too_long| Error::Malformed("ratchet tree"))
}
