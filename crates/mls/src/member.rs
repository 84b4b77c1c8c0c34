//! Members, and who may become or stop being one.

use openmls::prelude::{
    BasicCredential, Credential, CredentialType, ExternalSender, LeafNodeIndex,
};

use crate::{
    error::{Error, Result},
    limits::IDENTITY_BYTES_MAX,
};

/// One leaf of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The leaf's place in the tree; it may be reused after a removal.
    pub leaf_index: u32,
    /// The credential identity: a signed device certificate, opaque to this crate.
    pub identity: Vec<u8>,
    /// The leaf's Ed25519 public key.
    pub signature_key: [u8; 32],
}

/// The server's signature key, which may propose removals (PROTOCOL D7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerKey {
    /// The Ed25519 public key.
    pub public_key: [u8; 32],
    /// The credential identity that stands beside it.
    pub identity: Vec<u8>,
}

/// Who removes a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remover<'a> {
    /// The member with this identity.
    Member(&'a [u8]),
    /// The server.
    Server,
    /// The member itself: it leaves, or comes back by an external commit.
    Itself,
}

/// Why a change is refused: a fixed text without any data of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub &'static str);

/// What the caller knows about accounts, certificates and device lists.
pub trait MembershipPolicy {
    /// Whether a leaf may be a member: its certificate verifies, names this signature key, and is
    /// in its account's newest device list. Asked for every added leaf, for every updated one, and
    /// for all leaves of a group that is joined.
    ///
    /// # Errors
    /// The reason when the leaf isn't admitted.
    fn admits(&self, identity: &[u8], signature_key: &[u8; 32]) -> Result<(), Refusal>;

    /// Whether the member with `removed` as its identity may be removed by `by`.
    ///
    /// # Errors
    /// The reason when the removal isn't accepted.
    fn may_remove(&self, removed: &[u8], by: Remover<'_>) -> Result<(), Refusal>;
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
    pub(crate) fn new(
        index: LeafNodeIndex,
        credential: &Credential,
        signature_key: &[u8],
    ) -> Result<Self> {
        Ok(Self {
            leaf_index: index.u32(),
            identity: identity(credential)?.to_vec(),
            signature_key: key(signature_key)?,
        })
    }

    pub(crate) fn from_openmls(member: &openmls::prelude::Member) -> Result<Self> {
        Self::new(member.index, &member.credential, &member.signature_key)
    }
}

/// The identity of a basic credential, which is the only type we use.
pub(crate) fn identity(credential: &Credential) -> Result<&[u8]> {
    if credential.credential_type() != CredentialType::Basic {
        return Err(Error::Refused(Refusal("a credential of an unknown type")));
    }
    let identity = credential.serialized_content();
    if identity.len() > IDENTITY_BYTES_MAX {
        return Err(Error::Malformed("credential"));
    }
    Ok(identity)
}

pub(crate) fn key(bytes: &[u8]) -> Result<[u8; 32]> {
    bytes.try_into().map_err(|_wrong_length| Error::Malformed("signature key"))
}
