//! The errors of this crate. None holds a byte of a message, a key or an identity.

use crate::{member::Refusal, store::StoreError};

/// Short for a result with this crate's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why an operation on a group failed. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The message belongs to an epoch whose secrets are gone, or it is a handshake message of an
    /// epoch that is over. The sender encrypts again in the current epoch.
    #[error("the message's epoch is over, the current one is {current}")]
    EpochTooOld {
        /// The group's epoch on this device.
        current: u64,
    },
    /// The message belongs to an epoch that this device hasn't reached: commits are missing.
    #[error("the message's epoch {message} is ahead of the current one, {current}")]
    EpochInFuture {
        /// The group's epoch on this device.
        current: u64,
        /// The message's epoch.
        message: u64,
    },
    /// There is no such group in the store, or the message is for another one.
    #[error("unknown group")]
    UnknownGroup,
    /// There is already a group with this id in the store.
    #[error("the group exists already")]
    GroupExists,
    /// This device isn't a member any more.
    #[error("this device is not a member of the group")]
    NotAMember,
    /// The message was decrypted before (its key is used up).
    #[error("the message was processed before")]
    AlreadyProcessed,
    /// The membership policy, or a fixed rule of the engine, refuses the change.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// The commit refers to a proposal that this device hasn't got or has refused.
    #[error("the commit refers to an unknown proposal")]
    MissingProposal,
    /// Proposals wait for a commit: nothing may be encrypted before.
    #[error("pending proposals must be committed first")]
    PendingProposals,
    /// A commit of this device waits for its confirmation.
    #[error("a commit is pending")]
    PendingCommit,
    /// There is nothing to commit, confirm or discard.
    #[error("there is no pending commit and nothing to commit")]
    NothingPending,
    /// The welcome isn't for a key package of this device, or its key package was used.
    #[error("no key package of this device matches the welcome")]
    NoKeyPackage,
    /// A key package is expired, not yet valid, or valid for too long.
    #[error("the lifetime of a key package is not acceptable")]
    Lifetime,
    /// A ciphersuite that isn't one of ours.
    #[error("unsupported ciphersuite {0:#06x}")]
    UnsupportedSuite(u16),
    /// The bytes aren't a well-formed message of the expected kind, or exceed a limit.
    #[error("malformed {0}")]
    Malformed(&'static str),
    /// A signature, an authentication tag or another cryptographic check failed.
    #[error("cryptographic check failed: {0}")]
    Crypto(&'static str),
    /// The store failed, or a row couldn't be read back.
    #[error("the store failed")]
    Storage(#[from] StoreError),
}
