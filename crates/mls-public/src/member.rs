//! Members as the server sees them.

use openmls::prelude::{BasicCredential, Credential, CredentialType, ExternalSender};

use crate::error::{Error, Result};

/// A credential identity (a signed device certificate), in bytes.
const IDENTITY_BYTES_MAX: usize = 4 << 10;

/// One leaf of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The leaf's place in the tree; it may be reused after a removal.
    pub leaf_index: u32,
    /// The credential identity: a signed device certificate.
    pub identity: Vec<u8>,
    /// The leaf's Ed25519 public key.
    pub signature_key: [u8; 32],
}

/// The server's signature key, with which it proposes removals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerKey {
    /// The Ed25519 public key.
    pub public_key: [u8; 32],
    /// The credential identity that stands beside it.
    pub identity: Vec<u8>,
}

impl ServerKey {
    pub(crate) fn external_sender(&self) -> ExternalSender {
        ExternalSender::new(
            self.public_key.to_vec().into(),
            BasicCredential::new(self.identity.clone()).into(),
        )
    }
}

impl Member {
    pub(crate) fn from_openmls(member: &openmls::prelude::Member) -> Result<Self> {
        Ok(Self {
            leaf_index: member.index.u32(),
            identity: identity(&member.credential)?.to_vec(),
            signature_key: key(&member.signature_key)?,
        })
    }
}

pub(crate) fn identity(credential: &Credential) -> Result<&[u8]> {
    let identity = credential.serialized_content();
    if credential.credential_type() != CredentialType::Basic {
        return Err(Error::NotAllowed("a credential of another type"));
    }
    if identity.is_empty() || identity.len() > IDENTITY_BYTES_MAX {
        return Err(Error::Malformed("credential"));
    }
    Ok(identity)
}

pub(crate) fn key(bytes: &[u8]) -> Result<[u8; 32]> {
    bytes.try_into().map_err(|_wrong_length| Error::Malformed("signature key"))
}
